"""A potentiometer of 10 kilo-ohms."""

import math
from typing import NamedTuple

from hardware.bench.diagram import PartSpec
from hardware.bench.events import NEVER
from hardware.bench.parts.common.part import Control, Part, PartView, Stamp, World
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.i18n import both

OHMS = 10_000.0
HELD_NS = 5_000_000
"""Noise has no higher frequencies, so a loop of conversions does not have to ask the bench each
time."""
TOP = 1023
"""The attribute is in steps of an Arduino's converter."""


class Held(NamedTuple):
    """A conversion: its value, the real voltage and the controls that it came from, and until when
    it is kept."""

    volts: float = 0.0
    source: tuple[float, ...] = ()
    until_ns: int = 0


class Potentiometer(Part):
    """Attribute `value` 0 to 1023; control `position` 0.0 (at GND) to 1.0 (at VCC).

    Five controls of ours disturb only the conversions of SIG by a board: `gain` (1 is right),
    `offset` (volts that are added after it), `noise` (maximum error in volts, random for each
    conversion), `spike` (volts that are added to each `spike_every`-th conversion; 0: to none).
    With noise or spikes, a conversion's value is kept for 5 ms: all conversions in that time give
    it and count as one. The value of a spike is not kept.
    """

    TYPES = ("wokwi-potentiometer",)
    TITLE = both("Potentiometer")
    GROUP = "inputs"
    ANALOG = ("SIG",)
    PINS = {"GND": (29, 68.5), "SIG": (39, 68.5), "VCC": (49, 68.5)}
    SIZE = (75.6, 75.6)
    CONTROLS = {
        "position": Control(0.0, 1.0),
        "gain": Control(0.5, 1.5, fault=True),
        "offset": Control(-1.0, 1.0, fault=True),
        "noise": Control(0.0, 1.0, fault=True),
        "spike": Control(-1.0, 1.0, fault=True),
        "spike_every": Control(0, 1000, whole=True, fault=True),
    }
    ATTRS = {"value": "0"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["position"] = self.number("value", 0, TOP) / TOP
        self.values["gain"] = 1.0
        self._conversions = 0
        self._held = Held()

    def start(self, world: World) -> None:
        super().start(world)
        self._rng = world.rng(f"noise:{self.id}")

    def stamp(self, net: Stamp) -> None:
        # A wiper at the end still has about 1 ohm left; this avoids a division by zero.
        below = max(1.0, OHMS * self.values["position"])
        net.resistor("SIG", "GND", below)
        net.resistor("VCC", "SIG", max(1.0, OHMS - below))

    @property
    def _is_disturbed(self) -> bool:
        return bool(self.values["noise"] or self.values["spike_every"])

    @property
    def holds_ns(self) -> int:
        return max(0, self._held.until_ns - self.world.now_ns) if self._is_disturbed else NEVER

    def converted(self, pin: str, volts: float) -> float:
        if not self._is_disturbed:  # nothing is kept: who asks in advance changes nothing
            return volts * self.values["gain"] + self.values["offset"]
        source = (volts, *self.values.values())
        held = self._held
        if source != held.source or held.until_ns <= self.world.now_ns:
            self._held = held = self._convert(volts, source)
        return held.volts

    def _convert(self, volts: float, source: tuple[float, ...]) -> Held:
        noise, every = self.values["noise"], self.values["spike_every"]
        volts = volts * self.values["gain"] + self.values["offset"]
        if noise:
            volts += self._rng.uniform(-noise, noise)
        self._conversions += 1
        if every and self._conversions % every == 0:
            return Held(volts + self.values["spike"], source)
        return Held(volts, source, self.world.now_ns + HELD_NS)

    def svg(self, view: PartView) -> str:
        angle = math.radians(135 + 270 * self.values["position"])
        dx, dy = math.cos(angle), math.sin(angle)
        ticks = (math.radians(135 + 27 * step) for step in range(11))
        return (
            rect(0, 0, 75.6, 75.6, "#2d5f8f", 6)
            + rect(1.5, 1.5, 72.6, 72.6, "#37719f", 5)
            + "".join(
                line(
                    37.8 + 26 * math.cos(t),
                    32 + 26 * math.sin(t),
                    37.8 + 28.5 * math.cos(t),
                    32 + 28.5 * math.sin(t),
                    "#cfe0ee",
                    1.2,
                )
                for t in ticks
            )
            + circle(37.8, 32, 22.5, "#23272d")
            + circle(37.8, 32, 19, "#3a4049")
            + line(37.8 + 6 * dx, 32 + 6 * dy, 37.8 + 17 * dx, 32 + 17 * dy, "#ffffff", 3)
            + "".join(
                circle(x, y, 2.6, "#d6dbe2") + circle(x, y, 1.2, "#59606b")
                for x, y in self.PINS.values()
            )
            + text(16, 71, "GND", 7, "#cfe0ee", text_anchor="middle")
            + text(62, 71, "VCC", 7, "#cfe0ee", text_anchor="middle")
        )
