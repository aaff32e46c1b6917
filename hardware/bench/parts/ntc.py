"""An NTC thermistor on a small board, as the lower half of a voltage divider."""

import math

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import FAULT, OPEN, Control, Part, PartView, Stamp
from hardware.bench.svg.elements import circle, line, rect
from hardware.bench.svg.pcb import header, pcb, reading
from hardware.i18n import both

OHMS_25 = 10_000.0
ZERO_K = 273.15
LOW_C, HIGH_C = -55.0, 125.0


class Ntc(Part):
    """Pins `GND VCC OUT`. Attributes `temperature` (24 °C) and `beta` (3950 K).

    OUT is the middle of 10 kΩ to VCC and a thermistor of 10 kΩ at 25 °C to GND:
    R = 10 kΩ · exp(beta · (1/T - 1/298.15 K)). Extensions of ours are the controls `temperature`
    in °C, `drift` (a fault: error in °C) and `broken` (a fault: no thermistor, OUT is VCC).
    """

    TYPES = ("wokwi-ntc-temperature-sensor",)
    TITLE = both("Temperature (NTC)")
    GROUP = "sensors"
    ANALOG = ("OUT",)
    PINS = {"GND": (135, 26.2), "VCC": (135, 35.8), "OUT": (135, 45.5)}
    SIZE = (135.4, 71.8)
    CONTROLS = {
        "temperature": Control(LOW_C, HIGH_C),
        "drift": Control(-50, 50, fault=True),
        "broken": FAULT,
    }
    ATTRS = {"temperature": "24", "beta": "3950"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["temperature"] = self.number("temperature", LOW_C, HIGH_C, "°C")

    def stamp(self, net: Stamp) -> None:
        kelvin = max(100.0, self.values["temperature"] + self.values["drift"] + ZERO_K)
        beta = self.number("beta", 100, 10_000, "K")
        ohms = OHMS_25 * math.exp(beta * (1 / kelvin - 1 / (25 + ZERO_K)))
        net.resistor("VCC", "OUT", OHMS_25)
        net.resistor("OUT", "GND", OPEN if self.values["broken"] else ohms)

    def svg(self, view: PartView) -> str:
        bead = "#59606b" if self.values["broken"] else "#23272d"
        return (
            line(10, 33, 34, 33, "#9aa1ab", 1.6)
            + line(10, 39, 34, 39, "#9aa1ab", 1.6)
            + pcb(self.SIZE, "#2b2f36", (58, 10), (58, 61.8))
            + rect(0, 20, 28, 32, "#f7f8fa")
            + line(10, 33, 34, 33, "#9aa1ab", 1.6)
            + line(10, 39, 34, 39, "#9aa1ab", 1.6)
            + circle(10, 36, 8, bead)
            + circle(8, 33.5, 2.4, "#7b838e")
            + reading(76, 39, f"{self.values['temperature']:.1f} °C")
            + header(self.PINS, self.SIZE)
        )
