# Which pin plays which role on the Pico W.
LED_G = 13
