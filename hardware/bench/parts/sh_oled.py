"""OLED displays with the controllers SH1107 (128 by 128 dots) and SH1106 (128 by 64), on I2C."""

from hardware.bench.parts.common.oled_display import OledController, OledDisplay
from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.sh_oled import SH1106, SH1107, ShOled
from hardware.bench.svg.pcb import header, pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4


class GroveSh1107(OledDisplay):
    """Pins `GND.1 VCC SDA SCL.1`; attribute `i2cAddress` (`0x3c` or `0x3d`).

    The controller with its commands: page and vertical addressing, start line, offset, both
    directions, contrast, inverse, all on, on and off, the DC-DC converter. There are no windows
    and no horizontal mode: a driver for the SSD1306 shows one page at most. The module has
    pull-ups of 10 kΩ to 3.3 V. The control `silent` (ours) is 1 while it does not answer. Source:
    Sino Wealth SH1107 data sheet (V2.1).
    """

    TYPES = ("board-grove-oled-sh1107",)
    TITLE = both("OLED (SH1107)")
    PINS = {
        "GND.1": (44.9 * MM, 20.38 * MM),
        "VCC": (44.9 * MM, 22.92 * MM),
        "SDA": (44.9 * MM, 25.46 * MM),
        "SCL.1": (44.9 * MM, 28 * MM),
    }
    SIZE = (44.94 * MM, 44.31 * MM)
    SUPPLY = ("VCC", "GND.1", 2.8)
    SCL = "SCL.1"
    SCREEN = (9.244 * MM, 7.403 * MM, 26.06 * MM, 25.981 * MM)

    def new_controller(self) -> OledController:
        return ShOled(SH1107)

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((12, 12), (w - 12, 12), (12, h - 12), (w - 12, h - 12))
        return pcb(self.SIZE, "#1d4e89", *holes) + self.screen() + header(self.PINS, self.SIZE)


class Sh1106(OledDisplay):
    """Pins `VCC GND SCL SDA`; attribute `i2cAddress` (`0x3c` or `0x3d`). The display of 1.3 inches
    that looks like the SSD1306. The part is ours: Wokwi has none.

    Its memory has 132 columns, and the panel begins at the third: a driver for the SSD1306 shows a
    picture that is shifted, and one page at most. The commands are those of
    `board-grove-oled-sh1107`, without the vertical mode. Source: Sino Wealth SH1106 data sheet
    (V2.3).
    """

    TYPES = ("warsha-sh1106",)
    TITLE = both("OLED (SH1106)")
    PINS = {"VCC": (52.8, 6.46), "GND": (62.4, 6.46), "SCL": (72, 6.46), "SDA": (81.6, 6.46)}
    SIZE = (134.4, 126)
    SCREEN = (11.2, 32, 112, 56)

    def new_controller(self) -> OledController:
        return ShOled(SH1106)

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((9, 9), (w - 9, 9), (9, h - 9), (w - 9, h - 9))
        return pcb(self.SIZE, "#1d4e89", *holes) + self.screen() + pin_row(self.PINS, 8.4)
