# Which pin plays which role on the ESP32 DevKitC.
LED_R = 25
AIN_1 = 34
