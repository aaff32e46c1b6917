"""A bar graph of ten LEDs."""

from hardware.bench.parts.common.display import Display, LedGroup
from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.parts.led import FORWARD_VOLTS, OHMS
from hardware.bench.svg.colours import LIGHTS, brightness, light_colour
from hardware.bench.svg.elements import glow, mix, rect
from hardware.i18n import both

BARS = 10
MIXED = {
    "GYR": ("green",) * 5 + ("yellow",) * 3 + ("red",) * 2,
    "BCYR": ("blue",) + ("cyan",) * 4 + ("yellow",) * 3 + ("red",) * 2,
}
"""The colours of the bars, for values of `color` with several colours."""


class LedBarGraph(Part, Display):
    """Pins `A1`…`A10` (anodes), `C1`…`C10` (cathodes); attribute `color`: a colour, `GYR` or
    `BCYR`.

    Each bar is an LED of its colour. `text()` is a line of `#` (lit) and `-`.
    """

    TYPES = ("wokwi-led-bar-graph",)
    TITLE = both("LED bar graph")
    GROUP = "lights"
    PINS = {f"A{n + 1}": (4.8, 4.8 + 9.6 * n) for n in range(BARS)} | {
        f"C{n + 1}": (33.4, 4.8 + 9.6 * n) for n in range(BARS)
    }
    SIZE = (38.2, 96.4)
    IS_LOAD = True
    ATTRS = {"color": "red"}

    @property
    def colours(self) -> tuple[str, ...]:
        """The colour of each bar."""
        return MIXED.get(color := self.usual("color", *LIGHTS, *MIXED), (color,) * BARS)

    @property
    def lamps(self) -> LedGroup:
        """The LED of each bar."""
        return LedGroup(tuple((f"A{n + 1}", f"C{n + 1}") for n in range(BARS)))

    def stamp(self, net: Stamp) -> None:
        for (anode, cathode), colour in zip(self.lamps.ends, self.colours, strict=True):
            net.diode(anode, cathode, FORWARD_VOLTS.get(colour, 2.0), OHMS)

    def text(self) -> str:
        return "".join("#" if lit else "-" for lit in self.lamps.lit(self.view))

    def svg(self, view: PartView) -> str:
        drawn = rect(0, 0, 38.2, 96.4, "#23272d", 2)
        glows = ""
        for n, current in enumerate(self.lamps.amperes(view)):
            shade, lit, y = light_colour(self.colours[n]), brightness(current), 1.2 + 9.6 * n
            drawn += rect(9.5, y, 19.2, 7.2, mix(mix(shade, "#33363c", 0.72), shade, lit), 1)
            glows += glow(19.1, y + 3.6, 15, shade, 0.6 * lit)
        return drawn + glows
