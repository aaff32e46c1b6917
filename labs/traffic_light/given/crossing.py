# Given: the journal of the crossing. Call log(phase) at the start of each phase; it takes 5 ms.
from time import sleep_us, ticks_diff, ticks_us

try:
    from warsha import given  # a virtual board: it also notes the phase
except ImportError:

    def given(name, us):
        sleep_us(us)


def log(phase):
    start = ticks_us()
    print("PHASE", phase)
    given("log " + str(phase), max(1000, 5000 - ticks_diff(ticks_us(), start)))
