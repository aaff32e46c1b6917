"""A relay on a board with its transistor."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.contact import CLOSED_OHMS
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, OPEN, PartView, Stamp, Words
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.bench.svg.pcb import header, pcb, status_led
from hardware.i18n import both

OPERATES_NS, RELEASES_NS = 7_000_000, 3_000_000
"""Travel times of the armature (Songle SRD-05VDC: at most 10 and 5 ms)."""
PULL_OHMS = 10_000.0
LOGIC_VOLTS = 3.3
COIL_A = 0.072
"""Data sheet, "Coil Data" of the 5 V version."""


class RelayModule(Module):
    """Pins `VCC GND IN`, contacts `NC COM NO`; attribute `transistor`: `npn` closes NO while IN is
    high, `pnp` while it is low.

    With an open IN the relay is off. The armature takes 7 ms to operate and 3 ms to release; no
    contact is closed during that time. The control `stuck` (ours) is 1 while the contacts are
    welded: they stay as they are. Source: Songle SRD-05VDC data sheet.
    """

    TYPES = ("wokwi-relay-module",)
    TITLE = both("Relay")
    GROUP = "actuators"
    PINS = {
        "VCC": (0, 19),
        "GND": (0, 28.6),
        "IN": (0, 38.2),
        "NC": (146, 19),
        "COM": (146, 28.6),
        "NO": (146, 38.2),
    }
    SIZE = (146, 57)
    LISTENS = ("IN",)
    SUPPLY = ("VCC", "GND", 3.0)
    CONTROLS = {"stuck": FAULT}
    ATTRS = {"transistor": "npn"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._active_high = self.choice("transistor", "npn", "pnp") == "npn"
        self._coil = False
        self.touches = "NC"
        """The contact that COM touches now; empty while the armature moves."""

    def stamp(self, net: Stamp) -> None:
        for contact in ("NC", "NO"):
            closed = self.touches == contact
            net.resistor("COM", contact, CLOSED_OHMS if closed else OPEN)
        net.source("IN", 0.0 if self._active_high else LOGIC_VOLTS, PULL_OHMS)

    def draws(self) -> float:
        return COIL_A if self._coil else self.DRAWS

    def draws_at_most(self) -> float:
        return COIL_A

    def begin(self) -> None:
        self.after(0, lambda: self.level_changed("IN", self.high("IN")))

    def power(self, on: bool) -> None:
        super().power(on)
        self._set_coil(on=False)

    def level_changed(self, pin: str, high: bool) -> None:
        self._set_coil(high == self._active_high)

    def moved(self, name: str, value: float) -> None:
        if not value:
            self._move_armature()

    def _set_coil(self, on: bool) -> None:
        """Switch the current of the coil on or off."""
        if on != self._coil:
            self._coil = on
            self._move_armature()

    def _move_armature(self) -> None:
        """Move the armature to the position for the coil, unless the contacts are welded."""
        end = "NO" if self._coil else "NC"
        if self.values["stuck"] or self.touches == end:
            return
        self.forget()
        self.touches = ""
        self.changed()
        self.after(OPERATES_NS if self._coil else RELEASES_NS, lambda: self._arrive(end))

    def _arrive(self, end: str) -> None:
        self.touches = end
        self.changed()

    def words(self, view: PartView) -> Words:
        return (both("switched on") if self.touches == "NO" else both("switched off")), {}

    def svg(self, view: PartView) -> str:
        lever = {"NC": 19.0, "": 24.0, "NO": 38.2}[self.touches]
        return (
            pcb(self.SIZE, "#23456e", (22, 7), (22, 50), (122, 7), (122, 50))
            + rect(40, 8, 62, 41, "#2f74c0", 2)
            + rect(42, 10, 58, 37, "#3a82d1", 2)
            + text(71, 26, "SRD-05VDC", 7, "#dbe8f6", text_anchor="middle", font_weight=600)
            + text(71, 38, "10A 30VDC", 6, "#dbe8f6", text_anchor="middle")
            + rect(128, 11, 18, 35, "#2f9e55", 1.5)
            + "".join(circle(138, y, 3.6, "#d6dbe2") for y in (19, 28.6, 38.2))
            + line(126, 28.6, 111, lever, "#f2c14e", 1.8)
            + "".join(circle(110, y, 1.6, "#f2c14e") for y in (19, 38.2))
            + "".join(
                text(126, y + 2.3, name, 6, "#f2f3f5", text_anchor="end")
                for name, y in (("NC", 14), ("COM", 31), ("NO", 43))
            )
            + status_led(33, 17, self.powered, "#d93a34")
            + status_led(33, 40, self.powered and self._coil)
            + header({pin: self.PINS[pin] for pin in ("VCC", "GND", "IN")}, self.SIZE)
        )
