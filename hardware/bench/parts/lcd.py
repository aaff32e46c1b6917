"""Character displays with the controller HD44780: two lines of 16 characters, four of 20."""

from collections.abc import Collection

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.character_rom import COLUMNS, ROWS
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.hd44780 import Hd44780
from hardware.bench.parts.common.part import FAULT, OPEN, PartView, Stamp
from hardware.bench.svg.displays import dots
from hardware.bench.svg.elements import mix, rect
from hardware.bench.svg.pcb import chip, header, pcb
from hardware.i18n import both

MM = 96 / 25.4
CELL = (3.5125 * MM, 5.75 * MM)
DOT = (0.6 * MM, 0.65 * MM)
PANEL = (12.45 * MM, 12.55 * MM)
"""Offset from the corner of the board to the first character."""
NAMES = ("VSS", "VDD", "V0", "RS", "RW", "E", *(f"D{n}" for n in range(8)), "A", "K")
FIRST_PIN, PIN_PITCH = 32.0, 9.6
PORT_RS, PORT_RW, PORT_E, PORT_LIGHT = 1, 2, 4, 8
"""The bits of the backpack's PCF8574; its upper four bits are D4 to D7."""
BYTE_NS = 22_500
"""The time of a byte on I2C at 400 kHz: the least distance of bytes in one transfer."""
LAMP_VOLTS, LAMP_OHMS, LAMP_AMPERES = 2.7, 100.0, 0.0005
OUTPUT_OHMS = 1000.0
PULL_VOLTS = 3.3
DATA_PULL_OHMS = 40_000.0
"""125 µA at 5 V: HD44780U data sheet, "pull-up MOS current". RS and RW have it, too, but a display
whose RW is open does not work: here it is an open input."""
BUS_PULL_OHMS = 4700.0
BACKGROUNDS = {"green": "#6cb201", "blue": "#0a2fd8"}
MIN_ADDRESS, MAX_ADDRESS = 0x20, 0x3F


class Lcd1602(I2cPart, Display):
    """With `pins` `full` (the default): `VSS VDD V0 RS RW E D0`…`D7 A K`, on 4 or 8 data lines;
    with `i2c`: `GND VCC SDA SCL` through a PCF8574T (P0 RS, P1 RW, P2 E, P3 light, P4-P7 D4-D7).

    Attributes `i2cAddress` (`0x27`), `color` (of the dots), `background` (`green`, `blue`, a
    colour), `variant` (`A00` or `A02`, the character ROM). All instructions, custom characters,
    cursor, shifts and the busy flag work; data sent while it is busy are lost. The contrast (V0)
    is always right. D0 to D7 have the weak pull-ups of the controller, SDA and SCL those of the
    backpack (4.7 kΩ); here all go to 3.3 V. On a real one they go to its supply, which may be 5 V:
    too much for a pin of the board. The control `silent` (ours) is 1 while the backpack does not
    answer. Source: Hitachi HD44780U and NXP PCF8574 data sheets.
    """

    TYPES = ("wokwi-lcd1602",)
    FIXED_ADDRESS = True
    TITLE = both("LCD, 2 lines of 16")
    GROUP = "displays"
    CONTROLS = {"silent": FAULT}
    ATTRS = {
        "pins": "full",
        "i2cAddress": "0x27",
        "color": "black",
        "background": "green",
        "variant": "A00",
    }
    SHAPE = (16, 2)

    def __init__(self, spec: PartSpec) -> None:
        self.on_i2c = str(spec.attrs.get("pins", "full")) == "i2c"
        super().__init__(spec)
        self.choice("pins", "full", "i2c")
        self._address = self._read_address()
        self.controller = Hd44780(*self.SHAPE, self.choice("variant", "A00", "A02"))
        self._port, self._bytes = 0xFF, 0
        self._level = dict.fromkeys(NAMES, False)
        self._put: int | None = None

    def _read_address(self) -> int:
        try:
            address = int(self.attr("i2cAddress"), 0)
        except ValueError:
            address = 0
        if not MIN_ADDRESS <= address <= MAX_ADDRESS:
            raise self.bad_attr("i2cAddress", f"0x{MIN_ADDRESS:x}…0x{MAX_ADDRESS:x}")
        return address

    # -- pins and size ---------------------------------------------------------------------------

    @property
    def size(self) -> tuple[float, float]:
        columns, rows = self.SHAPE
        return round(columns * CELL[0] + 23.8 * MM, 1), round(rows * CELL[1] + 24.5 * MM, 1)

    @property
    def pins(self) -> dict[str, tuple[float, float]]:
        if self.on_i2c:
            return {"GND": (4, 32), "VCC": (4, 41.5), "SDA": (4, 51), "SCL": (4, 60.5)}
        y = round(self.size[1] - 5.1, 2)
        return {name: (round(FIRST_PIN + PIN_PITCH * n, 2), y) for n, name in enumerate(NAMES)}

    @property
    def supply(self) -> tuple[str, str, float] | None:
        return ("VCC", "GND", 2.7) if self.on_i2c else ("VDD", "VSS", 2.7)

    @property
    def listens(self) -> tuple[str, ...]:
        return () if self.on_i2c else (*(f"D{n}" for n in range(8)), "RS", "RW", "E")

    def power(self, on: bool) -> None:
        self.controller.power_on(self.world.now_ns)
        self._port, self._put = 0xFF, None
        self._level = dict.fromkeys(NAMES, False)

    # -- the parallel bus ---------------------------------------------------------------------

    def stamp(self, net: Stamp) -> None:
        if self.on_i2c:
            for pin in ("SDA", "SCL"):
                net.source(pin, PULL_VOLTS, BUS_PULL_OHMS)
            return
        net.diode("A", "K", LAMP_VOLTS, LAMP_OHMS)
        for n in range(8):
            net.source(f"D{n}", PULL_VOLTS, DATA_PULL_OHMS)
            rail = "VDD" if self._put is not None and self._put >> n & 1 else "VSS"
            for end in ("VDD", "VSS"):
                drives = self._put is not None and rail == end
                net.resistor(f"D{n}", end, OUTPUT_OHMS if drives else OPEN)

    def level_changed(self, pin: str, high: bool) -> None:
        self._level[pin] = high
        if pin == "E":
            self._strobe(high)

    def _strobe(self, high: bool) -> None:
        """An edge of E: data are written at the falling edge."""
        now, level = self.world.now_ns, self._level
        if level["RW"]:
            if not high:
                self.controller.was_read(level["RS"], now)
            self._put = self.controller.lines(level["RS"], now) if high else None
            self.changed()
        elif not high:
            lines = sum(level[f"D{n}"] << n for n in range(8))
            self.controller.write(level["RS"], lines, now)

    # -- the backpack -------------------------------------------------------------------------

    def i2c_addresses(self) -> Collection[int]:
        return (self._address,) if self.on_i2c else ()

    def i2c_start(self, address: int, read: bool) -> bool:
        self._bytes = 0
        return not self.values["silent"]

    def i2c_write(self, byte: int) -> bool:
        self._bytes += 1
        now = self.world.now_ns + BYTE_NS * self._bytes
        fell, self._port = self._port & ~byte & PORT_E, byte
        data, reads = bool(byte & PORT_RS), bool(byte & PORT_RW)
        if fell and reads:
            self.controller.was_read(data, now)
        elif fell:
            self.controller.write(data, byte & 0xF0, now)
        return True

    def i2c_read(self) -> int:
        """The levels at the port's pins; the display can pull down those that are high."""
        if self._port & PORT_RW and self._port & PORT_E:
            lines = self.controller.lines(bool(self._port & PORT_RS), self.world.now_ns)
            return self._port & (lines & 0xF0 | 0x0F)
        return self._port

    # -- looks --------------------------------------------------------------------------------

    def text(self) -> str:
        return self.controller.text() if self.powered else ""

    def pixels(self) -> Pixels:
        seen = self.controller.pixels(self.world.now_ns)
        return seen if self.powered else seen * 0

    def backlit(self, view: PartView) -> bool:
        """Whether the backlight is on."""
        if self.on_i2c:
            return self.powered and bool(self._port & PORT_LIGHT)
        return view.amperes("A", "K") > LAMP_AMPERES

    def svg(self, view: PartView) -> str:
        w, h = self.size
        columns, rows = self.SHAPE
        wide, high = columns * CELL[0], rows * CELL[1]
        glass = BACKGROUNDS.get(name := self.usual("background", *BACKGROUNDS), name)
        glass = glass if len(glass) == 7 and glass.startswith("#") else BACKGROUNDS["green"]
        glass = glass if self.backlit(view) else mix(glass, "#1c2126", 0.6)
        x, y = PANEL
        drawn = (
            pcb(self.size, "#1f5c3a", (9, 9), (w - 9, 9), (9, h - 9), (w - 9, h - 9))
            + rect(5 * MM, 5.7 * MM, wide + 13.9 * MM, high + 13.1 * MM, "#15181c", 2)
            + rect(x - 4.9 * MM, y - 2.3 * MM, wide + 9.8 * MM, high + 4.6 * MM, glass, 5)
        )
        drawn += self._characters(x, y, glass) + header(self.pins, self.size)
        return drawn + (chip(30, h - 17, 14, 9) if self.on_i2c else "")

    def _characters(self, x: float, y: float, glass: str) -> str:
        """The empty cells, and the visible dots."""
        is_white = self.usual("color", "black", "white") == "white"
        ink = "#f4f7ff" if is_white else mix(glass, "#000000", 0.82)
        seen, drawn = self.pixels() > 0, ""
        for row in range(self.SHAPE[1]):
            for column in range(self.SHAPE[0]):
                left, top = x + column * CELL[0], y + row * CELL[1]
                shade = mix(glass, "#000000", 0.07)
                drawn += rect(left, top, COLUMNS * DOT[0], ROWS * DOT[1], shade)
                cell = seen[ROWS * row : ROWS * row + ROWS, COLUMNS * column :][:, :COLUMNS]
                drawn += dots(cell, left, top, DOT, ink, gap=0.22)
        return drawn


class Lcd2004(Lcd1602):
    """The same with four lines of 20. The controller has two lines of 40; the second half of each
    is shown two rows below its first half."""

    TYPES = ("wokwi-lcd2004",)
    TITLE = both("LCD, 4 lines of 20")
    SHAPE = (20, 4)
