"""Temperature sensors with a voltage as their output: LM35 and TMP36."""

from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import FAULT, OPEN, Control, Part, PartView, Stamp
from hardware.bench.svg.elements import line, path, text
from hardware.i18n import both

MM = 96 / 25.4
VOLTS_PER_DEGREE = 0.01
OUT_OHMS = 1.0


class TemperatureIc(Part):
    """Three legs: supply, output, ground. The output is 10 mV for each degree, from `ZERO_V` at 0
    °C, and not below 0 V."""

    ZERO_V: ClassVar[float]
    NAME: ClassVar[str]
    LOW_C: ClassVar[float]
    HIGH_C: ClassVar[float]
    GROUP = "sensors"
    ANALOG = ("OUT",)
    PINS = {"VCC": (1.46 * MM, 13 * MM), "OUT": (4 * MM, 13 * MM), "GND": (6.54 * MM, 13 * MM)}
    SIZE = (8.564 * MM, 13.388 * MM)
    ATTRS = {"temperature": "24"}
    DRAWS = 0.0001

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["temperature"] = self.number("temperature", self.LOW_C, self.HIGH_C, "°C")

    def stamp(self, net: Stamp) -> None:
        degrees = self.values["temperature"] + self.values["drift"]
        volts = max(0.0, self.ZERO_V + VOLTS_PER_DEGREE * degrees)
        off = self.values["silent"] or not self.powered
        net.source("OUT", volts, OPEN if off else OUT_OHMS)

    def power(self, on: bool) -> None:
        self.changed()

    def svg(self, view: PartView) -> str:
        legs = "".join(line(x, 36, x, 49, "#9aa1ab", 2) for x, _y in self.PINS.values())
        body = path("M3 37 V16 A13.2 13.2 0 0 1 29.4 16 V37 Z", "#2b2f36")
        degrees = f"{self.values['temperature']:.1f}°"
        ink = "#f2f3f5"
        return (
            legs
            + body
            + text(16.2, 19, self.NAME, 6, ink, text_anchor="middle", font_weight=600)
            + text(16.2, 30, degrees, 7, ink, text_anchor="middle")
        )


class Lm35(TemperatureIc):
    """Pins `VCC OUT GND`; attribute `temperature` (24 °C, 0 to 150). 10 mV for each °C, 0 V at 0
    °C: below 0 °C the output stays at 0 V, as in the basic circuit of the data sheet.

    The chip needs 4 V: with 3.3 V it gives nothing. Extensions of ours are the controls
    `temperature`, `drift` (error in °C) and `silent` (an open output). Source: Texas Instruments
    LM35 data sheet (SNIS159), recommended operating conditions.
    """

    TYPES = ("board-lm35",)
    TITLE = both("Temperature (LM35)")
    CONTROLS = {
        "temperature": Control(0, 150),
        "drift": Control(-50, 50, fault=True),
        "silent": FAULT,
    }
    SUPPLY = ("VCC", "GND", 4.0)
    NAME, ZERO_V, LOW_C, HIGH_C = "LM35", 0.0, 0.0, 150.0


class Tmp36(TemperatureIc):
    """Pins `VCC OUT GND`; attribute `temperature` (24 °C, -40 to 125). 10 mV for each °C, 500 mV
    at 0 °C; a supply of 2.7 V or more. The part is ours: Wokwi has none.

    The controls are `temperature`, `drift` (error in °C) and `silent` (an open output). Source:
    Analog Devices TMP35/TMP36/TMP37 data sheet, specifications.
    """

    TYPES = ("warsha-tmp36",)
    TITLE = both("Temperature (TMP36)")
    CONTROLS = {
        "temperature": Control(-40, 125),
        "drift": Control(-50, 50, fault=True),
        "silent": FAULT,
    }
    SUPPLY = ("VCC", "GND", 2.7)
    NAME, ZERO_V, LOW_C, HIGH_C = "TMP36", 0.5, -40.0, 125.0
