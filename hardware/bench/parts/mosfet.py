"""An N-channel MOSFET as a switch."""

from collections.abc import Hashable

from hardware.bench.parts.common.part import OPEN, Part, PartView, Stamp
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.i18n import both

ON_OHMS = 0.05
THRESHOLD_V = 2.0
"""Between the least and the most gate threshold voltage (1 and 2 V): it conducts well from here
on."""
DIODE_V, DIODE_OHMS = 0.7, 0.1
GATE_OHMS = 1e7
"""Leakage of the gate: an open gate is low in the end."""


class Mosfet(Part):
    """Pins `G D S` of an N-channel type for logic levels (IRLZ44N): D and S are connected through
    0.05 Ω while G is 2 V or more above S. The part is ours: Wokwi has none.

    It is fully on or fully off. The diode from S to D is simulated, the charge of the gate is not.
    Source: Infineon IRLZ44N data sheet (PD-91328), figures 1 to 3, gate threshold voltage.
    """

    TYPES = ("warsha-mosfet",)
    TITLE = both("MOSFET (N-channel)")
    GROUP = "actuators"
    PINS = {"G": (9.6, 76.8), "D": (19.2, 76.8), "S": (28.8, 76.8)}
    SIZE = (38.4, 77)
    LISTENS = ("G", "S")
    FOLLOWS_VOLTAGE = True
    conducts = False

    @property
    def state(self) -> Hashable:
        return self.conducts

    def stamp(self, net: Stamp) -> None:
        net.resistor("D", "S", ON_OHMS if self.conducts else OPEN)
        net.diode("S", "D", DIODE_V, DIODE_OHMS)
        net.resistor("G", "S", GATE_OHMS)

    def level_changed(self, pin: str, high: bool) -> None:
        on = self.volts("G") - self.volts("S") >= THRESHOLD_V
        if on != self.conducts:
            self.conducts = on
            self.changed()

    def svg(self, view: PartView) -> str:
        light = "#30d158" if self.conducts else "#59606b"
        return (
            "".join(line(x, 46, x, 76.8, "#9aa1ab", 2.4) for x, _y in self.PINS.values())
            + rect(3, 1, 32.4, 18, "#aab1bb", 2)
            + circle(19.2, 9, 4.5, "#f7f8fa")
            + rect(3, 17, 32.4, 30, "#23272d", 1.5)
            + text(19.2, 29, "IRLZ44N", 6.4, "#c3c9d1", text_anchor="middle")
            + circle(19.2, 36.5, 2.2, light)
            + "".join(
                text(x, 45.6, name, 5, "#c3c9d1", text_anchor="middle")
                for name, (x, _y) in self.PINS.items()
            )
        )
