"""The HX711 analog-to-digital converter with a load cell."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, Control, PartView, World
from hardware.bench.svg.elements import circle, line, rect
from hardware.bench.svg.pcb import chip, header, pcb, reading
from hardware.i18n import both

US, MS = 1000, 1_000_000
PERIOD_NS, SETTLE_NS = 100 * MS, 400 * MS
"""RATE low: 10 samples a second, and the first correct one after four (data sheet, table 2)."""
DOWN_NS = 60 * US
"""If SCK is high for this time, the chip powers down."""
COUNTS_PER_KG = 420
"""The same as in Wokwi: 2,100 for 5 kg, 21,000 for 50 kg, at gain 128."""
CAPACITY_KG = {"50kg": 50.0, "5kg": 5.0, "gauge": 50.0}
BITS = 24
GAINS = {25: 128, 26: 0, 27: 64}
"""Pulses of a reading to the gain of the next one. Input B (26 pulses, gain 32) has no load
cell."""


class Hx711(Module):
    """Pins `VCC DT SCK GND`; attributes `type` (`50kg`, `5kg`, `gauge`) and `weight` (0 kg);
    control `load` in kg.

    DT falls when a conversion is ready, ten times a second. Each rising edge of SCK outputs the
    next of 24 bits, most significant bit first, two's complement. 25, 26 or 27 pulses select the
    input and gain of the next conversion (A 128, B 32, A 64; a change takes 400 ms to settle). SCK
    high for 60 µs or more powers the chip down; low again restarts it. A load over the capacity of
    the type reads as the maximum.

    Extensions of ours: `offset` (an attribute: counts of the empty scale), `noise` (maximum error
    of a reading in counts), `drift` (error in counts) and the faults `silent` (never ready),
    `stuck` (DT is low and all bits are 0), 0 or 1. Source: Avia HX711 data sheet, sections serial
    interface and reset and power-down.
    """

    TYPES = ("wokwi-hx711",)
    TITLE = both("Load cell (HX711)")
    GROUP = "sensors"
    PINS = {"GND": (7, 26.5), "DT": (7, 36.3), "SCK": (7, 46.2), "VCC": (7, 55)}
    SIZE = (219.2, 162.5)
    CONTROLS = {
        "load": Control(0, 50),
        "noise": Control(0, 10_000, fault=True),
        "drift": Control(-100_000, 100_000, fault=True),
        "silent": FAULT,
        "stuck": FAULT,
    }
    ATTRS = {"type": "50kg", "weight": "0", "offset": "0"}
    SUPPLY = ("VCC", "GND", 2.6)
    LISTENS = ("SCK",)
    OUTPUTS = {"DT": True}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.choice("type", *CAPACITY_KG)
        self.values["load"] = self.number("weight", 0, 50, "kg")
        self._offset = self.number("offset", -8e6, 8e6)

    def start(self, world: World) -> None:
        super().start(world)
        self._rng = world.rng(f"noise:{self.id}")

    def begin(self) -> None:
        self._gain = 128
        self._pulses = 0
        self._word = 0
        self._clock = False
        self._rose_ns = self.world.now_ns
        self._convert(SETTLE_NS)

    def moved(self, name: str, value: float) -> None:
        if name in ("silent", "stuck") and self.powered:
            self.forget()
            self.drive("DT", True)
            self.begin()

    def level_changed(self, pin: str, high: bool) -> None:
        now, self._clock = self.world.now_ns, high
        if not high:
            if now - self._rose_ns >= DOWN_NS:
                self.begin()
            return
        self._rose_ns = now
        self.forget()
        self.after(DOWN_NS, self._power_down)
        self._pulses += 1
        if self._pulses == 1:
            self._word = 0 if self.values["stuck"] else self.counts() & 0xFFFFFF
        if self._pulses <= BITS:
            self.drive("DT", bool(self._word >> BITS - self._pulses & 1))
        else:
            self._select_input()

    def _power_down(self) -> None:
        if self._clock:
            self.drive("DT", True)

    def counts(self) -> int:
        """The value of a conversion."""
        if not self._gain:
            return 0
        load = min(self.values["load"], CAPACITY_KG[self.attr("type")])
        raw = load * COUNTS_PER_KG + self._offset + self.values["drift"]
        raw += self._rng.uniform(-1, 1) * self.values["noise"]
        return max(-0x800000, min(0x7FFFFF, round(raw * self._gain / 128)))

    def _select_input(self) -> None:
        """A pulse after the data bits: it selects input and gain, and starts the next
        conversion."""
        gain = GAINS.get(self._pulses, self._gain)
        settled = gain == self._gain
        self._gain = gain
        self.drive("DT", True)
        self._convert(PERIOD_NS if settled else SETTLE_NS)

    def _convert(self, ns: int) -> None:
        if not self.values["silent"]:
            self.after(ns, self._ready)

    def _ready(self) -> None:
        self._pulses = 0
        self.drive("DT", False)

    def svg(self, view: PartView) -> str:
        load = self.values["load"]
        return (
            pcb((100, 82), "#2b5c4a", (90, 9), (90, 73))
            + chip(40, 26, 26, 34, "HX711")
            + header(self.PINS, (100, 82))
            + "".join(
                line(100, y, 119, 86 + y / 2, colour, 1.6)
                for y, colour in (
                    (24, "#d93a34"),
                    (34, "#23272d"),
                    (44, "#aab1bb"),
                    (54, "#2f9e55"),
                )
            )
            + rect(118, 92, 90, 30, "#aab1bb", 3, stroke="#7b838e", stroke_width=1)
            + circle(150, 107, 8, "#f7f8fa")
            + circle(176, 107, 8, "#f7f8fa")
            + rect(108, 84, 111, 8, "#59606b", 2)
            + rect(118, 122, 60, 8, "#59606b", 2)
            + (rect(140, 58, 44, 26, "#8a5a34", 3) if load else "")
            + reading(163, 150, f"{load:g} kg", "#3a4049")
        )
