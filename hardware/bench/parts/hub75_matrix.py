"""A panel of RGB lamps with a HUB75 connector: two rows are lit at a time."""

from collections import deque

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Part, PartView, World
from hardware.bench.svg.elements import rect
from hardware.bench.svg.frame import frame_svg
from hardware.bench.svg.pcb import pin_row
from hardware.i18n import both

DATA = ("R1", "G1", "B1", "R2", "G2", "B2")
ADDRESS = ("A", "B", "C", "D", "E")
CONNECTOR = (
    *("R1", "G1", "B1", "GND.1", "R2", "G2", "B2", "E"),
    *("A", "B", "C", "D", "CLK", "LAT", "OE", "GND.2"),
)
"""In the order of its contacts."""
HEIGHTS = (16, 32, 64)
MOST_COLUMNS = 256
SEEN_NS, MIXED_NS = 200_000_000, 20_000_000
"""A picture that comes 5 times a second flickers, but a person sees all of it. What a row shows
within 20 ms looks like one shade."""
KEPT = 20_000
"""Lights that are kept; a program in MicroPython cannot make more in that time."""
GAMMA = 2.2
"""Of the eye: what shines for half of the time looks brighter than half."""
DOT, FOOT = 6.0, 22.0


class Hub75Matrix(Part, Display):
    """Pins `R1 G1 B1 R2 G2 B2`, `A B C D E`, `CLK LAT OE GND`; attributes of ours: `rows` (32; 16
    or 64) and `cols` (64).

    A rising edge of CLK shifts one dot of the upper half (R1 G1 B1) and one of the lower half in.
    LAT high takes over what was shifted in. While OE is low, the two rows with the number in A to
    E shine; panels of 16 and 32 rows have no D or E. A program therefore lights one pair of rows
    after the other, again and again. The brightness of a dot is the share of the light of its row
    for which it was on. The lamps have a supply of their own. `pixels()` is rows by columns of
    three bytes. Wokwi does not document this part, and its attributes are not known.
    """

    TYPES = ("wokwi-hub75-matrix",)
    TITLE = both("Matrix of RGB lamps (HUB75)")
    GROUP = "displays"
    LISTENS = (*DATA, *ADDRESS, "CLK", "LAT", "OE")
    ATTRS = {"rows": "32", "cols": "64"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.rows = int(self.choice("rows", *map(str, HEIGHTS)))
        self.columns = int(self.number("cols", 8, MOST_COLUMNS))
        self._level = dict.fromkeys(self.LISTENS, False)
        self._dots = 0
        """The data lines as a number: R1 is its lowest bit."""
        self._shifted: deque[int] = deque([0] * self.columns, self.columns)
        self._held = bytes(self.columns)
        """What LAT has taken over."""
        self._address = 0
        self._since_ns = 0
        """When what shines now began to."""
        self._shone: deque[tuple[int, int, int, bytes]] = deque(maxlen=KEPT)
        """What has shone lately: from when, until when, which rows, which dots."""

    def start(self, world: World) -> None:
        super().start(world)
        self._since_ns = world.now_ns

    def level_changed(self, pin: str, high: bool) -> None:
        self._level[pin] = high
        if pin == "CLK":
            if high:
                self._shifted.append(self._dots)
                if self._level["LAT"]:
                    self._take_over()
        elif pin in DATA:
            self._dots = self._dots & ~(1 << DATA.index(pin)) | high << DATA.index(pin)
        elif pin == "LAT":
            if high:
                self._take_over()
        else:
            self._end_light(was_lit=high if pin == "OE" else not self._level["OE"])
            address = sum(self._level[pin] << n for n, pin in enumerate(ADDRESS))
            self._address = address % (self.rows // 2)

    def _take_over(self) -> None:
        self._end_light(was_lit=not self._level["OE"])
        self._held = bytes(self._shifted)

    def _end_light(self, was_lit: bool) -> None:
        """Keeps what has shone until now."""
        now = self.world.now_ns
        if was_lit and now > self._since_ns:
            self._shone.append((self._since_ns, now, self._address, self._held))
        while self._shone and self._shone[0][1] < now - SEEN_NS:
            self._shone.popleft()
        self._since_ns = now

    def pixels(self) -> Pixels:
        now, half = self.world.now_ns, self.rows // 2
        lit = [*self._shone]
        if not self._level["OE"]:
            lit.append((self._since_ns, now + 1, self._address, self._held))
        last_ns = {row: until_ns for _since, until_ns, row, _held in lit}
        on, light = np.zeros((self.rows, self.columns, 3)), np.zeros((self.rows, 1, 1))
        for since_ns, until_ns, row, held in lit:
            ns = until_ns - max(since_ns, last_ns[row] - MIXED_NS)
            if ns > 0 and last_ns[row] > now - SEEN_NS:
                bits = np.frombuffer(held, np.uint8)[:, None] >> np.arange(6) & 1
                on[row] += bits[:, :3] * ns
                on[row + half] += bits[:, 3:] * ns
                light[[row, row + half]] += ns
        shares = on / np.maximum(light, 1)
        return np.rint(255 * shares ** (1 / GAMMA)).astype(np.uint8)

    @property
    def size(self) -> tuple[float, float]:
        return max(DOT * self.columns, 9.6 * len(CONNECTOR)) + 8, DOT * self.rows + 8 + FOOT

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        left, y = (self.size[0] - 9.6 * (len(CONNECTOR) - 1)) / 2, self.size[1] - 4.8
        return {name: (round(left + 9.6 * n, 2), y) for n, name in enumerate(CONNECTOR)}

    def svg(self, view: PartView) -> str:
        wide, high = DOT * self.columns, DOT * self.rows
        left = (self.size[0] - wide) / 2
        return (
            rect(0, 0, *self.size, "#23272d", 3)
            + rect(left - 2, 2, wide + 4, high + 4, "#0f1114", 2)
            + frame_svg(np.maximum(self.pixels(), 18), left, 4, wide, high)
            + pin_row(self.pins, -6)
        )
