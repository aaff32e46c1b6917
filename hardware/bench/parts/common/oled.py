"""The display controller SSD1306: its memory, its commands, and the picture on its panel.

Source: Solomon Systech SSD1306 data sheet, sections 8.1.5, 8.7 and 10.
"""

from typing import Final

import numpy as np

from hardware.bench.parts.common.display import Pixels

COLUMNS, PAGES, ROWS = 128, 8, 64
HORIZONTAL, VERTICAL, PAGE = 0, 1, 2
LIT = 255
MORE = {
    0x20: 1,
    0x21: 2,
    0x22: 2,
    0x26: 6,
    0x27: 6,
    0x29: 5,
    0x2A: 5,
    0x81: 1,
    0x8D: 1,
    0xA3: 2,
    0xA8: 1,
    0xAD: 1,
    0xD3: 1,
    0xD5: 1,
    0xD6: 1,
    0xD9: 1,
    0xDA: 1,
    0xDB: 1,
}
"""Commands with parameters: the number of parameter bytes."""
INTERVALS = (5, 64, 128, 256, 3, 4, 25, 2)
"""Frames between two steps of a scroll, by interval code (table 10-1)."""
FRAME_NS = 9_600_000
"""One frame with the oscillator setting after reset: (54 clocks * 64 rows) / 370 kHz."""


class OledSwitches:
    """What the controllers of this kind switch on and off with the lowest bit of a command."""

    def reset(self) -> None:
        """The state after power-on."""
        self.on = self.inverse = self.all_on = False
        self._remapped = False
        """Segment 0 is the last column."""

    def _switch(self, code: int) -> None:
        """A command of one byte; an unknown one does nothing."""
        on = bool(code & 1)
        match code & 0xFE:
            case 0xA0:
                self._remapped = on
            case 0xA4:
                self.all_on = on
            case 0xA6:
                self.inverse = on
            case 0xAE:
                self.on = on


class Oled(OledSwitches):
    """A controller with a panel of 128 by 64 dots. Times are virtual nanoseconds."""

    def __init__(self) -> None:
        self.memory: Final = bytearray(COLUMNS * PAGES)
        """One byte for each page and segment of the panel."""
        self.reset()

    def reset(self) -> None:
        """The state after power-on (section 8.9). The real memory is random then; here it is 0."""
        super().reset()
        self.memory[:] = bytes(len(self.memory))
        self.pump = False
        self.contrast = 0x7F
        self._mode = PAGE
        self._column = self._page = 0
        self._columns, self._pages = (0, COLUMNS - 1), (0, PAGES - 1)
        self._upside_down = True
        self._line = self._offset = 0
        self._rows = ROWS
        self._command = bytearray()
        self._scroll = b""
        self._scrolls_since: int | None = None

    # -- memory -------------------------------------------------------------------------------

    def data(self, byte: int) -> None:
        """A byte for the memory: eight dots of a column. The address then moves on."""
        segment = self._column if self._remapped else COLUMNS - 1 - self._column  # as modules are
        self.memory[self._page * COLUMNS + segment] = byte
        if self._mode == VERTICAL:
            if self._next_page():
                self._next_column(self._columns)
        elif self._mode == HORIZONTAL:
            if self._next_column(self._columns):
                self._next_page()
        else:
            self._next_column((0, COLUMNS - 1))

    def data_all(self, data: bytes) -> None:
        """The same for many bytes, a row at a time."""
        low, high = self._columns if self._mode == HORIZONTAL else (0, COLUMNS - 1)
        if self._mode == VERTICAL or not low <= self._column <= high:
            for byte in data:
                self.data(byte)
            return
        while data:
            row, data = data[: high + 1 - self._column], data[high + 1 - self._column :]
            end = self._column + len(row)
            first = self._page * COLUMNS
            if self._remapped:
                self.memory[first + self._column : first + end] = row
            else:
                self.memory[first + COLUMNS - end : first + COLUMNS - self._column] = row[::-1]
            self._column = end if end <= high else low
            if end > high and self._mode == HORIZONTAL:
                self._next_page()

    def _next_column(self, window: tuple[int, int]) -> bool:
        """Move to the next column. Returns whether it wrapped around."""
        again = self._column == window[1]
        self._column = window[0] if again else (self._column + 1) % COLUMNS
        return again

    def _next_page(self) -> bool:
        again = self._page == self._pages[1]
        self._page = self._pages[0] if again else (self._page + 1) % PAGES
        return again

    # -- commands -----------------------------------------------------------------------------

    def command(self, byte: int, t_ns: int) -> None:
        """A byte of a command; the command runs when it is complete."""
        self._command.append(byte)
        if len(self._command) > MORE.get(self._command[0], 0):
            code, *values = self._command
            self._command.clear()
            self._long(code, values, t_ns) if values else self._short(code, t_ns)

    def _short(self, code: int, t_ns: int) -> None:
        """Commands of one byte."""
        match code >> 4:
            case 0x0:
                self._column = self._column & 0x70 | code & 0x0F
            case 0x1:
                self._column = (code & 0x07) << 4 | self._column & 0x0F
            case 0x4 | 0x5 | 0x6 | 0x7:
                self._line = code & 0x3F
            case 0xB:
                self._page = code & 0x07
            case 0xC:
                self._upside_down = not code & 0x08
            case 0x2 if code & 0xFE == 0x2E:
                self._run_scroll(bool(code & 1), t_ns)
            case _:
                self._switch(code)

    def _long(self, code: int, values: list[int], t_ns: int) -> None:
        """Commands with values."""
        first = values[0]
        match code:
            case 0x20:
                self._mode = first & 3 if first & 3 != 3 else self._mode
            case 0x21:
                self._columns = first & 0x7F, values[1] & 0x7F
                self._column = self._columns[0]
            case 0x22:
                self._pages = first & 7, values[1] & 7
                self._page = self._pages[0]
            case 0x26 | 0x27 | 0x29 | 0x2A:
                self._scroll = bytes((code, *values))
            case 0x81:
                self.contrast = first
            case 0x8D:
                self.pump = bool(first & 4)
            case 0xA8:
                self._rows = (first & 0x3F) + 1 if first & 0x3F >= 15 else self._rows
            case 0xD3:
                self._offset = first & 0x3F

    def _run_scroll(self, on: bool, t_ns: int) -> None:
        """Start or stop a scroll; a stop does not change the memory."""
        self._scrolls_since = t_ns if on and self._scroll else None

    # -- panel --------------------------------------------------------------------------------

    def pixels(self, t_ns: int) -> Pixels:
        """64 rows of 128 dots, each 0 or 255."""
        seen = np.zeros((ROWS, COLUMNS), np.uint8)
        if not (self.on and self.pump):
            return seen
        pages = np.frombuffer(bytes(self.memory), np.uint8).reshape(PAGES, 1, COLUMNS)
        bits = np.unpackbits(pages, axis=1, bitorder="little").reshape(ROWS, COLUMNS)
        bits = self._scrolled(bits, t_ns)
        shown = np.ones_like(bits) if self.all_on else bits ^ self.inverse
        lines = np.arange(self._rows)
        source = (lines + self._line) % ROWS
        common = lines if self._upside_down else self._rows - 1 - lines
        seen[ROWS - 1 - (common + self._offset) % ROWS] = shown[source] * LIT
        return seen

    def _scrolled(self, bits: Pixels, t_ns: int) -> Pixels:
        """The memory after the steps of a running scroll: 26/27 horizontal, 29/2A also upwards."""
        if self._scrolls_since is None:
            return bits
        code, _dummy, first, interval, last, *rest = self._scroll
        steps = (t_ns - self._scrolls_since) // (FRAME_NS * INTERVALS[interval & 7])
        rows = slice(8 * (first & 7), 8 * (last & 7) + 8)
        bits = bits.copy()
        bits[rows] = np.roll(bits[rows], steps if code in (0x26, 0x29) else -steps, axis=1)
        return np.roll(bits, -steps * (rest[0] & 0x3F), axis=0) if code in (0x29, 0x2A) else bits
