# Which pin plays which role on the Pico, and which I2C bus SDA and SCL belong to.
SDA = 4
SCL = 5
I2C_BUS = 0
AIN_1 = 26
BTN_1 = 16
