"""One NeoPixel (WS2812B)."""

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.rgb_lamps import RgbLamps
from hardware.bench.svg.elements import rect
from hardware.i18n import both


class NeoPixel(RgbLamps):
    """Pins `VDD DIN VSS DOUT` (the data sheet wants 3.5 V or more; here 3 V is enough, as for
    most real ones).

    It keeps the first three bytes of a frame (green, red, blue) and passes on the rest at DOUT.
    `pixels()` is one dot of three bytes. Source: Worldsemi WS2812B data sheet, "Composition of 24
    bit data".
    """

    TYPES = ("wokwi-neopixel",)
    TITLE = both("NeoPixel")
    GROUP = "lights"
    PINS = {"VDD": (1, 3.5), "DOUT": (1, 14), "VSS": (21, 14), "DIN": (21, 3.5)}
    SIZE = (21.4, 18.9)
    SUPPLY = ("VDD", "VSS", 3.0)

    def svg(self, view: PartView) -> str:
        legs = "".join(
            rect(0 if x < 10 else 18.4, y - 1.6, 3, 3.2, "#c3c9d1") for x, y in self.PINS.values()
        )
        return legs + self.lamps_svg(16.5)
