# Which pin plays which role on the Pico W.
DS18B20 = 22
SDA = 4
SCL = 5
I2C = 0
