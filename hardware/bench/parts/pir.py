"""Motion sensors: the PIR modules HC-SR501 and AM312, and the radar module RCWL-0516."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import SWITCH, PartView
from hardware.bench.svg.elements import circle, line, path, rect
from hardware.bench.svg.pcb import chip, header, pcb, pin_row
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


class Am312(Pir):
    """Pins `VCC OUT GND` of the small PIR sensor AM312. OUT is 3 V for 2 s after a motion; further
    motion restarts this time. Then it ignores motion for 2 s. The part is ours: Wokwi has none.
    Controls and attributes are those of `wokwi-pir-motion-sensor`. Source: AM312 data sheet,
    electrical parameters.
    """

    TYPES = ("warsha-am312",)
    TITLE = both("Motion (AM312)")
    PINS = {"VCC": (14.4, 62), "OUT": (24, 62), "GND": (33.6, 62)}
    SIZE = (48, 66)
    ATTRS = {"delayTime": "2", "inhibitTime": "2", "retrigger": ""}
    SUPPLY = ("VCC", "GND", 2.7)
    DRAWS = 0.0001

    def svg(self, view: PartView) -> str:
        lens = "#ffd7d2" if self.values["motion"] else "#f2f3f5"
        return (
            pcb(self.SIZE, "#2b5c4a")
            + circle(24, 22, 20, "#cfd4da")
            + circle(24, 22, 18, lens)
            + pin_row(self.PINS, -6)
        )


class Rcwl0516(Pir):
    """Pins `3V3 GND OUT VIN CDS` of the radar sensor RCWL-0516. OUT is 3.3 V for 2 s after a
    motion; further motion restarts this time. VIN needs 4 V; 3V3 is an output of its regulator.
    CDS does nothing here. The part is ours: Wokwi has none. Controls and attributes are those of
    `wokwi-pir-motion-sensor`. Source: RCWL-0516 module description (RCWL-9196).
    """

    TYPES = ("warsha-rcwl-0516",)
    TITLE = both("Motion (radar RCWL-0516)")
    PINS = {
        name: (12 + 9.6 * n, 130) for n, name in enumerate(("3V3", "GND", "OUT", "VIN", "CDS"))
    }
    SIZE = (64, 135)
    ATTRS = {"delayTime": "2", "inhibitTime": "0", "retrigger": ""}
    SUPPLY = ("VIN", "GND", 4.0)
    DRAWS = 0.003
    OUTPUTS = {"OUT": False, "3V3": True}

    def svg(self, view: PartView) -> str:
        waves = "#ee8a1d" if self.values["motion"] else "#8fb7a4"
        arcs = "".join(
            path(f"M{32 - r} 34 A{r} {r} 0 0 1 {32 + r} 34", stroke=waves, stroke_width=2)
            for r in (8, 16, 24)
        )
        return (
            pcb(self.SIZE, "#2b5c4a")
            + arcs
            + chip(21, 62, 22, 16, "9196")
            + header(self.PINS, self.SIZE)
        )
