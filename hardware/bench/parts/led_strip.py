"""A strip of NeoPixels."""

from collections.abc import Iterator

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.rgb_lamps import DEAD, MAX_LAMPS, RgbLamps
from hardware.bench.svg.elements import circle, rect, text
from hardware.i18n import both

PITCH, HEIGHT, END = 28.8, 38.4, 14.4
"""Sizes of the drawing: from lamp to lamp, its height, and each end with the pads."""


class LedStrip(RgbLamps):
    """Pins `VDD DIN VSS` on the left, `VDD.2 DOUT VSS.2` on the right; attributes `pixels` (8),
    `pixelShape`, `pixelSize` (looks only, not drawn).

    The control `dead` (ours) is the number of a broken lamp (-1: none). The lamps after it get no
    data. `pixels()` is a row of dots of three bytes.
    """

    TYPES = ("wokwi-led-strip",)
    TITLE = both("NeoPixel strip")
    GROUP = "lights"
    SUPPLY = ("VDD", "VSS", 3.0)
    CONTROLS = {"dead": DEAD}
    ATTRS = {"pixels": "8", "pixelShape": "", "pixelSize": "5050"}

    @property
    def lamps(self) -> int:
        return int(self.number("pixels", 1, MAX_LAMPS))

    @property
    def size(self) -> tuple[float, float]:
        return PITCH * self.lamps + 2 * END, HEIGHT

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        right = self.size[0]
        left = {name: (0.0, 9.6 * (n + 1)) for n, name in enumerate(("VDD", "DIN", "VSS"))}
        return left | {
            name: (right, 9.6 * (n + 1)) for n, name in enumerate(("VDD.2", "DOUT", "VSS.2"))
        }

    def spots(self) -> Iterator[tuple[float, float]]:
        for number in range(self.lamps):
            yield END + PITCH * (number + 0.5), HEIGHT / 2

    def svg(self, view: PartView) -> str:
        width, height = self.size
        pads = "".join(
            rect(x - 4 if x else -1, y - 2.6, 5, 5.2, "#d8b54a", 1)
            + text(
                x - 6 if x else 6,
                y + 1.8,
                name.split(".")[0],
                4.6,
                "#59606b",
                text_anchor="end" if x else "start",
            )
            for name, (x, y) in self.pins.items()
        )
        dots = "".join(circle(x, 4, 1.2, "#c9a227") for x, _y in self.spots())
        return (
            rect(0, 0, width, height, "#f2f0ea", 2, stroke="#c9c5ba")
            + dots
            + pads
            + (self.lamps_svg(18))
        )


class NeopixelSerial(LedStrip):
    """`wokwi-led-strip` under another type, with the pins `DIN VDD VSS DOUT` and the attributes
    `pixels` (8) and `pixel` (not drawn). Wokwi does not document it."""

    TYPES = ("wokwi-neopixel-serial",)
    ATTRS = {"pixels": "8", "pixel": ""}

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        left = {name: (0.0, 9.6 * (n + 1)) for n, name in enumerate(("VDD", "DIN", "VSS"))}
        return left | {"DOUT": (self.size[0], 19.2)}


class NeopixelMeter(LedStrip):
    """A chain of lamps with the one pin `DIN`; it needs no supply. Attribute `pixels` (8). Wokwi
    does not document it."""

    TYPES = ("wokwi-neopixel-meter",)
    ATTRS = {"pixels": "8"}

    @property
    def supply(self) -> None:
        return None

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        return {"DIN": (0.0, 19.2)}
