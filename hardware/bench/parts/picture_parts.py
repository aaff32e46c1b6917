"""Parts that are only a picture here: Wokwi's logo, and its television."""

from hardware.bench.parts.common.part import Part, PartView
from hardware.bench.svg.elements import circle, line, rect, text
from hardware.i18n import both


class Logo(Part):
    """A picture without pins. The drawing is ours: a plain sign in the place of Wokwi's logo."""

    TYPES = ("wokwi-logo",)
    TITLE = both("Sign")
    GROUP = "wiring"
    SIZE = (120, 48)

    @property
    def caption(self) -> str:
        return ""

    def svg(self, view: PartView) -> str:
        sign = rect(1, 1, 118, 46, "#f2f3f5", 8, stroke="#c3c9d1", stroke_width=1.5)
        return sign + text(60, 30, "LOGO", 18, "#868e99", text_anchor="middle")


class Television(Part):
    """Pins `IN SYNC GND`. Only the picture of a television: what comes at its pins (PAL, a line in
    64 µs) is not shown. `wave` shows these signals."""

    TYPES = ("wokwi-tv",)
    TITLE = both("Television (a picture only)")
    GROUP = "displays"
    PINS = {"IN": (120, 206), "SYNC": (129.6, 206), "GND": (139.2, 206)}
    SIZE = (259, 211)

    def svg(self, view: PartView) -> str:
        return (
            line(100, 22, 70, 1, "#868e99", 2.5)
            + line(120, 22, 150, 1, "#868e99", 2.5)
            + rect(1, 20, 257, 180, "#6b4a2a", 10)
            + rect(14, 33, 190, 152, "#15181c", 14)
            + rect(20, 39, 178, 140, "#23272d", 12)
            + "".join(circle(231, y, 12, "#c3c9d1") for y in (58, 92))
            + "".join(line(216, y, 246, y, "#3a2a18", 2) for y in range(124, 180, 8))
            + "".join(circle(x, 206, 3.1, "#d8b54a") for x, _y in self.PINS.values())
            + "".join(
                text(x, 199, name, 4, "#f2f3f5", text_anchor="middle")
                for name, (x, _y) in self.PINS.items()
            )
        )
