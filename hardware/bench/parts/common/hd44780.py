"""The character display controller HD44780: its memories, instructions and busy time.

Source: Hitachi HD44780U data sheet, tables 6 (instructions, times at 270 kHz) and 8; "Interfacing
to the MPU". Times are virtual nanoseconds.
"""

from typing import Final

import numpy as np

from hardware.bench.parts.common.character_rom import COLUMNS, READ, ROWS, glyph
from hardware.bench.parts.common.display import Pixels

FAST_NS, DATA_NS, SLOW_NS = 37_000, 41_000, 1_520_000
"""Busy time of most instructions; of a byte written or read; of clear and home."""
POWER_ON_NS = 10_000_000
"""Its internal reset after power-on ("Reset Function"); it ignores everything before that."""
LINE = 0x40
"""Address of the second line."""
LINE_BYTES, ONE_LINE_BYTES = 40, 80
BLINK_NS = 409_600_000
"""Half period of the blinking block cursor, at 250 kHz."""
LIT = 255


class Hd44780:
    """A controller with a display of this many columns and rows. With four rows, each line of the
    controller has two of them."""

    def __init__(self, columns: int, rows: int, variant: str) -> None:
        self.columns, self.rows = columns, rows
        self._variant = variant
        self.ddram: Final = bytearray(ONE_LINE_BYTES)
        self.cgram: Final = bytearray(64)
        """Custom characters of the program (CGRAM), 8 rows each."""
        self.power_on(0)

    def power_on(self, t_ns: int) -> None:
        """The internal reset."""
        self.ddram[:] = b" " * len(self.ddram)
        self._busy_until = t_ns + POWER_ON_NS
        self.on = self.cursor = self.blink = False
        self._address, self._in_cgram = 0, False
        self._step, self._shifts = 1, False
        self._shift = 0
        self._wide, self._two_lines = True, False
        self._high: int | None = None
        """The first half of a byte on the 4-bit bus, until the second half comes."""

    # -- the bus ------------------------------------------------------------------------------

    def write(self, data: bool, lines: int, t_ns: int) -> None:
        """The falling edge of E with R/W low: `data` is RS, `lines` DB7 to DB0."""
        if self._wide:
            self._receive(data, lines, t_ns)
        elif self._high is None:
            self._high = lines & 0xF0
        else:
            whole, self._high = self._high | lines >> 4, None
            self._receive(data, whole, t_ns)

    def lines(self, data: bool, t_ns: int) -> int:
        """The levels that it drives on DB7 to DB0 while E and R/W are high."""
        if data:
            value = self.cgram[self._address] if self._in_cgram else self.ddram[self._cell()]
        else:
            value = (0x80 if t_ns < self._busy_until else 0) | self._address
        return value if self._wide or self._high is None else value << 4 & 0xF0

    def was_read(self, data: bool, t_ns: int) -> None:
        """The falling edge of E with R/W high."""
        if not self._wide and self._high is None:
            self._high = 0
            return
        self._high = None
        if data:
            self._advance()
            self._busy_until = t_ns + DATA_NS

    def _receive(self, data: bool, value: int, t_ns: int) -> None:
        """A whole byte. It is lost if the controller is still busy."""
        if t_ns < self._busy_until:
            return
        self._busy_until = t_ns + (DATA_NS if data else FAST_NS)
        if data:
            self._put(value)
        elif 0 < value < 4:
            self._busy_until = t_ns + SLOW_NS
            self._clear_or_home(clear=value == 1)
        else:
            self._instruct(value)

    # -- instructions -------------------------------------------------------------------------

    def _clear_or_home(self, clear: bool) -> None:
        if clear:
            self.ddram[:] = b" " * len(self.ddram)
            self._step = 1
        self._address, self._in_cgram, self._shift = 0, False, 0

    def _instruct(self, value: int) -> None:
        """The highest set bit selects the instruction."""
        match value.bit_length():
            case 8:
                self._address, self._in_cgram = value & 0x7F, False
            case 7:
                self._address, self._in_cgram = value & 0x3F, True
            case 6:
                self._wide, self._two_lines = bool(value & 0x10), bool(value & 0x08)
                self._high = None
            case 5:
                self._move(1 if value & 0x04 else -1, display=bool(value & 0x08))
            case 4:
                self.on, self.cursor, self.blink = (bool(value & bit) for bit in (4, 2, 1))
            case 3:
                self._step, self._shifts = 1 if value & 2 else -1, bool(value & 1)

    def _move(self, way: int, display: bool) -> None:
        """Move the cursor or shift the whole display (`way` +1: to the right)."""
        if display:
            self._shift = (self._shift - way) % self._line_bytes
        else:
            self._address = self._next(way)

    def _put(self, value: int) -> None:
        if self._in_cgram:
            self.cgram[self._address] = value
        else:
            self.ddram[self._cell()] = value
            if self._shifts:
                self._move(-self._step, display=True)
        self._advance()

    def _advance(self) -> None:
        self._address = self._next(self._step)

    @property
    def _line_bytes(self) -> int:
        return LINE_BYTES if self._two_lines else ONE_LINE_BYTES

    def _next(self, way: int) -> int:
        """The next address in a direction; after the last line follows the first one."""
        if self._in_cgram:
            return (self._address + way) % len(self.cgram)
        cell = (self._cell() + way) % ONE_LINE_BYTES
        if not self._two_lines:
            return cell
        return cell if cell < LINE_BYTES else cell - LINE_BYTES + LINE

    def _cell(self) -> int:
        """The index of the address in the memory; addresses between the lines wrap around."""
        if not self._two_lines:
            return self._address % ONE_LINE_BYTES
        second, place = divmod(self._address, LINE)
        return second * LINE_BYTES + place % LINE_BYTES

    # -- the display --------------------------------------------------------------------------

    def _shown(self) -> list[list[int]]:
        """The memory index of each character on the display; -1: the line is not driven."""
        places = []
        for row in range(self.rows):
            if row % 2 and not self._two_lines:
                places.append([-1] * self.columns)
                continue
            first = (row // 2) * self.columns + self._shift
            places.append(
                [
                    row % 2 * LINE_BYTES + (first + column) % self._line_bytes
                    for column in range(self.columns)
                ]
            )
        return places

    def text(self) -> str:
        """The lines that a person reads, without trailing blanks; empty when the display is
        off."""
        if not self.on:
            return ""
        read = READ[self._variant]
        return "\n".join(
            "".join(read[self.ddram[place]] if place >= 0 else " " for place in row).rstrip()
            for row in self._shown()
        )

    def pixels(self, t_ns: int) -> Pixels:
        """The dots, 0 or 255: 8 rows for each line, 5 columns for each character."""
        seen = np.zeros((self.rows * ROWS, self.columns * COLUMNS), np.uint8)
        if self.on:
            for row, places in enumerate(self._shown()):
                for column, place in enumerate(places):
                    if place >= 0:
                        at = (
                            slice(ROWS * row, ROWS * row + ROWS),
                            slice(COLUMNS * column, COLUMNS * column + COLUMNS),
                        )
                        seen[at] = self._dots(place, t_ns)
        return seen

    def _dots(self, place: int, t_ns: int) -> Pixels:
        """The dots of one character, with the cursor if it is there."""
        code = self.ddram[place]
        if code < 16:
            rows = np.frombuffer(
                bytes(self.cgram[code % 8 * ROWS : code % 8 * ROWS + ROWS]), np.uint8
            )
            dots = np.unpackbits(rows[:, None], axis=1)[:, -COLUMNS:]
        else:
            columns = np.array(glyph(self._variant, code), np.uint8)
            dots = np.unpackbits(columns[None, :], axis=0, bitorder="little")
        if not self._in_cgram and place == self._cell():
            if self.blink and t_ns // BLINK_NS % 2:
                dots = np.ones_like(dots)
            elif self.cursor:
                dots = dots.copy()
                dots[ROWS - 1] = 1
        return dots * np.uint8(LIT)
