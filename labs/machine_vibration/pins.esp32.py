# Which pin plays which role on the ESP32 DevKitC.
LED_Y = 26
SDA = 21
SCL = 22
I2C_BUS = 0
