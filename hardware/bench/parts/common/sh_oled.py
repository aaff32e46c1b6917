"""The display controllers SH1106 and SH1107: like the SSD1306, but without its windows.

Sources: Sino Wealth SH1106 data sheet (V2.3) and SH1107 data sheet (V2.1), "Commands".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hardware.bench.parts.common.display import Pixels
from hardware.bench.parts.common.oled import LIT, OledSwitches

LONG = {0x81, 0xA8, 0xAD, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB}
"""Commands with one parameter."""


@dataclass(frozen=True)
class ShModel:
    """What differs from one controller, and its panel, to another."""

    columns: int
    """Of the memory."""
    pages: int
    first: int
    """The column of the memory that the panel begins with."""
    shown: int
    """The columns of the panel."""
    turned: bool
    """The panel is mounted upside down: programs turn both directions (A1, C8)."""
    line_command: bool
    """The start line has a command of two bytes (DC); without it, it is 40 to 7F."""


SH1106 = ShModel(132, 8, 2, 128, turned=True, line_command=False)
SH1107 = ShModel(128, 16, 0, 128, turned=False, line_command=True)


class ShOled(OledSwitches):
    """A controller with its panel."""

    def __init__(self, model: ShModel) -> None:
        self.model: Final = model
        self.memory: Final = bytearray(model.columns * model.pages)
        self.reset()

    def reset(self) -> None:
        """The state after power-on. The real memory is random then; here it is 0."""
        super().reset()
        self.memory[:] = bytes(len(self.memory))
        self.pump = True
        self.contrast = 0x80
        self._vertical = self._upwards = False
        self._column = self._page = self._line = self._offset = 0
        self._long: int | None = None

    def data(self, byte: int) -> None:
        """A byte for the memory: eight dots of a column. The address then moves on."""
        self.memory[self._page * self.model.columns + self._column] = byte
        if self._vertical:
            self._page = (self._page + 1) % self.model.pages
            if self._page:
                return
        self._column = (self._column + 1) % self.model.columns

    def data_all(self, data: bytes) -> None:
        """The same for many bytes."""
        for byte in data:
            self.data(byte)

    def command(self, byte: int, t_ns: int) -> None:
        """A byte of a command; the command runs when it is complete."""
        if self._long is not None:
            code, self._long = self._long, None
            self._set(code, byte)
        elif byte in LONG or (byte == 0xDC and self.model.line_command):
            self._long = byte
        else:
            self._short(byte)

    def _set(self, code: int, value: int) -> None:
        match code:
            case 0x81:
                self.contrast = value
            case 0xAD:
                self.pump = bool(value & 1)
            case 0xD3:
                self._offset = value
            case 0xDC:
                self._line = value & 0x7F

    def _short(self, code: int) -> None:
        match code >> 4:
            case 0x0:
                self._column = (self._column & 0xF0 | code & 0x0F) % self.model.columns
            case 0x1:
                high = (code & 0x0F) << 4
                self._column = (high | self._column & 0x0F) % self.model.columns
            case 0x2 if self.model.line_command:
                self._vertical = bool(code & 1)
            case 0x4 | 0x5 | 0x6 | 0x7 if not self.model.line_command:
                self._line = code & 0x3F
            case 0xB:
                self._page = (code & 0x0F) % self.model.pages
            case 0xC:
                self._upwards = bool(code & 8)
            case _:
                self._switch(code)

    def pixels(self, t_ns: int) -> Pixels:
        """Rows of dots, each 0 or 255."""
        model = self.model
        rows = 8 * model.pages
        if not (self.on and self.pump):
            return np.zeros((rows, model.shown), np.uint8)
        pages = np.frombuffer(bytes(self.memory), np.uint8).reshape(model.pages, 1, model.columns)
        bits = np.unpackbits(pages, axis=1, bitorder="little").reshape(rows, model.columns)
        shown = np.ones_like(bits) if self.all_on else bits ^ self.inverse
        shown = np.roll(shown, -self._line - self._offset, axis=0)
        if self._remapped is not model.turned:
            shown = shown[:, ::-1]
        if self._upwards is not model.turned:
            shown = shown[::-1]
        return shown[:, model.first : model.first + model.shown] * np.uint8(LIT)
