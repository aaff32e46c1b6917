"""The shift register 74HC165: it reads eight inputs over three pins."""

from hardware.bench.parts.common.logic import Logic, dip, dip_size, dip_svg
from hardware.bench.parts.common.part import PartView
from hardware.i18n import both

NAMES = (
    "PL",
    "CP",
    "D4",
    "D5",
    "D6",
    "D7",
    "Q7_N",
    "GND",
    "Q7",
    "DS",
    "D0",
    "D1",
    "D2",
    "D3",
    "CE",
    "VCC",
)
DATA = tuple(f"D{n}" for n in range(8))


class Hc165(Logic):
    """Pins `PL CP CE DS`, inputs `D0`…`D7`, outputs `Q7 Q7_N`, `VCC GND` (2 V or more).

    While PL is low the register follows D0 to D7. While PL is high and CE low, a rising edge of CP
    shifts towards Q7, D7 first, and shifts DS in. CP and CE are equivalent: a rising edge of one
    counts while the other is low. Source: Nexperia 74HC165 data sheet, table 3.
    """

    TYPES = ("wokwi-74hc165",)
    TITLE = both("Shift register for inputs")
    GROUP = "logic"
    PINS = dip(NAMES)
    SIZE = dip_size(len(NAMES))
    LISTENS = ("CP", "CE", "PL", "DS", *DATA)
    SUPPLY = ("VCC", "GND", 2.0)
    OUTPUTS = {"Q7": False, "Q7_N": True}
    _bits = 0

    def input_changed(self, pin: str, high: bool) -> None:
        if not self.level["PL"]:
            self._bits = sum(self.level[name] << n for n, name in enumerate(DATA))
        elif high and (
            (pin == "CP" and not self.level["CE"]) or (pin == "CE" and not self.level["CP"])
        ):
            self._bits = self._bits << 1 & 0xFF | self.level["DS"]
        last = bool(self._bits >> 7)
        self.set_outputs({"Q7": last, "Q7_N": not last})

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, "74HC165")
