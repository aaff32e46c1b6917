"""A square colour display of 128 by 128 dots with the controller IL9163."""

from hardware.bench.parts.common.part import PartView
from hardware.bench.parts.common.tft import Panel
from hardware.bench.parts.common.tft_display import PULL_OHMS, TftDisplay
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

PINS = ("VCC", "GND", "CS", "RST", "D/C", "SDA", "SCL", "LED")


class Il9163(TftDisplay):
    """Pins `VCC GND CS RST D/C SDA SCL LED` (SCL is the clock, SDA the data of SPI).

    Simulated as in `wokwi-ili9341`, and colours of 12 bits. The memory has 160 rows, and the panel
    shows the first 128. RST and LED have pull-ups of 10 kΩ. The drawing is ours. Source: Ilitek
    ILI9163C data sheet (V0.18), sections 8 and 9.
    """

    TYPES = ("wokwi-il9163",)
    TITLE = both("Colour display (IL9163)")
    PINS = {name: (24.0 + 9.6 * n, 152.0) for n, name in enumerate(PINS)}
    SIZE = (115.2, 160)
    LISTENS = ("RST",)
    SUPPLY = ("VCC", "GND", 2.8)
    PULL_UPS = {"RST": PULL_OHMS, "LED": PULL_OHMS}
    PANEL = Panel(128, 160, 128)
    SCK, MOSI, MISO, DC, LIGHT = "SCL", "SDA", "", "D/C", "LED"
    SCREEN = (8.6, 14, 98, 98)

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((8, h - 8), (w - 8, h - 8))
        return pcb(self.SIZE, "#a8323a", *holes) + self.screen(view) + pin_row(self.PINS, -6.5)
