"""A PIR motion sensor, the module HC-SR501."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import SWITCH, PartView
from hardware.bench.svg.elements import circle, line, rect
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

S = 1_000_000_000


class Pir(Module):
    """Pins `VCC OUT GND`; attributes `delayTime` (5 s), `inhibitTime` (1.2 s), `retrigger` (empty
    or `1`: on, `0`: off).

    The control `motion`, an extension of ours, is 1 while something moves. OUT is then high for
    `delayTime`. With retrigger, motion restarts this time. Afterwards the sensor ignores motion
    for `inhibitTime`; motion that continues then counts again. OUT is 3.3 V with any supply. The
    minute of warm-up after power-on is not simulated, as in Wokwi. Source: HC-SR501 data sheet
    (BISS0001: Tx, Ti, jumper L/H).
    """

    TYPES = ("wokwi-pir-motion-sensor",)
    TITLE = both("Motion (PIR)")
    GROUP = "sensors"
    PINS = {"VCC": (36.18, 92), "OUT": (45.92, 92), "GND": (55.64, 92)}
    SIZE = (90.7, 92.4)
    CONTROLS = {"motion": SWITCH}
    ATTRS = {"delayTime": "5", "inhibitTime": "1.2", "retrigger": ""}
    SUPPLY = ("VCC", "GND", 3.0)
    OUTPUTS = {"OUT": False}
    _inhibited = False

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._delay_ns = round(self.number("delayTime", 0, 1e5, "s") * S)
        self._inhibit_ns = round(self.number("inhibitTime", 0, 1e5, "s") * S)
        self._goes_on = self.usual("retrigger", "", "0") != "0"

    def begin(self) -> None:
        self.supply_v = 3.3
        self._inhibited = False
        self.after(0, self._update)

    def moved(self, name: str, value: float) -> None:
        if self.powered:
            self._update()

    def _update(self) -> None:
        """Update OUT after a change of `motion` or of the state."""
        if self._inhibited:
            return
        again = self.driven["OUT"] and self._goes_on
        if again or (self.values["motion"] and not self.driven["OUT"]):
            self.forget()
            if not (again and self.values["motion"]):
                self.after(self._delay_ns, self._end_pulse)
            self.drive("OUT", True)

    def _end_pulse(self) -> None:
        if self.values["motion"] and self._goes_on:
            self.after(self._delay_ns, self._end_pulse)
            return
        self._inhibited = True
        self.after(self._inhibit_ns, self._end_inhibit)
        self.drive("OUT", False)

    def _end_inhibit(self) -> None:
        self._inhibited = False
        self._update()

    def svg(self, view: PartView) -> str:
        lens = "#ffd7d2" if self.values["motion"] else "#f2f3f5"
        return (
            pcb(self.SIZE, "#2b5c4a", (7, 45), (83.7, 45))
            + rect(17, 3, 56.7, 56.7, "#e2e5e9", 4)
            + circle(45.35, 31.3, 27, "#cfd4da")
            + circle(45.35, 31.3, 25, lens)
            + "".join(
                line(45.35 + dx, 31.3 - dy, 45.35 + dx, 31.3 + dy, "#cfd4da", 0.9)
                for dx, dy in ((-16, 19), (-8, 23), (0, 25), (8, 23), (16, 19))
            )
            + "".join(line(22, y, 68.7, y, "#cfd4da", 0.9) for y in (21, 31.3, 42))
            + header(self.PINS, self.SIZE)
        )
