# Which pin plays which role on the ESP32 DevKitC, and which I2C bus SDA and SCL belong to.
SDA = 21
SCL = 22
I2C_BUS = 0
AIN_1 = 34
BTN_1 = 32
