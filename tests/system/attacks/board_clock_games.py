# Tries: a board program that turns back the calendar, changes the clock of its chip and makes its sleeps return at once.
# Ends: times are those of the bench; the program cannot reach its clock.
### ATTACK
import machine
import time

clock = machine.RTC()
for year in (1970, 2000, 2038, 2099, 9999, -1):
    try:
        clock.datetime((year, 1, 1, 0, 0, 0, 0, 0))
        time.mktime((year, 13, 32, 25, 61, 61, 0, 0))
    except (ValueError, OverflowError, OSError):
        pass
for frequency in (20_000_000, 0, 10**12, -1, 240_000_000, 160_000_000):
    try:
        machine.freq(frequency)
    except (ValueError, OverflowError):
        pass


class Clock:
    def __getattr__(self, name):
        return lambda *given: 0


import sys

sys.modules["time"] = sys.modules["utime"] = Clock()
for name in ("sleep", "sleep_ms", "sleep_us", "ticks_ms", "ticks_us", "time_ns"):
    try:
        setattr(time, name, lambda *given: 0)
    except AttributeError:
        pass
del sys.modules["time"], sys.modules["utime"]
### END
### BASE
