# Which pin plays which role on the ESP32 DevKitC.
LED_R = 25
LED_Y = 26
LED_G = 27
