"""A seven-segment display of one to four digits."""

from collections.abc import Iterable
from functools import cached_property

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display, LedGroup
from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.parts.led import FORWARD_VOLTS, OHMS
from hardware.bench.svg.colours import LIGHTS, brightness, light_colour
from hardware.bench.svg.displays import digit_svg, read_digit
from hardware.bench.svg.elements import circle, glow, mix, rect
from hardware.i18n import both

MM = 96 / 25.4
SEGMENTS = ("A", "B", "C", "D", "E", "F", "G", "DP")
LAYOUT = {
    1: ("E", "D", "COM.1", "C", "DP", "B", "A", "COM.2", "F", "G"),
    2: ("C", "DP", "E", "D", "G", "F", "DIG2", "DIG1", "B", "A"),
    3: ("E", "D", "DP", "C", "G", "", "B", "DIG3", "DIG2", "F", "A", "DIG1"),
    4: ("E", "D", "DP", "C", "G", "DIG4", "COM", "CLN", "B", "DIG3", "DIG2", "F", "A", "DIG1"),
}
"""Pins in the order of the package: along the lower edge, then back along the upper edge."""


class SevenSegment(Part, Display):
    """Pins `A`…`G DP` and `COM` (one digit) or `DIG1`…`DIG4`; with four digits the LED of the
    colon is at `CLN` and `COM`.

    Attributes: `common` `anode` or `cathode`, `digits` 1 to 4, `colon` (`1`: it has one), `color`.
    Each segment is an LED: it needs a resistor. A multiplexed display shows the average of the
    last 20 ms, as the eye does. `text()` gives the characters, `.` and `:`; `?` stands for an
    unknown character.
    """

    TYPES = ("wokwi-7segment",)
    TITLE = both("Seven segments")
    GROUP = "displays"
    IS_LOAD = True
    ATTRS = {"common": "anode", "digits": "1", "colon": "", "color": "red"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.digits = int(self.number("digits", 1, 4))
        self._anode = self.choice("common", "anode", "cathode") == "anode"

    @cached_property
    def pins(self) -> dict[str, tuple[float, float]]:
        names = LAYOUT[self.digits]
        columns = len(names) // 2
        left = (12.55 * self.digits - columns * 2.54) / 2 + 1.27
        places = {}
        for number, name in enumerate(names):
            column = number if number < columns else 2 * columns - 1 - number
            y = 19 if number < columns else 1
            places[name] = (round((left + 2.54 * column) * MM, 2), round(y * MM, 2))
        places.pop("", None)
        return places | ({"COM": places["COM.1"]} if self.digits == 1 else {})

    @property
    def size(self) -> tuple[float, float]:
        return 12.55 * MM * self.digits, 83.1

    @cached_property
    def lamps(self) -> LedGroup:
        """The LEDs of all segments, digit by digit."""
        commons = [f"DIG{n + 1}" if self.digits > 1 else "COM" for n in range(self.digits)]
        return self._lamps((common, segment) for common in commons for segment in SEGMENTS)

    @cached_property
    def colon(self) -> LedGroup:
        """The LED of the colon, if there is one. It is not multiplexed, so its brightness is not
        compared with that of the digits."""
        return self._lamps([("COM", "CLN")] if self.has_colon else [])

    def _lamps(self, ends: Iterable[tuple[str, str]]) -> LedGroup:
        """LEDs at a common pin, which is their anode or their cathode."""
        return LedGroup(tuple(pair if self._anode else pair[::-1] for pair in ends))

    @property
    def has_colon(self) -> bool:
        """Whether there is a colon: only packages of four digits have pins for it."""
        return self.digits == 4 and self.usual("colon", "", "1") not in ("", "0")

    def stamp(self, net: Stamp) -> None:
        for anode, cathode in (*self.lamps.ends, *self.colon.ends):
            net.diode(anode, cathode, FORWARD_VOLTS.get(self.usual("color", *LIGHTS), 2.0), OHMS)

    def text(self) -> str:
        lit = self.lamps.lit(self.view)
        read = ""
        for digit in range(self.digits):
            *bars, point = lit[8 * digit : 8 * digit + 8]
            read += read_digit(bars) + ("." if point else "")
            read += ":" if digit == 1 and any(self.colon.lit(self.view)) else ""
        return read

    def svg(self, view: PartView) -> str:
        shade = light_colour(self.attr("color"))
        currents = (*self.lamps.amperes(view), *self.colon.amperes(view))
        lit = [brightness(current) for current in currents]
        looks = [
            mix("#3d2f33" if shade == light_colour("red") else "#3a4049", shade, x) for x in lit
        ]
        w, h = self.size
        shine, drawn = "", rect(0, 0, w, h, "#15181c", 2)
        for n in range(self.digits):
            x, own = (3.5 + 12.7 * n) * MM, slice(8 * n, 8 * n + 8)
            drawn += digit_svg(x + 2.27, 10.96, 0.79 * MM, looks[own][:7])
            drawn += circle(x + 7.4 * MM, 16.6 * MM, 0.89 * MM, looks[8 * n + 7])
            shine += glow(x + 3.2 * MM, 10 * MM, 34, shade, 0.35 * sum(lit[own]) / 8)
        if self.has_colon:
            x = (1.5 + 12.7 * 2) * MM
            drawn += "".join(
                circle(x - 0.14 * y * MM, y * MM, 0.89 * MM, looks[-1]) for y in (6.5, 13)
            )
        return drawn + shine + "".join(circle(*at, 1.9, "#c3c9d1") for at in self.pins.values())
