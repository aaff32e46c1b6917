# Which pin plays which role on the Pico.
LED_R = 15
LED_Y = 14
LED_G = 13
