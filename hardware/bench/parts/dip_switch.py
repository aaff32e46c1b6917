"""A DIP switch: eight switches in one case."""

from hardware.bench.parts.common.contact import CLOSED_OHMS
from hardware.bench.parts.common.part import OPEN, SWITCH, Part, PartView, Stamp
from hardware.bench.svg.elements import line, rect, text
from hardware.i18n import both

PITCH, FIRST = 9.6, 8.1
COUNT = 8


class DipSwitch8(Part):
    """Pins `1a` to `8a` and `1b` to `8b`; `na` and `nb` are connected while switch n is on.

    Controls `1` to `8`, 0 or 1, are an extension of ours (Wokwi documents none). All are off at
    the start. People set such a switch before power-on, so its contacts do not bounce here.
    """

    TYPES = ("wokwi-dip-switch-8",)
    TITLE = both("DIP switch")
    GROUP = "inputs"
    PINS = {
        f"{n + 1}{row}": (FIRST + PITCH * n, y)
        for row, y in (("a", 51.3), ("b", 3.0))
        for n in range(COUNT)
    }
    SIZE = (82.9, 55.3)
    CONTROLS = {str(n + 1): SWITCH for n in range(COUNT)}

    def stamp(self, net: Stamp) -> None:
        for name, on in self.values.items():
            net.resistor(f"{name}a", f"{name}b", CLOSED_OHMS if on else OPEN)

    def svg(self, view: PartView) -> str:
        legs = "".join(line(x, 3, x, 51.3, "#9aa1ab", 2) for x, y in self.PINS.values() if y < 10)
        switches = ""
        for n in range(COUNT):
            x, on = FIRST + PITCH * n, self.values[str(n + 1)]
            switches += rect(x - 3, 17, 6, 18, "#1c1f24", 1)
            switches += rect(x - 2.4, 18 if on else 26, 4.8, 8, "#f2f3f5", 0.8)
            switches += text(x, 43, str(n + 1), 6.5, "#ffffff", text_anchor="middle")
        return (
            legs
            + rect(1, 7, 80.9, 41, "#b8322c", 2.5)
            + text(5, 14, "ON", 6.5, "#ffffff", font_weight=600)
            + switches
        )
