# Which pin plays which role on the Pico.
LED_R = 15
BTN_1 = 16
BTN_2 = 17
