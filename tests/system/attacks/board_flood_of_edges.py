# Tries: a board program that toggles pins without pause, to fill the memory of the bench and of its worker with edges.
# Ends: the limit of records per board; the CPU limit of its submission.
### ATTACK
from machine import Pin

pins = [Pin(number, Pin.OUT) for number in (4, 5, 13, 14, 16, 17, 18, 19)]
while True:
    for pin in pins:
        pin.on()
        pin.off()
### END
