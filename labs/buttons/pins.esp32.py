# Which pin plays which role on the ESP32 DevKitC.
LED_R = 25
BTN_1 = 32
BTN_2 = 33
