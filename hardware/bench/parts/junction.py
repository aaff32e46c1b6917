"""A point where wires meet."""

from hardware.bench.parts.common.part import Part, PartView
from hardware.bench.svg.elements import circle
from hardware.i18n import both


class Junction(Part):
    """A single pin."""

    TYPES = ("wokwi-junction",)
    TITLE = both("Junction of wires")
    GROUP = "wiring"
    PINS = {"J": (4, 4)}
    SIZE = (8, 8)

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        return circle(4, 4, 3, "#2b2f36")
