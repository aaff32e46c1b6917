# Which pin plays which role on the ESP32 DevKitC.
DHT = 4
LED_R = 25
