# The "predict" question: the power is cut while two files are written anew. One is flushed.
import os
import time

OLD, NEW, BLOCKS = b"o" * 20000, b"n" * 1000, 20


def fill(name):
    with open(name, "wb") as file:
        file.write(OLD)


def tell(name):
    with open(name, "rb") as file:
        content = file.read()
    print(name, content.count(b"o"), content.count(b"n"))


if "a.bin" in os.listdir():  # the power is back
    tell("a.bin")
    tell("b.bin")
else:
    fill("a.bin")
    fill("b.bin")
    a, b = open("a.bin", "wb"), open("b.bin", "wb")
    for _ in range(BLOCKS):
        a.write(NEW)
        b.write(NEW)
        b.flush()
        time.sleep_ms(100)
