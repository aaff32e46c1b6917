# Which pin plays which role on the Pico.
TRIG = 19
ECHO = 21
LED_R = 15
LED_Y = 14
LED_G = 13
