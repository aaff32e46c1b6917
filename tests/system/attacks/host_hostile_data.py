# Tries: host code that answers with huge and deeply nested data, invalid numbers, duplicate keys.
# Ends: the parser: depth, size, numbers, keys.
### BASE


### ATTACK
import os


def gaps(db):
    for pipe in range(3, 12):
        try:
            text = b'[0,' + b"[" * 200_000 + b"NaN" + b"9" * 9999 + b'{"a":1,"a":2}' + b"]" * 200_000 + b"]"
            os.write(pipe, len(text).to_bytes(4, "big") + text)
            os.write(pipe, b"\xff" * 4 + b"x" * 60_000)
        except OSError:
            pass
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
### INSTEAD
def gaps(db):
    return {}
### END
