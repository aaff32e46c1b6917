"""An optical heart-beat sensor for a finger."""

import math

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import DRIVE_OHMS
from hardware.bench.parts.common.part import Control, Part, PartView, Stamp
from hardware.bench.svg.elements import circle, path, rect
from hardware.bench.svg.pcb import header, pcb, reading
from hardware.i18n import both

BPM = Control(0, 250)
S = 1_000_000_000
PEAKS = ((0.15, 0.05, 0.30), (0.25, 0.06, -0.08), (0.42, 0.07, 0.10))
"""The beat: place in the period, width and height (share of the supply) of the systolic peak, the
notch after it, and the diastolic peak."""


class HeartBeatSensor(Part):
    """Pins `GND VCC OUT`. OUT is half of the supply; in a converter it has the pulse wave of the
    finger: a peak of 0.3 of the supply at each beat, a notch, and a second, smaller peak.

    The attribute and control `bpm` (72; 0: no finger) are ours, as Wokwi has only the drawing. The
    noise of light and movement is not simulated. Source: Pulse Sensor Amped (World Famous
    Electronics), "What the data looks like".
    """

    TYPES = ("wokwi-heart-beat-sensor",)
    TITLE = both("Heart beat")
    GROUP = "sensors"
    ANALOG = ("OUT",)
    PINS = {"GND": (87, 17.8), "VCC": (87, 27.5), "OUT": (87, 37.5)}
    SIZE = (88.4, 79.1)
    CONTROLS = {"bpm": BPM}
    ATTRS = {"bpm": "72"}
    SUPPLY = ("VCC", "GND", 3.0)
    DRAWS = 0.004
    _since_ns = 0
    """When the heart began to beat as it does now."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["bpm"] = self.number("bpm", BPM.low, BPM.high)

    def moved(self, name: str, value: float) -> None:
        self._since_ns = self.world.now_ns

    def stamp(self, net: Stamp) -> None:
        net.resistor("VCC", "OUT", 2 * DRIVE_OHMS)
        net.resistor("OUT", "GND", 2 * DRIVE_OHMS)

    def converted(self, pin: str, volts: float) -> float:
        if not (bpm := self.values["bpm"]):
            return volts
        beats = (self.world.now_ns - self._since_ns) / S * bpm / 60
        beat = 0.0
        for peak in PEAKS:  # `sum` rounds in another way from Python 3.12 on
            beat += _bell(beats % 1, *peak)
        return volts * (1 + 2 * beat)

    def svg(self, view: PartView) -> str:
        bpm = self.values["bpm"]
        heart = "M30 52 C10 38 18 22 30 31 C42 22 50 38 30 52 Z"
        return (
            pcb(self.SIZE, "#2b2f36", (10, 10), (10, 69))
            + rect(17, 18, 28, 43, "#1c1f24", 4)
            + path(heart, "#d93a34" if bpm else "#59606b")
            + circle(30, 24, 2.6, "#30d158" if self.powered else "#3a4049")
            + reading(44, 73, f"{bpm:g} bpm")
            + header(self.PINS, self.SIZE)
        )


def _bell(at: float, middle: float, width: float, height: float) -> float:
    return height * math.exp(-(((at - middle) / width) ** 2) / 2)
