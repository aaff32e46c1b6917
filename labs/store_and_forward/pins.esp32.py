# Which pin plays which role on the ESP32 DevKitC.
DS18B20 = 4
SDA = 21
SCL = 22
I2C = 0
