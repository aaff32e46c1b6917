# Which pin plays which role on the Pico, and which I2C bus they belong to.
SDA = 4
SCL = 5
I2C_BUS = 0
