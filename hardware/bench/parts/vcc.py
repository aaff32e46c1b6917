"""A supply of its own, on even when the board has no power."""

from hardware.bench.part import Part, Stamp


class Vcc(Part):
    """`voltage` in volts; Wokwi does not say what it is without the attribute, here it is 5."""

    TYPES = ("wokwi-vcc",)
    PINS = {"VCC": (12, 30)}
    SIZE = (24, 30)
    ATTRS = {"voltage": "5"}

    def stamp(self, net: Stamp) -> None:
        net.rail("VCC", self.number("voltage"))
