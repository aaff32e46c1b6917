"""A point where wires meet."""

from hardware.bench.drawing.svg import circle
from hardware.bench.wiring.part import Part, PartView


class Junction(Part):
    """One pin, nothing else."""

    TYPES = ("wokwi-junction",)
    PINS = {"J": (4, 4)}
    SIZE = (8, 8)

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        return circle(4, 4, 3, "#2b2f36")
