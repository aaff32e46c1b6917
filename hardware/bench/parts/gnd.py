"""Ground, wherever a wire to the board's own would be long."""

from hardware.bench.part import Part, Stamp


class Gnd(Part):
    """All grounds are one."""

    TYPES = ("wokwi-gnd",)
    PINS = {"GND": (12, 0)}
    SIZE = (24, 26)

    def stamp(self, net: Stamp) -> None:
        net.rail("GND", 0.0)
