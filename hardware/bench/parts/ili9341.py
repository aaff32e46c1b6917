"""A colour display of 240 by 320 dots with the controller ILI9341, without and with touch."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.display import Pixels
from hardware.bench.parts.common.part import BUTTON, Control, PartView
from hardware.bench.parts.common.registers import FAULTS, RegisterTarget
from hardware.bench.parts.common.tft import Panel
from hardware.bench.parts.common.tft_display import PULL_OHMS, TftDisplay
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import pcb, pin_row
from hardware.i18n import both

MM = 96 / 25.4
COLUMNS, ROWS = 240, 320
PINS = ("VCC", "GND", "CS", "RST", "D/C", "MOSI", "SCK", "LED", "MISO")
TOUCH_PINS = ("SCL", "SDA")
STATUS, POINT, THRESHOLD, CHIP, FIRMWARE, MAKER = 0x02, 0x03, 0x80, 0xA3, 0xA6, 0xA8
CONTACT, NO_POINT = 0x80, 0xFF
IDS = {CHIP: 0x06, FIRMWARE: 0x10, MAKER: 0x11}


class Ili9341(TftDisplay):
    """Pins `VCC GND CS RST D/C MOSI SCK LED MISO`; attributes `flipHorizontal flipVertical`
    (`1`: the panel is mounted so); `swapXY` is accepted and changes nothing.

    Simulated: sleep, on and off, inversion, windows, memory access order (36), colours of 16 and
    18 bits, the scrolled area, reset, and the identification over MISO (the memory cannot be read
    back). As on the modules, the upright picture has the order 48 (mirrored columns, BGR). After
    power on the memory is black. RST and LED have pull-ups of 10 kΩ: open, the display works and
    is lit; LED low is dark, PWM dims it. Wokwi ignores both pins. Source: Ilitek ILI9341 data
    sheet (V1.11), sections 8 and 9.3.
    """

    TYPES = ("wokwi-ili9341",)
    TITLE = both("Colour display (ILI9341)")
    PINS = {name: (48.3 + 9.6015 * n, 287.2) for n, name in enumerate(PINS)}
    SIZE = (175.7, 293.3)
    LISTENS = ("RST",)
    SUPPLY = ("VCC", "GND", 2.8)
    ATTRS = {"flipHorizontal": "", "flipVertical": "", "swapXY": ""}
    PULL_UPS = {"RST": PULL_OHMS, "LED": PULL_OHMS}
    PANEL = Panel(COLUMNS, ROWS, ROWS, mirrored=True, bgr=True, id=b"\x00\x93\x41")
    DC, LIGHT = "D/C", "LED"
    SCREEN = (7.6, 26.5, 160.6, 211.7)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._flips = tuple(
            self.usual(name, "", "1") == "1" for name in ("flipHorizontal", "flipVertical")
        )

    def pixels(self) -> Pixels:
        seen = super().pixels()
        horizontal, vertical = self._flips
        return seen[:: -1 if vertical else 1, :: -1 if horizontal else 1]

    def svg(self, view: PartView) -> str:
        w, h = self.SIZE
        holes = ((8, 8), (w - 8, 8), (8, h - 8), (w - 8, h - 8))
        return pcb(self.SIZE, "#a8323a", *holes) + self.screen(view) + pin_row(self.PINS, -6.5)


class Ili9341CapTouch(Ili9341, RegisterTarget):
    """`wokwi-ili9341` with the touch controller FT6206, on I2C: two more pins `SCL SDA`.

    Controls of ours: `touched` 0 or 1, at `touchX` (0 to 239) and `touchY` (0 to 319), whose
    origin is the lower right corner, as the chip counts. Scenarios of Wokwi touch with the steps
    `touch`, `touch-press`, `touch-move`, `touch-release`; on the page of a live bench, the pointer
    touches the screen. Address 0x38; registers: 02 number of
    points, 03 to 06 the point, 80 threshold, A3 chip (06), A6 firmware, A8 maker (11). There is
    one point at most, and no gestures. Faults are `silent` and `stuck`, 0 or 1. Source:
    FocalTech FT6206 data sheet, register map of the working mode.
    """

    TYPES = ("board-ili9341-cap-touch",)
    TITLE = both("Colour display with touch (ILI9341, FT6206)")
    PINS = {name: ((10.26 + 2.54 * n) * MM, 76 * MM) for n, name in enumerate(PINS + TOUCH_PINS)}
    SIZE = (46.5 * MM, 77.6 * MM)
    ATTRS = {"flipHorizontal": "", "flipVertical": "", "swapXY": ""}
    CONTROLS = {
        "touched": BUTTON,
        "touchX": Control(0, COLUMNS - 1, whole=True),
        "touchY": Control(0, ROWS - 1, whole=True),
        **FAULTS,
    }
    SCREEN = (2 * MM, 7 * MM, 42.5 * MM, 56 * MM)
    ADDRESS = 0x38

    def begin(self) -> None:
        super().begin()
        RegisterTarget.begin(self)
        self._threshold = 0x80

    def read_register(self, register: int) -> int:
        touched = bool(self.values["touched"])
        x, y = int(self.values["touchX"]), int(self.values["touchY"])
        point = bytes((CONTACT | x >> 8, x & 0xFF, y >> 8, y & 0xFF))
        if register == STATUS:
            return int(touched)
        if POINT <= register < POINT + len(point):
            return point[register - POINT] if touched else NO_POINT
        return self._threshold if register == THRESHOLD else IDS.get(register, 0)

    def write_register(self, register: int, value: int) -> None:
        if register == THRESHOLD:
            self._threshold = value

    def moved(self, name: str, value: float) -> None:
        RegisterTarget.moved(self, name, value)

    def svg(self, view: PartView) -> str:
        x, y, wide, high = self.SCREEN
        finger = ""
        if self.values["touched"]:
            px = x + wide * (1 - (self.values["touchX"] + 0.5) / COLUMNS)
            py = y + high * (1 - (self.values["touchY"] + 0.5) / ROWS)
            finger = circle(px, py, 7, "#ffffff", opacity=0.55) + circle(px, py, 3, "#2f6fd6")
        return super().svg(view) + finger
