# Tries: host code that uses no processor time and never ends.
# Ends: the wall limit, kept by the parent.
### BASE


### ATTACK
import time


def gaps(db):
    time.sleep(10**6)
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
