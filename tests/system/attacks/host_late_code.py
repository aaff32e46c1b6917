# Tries: host code that runs when its answer is given already: finalisers, weak references, callbacks of the collector, exit handlers, generators.
# Ends: answers count in the order of the questions, whatever wrote them; the child ends with the run.
### BASE


### ATTACK
import atexit
import gc
import os
import weakref


def forge(*_):
    for pipe in range(3, 12):
        try:
            os.write(pipe, len(b"[0,[1]]").to_bytes(4, "big") + b"[0,[1]]")
        except OSError:
            pass


class Late:
    def __del__(self):
        forge()
        Late()
        kept.append(self)


def endless():
    while True:
        try:
            yield
        except GeneratorExit:
            forge()


kept = [Late(), endless()]
next(kept[1])
gc.callbacks.append(forge)
weakref.finalize(kept[0], forge)
atexit.register(forge)
del kept[0]


def gaps(db):
    return [1]
### INSTEAD
def ingest(db, messages):
    raise RuntimeError


def gaps(db):
    return [1]
### END
