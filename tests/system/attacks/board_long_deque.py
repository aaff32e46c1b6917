# Tries: a board program with a deque whose length in bytes is more than a machine word holds: it would have a few places, and write behind them.
# Ends: such a length is out of memory.
### ATTACK
from collections import deque

for length in (0x40000001, 0x40000003, 0x7FFFFFFE):
    try:
        places = deque((), length)
        for n in range(4000):
            places.append(n)
        print("writes behind its memory", len(places))
    except MemoryError:
        pass
places = None
### END
### BASE
