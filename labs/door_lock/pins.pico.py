# Which pin plays which role on the Pico.
ROW_1 = 6
ROW_2 = 7
ROW_3 = 10
ROW_4 = 11
COL_1 = 0
COL_2 = 1
COL_3 = 2
COL_4 = 3
NEOPIXEL = 12
SERVO = 18
