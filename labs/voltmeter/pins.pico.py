# Which pin plays which role on the Pico.
LED_R = 15
AIN_1 = 26
