# Tries: a board program that ends its own board like a fault of the machine: a stack overrun in a handler, an exit with every code, resets in callbacks.
# Ends: the end of a board is part of its trace: it is the submission's, and is judged like a failed program.
### ATTACK
import machine
import micropython
import re
import sys


def fall(*_):
    return fall(*_)


timer = machine.Timer(0)
timer.init(mode=machine.Timer.PERIODIC, period=1, callback=fall)
micropython.schedule(fall, 1)
for act in (
    lambda: micropython.stack_use(),
    lambda: re.match("(" * 3000 + ")" * 3000, ""),
    lambda: machine.mem32[0xFFFFFFFC],
    lambda: setattr(sys, "ps1", fall),
    lambda: micropython.heap_lock(),
    lambda: fall(),
    lambda: sys.exit(139),
):
    try:
        act()
    except BaseException:
        pass
micropython.heap_lock()
raise SystemExit([fall] * 3000)
### END
