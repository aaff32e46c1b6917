# Misconception: writes the journal at the end of a phase, when it is over
import json
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from crossing import log
from machine import Pin
from pins import LED_G, LED_R, LED_Y

FALLBACK = [["Y", 500], ["OFF", 500]]

LAMPS = {
    "R": Pin(LED_R, Pin.OUT, value=0),
    "Y": Pin(LED_Y, Pin.OUT, value=0),
    "G": Pin(LED_G, Pin.OUT, value=0),
}


def load_plan():
    try:
        with open("plan.json") as file:
            return json.load(file)
    except (OSError, ValueError):
        return []


def show(phase):
    # Off before on: at no moment may red and green be lit together.
    for name, lamp in LAMPS.items():
        if name not in phase:
            lamp.off()
    for name, lamp in LAMPS.items():
        if name in phase:
            lamp.on()


print("READY L02")
plan = load_plan() or FALLBACK
deadline = ticks_ms()
while True:
    for phase, length in plan:
        show(phase)
        # Each deadline comes from the one before: what the work took is not added up.
        deadline = ticks_add(deadline, length)
        sleep_ms(max(0, ticks_diff(deadline, ticks_ms())))
        log(phase)
