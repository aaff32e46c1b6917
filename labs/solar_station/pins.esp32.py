# Which pin plays which role on the ESP32 DevKitC.
AIN_1 = 34
AIN_2 = 35
AIN_3 = 39
DS18B20 = 4
SERVO = 13
RELAY_1 = 26
SDA = 21
SCL = 22
I2C = 0
