# Which pin plays which role on the ESP32 DevKitC.
ROW_1 = 25
ROW_2 = 26
ROW_3 = 27
ROW_4 = 32
COL_1 = 33
COL_2 = 4
COL_3 = 16
COL_4 = 17
NEOPIXEL = 23
SERVO = 13
