# Which pin plays which role on the ESP32 DevKitC.
DHT = 4
RELAY_1 = 26
