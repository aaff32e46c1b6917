# Which pin plays which role on the ESP32 DevKitC.
TRIG = 18
ECHO = 19
LED_R = 25
LED_Y = 26
LED_G = 27
