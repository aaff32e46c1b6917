"""A light-emitting diode."""

from functools import lru_cache

from hardware.bench.parts.common.part import Part, PartView, Stamp, Words
from hardware.bench.svg.colours import LIGHTS, brightness, light_colour
from hardware.bench.svg.elements import circle, el, glow, line, mix, path, rect
from hardware.i18n import both

FORWARD_VOLTS = {"red": 1.8, "orange": 1.9, "yellow": 2.0, "green": 2.1, "blue": 2.8, "white": 2.8}
"""Typical forward voltages at a few milliamperes; other colours count as 2 V."""
OHMS = 15.0
"""Resistance of a 5 mm LED above its forward voltage."""
STEPS = 50
"""Steps of brightness that are drawn."""
DOME = "M10.5 27 V15.5 a9.5 9.5 0 0 1 19 0 V27 Z"


class Led(Part):
    """`color` sets the forward voltage, `lightColor` the light; `flip` mirrors the drawing."""

    TYPES = ("wokwi-led",)
    TITLE = both("LED")
    GROUP = "lights"
    PINS = {"A": (25, 42), "C": (15, 42)}
    SIZE = (40, 50)
    IS_LOAD = True
    ATTRS = {"color": "red", "lightColor": "", "label": "", "flip": ""}

    def stamp(self, net: Stamp) -> None:
        net.diode("A", "C", FORWARD_VOLTS.get(self.usual("color", *LIGHTS), 2.0), OHMS)

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        flipped = {"A": self.PINS["C"], "C": self.PINS["A"]}
        return flipped if self.usual("flip", "", "1") else dict(self.PINS)

    @property
    def caption(self) -> str:
        return self.attr("label") or self.id

    def svg(self, view: PartView) -> str:
        lit = round(STEPS * brightness(view.amperes("A", "C"))) / STEPS
        light = self.usual("lightColor", *LIGHTS) or self.attr("color")
        return _drawing(self.attr("color"), light, bool(self.attr("flip")), lit)

    def words(self, view: PartView) -> Words:
        return lit_in_words(brightness(view.amperes("A", "C")))


def lit_in_words(lit: float) -> Words:
    """How bright a lamp looks (0 to 1), in words."""
    percent = 5 * round(20 * lit)
    if percent in (0, 100):
        return (both("on") if percent else both("off")), {}
    return both("on, {percent} %"), {"percent": percent}


@lru_cache(1024)  # a picture that lives draws the same lamps many times a second
def _drawing(color: str, light_color: str, flipped: bool, lit: float) -> str:
    shade, light = light_colour(color), light_colour(light_color)
    glass = mix(mix(shade, "#33363c", 0.45), mix(light, "#ffffff", 0.12), lit)
    body = (
        path("M25 28 V32 L25 42", stroke="#9aa1ab", stroke_width=1.8)
        + line(15, 28, 15, 42, "#9aa1ab", 1.8)
        + path(DOME, glass, stroke=mix(shade, "#000000", 0.35), stroke_width=0.7)
        + rect(8.5, 26, 23, 4, mix(glass, "#000000", 0.18), 1.2)
        + path(
            "M14 25 V16 a6 6 0 0 1 4 -5.6",
            stroke="#ffffff",
            stroke_width=2,
            stroke_linecap="round",
            opacity=0.35 + 0.3 * lit,
        )
        + circle(20, 17, 4.5, "#ffffff", opacity=0.55 * lit)
    )
    if flipped:
        body = el("g", body, transform="translate(40 0) scale(-1 1)")
    return glow(20, 17, 34, light, lit) + body
