# Misconception: the plan of the example, whatever lies on the board
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from crossing import log
from machine import Pin
from pins import LED_G, LED_R, LED_Y

PLAN = [["G", 4000], ["Y", 1000], ["R", 5000], ["RY", 1000]]

LAMPS = {
    "R": Pin(LED_R, Pin.OUT, value=0),
    "Y": Pin(LED_Y, Pin.OUT, value=0),
    "G": Pin(LED_G, Pin.OUT, value=0),
}


def show(phase):
    # Off before on: at no moment may red and green be lit together.
    for name, lamp in LAMPS.items():
        if name not in phase:
            lamp.off()
    for name, lamp in LAMPS.items():
        if name in phase:
            lamp.on()


print("READY L02")
deadline = ticks_ms()
while True:
    for phase, length in PLAN:
        show(phase)
        log(phase)
        # Each deadline comes from the one before: what the work took is not added up.
        deadline = ticks_add(deadline, length)
        sleep_ms(max(0, ticks_diff(deadline, ticks_ms())))
