# Which pin plays which role on the Pico.
LED_G = 13
