"""A relay with two change-over contacts, KS2E-M-DC5."""

from hardware.bench.parts.common.contact import CLOSED_OHMS
from hardware.bench.parts.common.part import OPEN, Part, PartView, Stamp, Words
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.i18n import both

COIL_OHMS = 167.0
OPERATE_V, RELEASE_V = 3.75, 0.5
"""Must-operate and must-release voltage: 75 % and 10 % of 5 V."""
OPERATES_NS, RELEASES_NS = 3_000_000, 2_000_000
POLES = ("1", "2")


class Ks2eRelay(Part):
    """Pins `COIL1 COIL2`; contacts `P1 NC1 NO1` and `P2 NC2 NO2`. With a voltage at the coil, in
    either direction, each P goes from NC to NO.

    The coil is made for 5 V (150 mW, 167 Ω): it operates at 3.75 V, and holds down to 0.5 V. A pin
    of 3.3 V does not switch it: use a transistor and 5 V. The contacts take 3 ms to operate and 2
    ms to release; in between P touches neither. `bounce` of Wokwi is accepted; they do not bounce
    here. Source: data sheets of signal relays of this size with a coil of 5 V and 150 mW (Omron
    G5V-2-H1, Zettler AZ822): coil data, operate and release time.
    """

    TYPES = ("wokwi-ks2e-m-dc5",)
    TITLE = both("Relay with two contacts")
    GROUP = "actuators"
    PINS = {
        "NO2": (5.5, 5.1),
        "NC2": (25, 5.1),
        "P2": (45, 5.1),
        "COIL2": (74, 5.1),
        "NO1": (5.5, 32.7),
        "NC1": (25, 32.7),
        "P1": (45, 32.7),
        "COIL1": (74, 32.7),
    }
    SIZE = (79.4, 37.8)
    LISTENS = ("COIL1", "COIL2")
    FOLLOWS_VOLTAGE = True
    IS_LOAD = True
    NEEDS_DRIVER = True
    ATTRS = {"bounce": ""}
    _energised = False
    _moves = 0
    touches = "NC"
    """What each P touches now; empty while the armature moves."""

    def stamp(self, net: Stamp) -> None:
        net.resistor("COIL1", "COIL2", COIL_OHMS)
        for pole in POLES:
            for contact in ("NC", "NO"):
                closed = self.touches == contact
                net.resistor(f"P{pole}", f"{contact}{pole}", CLOSED_OHMS if closed else OPEN)

    def level_changed(self, pin: str, high: bool) -> None:
        volts = abs(self.volts("COIL1") - self.volts("COIL2"))
        on = volts >= (RELEASE_V if self._energised else OPERATE_V)
        if on == self._energised:
            return
        self._energised, self.touches = on, ""
        self._moves += 1
        move = self._moves
        self.changed()
        delay_ns = OPERATES_NS if on else RELEASES_NS
        self.world.at(self.world.now_ns + delay_ns, lambda: self._arrive(move))

    def _arrive(self, move: int) -> None:
        if move == self._moves:
            self.touches = "NO" if self._energised else "NC"
            self.changed()

    def words(self, view: PartView) -> Words:
        return (both("switched on") if self.touches == "NO" else both("switched off")), {}

    def svg(self, view: PartView) -> str:
        lever = {"NC": 25.0, "": 15.0, "NO": 5.5}[self.touches]
        ink = "#f2c14e"
        return (
            rect(0.5, 0.5, 78.4, 36.8, "#2b2f36", 2)
            + "".join(
                circle(x, y, 3, "#c3c9d1") + circle(x, y, 1.4, "#59606b")
                for x, y in self.PINS.values()
            )
            + "".join(line(45, y, lever, y, ink, 1.4) for y in (11, 27))
            + rect(67, 12, 9, 14, "#b5763a" if self._energised else "#6b4a2a", 1)
            + text(36, 21.4, "KS2E-M-DC5", 7, "#f2f3f5", text_anchor="middle")
        )
