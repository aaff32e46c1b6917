# Which pin plays which role on the Pico W.
AIN_1 = 26
AIN_2 = 27
AIN_3 = 28
DS18B20 = 22
SERVO = 18
RELAY_1 = 10
SDA = 4
SCL = 5
I2C = 0
