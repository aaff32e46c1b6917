# Given: the journal of the crossing. Call log(phase) at the start of each phase; it takes 5 ms.
from time import sleep_us, ticks_diff, ticks_us


def log(phase):
    start = ticks_us()
    print("PHASE", phase)
    sleep_us(max(0, 5000 - ticks_diff(ticks_us(), start)))
