"""LED matrices of 8 by 8 dots with the driver MAX7219, one or several in a row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.shift_register import ShiftRegister
from hardware.bench.svg.colours import LIGHTS, light_colour
from hardware.bench.svg.elements import circle, glow, mix, rect, text
from hardware.i18n import both

DOTS, MAX_CHAIN = 8, 64
DECODE, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 0x9, 0xA, 0xB, 0xC, 0xF
CODE_B = bytes.fromhex("7e306d79335b5f707f7b014f370e6700")
"""Segments of the decoded digits 0-9, -, E, H, L, P, blank (table 5)."""
PLACES = 16
"""Of registers: an address has four bits."""
SIDE, FOOT = 120.0, 14.0


class Max7219Matrix(ShiftRegister, Display):
    """Pins `V+ GND DIN CS CLK`, on the other side `V+.2 GND.2 DOUT CS.2 CLK.2`; attributes `chain`
    (1; how many in this part), `color`, `layout`: `parola` (bit 0 at the left) or `fc16` (bit 7 at
    the left).

    The first driver of a chain is at the right. It shifts in at the rising edge of CLK, loads at
    the rising edge of CS, and shifts out at DOUT. All registers are simulated: digits, decode,
    intensity (of the drawing), scan limit, shutdown, display test. After power-on it is in
    shutdown. `pixels()` is 8 rows of dots, 0 or 255. Source: Maxim MAX7219 data sheet, tables 1 to
    10.
    """

    TYPES = ("wokwi-max7219-matrix",)
    TITLE = both("Dot matrix (MAX7219)")
    GROUP = "displays"
    LISTENS = ("CS", "CLK", "DIN")
    SUPPLY = ("V+", "GND", 3.0)
    OUTPUTS = {"DOUT": False}
    DATA, CLOCK, LATCH, CARRY, CARRIES_LATE = "DIN", "CLK", "CS", "DOUT", True
    WORD_BITS = 16
    ATTRS = {"chain": "1", "color": "red", "layout": "parola"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.chain = int(self.number("chain", 1, MAX_CHAIN))
        self._mirrored = self.choice("layout", "parola", "fc16") == "parola"
        self.begin()

    @property
    def stages(self) -> int:
        return self.WORD_BITS * self.chain

    def begin(self) -> None:
        self.shifted = 0
        self.registers = [bytearray(PLACES) for _ in range(self.chain)]

    @property
    def size(self) -> tuple[float, float]:
        return SIDE * self.chain, SIDE + FOOT

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        right, y = self.size[0], SIDE + FOOT
        left = {
            name: (9.6 * (n + 1), y) for n, name in enumerate(("V+", "GND", "DIN", "CS", "CLK"))
        }
        far = ("V+.2", "GND.2", "DOUT", "CS.2", "CLK.2")
        return left | {name: (right - 9.6 * (5 - n), y) for n, name in enumerate(far)}

    def input_changed(self, pin: str, high: bool) -> None:
        if pin == "CLK" and high:
            self.shifted = (self.shifted << 1 | self.level["DIN"]) & ((1 << self.stages) - 1)
        elif pin == "CLK":
            self.set_outputs({"DOUT": bool(self.shifted >> (self.stages - 1))})
        elif pin == "CS" and high:
            self._load()

    def _load(self) -> None:
        """Each driver loads the word in its part of the shift register."""
        for number, registers in enumerate(self.registers):
            word = self.shifted >> self.WORD_BITS * number & 0xFFFF
            registers[word >> 8 & 0xF] = word & 0xFF

    def take_words(self, words: Sequence[npt.NDArray[np.int64]]) -> None:
        for registers, loaded in zip(self.registers, words, strict=True):
            last = np.full(PLACES, -1)
            last[loaded >> 8 & 0xF] = np.arange(len(loaded))  # of several at one place, the last
            for place in np.flatnonzero(last >= 0).tolist():
                registers[place] = int(loaded[last[place]]) & 0xFF

    def _rows(self, registers: bytearray) -> list[int]:
        """The lit dots of one matrix, one byte for each row."""
        if registers[TEST] & 1:
            return [0xFF] * DOTS
        if not registers[SHUTDOWN] & 1:
            return [0] * DOTS
        rows = [0] * DOTS
        for row in range((registers[SCAN_LIMIT] & 7) + 1):
            value = registers[row + 1]
            decoded = CODE_B[value & 0xF] | value & 0x80
            rows[row] = decoded if registers[DECODE] >> row & 1 else value
        return rows

    def pixels(self) -> Pixels:
        chips = [np.array(self._rows(registers), np.uint8) for registers in self.registers]
        squares = [np.unpackbits(rows[:, None], axis=1) for rows in chips]
        if self._mirrored:
            squares = [square[:, ::-1] for square in squares]
        return np.hstack(squares[::-1]) * np.uint8(255 if self.powered else 0)

    def svg(self, view: PartView) -> str:
        shade = light_colour(self.usual("color", *LIGHTS))
        lit, pitch = self.pixels() > 0, SIDE / DOTS
        drawn, light = "", ""
        for chip in range(self.chain):
            drawn += rect(SIDE * chip + 1, 1, SIDE - 2, SIDE - 2, "#1d2025", 2)
        for row in range(DOTS):
            for column in range(DOTS * self.chain):
                x, y = pitch * (column + 0.5), pitch * (row + 0.5)
                chip = self.chain - 1 - column // DOTS
                bright = (self.registers[chip][INTENSITY] & 0xF) / 30 + 0.5
                on = bool(lit[row, column])
                drawn += circle(x, y, 5.2, mix("#3a3f47", shade, bright if on else 0.0))
                light += glow(x, y, 9, shade, 0.4 * bright) if on else ""
        names = "".join(
            circle(x, y - 3, 2.4, "#d8b54a")
            + text(x, y - 7.5, name.split(".")[0], 3.8, "#f2f3f5", text_anchor="middle")
            for name, (x, y) in self.pins.items()
        )
        return rect(0, 0, *self.size, "#14532d", 3) + drawn + light + names
