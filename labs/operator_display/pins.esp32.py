# Which pin plays which role on the ESP32 DevKitC.
SDA = 21
SCL = 22
I2C_BUS = 0
AIN_1 = 34
BTN_1 = 32
