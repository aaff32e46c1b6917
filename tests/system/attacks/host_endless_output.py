# Tries: host code that prints without limit, and writes bytes to every descriptor it has.
# Ends: prints are discarded; an answer has a length limit.
### BASE


### ATTACK
import os
import sys

for _ in range(20_000):
    print("x" * 1000)
    print("y" * 1000, file=sys.stderr)


def gaps(db):
    while True:
        for pipe in range(12):
            try:
                os.write(pipe, b"x" * 60_000)
            except OSError:
                pass
### INSTEAD
def gaps(db):
    raise RuntimeError
### END
