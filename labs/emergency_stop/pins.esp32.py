# Which pin plays which role on the ESP32 DevKitC, and the number of a free hardware timer.
LED_R = 25
LED_Y = 26
LED_G = 27
BTN_1 = 32
BTN_2 = 33
BUZZER = 14
TIMER = 0
