"""The stepper driver A4988 on its carrier board."""

import math

from hardware.bench.parts.common.logic import Logic
from hardware.bench.parts.common.part import OPEN, PartView, Stamp
from hardware.bench.svg.elements import circle, rect, text
from hardware.bench.svg.pcb import INK, chip, pcb
from hardware.i18n import both

TURN = 64
"""Positions of the translator in one electrical turn: sixteenths of a step."""
HOME = 8
"""45 degrees, full-step position 1 (table 2)."""
SIXTEENTHS = {(0, 0, 0): 16, (1, 0, 0): 8, (0, 1, 0): 4, (1, 1, 0): 2, (1, 1, 1): 1}
"""MS1, MS2, MS3 to the length of a step (table 1). Settings that the table does not have act like
similar ones."""
BRIDGE_OHMS = 0.6
"""Both transistors of a bridge in series."""
PULL_OHMS = 100_000.0
PULLS = {"ENABLE": "GND", "MS1": "GND", "MS2": "GND", "MS3": "GND", "SLEEP": "VDD"}
LEFT = ("ENABLE", "MS1", "MS2", "MS3", "RESET", "SLEEP", "STEP", "DIR")
RIGHT = ("VMOT", "GND.2", "2B", "2A", "1A", "1B", "VDD", "GND.1")
PITCH = 9.6


class A4988(Logic):
    """Pins `ENABLE MS1 MS2 MS3 RESET SLEEP STEP DIR`, `VDD GND.1` (3 V or more), `VMOT GND.2`,
    windings `1A 1B 2A 2B`. `GND` is `GND.1`.

    A rising edge of STEP makes one step; DIR high is clockwise. MS1 to MS3 select full, half, 1/4,
    1/8 and 1/16 steps. ENABLE high, SLEEP low or RESET low switch the windings off; RESET low also
    returns to the home position. ENABLE and MS1 to MS3 have pull-downs, SLEEP has a pull-up, RESET
    has none: connect it to SLEEP. The current of each winding follows table 2; it is simulated as
    a share of VMOT's voltage. The current chopper and the wake-up time are not simulated. Source:
    Allegro A4988 data sheet, tables 1 and 2.
    """

    TYPES = ("wokwi-a4988",)
    TITLE = both("Stepper driver (A4988)")
    GROUP = "actuators"
    PINS = {name: (4.8, 4.8 + PITCH * n) for n, name in enumerate(LEFT)} | {
        name: (52.8, 4.8 + PITCH * n) for n, name in enumerate(RIGHT)
    }
    PINS["GND"] = PINS["GND.1"]
    SIZE = (57.6, 76.8)
    LISTENS = LEFT
    SUPPLY = ("VDD", "GND", 3.0)

    _at = HOME
    _volts = (0.0, 0.0)
    _on = False

    def begin(self) -> None:
        self._at = HOME
        self.after(0, self._show)

    def input_changed(self, pin: str, high: bool) -> None:
        if not self.level["RESET"]:
            self._at = HOME
        elif pin == "STEP" and high and self.level["SLEEP"]:
            self._step(1 if self.level["DIR"] else -1)
        self._show()

    def _step(self, way: int) -> None:
        """Move to the next position of the selected step length. Full steps stop where both
        windings have the same current."""
        ms1, ms2, ms3 = (int(self.level[pin]) for pin in ("MS1", "MS2", "MS3"))
        length = SIXTEENTHS.get((ms1, ms2, ms3), 8 if ms1 else 4)
        offset = HOME if length == 16 else 0
        place = (self._at - offset) * way // length + 1
        self._at = (place * length * way + offset) % TURN

    def _show(self) -> None:
        """Set the voltages of the windings."""
        self._on = self.level["RESET"] and self.level["SLEEP"] and not self.level["ENABLE"]
        angle, volts = 2 * math.pi * self._at / TURN, self.volts("VMOT")
        self._volts = (round(volts * math.cos(angle), 4), round(volts * math.sin(angle), 4))
        self.changed()

    def stamp(self, net: Stamp) -> None:
        ohms = BRIDGE_OHMS if self._on else OPEN
        for number, volts in enumerate(self._volts, start=1):
            net.source(f"{number}A", max(0.0, volts), ohms)
            net.source(f"{number}B", max(0.0, -volts), ohms)
        for pin, rail in PULLS.items():
            net.resistor(pin, rail, PULL_OHMS)

    @staticmethod
    def _name(name: str, x: float, y: float) -> str:
        left = x < A4988.SIZE[0] / 2
        return text(
            x + 3.4 if left else x - 3.4,
            y + 1.5,
            name.split(".")[0],
            4,
            INK,
            text_anchor="start" if left else "end",
        )

    def svg(self, view: PartView) -> str:
        return (
            pcb(self.SIZE, "#9c2f3a", radius=2)
            + chip(24, 28, 10, 12)
            + rect(24, 46, 10, 6, "#c3c9d1", 1)
            + circle(28.8, 64, 4, "#d8b54a")
            + circle(28.8, 64, 1.8, "#9c7a20")
            + "".join(circle(*at, 2.6, "#d8b54a") for at in self.PINS.values())
            + "".join(self._name(name, *at) for name, at in self.PINS.items() if name != "GND")
        )
