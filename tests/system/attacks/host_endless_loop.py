# Tries: host code that never ends and handles every signal and every error.
# Ends: the CPU limit; the parent kills the namespace.
### BASE


### ATTACK
import signal


def gaps(db):
    for number in range(1, 65):
        try:
            signal.signal(number, lambda *what: None)
        except (OSError, ValueError):
            pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
