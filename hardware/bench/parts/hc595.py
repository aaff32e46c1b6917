"""The shift register 74HC595: it drives eight outputs over three pins."""

from hardware.bench.parts.common.logic import Logic, dip, dip_size, dip_svg
from hardware.bench.parts.common.part import PartView
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


class Hc595(Logic):
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
    OUTPUTS = {"Q7S": False, **{f"Q{n}": False for n in range(STAGES)}}
    _shifted = _shown = 0

    def begin(self) -> None:
        self._shifted = self._shown = 0

    def input_changed(self, pin: str, high: bool) -> None:
        if pin == "STCP" and high:
            self._shown = self._shifted
        elif pin == "SHCP" and high and self.level["MR"]:
            self._shifted = self._shifted << 1 & 0xFF | self.level["DS"]
        elif pin == "MR" and not high:
            self._shifted = 0
        self._put_out()

    def _put_out(self) -> None:
        off = self.level["OE"]
        levels: dict[str, bool | None] = {
            f"Q{n}": None if off else bool(self._shown >> n & 1) for n in range(STAGES)
        }
        self.set_outputs(levels | {"Q7S": bool(self._shifted >> 7)})

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, "74HC595")
