"""Letters on a display of dots: the font of `framebuf`, as the board itself has it.

The font is not copied here: a virtual board is asked for it once.
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
"""Dots of a character, across and down."""
UNKNOWN = "\ufffd"
ASKED = """
import framebuf
cell = bytearray(8)
frame = framebuf.FrameBuffer(cell, 8, 8, framebuf.MONO_HLSB)
for code in range(32, 127):
    frame.fill(0)
    frame.text(chr(code), 0, 0)
    print(code, cell.hex())
print('END')
"""

Dots = NDArray[np.bool_]


@cache
def font() -> dict[str, Dots]:
    """Each printable character of ASCII as 8 by 8 dots."""
    board = boards.load("esp32_devkit_c_v4")
    spec = {"version": 1, "parts": [{"type": board.diagram_types[0], "id": "b"}]}
    with Flash(board) as flash:
        flash.put({"main.py": ASKED.encode()})
        with Bench(Circuit(diagram.load({**spec, "connections": []})), flash=flash) as bench:
            bench.run(1_000_000_000)
            lines = [line.text for line in bench.trace.lines()]
    rows = [line.split() for line in lines[: lines.index("END")]]
    return {chr(int(code)): _dots(bytes.fromhex(cell)) for code, cell in rows}


def drawn(text: str) -> Dots:
    """A text as `framebuf.text` draws it: 8 rows, 8 columns a character."""
    return np.hstack([font()[letter] for letter in text])


def read(pixels: Pixels, x: int, y: int, count: int) -> str:
    """The characters that stand in a row of cells whose first dot is (x, y); U+FFFD for a cell
    that is no character, or is not all on the display."""
    lit = pixels > 0
    known = {dots.tobytes(): letter for letter, dots in font().items()}
    cells = (lit[y : y + SIDE, x + SIDE * n :][:, :SIDE] for n in range(count))
    return "".join(known.get(np.ascontiguousarray(cell).tobytes(), UNKNOWN) for cell in cells)


def _dots(cell: bytes) -> Dots:
    return np.unpackbits(np.frombuffer(cell, np.uint8)).reshape(SIDE, SIDE).astype(bool)
