# Given: the verdict codes of the station, on the board and on the computer.
PASS, LOW, HIGH, SLOW, HUNG, NO_SN, DUP_SN, BLINK, ID, STANDBY, EMPTY = range(11)
NAMES = "PASS LOW HIGH SLOW HUNG NO_SN DUP_SN BLINK ID STANDBY EMPTY".split()
