"""Microphones on a small board with a comparator, with a large and with a small capsule."""

import math

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.comparator import SHARE, ComparatorSensor
from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.svg.elements import circle, path, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading, status_led
from hardware.i18n import both

TONE_HZ = 440.0
S = 1_000_000_000
CAPSULE_OHMS = 2_200.0
CAPSULE_SWING = 0.03


class SoundSensor(ComparatorSensor):
    """Pins `AOUT GND VCC DOUT`. AOUT is half of the supply, and in a converter swings around it:
    a tone of 440 Hz whose amplitude is the share `sound` of what the microphone can give.

    All attributes and controls are ours, as Wokwi has only the drawings: `sound` (0 to 1) and
    `threshold` (0.5), the trimmer. DOUT is high while the sound is above the threshold; the real
    one follows each wave. Source: LM393 data sheet; electret capsule with 10 kΩ.
    """

    TYPES = ("wokwi-big-sound-sensor", "wokwi-small-sound-sensor")
    TITLE = both("Sound (microphone)")
    GROUP = "sensors"
    PINS = {"AOUT": (0, 11), "GND": (0, 20.5), "VCC": (0, 30.5), "DOUT": (0, 40.5)}
    CONTROLS = {"sound": SHARE}
    ATTRS = {"sound": "0", "threshold": "0.5"}
    OUTPUTS = {"DOUT": False}
    SENSED, OVER = "sound", True

    @property
    def _is_big(self) -> bool:
        return self.spec.type == self.TYPES[0]

    @property
    def size(self) -> tuple[float, float]:
        return (140 if self._is_big else 133.1), 50.4

    def share(self) -> float:
        return 0.5

    def converted(self, pin: str, volts: float) -> float:
        wave = math.sin(2 * math.pi * TONE_HZ * self.world.now_ns / S)
        return volts * (1 + self.values["sound"] * wave)

    def svg(self, view: PartView) -> str:
        (wide, _high), sound = self.size, self.values["sound"]
        radius, x = (17.0, wide - 23) if self._is_big else (11.0, wide - 20)
        waves = "".join(
            path(f"M{x - radius - 5 - 4 * n} {25.2 - r} q-6 {r} 0 {2 * r}", stroke="#cfe0ee")
            for n, r in enumerate((5, 8, 11))
            if sound > n / 3
        )
        return (
            pcb((wide, 50.4), "#23527c", (44, 8), (44, 42))
            + chip(54, 30, 20, 15, "393")
            + rect(54, 6, 16, 16, "#2f74c0", 1.5)
            + circle(62, 14, 4.5, "#d8b54a")
            + circle(x, 25.2, radius, "#9aa1ab")
            + circle(x, 25.2, radius - 2, "#2b2f36")
            + waves
            + status_led(82, 10, self.powered, "#d93a34")
            + status_led(82, 42, self.powered and self.over)
            + reading(x, 48.5, f"{sound:.0%}", size=7)
            + header(self.PINS, (wide, 50.4))
        )


class Microphone(Part):
    """A bare electret capsule, pins `1` (plus) and `2`: it needs a resistor to the supply, and its
    signal is small. The capsule is a resistor of 2.2 kΩ here, and a converter at pin 1 gets the
    voltage there with a tone of 440 Hz: up to 3 % of it, by the share `sound` (ours, 0 to 1).
    Wokwi does not document it. Source: Kingstate KECG2742 data sheet, sensitivity and current.
    """

    TYPES = ("wokwi-microphone",)
    TITLE = both("Microphone (capsule)")
    GROUP = "sensors"
    ANALOG = ("1",)
    PINS = {"1": (14.4, 40), "2": (24, 40)}
    SIZE = (38.4, 42)
    CONTROLS = {"sound": SHARE}
    ATTRS = {"sound": "0"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["sound"] = self.number("sound", SHARE.low, SHARE.high)

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", CAPSULE_OHMS)

    def converted(self, pin: str, volts: float) -> float:
        wave = math.sin(2 * math.pi * TONE_HZ * self.world.now_ns / S)
        return volts * (1 + CAPSULE_SWING * self.values["sound"] * wave)

    def svg(self, view: PartView) -> str:
        legs = "".join(rect(x - 1, 28, 2, 12, "#9aa1ab") for x, _y in self.PINS.values())
        return legs + circle(19.2, 17, 16, "#9aa1ab") + circle(19.2, 17, 13.5, "#2b2f36")
