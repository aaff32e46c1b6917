"""A flame sensor on a small board with a comparator."""

from hardware.bench.parts.common.comparator import SHARE, ComparatorSensor
from hardware.bench.parts.common.part import PartView
from hardware.bench.svg.elements import circle, path, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading, status_led
from hardware.i18n import both

DARK_SHARE, LIT_SHARE = 0.98, 0.03
"""AOUT over the supply without a flame (10 kΩ and 20 nA) and in saturation."""


class FlameSensor(ComparatorSensor):
    """Pins `VCC GND DOUT AOUT`. A phototransistor for infrared light pulls AOUT, which has 10 kΩ
    to VCC, towards GND.

    All attributes and controls are ours, as Wokwi has only the drawing: `flame` (0 to 1) is the
    light of a flame as a share of what saturates the sensor, and `threshold` (0.5) the trimmer.
    Above the threshold DOUT is low. Source: YG1006 data sheet, collector dark and light current;
    LM393 data sheet.
    """

    TYPES = ("wokwi-flame-sensor",)
    TITLE = both("Flame")
    GROUP = "sensors"
    PINS = {"VCC": (199, 14.6), "GND": (199, 24.3), "DOUT": (199, 34), "AOUT": (199, 43.7)}
    SIZE = (199.9, 61.5)
    CONTROLS = {"flame": SHARE}
    ATTRS = {"flame": "0", "threshold": "0.5"}
    OUTPUTS = {"DOUT": True}
    SENSED, OVER = "flame", False

    def share(self) -> float:
        return DARK_SHARE + (LIT_SHARE - DARK_SHARE) * self.values["flame"]

    def svg(self, view: PartView) -> str:
        flame = self.values["flame"]
        tongue = "M14 50 C4 42 12 36 11 27 C19 32 24 40 14 50 Z"
        return (
            pcb(self.SIZE, "#23527c", (150, 9), (150, 52.5))
            + rect(0, 6, 40, 49.5, "#f7f8fa")
            + circle(26, 31, 11, "#15181c")
            + rect(26, 20, 22, 22, "#15181c")
            + circle(26, 31, 7, "#2b2f36")
            + (path(tongue, "#ff9500", opacity=0.35 + 0.65 * flame) if flame else "")
            + chip(84, 20, 24, 22, "393")
            + rect(56, 21, 18, 18, "#2f74c0", 1.5)
            + circle(65, 30, 5, "#d8b54a")
            + status_led(124, 18, self.powered, "#d93a34")
            + status_led(124, 44, self.powered and self.over)
            + reading(80, 55, f"{flame:.0%}")
            + header(self.PINS, self.SIZE)
        )
