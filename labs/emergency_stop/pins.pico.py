# Which pin plays which role on the Pico; its timers are all software timers, number -1.
LED_R = 15
LED_Y = 14
LED_G = 13
BTN_1 = 16
BTN_2 = 17
BUZZER = 20
TIMER = -1
