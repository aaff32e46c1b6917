# Tries: a board program that runs bytecode that was not compiled here: .mpy files that it writes itself, code objects, frozen modules.
# Ends: no .mpy file is run; a code object cannot be made by hand.
### ATTACK
import sys

HEADS = (b"M\x06\x00\x1f\x00\x00", b"M\x06\x03\x1f", b"M\x06\xff\xff" + b"\xff" * 64, b"C\x06\x00\x1f", b"M" + bytes(200), b"")
for number, head in enumerate(HEADS):
    name = f"made{number}"
    with open(f"{name}.mpy", "wb") as file:
        file.write(head + b"\x01\x00\x0amain.py\x00\x51\x63" * 9)
    for text in (f"import {name}", f"__import__('{name}')", f"from {name} import *"):
        try:
            exec(text)
        except Exception:
            pass


def honest():
    pass


for act in (
    lambda: setattr(honest, "__code__", b"\x10\x00\x51\x63"),
    lambda: type(compile("1", "", "eval"))(b"Qc", ()),
    lambda: type(honest)(b"Qc", {}),
    lambda: type(honest.__code__)(honest.__code__),
    lambda: exec(b"\x10\x00\x51\x63"),
    lambda: execfile("made0.mpy"),
    lambda: sys.path.append(".frozen/made0.mpy"),
):
    try:
        act()
    except Exception:
        pass
del sys.path[3:]
### END
### BASE
