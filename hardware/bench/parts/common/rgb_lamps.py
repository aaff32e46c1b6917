"""WS2812 RGB LEDs (NeoPixels) in all shapes: their data, and their drawing."""

from collections.abc import Iterator

import numpy as np

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Control, PartView, Words
from hardware.bench.parts.common.pixels import PixelPart
from hardware.bench.svg.elements import circle, glow, mix, rect
from hardware.i18n import both

MAX_LAMPS = 4096
"""The maximum number of lamps of one part. Each takes 30 us, so a frame takes 123 ms."""
BYTES = 3
NO_LAMP = -1
DEAD = Control(NO_LAMP, MAX_LAMPS - 1, whole=True, fault=True)
"""The control for the number of a broken lamp."""
GAMMA = 1 / 2.2
"""The light of a lamp is proportional to its byte, but how bright it looks is not."""
DARK = "#4a4f57"
DARK_A, FULL_A = 0.001, 0.02
"""Current of a dark lamp, and of each colour at full brightness (WS2812B data sheet: 12 mA to 20
mA, by manufacturer)."""


class RgbLamps(PixelPart, Display):
    """A chain of lamps. Each keeps three bytes (green, red, blue) and passes on the rest."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._kept = bytearray(BYTES * self.lamps)
        if "dead" in self.CONTROLS:
            self.values["dead"] = NO_LAMP

    @property
    def lamps(self) -> int:
        """The number of lamps."""
        return 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of `pixels()`."""
        return 1, self.lamps

    def place(self, lamp: int) -> tuple[int, int]:
        """Row and column of a lamp, by its number in the chain."""
        return divmod(lamp, self.shape[1])

    def power(self, on: bool) -> None:
        self._kept = bytearray(BYTES * self.lamps)

    def draws(self) -> float:
        return self.lamps * DARK_A + sum(self._kept) / 255 * FULL_A

    def draws_at_most(self) -> float:
        return self.lamps * (DARK_A + BYTES * FULL_A)

    def din(self, data: bytes, t_ns: int) -> bytes:
        dead = int(self.values.get("dead", NO_LAMP))
        broken = 0 <= dead < self.lamps
        end = min(BYTES * (dead if broken else self.lamps), len(data) // BYTES * BYTES)
        self._kept[:end] = data[:end]
        self.changed()  # its current is another one now
        return b"" if broken else data[len(self._kept) :]

    def colours(self) -> list[tuple[int, int, int]]:
        """Red, green, blue of each lamp, in the order of the chain."""
        grb = zip(self._kept[::BYTES], self._kept[1::BYTES], self._kept[2::BYTES], strict=True)
        return [(red, green, blue) for green, red, blue in grb]

    def pixels(self) -> Pixels:
        rows, columns = self.shape
        seen = np.zeros((rows, columns, BYTES), np.uint8)
        for number, colour in enumerate(self.colours()):
            seen[self.place(number)] = colour
        return seen

    def spots(self) -> Iterator[tuple[float, float]]:
        """The position of each lamp in the drawing."""
        yield self.size[0] / 2, self.size[1] / 2

    def lamps_svg(self, side: float) -> str:
        """All lamps with their light; `side` is the size of one."""
        bodies, lights = "", ""
        for (x, y), colour in zip(self.spots(), self.colours(), strict=True):
            level, shade = max(colour) / 255, look(colour)
            half = side / 2
            bodies += rect(x - half, y - half, side, side, "#e6e8eb", 1)
            bodies += circle(x, y, side * 0.38, mix(DARK, shade, level**GAMMA))
            lights += glow(x, y, side * 1.5, shade, 0.75 * level**GAMMA)
        return bodies + lights

    def words(self, view: PartView) -> Words | None:
        colours = self.colours()
        if len(colours) > 1:
            return None  # those of its pixels
        shares = zip(("red", "green", "blue"), colours[0], strict=True)
        percents = {name: round(level / 2.55) for name, level in shares}
        return both("red {red} %, green {green} %, blue {blue} %"), percents

    def svg(self, view: PartView) -> str:
        return self.lamps_svg(17)


def look(colour: tuple[int, int, int]) -> str:
    """The colour of a light at full brightness."""
    most = max(colour) or 1
    return "#" + "".join(f"{round(255 * (value / most) ** GAMMA):02x}" for value in colour)
