"""Text on a pixel display, in the font of `framebuf`.

Warsha has no copy of the font: when it is needed first, a virtual board prints it.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hardware import boards
from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.parts.common.display import Pixels

SIDE = 8
"""The width and height of a character in pixels."""
UNKNOWN = "\ufffd"
FONT_PROGRAM = """
import framebuf
cell = bytearray(8)
frame = framebuf.FrameBuffer(cell, 8, 8, framebuf.MONO_HLSB)
for code in range(32, 127):
    frame.fill(0)
    frame.text(chr(code), 0, 0)
    print(code, cell.hex())
print('END')
"""

Bitmap = NDArray[np.bool_]


@cache
def font() -> dict[str, Bitmap]:
    """Each printable ASCII character as 8 by 8 pixels."""
    board = boards.load("esp32_devkit_c_v4")
    spec = {"version": 1, "parts": [{"type": board.diagram_types[0], "id": "b"}]}
    with Flash(board) as flash:
        flash.put({"main.py": FONT_PROGRAM.encode()})
        with Bench(Circuit(diagram.load({**spec, "connections": []})), flash=flash) as bench:
            bench.run(1_000_000_000)
            lines = [line.text for line in bench.trace.lines()]
    rows = [line.split() for line in lines[: lines.index("END")]]
    return {chr(int(code)): _bitmap(bytes.fromhex(cell)) for code, cell in rows}


def drawn(text: str) -> Bitmap:
    """A text as `framebuf.text` draws it: 8 rows, and 8 columns for each character."""
    return np.hstack([font()[letter] for letter in text])


def read(pixels: Pixels, x: int, y: int, count: int) -> str:
    """The text in a row of `count` cells whose first pixel is (x, y). U+FFFD stands for a cell
    that shows no character, or is not completely on the display."""
    lit = pixels[y : y + SIDE, x : x + SIDE * count] > 0
    whole = lit.shape[1] // SIDE if len(lit) == SIDE else 0
    codes = np.packbits(lit[:, : SIDE * whole], axis=1).T.tobytes()  # eight bytes a cell
    letters = _letters()
    text = [letters.get(codes[n : n + SIDE], UNKNOWN) for n in range(0, len(codes), SIDE)]
    return "".join(text) + UNKNOWN * (count - whole)


@cache
def _letters() -> dict[bytes, str]:
    """Each character by its rows of pixels, a byte each."""
    return {np.packbits(bitmap, axis=1).tobytes(): letter for letter, bitmap in font().items()}


def _bitmap(cell: bytes) -> Bitmap:
    return np.unpackbits(np.frombuffer(cell, np.uint8)).reshape(SIDE, SIDE).astype(bool)
