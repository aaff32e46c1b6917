"""The controller of a colour display: its memory, its commands, and the picture on its panel.

ILI9341, ST7789 and their relatives have the commands of MIPI DCS. They differ in the size of the
memory, and in how the panel is mounted on it (`Panel`). Sources: MIPI Alliance DCS 1.1; Ilitek
ILI9341 data sheet (V1.11), sections 8 and 9.3; Sitronix ST7789V data sheet (V1.6), sections 8 and
9.1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hardware.bench.parts.common.display import Pixels

READ_ID, SLEEP_OUT, INVERT_ON, ON, WRITE, CONTINUE = 0x04, 0x11, 0x21, 0x29, 0x2C, 0x3C
LENGTHS = {0x2A: 4, 0x2B: 4, 0x33: 6, 0x36: 1, 0x37: 2, 0x3A: 1}
"""The number of parameters: columns, rows, scrolled area, access order, start, colour format."""
MIRROR_Y, MIRROR_X, EXCHANGE, BGR = 0x80, 0x40, 0x20, 0x08
"""Bits of the memory access control (36)."""
BITS_12, BITS_16, BITS_18 = 3, 5, 6
"""Colour formats (3A)."""
PIXEL_BYTES = {BITS_12: 3, BITS_16: 2, BITS_18: 3}
"""Bytes of the smallest group of whole pixels: two of 12 bits, one of the others."""


@dataclass(frozen=True)
class Panel:
    """A panel on a controller."""

    columns: int
    rows: int
    """Of the memory."""
    shown: int
    """The rows that the panel has, from row 0 on."""
    mirrored: bool = False
    """Column 0 of the memory is at the right."""
    bgr: bool = False
    """The colour filter begins with blue: programs switch to BGR."""
    inverted: bool = False
    """The panel shows the opposite colours: programs switch the inversion on."""
    id: bytes = b""
    """The answer to "read display identification", after a dummy byte."""


class Tft:
    """A controller with its panel."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.reset()

    def reset(self) -> None:
        """The state after a reset. The real memory keeps what it had, at random after power on;
        here it is black."""
        self.memory = np.zeros((self.panel.rows, self.panel.columns, 3), np.uint8)
        self.awake = self.on = self.inverse = False
        self.order = 0
        self._format = BITS_18
        self._columns = (0, self.panel.columns - 1)
        self._rows = (0, self.panel.rows - 1)
        self._scroll = (0, self.panel.rows)
        """Where the scrolled area begins, and how long it is."""
        self._start = 0
        self._command = 0
        self._values = bytearray()
        self._at = 0
        """How many pixels of the window have been written."""
        self._answer = b""

    # -- from the program -----------------------------------------------------------------------

    def command(self, code: int) -> None:
        """A command; what belongs to it follows as data."""
        self._command = code
        self._values.clear()
        self._answer = b"\x00" + self.panel.id if code == READ_ID else b""
        match code:
            case 0x01:
                self.reset()
            case 0x10 | 0x11:
                self.awake = code == SLEEP_OUT
            case 0x20 | 0x21:
                self.inverse = code == INVERT_ON
            case 0x28 | 0x29:
                self.on = code == ON
            case 0x2C:
                self._at = 0

    def data(self, data: bytes) -> bytes:
        """Data for the last command. Returns the bytes that the controller sends meanwhile."""
        if self._command in (WRITE, CONTINUE):
            self._write(data)
        elif self._command in LENGTHS:
            self._values += data
            if len(self._values) >= LENGTHS[self._command]:
                self._set(self._command, bytes(self._values))
        answer, self._answer = self._answer[: len(data)], self._answer[len(data) :]
        return answer.ljust(len(data), b"\x00")

    def _set(self, code: int, values: bytes) -> None:
        """A command that has all its parameters."""
        words = [values[n] << 8 | values[n + 1] for n in range(0, len(values) - 1, 2)]
        match code:
            case 0x2A:
                self._columns, self._at = (words[0], words[1]), 0
            case 0x2B:
                self._rows, self._at = (words[0], words[1]), 0
            case 0x33:
                self._scroll = words[0], words[1]
            case 0x36:
                self.order = values[0]
            case 0x37:
                self._start = words[0]
            case 0x3A:
                self._format = values[0] & 7
        self._values.clear()

    def _write(self, data: bytes) -> None:
        """Pixels for the window, row by row; after the last one it begins again."""
        if (size := PIXEL_BYTES.get(self._format)) is None:
            return
        whole = bytes(self._values) + data
        self._values[:] = whole[len(whole) - len(whole) % size :]
        colours = _colours(whole[: len(whole) - len(whole) % size], self._format)
        (left, right), (top, bottom) = self._columns, self._rows
        wide, high = right - left + 1, bottom - top + 1
        if wide < 1 or high < 1 or not len(colours):
            return
        places = (self._at + np.arange(len(colours))) % (wide * high)
        self._at = (self._at + len(colours)) % (wide * high)
        x, y = left + places % wide, top + places // wide
        if self.order & EXCHANGE:
            x, y = y, x
        inside = (x < self.panel.columns) & (y < self.panel.rows)
        x, y = x[inside], y[inside]
        if self.order & MIRROR_X:
            x = self.panel.columns - 1 - x
        if self.order & MIRROR_Y:
            y = self.panel.rows - 1 - y
        self.memory[y, x] = colours[inside]

    # -- on the panel ---------------------------------------------------------------------------

    def pixels(self) -> Pixels:
        """What the panel shows: rows of dots of three bytes, red, green, blue."""
        panel = self.panel
        if not (self.awake and self.on):
            return np.zeros((panel.shown, panel.columns, 3), np.uint8)
        first, length = self._scroll
        lines = np.arange(panel.rows)
        area = slice(first, min(first + length, panel.rows))
        if length:
            lines[area] = first + (lines[area] - first + self._start - first) % length
        seen = self.memory[lines % panel.rows][: panel.shown]
        if panel.mirrored:
            seen = seen[:, ::-1]
        if bool(self.order & BGR) is not panel.bgr:
            seen = seen[..., ::-1]
        return 255 - seen if self.inverse is not panel.inverted else seen.copy()


def _colours(data: bytes, bits: int) -> Pixels:
    """Colours of three bytes from pixels of the wire."""
    if bits == BITS_16:
        words = np.frombuffer(data, ">u2").astype(np.int64)
        return _full((words >> 11, 5), (words >> 5 & 63, 6), (words & 31, 5))
    raw = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int64)
    if bits == BITS_18:
        return _full(*((raw[:, n] >> 2, 6) for n in range(3)))
    a, b, c = raw.T
    nibbles = np.stack([a >> 4, a & 15, b >> 4, b & 15, c >> 4, c & 15], axis=1).reshape(-1, 3)
    return _full(*((nibbles[:, n], 4) for n in range(3)))


def _full(*channels: tuple[npt.NDArray[np.int64], int]) -> Pixels:
    """Values of a few bits as bytes: the highest is 255."""
    bytes_ = [values * 255 // ((1 << bits) - 1) for values, bits in channels]
    return np.stack(bytes_, axis=1).astype(np.uint8)
