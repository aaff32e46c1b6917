# Which pin plays which role on the ESP32 DevKitC.
LED_G = 27
BTN_1 = 32
AIN_1 = 34
SERVO = 13
