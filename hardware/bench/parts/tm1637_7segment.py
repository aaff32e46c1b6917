"""A display of four digits and a colon with the driver TM1637."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Display
from hardware.bench.parts.common.logic import Logic
from hardware.bench.parts.common.part import OPEN, PartView, Stamp
from hardware.bench.svg.colours import LIGHTS, light_colour
from hardware.bench.svg.displays import digit_svg, read_digit
from hardware.bench.svg.elements import circle, glow, mix, rect
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import both

DIGITS, PLACES = 4, 6
"""Digits on the board, and digits in the driver's memory."""
PULL_VOLTS, PULL_OHMS = 3.3, 10_000.0
"""The pull-ups of the module. On a real one they go to its supply, which may be 5 V: too much for
a pin of a board."""
ACK_OHMS = 1000.0
"""The driver pulls DIO low through this resistance, so a program that still drives DIO high causes
no short circuit."""
DATA, ADDRESS, CONTROL = 0x40, 0xC0, 0x80
FIXED, READS = 0x04, 0x02
COLON_DIGIT = 1


class Tm1637(Logic, Display):
    """Pins `CLK DIO VCC GND` (3 V or more); attribute `color`.

    Simulated: start, stop, acknowledge, data commands with rising and with fixed addresses,
    brightness and on/off. The colon is the eighth segment of the second digit; the other digits
    have no eighth segment. There are no keys. `text()` gives the four characters and `:`. Source:
    Titan Micro TM1637 data sheet.
    """

    TYPES = ("wokwi-tm1637-7segment",)
    TITLE = both("Four digits (TM1637)")
    GROUP = "displays"
    PINS = {"CLK": (4.8, 33.6), "DIO": (4.8, 43.2), "VCC": (4.8, 52.8), "GND": (4.8, 62.4)}
    SIZE = (158, 96)
    LISTENS = ("CLK", "DIO")
    SUPPLY = ("VCC", "GND", 3.0)
    OUTPUTS = {"DIO": None}
    ATTRS = {"color": "red"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.begin()

    def begin(self) -> None:
        self._memory = bytearray(PLACES)
        self.on, self._bright = False, 0
        self._place, self._fixed, self._reads = 0, False, False
        self._busy, self._first = False, True
        self._bits = ""

    def stamp(self, net: Stamp) -> None:
        for pin in ("CLK", "DIO"):
            net.source(pin, PULL_VOLTS, PULL_OHMS)
        net.resistor("DIO", "GND", OPEN if self.driven["DIO"] is None else ACK_OHMS)

    def input_changed(self, pin: str, high: bool) -> None:
        if pin == "DIO":
            if self.level["CLK"] and self.driven["DIO"] is None:
                self._busy, self._first, self._bits = not high, True, ""
        elif self._busy and high:
            self._bits += str(int(self.level["DIO"]))
        elif self._busy and len(self._bits) == 8 and not self._reads:
            self.drive("DIO", level=False)
        elif self._busy and len(self._bits) > 8:
            byte = int(self._bits[7::-1], 2)
            self._bits = ""
            self.drive("DIO", level=None)
            self._receive(byte)

    def _receive(self, byte: int) -> None:
        """A whole byte: the first one after a start is a command, the others are segments."""
        first, self._first = self._first, False
        if not first:
            self._memory[self._place % PLACES] = byte
            self._place += not self._fixed
            return
        match byte & 0xC0:
            case 0x40:
                self._fixed, self._reads = bool(byte & FIXED), bool(byte & READS)
            case 0xC0:
                self._place = byte & 0x07
            case 0x80:
                self.on, self._bright = bool(byte & 8), byte & 7

    def _lit(self, digit: int) -> list[bool]:
        """The lit segments A to G, and the eighth segment."""
        shows = self.powered and self.on
        return [bool(shows and self._memory[digit] >> n & 1) for n in range(8)]

    def text(self) -> str:
        digits = [self._lit(n) for n in range(DIGITS)]
        read = [read_digit(digit[:7]) for digit in digits]
        colon = ":" if digits[COLON_DIGIT][7] else ""
        return "".join(read[:2]) + colon + "".join(read[2:])

    def svg(self, view: PartView) -> str:
        shade = light_colour(self.usual("color", *LIGHTS))
        full = mix("#3a3336", shade, 0.55 + 0.45 * self._bright / 7)
        drawn, light = rect(24, 18, 114, 58, "#15181c", 2), ""
        for n in range(DIGITS):
            lit, x = self._lit(n), 34 + 25.5 * n + (5 if n > 1 else 0)
            fills = [full if on else "#3a3336" for on in lit]
            drawn += digit_svg(x + 5, 29, 1.95, fills[:7])
            light += glow(x + 10, 47, 20, shade, 0.35 * sum(lit) / 8)
            if n == COLON_DIGIT:
                drawn += "".join(circle(x + 29 - 0.14 * y, y, 2, fills[7]) for y in (40, 54))
        holes = ((8, 10), (150, 10), (8, 86), (150, 86))
        return pcb(self.SIZE, "#1d4e89", *holes) + drawn + light + header(self.PINS, self.SIZE)
