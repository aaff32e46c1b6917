"""A washing machine: what goes on in it is a byte of flags."""

import time

from machine import Pin

ON, CYCLE, LID, DONE = 1, 2, 4, 8
CYCLE_MS, BEAT_MS = 8000, 50
lamps = [Pin(number, Pin.OUT, value=0) for number in (2, 4, 5, 18)]
button_on, button_lid = Pin(13, Pin.IN), Pin(14, Pin.IN)
flags = washed = 0
were = 0, 0


def tell():
    for bit, lamp in enumerate(lamps):
        lamp(flags >> bit & 1)
    print(f"flags {flags:04b}")


print("waiting")
while True:
    now = button_on(), button_lid()
    if now[0] and not were[0]:
        flags = 0 if flags & ON else ON | CYCLE
        washed = 0
        tell()
    if now[1] and not were[1] and flags & ON:
        flags ^= LID
        tell()
    if flags & CYCLE and not flags & LID:
        washed += BEAT_MS
        if washed >= CYCLE_MS:
            flags = flags & ~CYCLE | DONE
            tell()
    were = now
    time.sleep_ms(BEAT_MS)
