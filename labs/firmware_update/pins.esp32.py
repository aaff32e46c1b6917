# Which pin plays which role on the ESP32 DevKitC.
LED_G = 27
