"""The shift register NLSF595 for LEDs: a 74HC595 with open-drain outputs and other names."""

from hardware.bench.parts.common.logic import dip, dip_svg
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.hc595 import Hc595
from hardware.i18n import both

SHOWN = ("QA", "QB", "QC", "QD", "QE", "QF", "QG", "QH")
NAMES = (*SHOWN[1:], "GND", "SQH", "SCLR", "SCK", "RCK", "OE", "SI", "QA", "VCC")


class Nlsf595(Hc595):
    """Pins `SI SCK RCK SCLR OE`, outputs `QA`…`QH SQH`, `VCC GND` (2 V or more).

    It works as the 74HC595 does, but QA to QH only pull low: for a 0 the output is low, for a 1 it
    is open. So it drives RGB LEDs with a common anode. Source: onsemi NLSF595 data sheet, function
    table.
    """

    TYPES = ("wokwi-nlsf595",)
    TITLE = both("LED driver (NLSF595)")
    PINS = dip(NAMES)
    LISTENS = ("RCK", "SCK", "SCLR", "OE", "SI")
    DATA, CLOCK, LATCH, CARRY, CLEAR = "SI", "SCK", "RCK", "SQH", "SCLR"
    SHOWN = SHOWN
    HIGH = None
    OUTPUTS = {"SQH": False, **dict.fromkeys(SHOWN, False)}

    def svg(self, view: PartView) -> str:
        return dip_svg(self.PINS, "NLSF595")
