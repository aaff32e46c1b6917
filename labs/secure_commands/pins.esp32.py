# Which pin plays which role on the ESP32 DevKitC.
RELAY_1 = 26
