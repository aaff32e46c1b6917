"""The dial of an old telephone."""

import math

from hardware.bench.parts.common.contact import CLOSED_OHMS
from hardware.bench.parts.common.part import BUTTON, OPEN, Part, PartView, Stamp
from hardware.bench.svg.elements import circle, el, rect, text
from hardware.i18n import both

MS = 1_000_000
DIGITS = "1234567890"
WIND_NS = 100 * MS
"""From the start of the dial to its return, for each digit that it is turned by."""
PERIOD_NS, BREAK_NS = 100 * MS, 60 * MS
"""A pulse: 10 in a second, open for 60 %."""
REST_NS = 200 * MS
"""From the last pulse until the dial is at rest."""


class RotaryDialer(Part):
    """Pins `GND DIAL PULSE`. DIAL is connected to GND while the dial is away from its rest. PULSE
    is connected to GND, and opens once for a 1, twice for a 2, ten times for a 0, when the dial
    runs back: each time for 60 ms, ten times a second. Both need pull-ups.

    The controls `1` to `9` and `0` are ours: 1 dials the digit (Wokwi: a click). A digit that is
    dialled while the dial still runs is lost. Rate and ratio are those of usual dials (Bell
    System: 10 pulses a second, 61 % break); the time of winding is a guess.
    """

    TYPES = ("wokwi-rotary-dialer",)
    TITLE = both("Telephone dial")
    GROUP = "inputs"
    PINS = {"GND": (122, 286), "DIAL": (131.6, 286), "PULSE": (141.2, 286)}
    SIZE = (266, 286)
    CONTROLS = dict.fromkeys(DIGITS, BUTTON)
    _away = _open = False
    _turned = 0

    def stamp(self, net: Stamp) -> None:
        net.resistor("DIAL", "GND", CLOSED_OHMS if self._away else OPEN)
        net.resistor("PULSE", "GND", OPEN if self._open else CLOSED_OHMS)

    def moved(self, name: str, value: float) -> None:
        if value and not self._away:
            self._turned = DIGITS.index(name) + 1
            self._set(away=True, opened=False)
            back_ns = self.world.now_ns + WIND_NS * self._turned
            for pulse in range(self._turned):
                begin_ns = back_ns + pulse * PERIOD_NS
                self.world.at(begin_ns, lambda: self._set(away=True, opened=True))
                self.world.at(begin_ns + BREAK_NS, lambda: self._set(away=True, opened=False))
            end_ns = back_ns + self._turned * PERIOD_NS + REST_NS
            self.world.at(end_ns, lambda: self._set(away=False, opened=False))

    def _set(self, *, away: bool, opened: bool) -> None:
        self._away, self._open = away, opened
        self.changed()

    def svg(self, view: PartView) -> str:
        holes = ""
        for number, digit in enumerate(DIGITS):
            angle = math.radians(-60 - 27 * number)
            x, y = 133 + 84 * math.cos(angle), 133 + 84 * math.sin(angle)
            pressed = bool(self.values[digit])
            holes += circle(x, y, 18, "#ee8a1d" if pressed else "#e8eaee")
            holes += text(x, y + 5.5, digit, 16, "#23272d", text_anchor="middle")
        turn = 30 * self._turned if self._away else 0
        plate = circle(0, 0, 60, "#3a4049") + circle(0, -48, 5, "#d8b54a")
        return (
            rect(108, 250, 50, 36, "#15181c", 4)
            + circle(133, 133, 131, "#15181c")
            + circle(133, 133, 125, "#2b2f36")
            + holes
            + el("g", plate, transform=f"translate(133 133) rotate({turn})")
            + "".join(circle(x, 281, 3.1, "#d8b54a") for x, _y in self.PINS.values())
            + "".join(
                text(x, 274, name, 3.9, "#f2f3f5", text_anchor="middle")
                for name, (x, _y) in self.PINS.items()
            )
        )
