# Which pin plays which role on the Pico.
LED_Y = 14
SDA = 4
SCL = 5
I2C_BUS = 0
