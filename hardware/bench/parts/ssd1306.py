"""An OLED display of 128 by 64 dots with the controller SSD1306, on I2C."""

from collections.abc import Collection

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.oled import COLUMNS, ROWS, Oled
from hardware.bench.parts.common.part import FAULT, PartView, Stamp
from hardware.bench.svg.displays import dots
from hardware.bench.svg.elements import mix, rect
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4
PULL_OHMS, PULL_VOLTS = 10_000.0, 3.3
ADDRESSES = ("0x3c", "0x3d")
CONTINUES, IS_DATA = 0x80, 0x40
"""Bits of the control byte: another control byte follows the next byte; the next byte is data for
the memory."""
OFF = 0x40


class Ssd1306(I2cPart, Display):
    """Pins `GND VCC SCL SDA`; attribute `i2cAddress` (`0x3c` or `0x3d`).

    The controller with its commands: the three addressing modes, windows, start line, offset,
    segment and row direction, contrast, inverse, all on, on and off, charge pump, multiplex ratio,
    scrolling. Without the charge pump it stays dark. Clock, precharge, VCOMH and the pin layout of
    the rows are accepted and change nothing. The module has pull-ups of 10 kilo-ohms to 3.3 V. The
    control `silent` (ours) is 1 while it does not answer. Source: SSD1306 data sheet 8.1.5, 10.
    """

    TYPES = ("board-ssd1306",)
    TITLE = both("OLED (SSD1306)")
    GROUP = "displays"
    PINS = {"GND": (38.17, 6.46), "VCC": (47.62, 6.46), "SCL": (57.07, 6.46), "SDA": (66.9, 6.46)}
    SIZE = (104.7, 85.4)
    SUPPLY = ("VCC", "GND", 2.8)
    CONTROLS = {"silent": FAULT}
    ATTRS = {"i2cAddress": "0x3c"}
    SCREEN = (1.46 * MM, 5.27 * MM, 24.8 * MM, 12.4 * MM)
    """Left, top, width, height of the dots."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._address = int(self.choice("i2cAddress", *ADDRESSES), 16)
        self.controller = Oled()
        self._control: int | None = None

    def stamp(self, net: Stamp) -> None:
        for pin in (self.SCL, self.SDA):
            net.source(pin, PULL_VOLTS, PULL_OHMS)

    def power(self, on: bool) -> None:
        self.controller.reset()

    def i2c_addresses(self) -> Collection[int]:
        return (self._address,)

    def i2c_start(self, address: int, read: bool) -> bool:
        self._control = None
        return not self.values["silent"]

    def i2c_write(self, byte: int) -> bool:
        if self._control is None:
            self._control = byte
            return True
        if self._control & IS_DATA:
            self.controller.data(byte)
        else:
            self.controller.command(byte, self.world.now_ns)
        if self._control & CONTINUES:
            self._control = None
        return True

    def i2c_write_all(self, data: bytes) -> int:
        """All bytes behind a control byte without `CONTINUES` are alike."""
        at = 0
        while at < len(data):
            control = self._control
            if control is not None and control & IS_DATA and not control & CONTINUES:
                self.controller.data_all(data[at:])
                break
            self.i2c_write(data[at])
            at += 1
        return len(data)

    def i2c_read(self) -> int:
        return 0 if self.controller.on else OFF

    def pixels(self) -> Pixels:
        return self.controller.pixels(self.world.now_ns)

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((8, 8), (w - 8, 8), (8, h - 8), (w - 8, h - 8))
        return pcb(self.SIZE, "#1d4e89", *holes) + self._screen() + pin_row(self.PINS, 8.4)

    def _screen(self) -> str:
        """The panel with the lit dots; less contrast makes them darker."""
        x, y, wide, high = self.SCREEN
        light = mix("#3c6f8f", "#bff3ff", self.controller.contrast / 255)
        glass = rect(x - 1.5, y - 1.5, wide + 3, high + 3, "#05070a", 1.5)
        pitch = (wide / COLUMNS, high / ROWS)
        return glass + dots(self.pixels() > 0, x, y, pitch, light)


class OldSsd1306(Ssd1306):
    """`board-ssd1306` under Wokwi's older type: pins `DATA` (SDA) `CLK` (SCL) `GND`, power at
    `VIN` or `3V3`; `DC RST CS` are not connected."""

    TYPES = ("wokwi-ssd1306",)
    PINS = {
        "DATA": (36.5, 12.5),
        "CLK": (45.5, 12.5),
        "DC": (54.5, 12.5),
        "RST": (64.5, 12.5),
        "CS": (74.5, 12.5),
        "3V3": (83.5, 12.5),
        "VIN": (93.5, 12.5),
        "GND": (103.5, 12),
    }
    SIZE = (150, 116)
    SUPPLY = ("VIN", "GND", 2.8)
    SCL = "CLK"
    SDA = "DATA"
    SCREEN = (11.0, 27.0, 128.0, 64.0)
    REGULATOR_OHMS = 100.0

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        net.resistor("VIN", "3V3", self.REGULATOR_OHMS)
