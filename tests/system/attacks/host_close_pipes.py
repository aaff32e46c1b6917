# Tries: host code that closes the pipes to the grader and lives on, so that nobody hears its end.
# Ends: the wall limit, which goes on without a pipe.
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
