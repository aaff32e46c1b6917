"""A resistor."""

from functools import lru_cache

from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.svg.elements import line, rect
from hardware.i18n import both

BANDS = (
    "#2b2b2b",
    "#8a5a34",
    "#d93a34",
    "#ee8a1d",
    "#e8c520",
    "#2f9e55",
    "#2f6fd6",
    "#8d5bd1",
    "#868e99",
    "#f4f4f4",
)
"""Digit to colour: black 0, brown 1 … white 9."""
GOLD = "#c9a227"


class ResistorPart(Part):
    """`value` is the resistance in ohms."""

    TYPES = ("wokwi-resistor",)
    TITLE = both("Resistor")
    GROUP = "wiring"
    PINS = {"1": (0, 5.65), "2": (58.8, 5.65)}
    SIZE = (59.1, 11.3)
    ATTRS = {"value": "1000"}

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", max(0.1, self.ohms))

    @property
    def ohms(self) -> float:
        """Its resistance."""
        return self.number("value", unit="Ω")

    @property
    def caption(self) -> str:
        return f"{short(self.ohms)}Ω"

    def svg(self, view: PartView) -> str:
        return _drawing(self.ohms)


@lru_cache(256)  # a picture that lives draws it many times a second
def _drawing(ohms: float) -> str:
    tens, units, zeros = bands(ohms)
    stripes = zip((18.5, 24, 29.5, 38), (tens, units, zeros, GOLD), strict=True)
    return (
        line(0, 5.65, 58.8, 5.65, "#9aa1ab", 1.8)
        + rect(13.5, 0.6, 32, 10.1, "#dfc29a", 4, stroke="#b8976a", stroke_width=0.6)
        + "".join(rect(x, 0.9, 3, 9.5, colour) for x, colour in stripes)
    )


def short(ohms: float) -> str:
    """Ohms as people write them, with a prefix: 220, 4.7 k, 1 M."""
    for factor, unit in ((1e6, "M"), (1e3, "k")):
        if ohms >= factor:
            return f"{ohms / factor:g} {unit}"
    return f"{ohms:g} "


def bands(ohms: float) -> tuple[str, str, str]:
    """The first three colour bands of a resistor with 5 % tolerance: two digits and the number of
    zeros."""
    zeros = -1  # gold: a factor of 0.1
    value = ohms * 10
    while value >= 99.5 and zeros < 9:
        value, zeros = value / 10, zeros + 1
    tens, units = divmod(round(value), 10)
    return BANDS[tens], BANDS[units], GOLD if zeros < 0 else BANDS[zeros]
