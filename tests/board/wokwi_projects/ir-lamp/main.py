"""A remote control switches a lamp: POWER on, MENU off. NEC, from the times between edges."""

import time

from machine import Pin

POWER, MENU = 0xA2, 0xE2
START_US, ONE_US, BITS = 12_000, 1_700, 32
lamp = Pin(32, Pin.OUT, value=0)
eye = Pin(27, Pin.IN)
frame = count = before = 0
received = []


def fell(_pin):
    """The time since the last falling edge is a start, a one or a zero."""
    global frame, count, before
    now = time.ticks_us()
    took = time.ticks_diff(now, before)
    before = now
    if took > START_US:
        frame = count = 0
        return
    frame |= (took > ONE_US) << count
    count += 1
    if count == BITS:
        received.append(frame)


eye.irq(fell, Pin.IRQ_FALLING)
print("ready")
while True:
    if received:
        key, check = received[0] >> 16 & 0xFF, received.pop(0) >> 24
        if key ^ check == 0xFF:
            print(f"key {key:02x}")
            if key in (POWER, MENU):
                lamp(key == POWER)
        else:
            print("broken frame")
    time.sleep_ms(10)
