# Tries: host code that crashes its interpreter, ends it silently, or registers code for its exit.
# Ends: only the child ends; the call has failed.
### BASE


### ATTACK
import atexit
import ctypes
import sys

atexit.register(lambda: open("@TOUCHED@", "w"))
sys.setrecursionlimit(10**9)


def gaps(db):
    ctypes.string_at(8)
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
