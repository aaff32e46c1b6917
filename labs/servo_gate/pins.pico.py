# Which pin plays which role on the Pico.
LED_G = 13
BTN_1 = 16
AIN_1 = 26
SERVO = 18
