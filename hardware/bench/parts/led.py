"""A light-emitting diode."""

from hardware.bench.part import Part, Stamp

FORWARD_VOLTS = {
    "red": 1.8,
    "orange": 1.9,
    "yellow": 2.0,
    "green": 2.1,
    "blue": 2.8,
    "white": 2.8,
    "purple": 2.8,
}
"""Typical forward voltages at a few milliamperes; other colours count as 2 V."""
OHMS = 15.0
"""Slope of a 5 mm LED above its forward voltage."""


class Led(Part):
    """`color` decides the forward voltage; `flip` mirrors the drawing."""

    TYPES = ("wokwi-led",)
    PINS = {"A": (25, 42), "C": (15, 42)}
    SIZE = (40, 50)
    ATTRS = {"color": "red", "lightColor": "", "label": "", "flip": ""}

    def stamp(self, net: Stamp) -> None:
        net.diode("A", "C", FORWARD_VOLTS.get(self.attr("color"), 2.0), OHMS)
