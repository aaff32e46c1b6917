"""A square colour display of 240 by 240 dots with the controller ST7789."""

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.tft import Panel
from hardware.bench.parts.common.tft_display import PULL_OHMS, TftDisplay
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4
PINS = ("GND", "VCC", "SCL", "SDA", "RST", "DC", "CS", "BL")


class St7789(TftDisplay):
    """Pins `GND VCC SCL SDA RST DC CS BL` (SCL is the clock, SDA the data of SPI).

    Simulated as in `wokwi-ili9341`, and colours of 12 bits. The memory has 320 rows, and the panel
    shows the first 240: turned by 180 degrees a program adds 80 to its rows. The panel shows the
    opposite colours, so programs switch the inversion on (21). RST and BL have pull-ups of 10 kΩ.
    SPI modes 0 and 3, and mode 2, in which drivers run it: bits change at the edge where it reads
    them, and it still gets the old ones.
    Source: Sitronix ST7789V data sheet (V1.6), sections 8 and 9.1.
    """

    TYPES = ("board-st7789",)
    TITLE = both("Colour display (ST7789)")
    PINS = {name: ((6.8 + 2.54 * n) * MM, 1.25 * MM) for n, name in enumerate(PINS)}
    SIZE = (32 * MM, 44 * MM)
    LISTENS = ("RST",)
    SUPPLY = ("VCC", "GND", 2.8)
    PULL_UPS = {"RST": PULL_OHMS, "BL": PULL_OHMS}
    PANEL = Panel(240, 320, 240, inverted=True)
    SPI_MODES = (0, 2, 3)
    SCK, MOSI, MISO, DC, LIGHT = "SCL", "SDA", "", "DC", "BL"
    SCREEN = (0.459 * MM, 5.151 * MM, 31 * MM, 31 * MM)

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((8, h - 8), (w - 8, h - 8))
        return pcb(self.SIZE, "#1d4e89", *holes) + self.screen(view) + pin_row(self.PINS, 8.4)
