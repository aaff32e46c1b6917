"""The analog multiplexer CD74HC4067 on a small board."""

from collections.abc import Hashable

from hardware.bench.parts.common.logic import Logic
from hardware.bench.parts.common.part import OPEN, PartView, Stamp
from hardware.bench.svg.elements import circle, text
from hardware.bench.svg.pcb import chip, pcb
from hardware.i18n import both

CHANNELS = 16
ON_OHMS = 70.0
"""Data sheet, "Electrical Specifications": on resistance at 4.5 V, typical."""
MM = 96 / 25.4
SIDE = ("COM", "S3", "S2", "S1", "S0", "EN", "VCC", "GND")


class Cd74hc4067(Logic):
    """Pins `I0`…`I15 COM S0 S1 S2 S3 EN VCC GND` (2 V or more). COM is connected to the input with
    the number S3 S2 S1 S0, through 70 Ω, in both directions; EN high disconnects it.

    Source: Texas Instruments CD74HC4067 data sheet (SCHS209), truth table.
    """

    TYPES = ("board-cd74hc4067",)
    TITLE = both("Analog multiplexer (CD74HC4067)")
    GROUP = "logic"
    PINS = {
        **{f"I{n}": (1.3 * MM, (39.25 - 2.54 * n) * MM) for n in range(CHANNELS)},
        **{name: (13.992 * MM, (11.31 + 2.54 * n) * MM) for n, name in enumerate(SIDE)},
    }
    SIZE = (16.1 * MM, 40.343 * MM)
    LISTENS = ("S0", "S1", "S2", "S3", "EN")
    SUPPLY = ("VCC", "GND", 2.0)
    DRAWS = 0.0001

    @property
    def channel(self) -> int | None:
        """The input that COM is connected to."""
        if not self.powered or self.level["EN"]:
            return None
        return sum(self.level[f"S{n}"] << n for n in range(4))

    @property
    def state(self) -> Hashable:
        return self.channel or -1 if self.channel != 0 else 0

    def stamp(self, net: Stamp) -> None:
        for n in range(CHANNELS):
            net.resistor("COM", f"I{n}", ON_OHMS if n == self.channel else OPEN)

    def input_changed(self, pin: str, high: bool) -> None:
        self.changed()

    def power(self, on: bool) -> None:
        super().power(on)
        self.changed()

    def svg(self, view: PartView) -> str:
        wide, _high = self.SIZE
        names = "".join(
            text(
                x + (6 if x < wide / 2 else -6),
                y + 2,
                name,
                5,
                "#f2f3f5",
                text_anchor="start" if x < wide / 2 else "end",
            )
            for name, (x, y) in self.PINS.items()
        )
        pads = "".join(
            circle(x, y, 3.1, "#d8b54a") + circle(x, y, 1.5, "#6b5a2a")
            for x, y in self.PINS.values()
        )
        shown = "–" if self.channel is None else f"{self.channel}"
        return pcb(self.SIZE, "#a8323a") + chip(21, 62, 16, 32, shown) + pads + names
