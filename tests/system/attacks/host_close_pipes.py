# Tries: host code that closes the pipes to the grader and keeps running, to hide its end.
# Ends: the wall limit, which needs no pipe.
### BASE


### ATTACK
import os
import time


def gaps(db):
    os.closerange(0, 256)
    while True:
        time.sleep(1)
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
