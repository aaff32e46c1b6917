# Tries: host code that sends its answer byte by byte, so that each byte restarts the wait.
# Ends: the wall limit is for all answers of an episode together.
### BASE


### ATTACK
import os
import time


def gaps(db):
    for pipe in range(3, 12):
        try:
            os.write(pipe, (500_000).to_bytes(4, "big"))
        except OSError:
            continue
        while True:
            os.write(pipe, b" ")
            time.sleep(0.1)
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
