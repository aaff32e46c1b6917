"""An infrared receiver for 38 kHz."""

from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, PartView
from hardware.bench.svg.elements import circle, line, rect
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both


class IrReceiver(Module):
    """Pins `GND VCC DAT`. DAT is high at rest (30 kΩ to VCC) and low while it receives modulated
    light, as with a VS1838B or TSOP38238. The control `blind` (a fault of ours) is 1 while the
    window is dirty: no light comes in."""

    TYPES = ("wokwi-ir-receiver",)
    TITLE = both("Infrared receiver")
    GROUP = "inputs"
    PINS = {"GND": (20.98, 87.75), "VCC": (30.58, 87.75), "DAT": (40.18, 87.75)}
    SIZE = (61.1, 88.8)
    CONTROLS = {"blind": FAULT}
    SUPPLY = ("VCC", "GND", 2.5)
    OUTPUTS = {"DAT": None}
    PULL_UPS = {"DAT": 30_000.0}

    def light(self, on: bool) -> None:
        """Modulated light starts or stops."""
        if self.powered and not (on and self.values["blind"]):
            self.drive("DAT", False if on else None)

    def svg(self, view: PartView) -> str:
        seen = self.driven["DAT"] is False
        return (
            "".join(line(x, 44, x, 80, "#9aa1ab", 2) for x, _y in self.PINS.values())
            + pcb(self.SIZE, "#23272d", (9, 60), (52, 60))
            + rect(15, 4, 31, 36, "#3a4049", 5)
            + circle(30.55, 19, 12, "#59606b")
            + circle(30.55, 19, 9, "#8d3a34" if seen else "#2b2f36")
            + circle(27.5, 15.5, 2.6, "#7b838e")
            + header(self.PINS, self.SIZE)
        )
