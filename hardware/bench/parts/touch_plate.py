"""A metal plate for touch sensing; a part of ours."""

from hardware.bench.parts.common.part import BUTTON, Part, PartView
from hardware.bench.svg.elements import rect
from hardware.i18n import both


class TouchPlate(Part):
    """Pin `T`; the control `touched` is 0 or 1. `peripherals/touch.py` has the values that a board
    measures. Wokwi has no such part.
    """

    TYPES = ("warsha-touch-plate",)
    TITLE = both("Touch plate")
    GROUP = "inputs"
    PINS = {"T": (15, 30)}
    SIZE = (30.0, 30.0)
    CONTROLS = {"touched": BUTTON}

    def svg(self, view: PartView) -> str:
        return rect(1, 1, 28, 26, "#e6b800" if self.values["touched"] else "#c8a84a")
