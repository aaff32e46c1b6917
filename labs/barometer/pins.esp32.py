# Which pin plays which role on the ESP32 DevKitC, and which I2C bus they belong to.
SDA = 21
SCL = 22
I2C_BUS = 0
