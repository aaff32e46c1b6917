"""The shift register 74HC595: it drives eight outputs over three pins."""

from typing import ClassVar

from hardware.bench.parts.common.logic import dip, dip_size, dip_svg
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.shift_register import ShiftRegister
from hardware.i18n import both

STAGES = 8
NAMES = (
    "Q1",
    "Q2",
    "Q3",
    "Q4",
    "Q5",
    "Q6",
    "Q7",
    "GND",
    "Q7S",
    "MR",
    "SHCP",
    "STCP",
    "OE",
    "DS",
    "Q0",
    "VCC",
)


class Hc595(ShiftRegister):
    """Pins `DS SHCP STCP MR OE`, outputs `Q0`…`Q7 Q7S`, `VCC GND` (2 V or more).

    A rising edge of SHCP shifts DS in. A rising edge of STCP copies the shift register to the
    outputs. MR low clears the shift register. OE high switches Q0 to Q7 off. Q7S goes to DS of the
    next chip. With both clocks on one wire the outputs are one pulse late. MR and OE have no pull
    resistors: connect them to a level. Source:
    Nexperia 74HC595 data sheet, table 3.
    """

    TYPES = ("wokwi-74hc595",)
    TITLE = both("Shift register for outputs")
    GROUP = "logic"
    PINS = dip(NAMES)
    SIZE = dip_size(len(NAMES))
    LISTENS = ("STCP", "SHCP", "MR", "OE", "DS")
    SUPPLY = ("VCC", "GND", 2.0)
    DATA, CLOCK, LATCH, CARRY, CLEAR = "DS", "SHCP", "STCP", "Q7S", "MR"
    SHOWN = tuple(f"Q{n}" for n in range(STAGES))
    OUTPUTS = {"Q7S": False, **dict.fromkeys(SHOWN, False)}
    HIGH: ClassVar[bool | None] = True
    """What an output drives for a 1; None: it is open."""
    stages = STAGES
    shown = 0

    def begin(self) -> None:
        self.shifted = self.shown = 0

    def input_changed(self, pin: str, high: bool) -> None:
        if pin == self.LATCH and high and self.shown != self.shifted:
            self.shown = self.shifted
            self._put_out()
        elif pin == self.CLOCK and high and self.level[self.CLEAR]:
            self.shifted = self.shifted << 1 & 0xFF | self.level[self.DATA]
            self.drive(self.CARRY, self.shifted > 0x7F)
        elif pin == self.CLEAR and not high:
            self.shifted = 0
            self.drive(self.CARRY, False)
        elif pin == "OE":
            self._put_out()

    def _put_out(self) -> None:
        self.set_outputs(self._outputs())

    def _outputs(self) -> dict[str, bool | None]:
        off, lit = self.level["OE"], self.HIGH
        bits = ((pin, self.shown >> n & 1) for n, pin in enumerate(self.SHOWN))
        return {pin: None if off else lit if bit else False for pin, bit in bits}

    def take_shown(self, shown: int) -> None:
        """Takes what an edge of STCP has led to that was worked out elsewhere."""
        self.shown = shown
        self.driven |= self._outputs()

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, "74HC595")
