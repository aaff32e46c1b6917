"""A buzzer."""

from hardware.bench.parts.common.part import Part, PartView, Stamp, Words
from hardware.bench.svg.elements import circle, line, path, text
from hardware.i18n import both

OHMS = 1000.0
"""Resistance: a small piezo buzzer takes a few milliamperes at most."""
SOUNDS_VOLTS = 0.3
"""A person hears a buzzer whose voltage swings by more than this, or has a mean above it."""
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
"""What most people hear."""


class Buzzer(Part):
    """Pin 1 is minus, pin 2 plus. An alternating voltage is a tone at any duty cycle: a piezo disc
    moves with each edge. A steady voltage sounds, too, as an active buzzer does, which makes its
    tone itself. Above 20 kHz a person hears nothing. Wokwi's `mode` and `volume` are for browsers
    that play the sound; they change nothing here."""

    TYPES = ("wokwi-buzzer",)
    TITLE = both("Buzzer")
    GROUP = "actuators"
    PINS = {"1": (27, 84), "2": (37, 84)}
    SIZE = (64, 84)
    IS_LOAD = True
    ATTRS = {"mode": "smooth", "volume": "1.0"}

    def stamp(self, net: Stamp) -> None:
        net.resistor("1", "2", OHMS)

    def _hertz(self, view: PartView) -> float:
        """The frequency of its voltage; 0: it is steady, or each cycle is heard alone."""
        hertz = view.hertz("2", "1", SOUNDS_VOLTS)
        return hertz if hertz >= LOWEST_HZ else 0.0

    def sounds(self, view: PartView) -> bool:
        """Whether a person hears it."""
        if hertz := self._hertz(view):
            return hertz <= HIGHEST_HZ
        return view.volts("2", "1") > SOUNDS_VOLTS

    def words(self, view: PartView) -> Words:
        if not self.sounds(view):
            return both("silent"), {}
        hertz = round(self._hertz(view))
        return (both("sounds at {hertz} Hz"), {"hertz": hertz}) if hertz else (both("sounds"), {})

    @property
    def caption(self) -> str:
        hertz = round(self._hertz(self.view))
        return f"{self.id} {hertz} Hz" if 0 < hertz <= HIGHEST_HZ else self.id

    def svg(self, view: PartView) -> str:
        sounds = self.sounds(view)
        waves = "".join(
            path(
                f"M{66 + 7 * i} {20 - 4 * i} q{6 + 2 * i} {13 + 4 * i} 0 {26 + 8 * i}",
                stroke="#ee8a1d",
                stroke_width=2.4,
                stroke_linecap="round",
                opacity=1 - 0.25 * i,
            )
            for i in range(3 if sounds else 0)
        )
        return (
            line(27, 60, 27, 84, "#2b2f36", 2)
            + line(37, 60, 37, 84, "#d93a34", 2)
            + circle(32, 33, 31.5, "#23272d")
            + circle(32, 33, 28.5, "#31363e")
            + circle(32, 33, 15, "#23272d", opacity=0.55)
            + circle(32, 33, 5, "#0f1114")
            + text(47, 55, "+", 12, "#aab1bb", text_anchor="middle")
            + waves
        )
