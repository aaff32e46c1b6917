"""An e-paper display of 2.9 inches, 296 by 128 dots, with the controller SSD1680."""

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import PartView
from hardware.bench.svg.displays import dots
from hardware.bench.svg.elements import rect
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

MM = 96 / 25.4
COLUMNS, ROWS = 128, 296
BYTES = COLUMNS // 8
PINS = ("BUSY", "RST", "DC", "CS", "CLK", "DIN", "VCC", "GND")
SLEEP, ENTRY, RESET, ACTIVATE, CONTROL_1, CONTROL_2 = 0x10, 0x11, 0x12, 0x20, 0x21, 0x22
WRITE, X_WINDOW, Y_WINDOW, X, Y = 0x24, 0x44, 0x45, 0x4E, 0x4F
LENGTHS = {SLEEP: 1, ENTRY: 1, CONTROL_1: 1, CONTROL_2: 1, X_WINDOW: 2, Y_WINDOW: 4, X: 1, Y: 2}
SHOWS, FAST = 0x04, 0x08
"""Bits of the update control 2: the sequence shows the memory; it uses the fast waveform."""
MS = 1_000_000
FULL_NS, FAST_NS, RESET_NS = 2_000 * MS, 300 * MS, 10 * MS


class Epaper2in9(Module, SpiPart, Display):
    """Pins `BUSY RST DC CS CLK DIN VCC GND`. Black and white; `pixels()` is 255 where a dot is
    black, 296 rows of 128, as in the memory.

    Simulated: reset (12, or RST low), deep sleep (10; only RST wakes it), data entry mode (11),
    update controls (21, 22) and activation (20), the memory (24), its window and counters (44, 45,
    4E, 4F). BUSY is high during a reset (10 ms) and an update (2 s, with the fast waveform 0.3 s;
    the flicker is not drawn): until then it takes nothing. The picture stays without power. The
    second memory (26), waveforms and voltages are accepted and change nothing. Source: Solomon
    Systech SSD1680 data sheet (rev. 0.14), sections 7 and 8; Waveshare 2.9inch e-Paper Module V2.
    """

    TYPES = ("board-epaper-2in9",)
    TITLE = both("E-paper (2.9 inches)")
    GROUP = "displays"
    PINS = {name: (4 * MM, (10 + 2.54 * n) * MM) for n, name in enumerate(PINS)}
    SIZE = (89.5 * MM, 38 * MM)
    LISTENS = ("RST",)
    SUPPLY = ("VCC", "GND", 2.5)
    OUTPUTS = {"BUSY": False}
    PULL_UPS = {"RST": 10_000.0}
    SCK, MOSI, MISO = "CLK", "DIN", ""
    SCREEN = (13.65 * MM, 3.25 * MM, 67.5 * MM, 31 * MM)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.memory = bytearray(b"\xff" * BYTES * ROWS)
        self.shown = bytes(self.memory)
        self._take_defaults()

    def begin(self) -> None:
        self._take_defaults()

    def _take_defaults(self) -> None:
        self._asleep = False
        self._entry, self._control_1, self._control_2 = 3, 0, 0xFF
        self._x_window, self._y_window = (0, BYTES - 1), (0, ROWS - 1)
        self._x = self._y = 0
        self._command = 0
        self._values = bytearray()

    def level_changed(self, pin: str, high: bool) -> None:
        if not high:
            self.forget()
            self._take_defaults()
            self._work(RESET_NS)

    def _work(self, ns: int) -> None:
        self.drive("BUSY", True)
        self.after(ns, lambda: self.drive("BUSY", False))

    def spi_exchange_all(self, data: bytes) -> bytes:
        is_data, is_reset = self.high("DC"), not self.high("RST")
        for byte in data:
            if not (is_reset or self._asleep or self.driven["BUSY"]):
                self._take_data(byte) if is_data else self._take_command(byte)
        return bytes(len(data))

    def _take_command(self, code: int) -> None:
        self._command = code
        self._values.clear()
        if code == RESET:
            self._take_defaults()
            self._work(RESET_NS)
        elif code == ACTIVATE:
            if self._control_2 & SHOWS:
                self._show()
            self._work(FAST_NS if self._control_2 & FAST else FULL_NS)

    def _show(self) -> None:
        """The memory becomes the picture: as it is, as zeros, or inverted (control 1)."""
        flags = self._control_1 & 0x0C
        bits = bytes(len(self.memory)) if flags == 4 else bytes(self.memory)
        self.shown = bytes(byte ^ 0xFF for byte in bits) if flags == 8 else bits

    def _take_data(self, byte: int) -> None:
        if self._command == WRITE:
            self._write(byte)
            return
        self._values.append(byte)
        if len(self._values) == LENGTHS.get(self._command):
            self._set(*(*self._values, 0, 0, 0)[:4])

    def _set(self, a: int, b: int, c: int, d: int) -> None:
        """A command has all its values."""
        match self._command:
            case 0x10:
                self._asleep = bool(a & 3)
            case 0x11:
                self._entry = a & 7
            case 0x21:
                self._control_1 = a
            case 0x22:
                self._control_2 = a
            case 0x44:
                self._x_window = a & 0x3F, b & 0x3F
            case 0x45:
                self._y_window = a | b << 8, c | d << 8
            case 0x4E:
                self._x = a & 0x3F
            case 0x4F:
                self._y = a | b << 8

    def _write(self, byte: int) -> None:
        """A byte for the memory; then the counters move as the entry mode says."""
        if self._x < BYTES and self._y < ROWS:
            self.memory[self._y * BYTES + self._x] = byte
        if self._entry & 4:
            self._y, wrapped = _next(self._y, self._y_window, bool(self._entry & 2))
            if wrapped:
                self._x, _again = _next(self._x, self._x_window, bool(self._entry & 1))
        else:
            self._x, wrapped = _next(self._x, self._x_window, bool(self._entry & 1))
            if wrapped:
                self._y, _again = _next(self._y, self._y_window, bool(self._entry & 2))

    def pixels(self) -> Pixels:
        rows = np.frombuffer(self.shown, np.uint8).reshape(ROWS, BYTES)
        return (1 - np.unpackbits(rows, axis=1)) * np.uint8(255)

    def svg(self, view: PartView) -> str:
        x, y, wide, high = self.SCREEN
        pitch = (wide / ROWS, high / COLUMNS)
        return (
            pcb(self.SIZE, "#1d4e89", (330, 8), (330, 135))
            + rect(x - 4, y - 3, wide + 8, high + 6, "#d6dbe2", 2)
            + rect(x, y, wide, high, "#eef0ec")
            + dots(np.rot90(self.pixels()) > 0, x, y, pitch, "#23272d")
            + header(self.PINS, self.SIZE)
        )


def _next(at: int, window: tuple[int, int], up: bool) -> tuple[int, bool]:
    """The counter after a step from start to end of its window, and whether it began again."""
    start, end = window
    if at == end:
        return start, True
    return at + (1 if up else -1), False
