"""An OLED display of 128 by 64 dots with the controller SSD1306, on I2C."""

from hardware.bench.parts.common.oled import Oled
from hardware.bench.parts.common.oled_display import OledController, OledDisplay
from hardware.bench.parts.common.part import PartView, Stamp
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4


class Ssd1306(OledDisplay):
    """Pins `GND VCC SCL SDA`; attribute `i2cAddress` (`0x3c` or `0x3d`).

    The controller with its commands: the three addressing modes, windows, start line, offset,
    segment and row direction, contrast, inverse, all on, on and off, charge pump, multiplex ratio,
    scrolling. Without the charge pump it stays dark. Clock, precharge, VCOMH and the pin layout of
    the rows are accepted and change nothing. The module has pull-ups of 10 kilo-ohms to 3.3 V. The
    control `silent` (ours) is 1 while it does not answer. Source: SSD1306 data sheet 8.1.5, 10.
    """

    TYPES = ("board-ssd1306",)
    TITLE = both("OLED (SSD1306)")
    PINS = {"GND": (38.17, 6.46), "VCC": (47.62, 6.46), "SCL": (57.07, 6.46), "SDA": (66.9, 6.46)}
    SIZE = (104.7, 85.4)
    SCREEN = (1.46 * MM, 5.27 * MM, 24.8 * MM, 12.4 * MM)

    def new_controller(self) -> OledController:
        return Oled()

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((8, 8), (w - 8, 8), (8, h - 8), (w - 8, h - 8))
        return pcb(self.SIZE, "#1d4e89", *holes) + self.screen() + pin_row(self.PINS, 8.4)


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
