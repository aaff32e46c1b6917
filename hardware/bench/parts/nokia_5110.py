"""The display of the Nokia 5110: 84 by 48 dots, controller PCD8544, on SPI."""

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import PartView
from hardware.bench.svg.displays import dots
from hardware.bench.svg.elements import mix, rect
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4
COLUMNS, PAGES = 84, 6
PINS = ("RST", "CE", "DC", "DIN", "CLK", "VCC", "BL", "GND")
UPPER = ("RST.2 ", "CE.2", "DC.2", "DIN.2 ", "CLK.2 ", "VCC.2 ", "BL.2", "GND.2 ")
"""The names of the upper row, as Wokwi writes them."""
POWER_DOWN, VERTICAL, EXTENDED = 4, 2, 1
BLANK, ALL_ON, NORMAL, INVERSE = 0, 1, 4, 5
PALE = 40
"""With a lower operating voltage (Vop) no dot can be seen; near the top all are dark."""


class Nokia5110(Module, SpiPart, Display):
    """Pins `RST CE DC DIN CLK VCC BL GND`, on a board twice.

    All commands of the PCD8544 (tables 1 and 2): function set, display control, Y and X address,
    temperature, bias and Vop; with a Vop below 40 nothing can be seen. It needs a low pulse at RST
    after power on, as in the data sheet: without it nothing is taken over. `pixels()` is 255
    where a dot is dark. BL high lights the background. Source: Philips PCD8544 data sheet
    (1999-04-12), sections 7 and 8.
    """

    TYPES = ("board-nokia-5110", "wokwi-nokia-5110-screen")
    TITLE = both("Display (Nokia 5110)")
    GROUP = "displays"
    PINS = {
        **{name: ((13.7 + 2.54 * n) * MM, 42.15 * MM) for n, name in enumerate(PINS)},
        **{name: ((13.7 + 2.54 * n) * MM, 3 * MM) for n, name in enumerate(UPPER)},
    }
    SIZE = (45.192 * MM, 45.101 * MM)
    LISTENS = ("RST",)
    SUPPLY = ("VCC", "GND", 2.7)
    SCK, MOSI, MISO, CS = "CLK", "DIN", "", "CE"
    SPI_MODES = (0, 3)
    SCREEN = (3.655 * MM, 11.362 * MM, 37.882 * MM, 26.804 * MM)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._reset()
        self._is_reset = False

    def _reset(self) -> None:
        self.memory = bytearray(COLUMNS * PAGES)
        self._function = POWER_DOWN
        self._mode, self._vop = BLANK, 0
        self._x = self._y = 0

    def begin(self) -> None:
        self._reset()
        self._is_reset = False

    def level_changed(self, pin: str, high: bool) -> None:
        if not high:
            self._reset()
            self._is_reset = True

    def spi_exchange_all(self, data: bytes) -> bytes:
        if self._is_reset and self.high("RST"):
            take = self._data if self.high("DC") else self._command
            for byte in data:
                take(byte)
        return bytes(len(data))

    def _data(self, byte: int) -> None:
        self.memory[self._y * COLUMNS + self._x] = byte
        if self._function & VERTICAL:
            self._y = (self._y + 1) % PAGES
            self._x = (self._x + (not self._y)) % COLUMNS
        else:
            self._x = (self._x + 1) % COLUMNS
            self._y = (self._y + (not self._x)) % PAGES

    def _command(self, code: int) -> None:
        if code & 0xF8 == 0x20:
            self._function = code & 7
        elif self._function & EXTENDED:
            self._vop = code & 0x7F if code & 0x80 else self._vop
        elif code & 0x80:
            self._x = min(code & 0x7F, COLUMNS - 1)
        elif code & 0x40:
            self._y = min(code & 7, PAGES - 1)
        elif code & 0xF8 == 0x08:
            self._mode = code & 5

    def pixels(self) -> Pixels:
        pages = np.frombuffer(bytes(self.memory), np.uint8).reshape(PAGES, 1, COLUMNS)
        bits = np.unpackbits(pages, axis=1, bitorder="little").reshape(8 * PAGES, COLUMNS)
        if not self.powered or self._function & POWER_DOWN or self._vop < PALE:
            return bits * np.uint8(0)
        seen = {BLANK: 0 * bits, ALL_ON: 0 * bits + 1, NORMAL: bits, INVERSE: 1 - bits}
        return (seen[self._mode] * 255).astype(np.uint8)

    def svg(self, view: PartView) -> str:
        x, y, wide, high = self.SCREEN
        lit = self.powered and self.high("BL")
        glass = "#c8e6d0" if lit else "#8fa08a"
        ink = mix(glass, "#1c2620", 0.9)
        pitch = (wide / COLUMNS, high / (8 * PAGES))
        row = {name: self.PINS[name] for name in PINS}
        upper = {name.strip().split(".")[0]: self.PINS[name] for name in UPPER}
        return (
            pcb(self.SIZE, "#a8323a")
            + rect(x - 5, y - 6, wide + 10, high + 12, "#c3c9d1", 3)
            + rect(x - 2, y - 2, wide + 4, high + 4, glass, 1)
            + dots(self.pixels() > 0, x, y, pitch, ink)
            + pin_row(row, -6)
            + pin_row(upper, 8.4)
        )
