"""A resistor."""

from hardware.bench.part import Part, Stamp


class ResistorPart(Part):
    """`value` is the resistance in ohms."""

    TYPES = ("wokwi-resistor",)
    PINS = {"1": (0, 5.65), "2": (58.8, 5.65)}
    SIZE = (59.1, 11.3)
    ATTRS = {"value": "1000"}

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", max(0.1, self.number("value")))
