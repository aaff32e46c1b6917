"""The BMP180 pressure and temperature sensor."""

import struct
from collections.abc import Callable
from typing import NamedTuple

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Control, PartView, Stamp
from hardware.bench.parts.common.registers import FAULTS, RegisterTarget
from hardware.bench.svg.elements import circle, rect
from hardware.bench.svg.pcb import header, pcb, reading
from hardware.i18n import _, both

MS = 1_000_000
CALIBRATION, ID, RESET, CONTROL, OUT = 0xAA, 0xD0, 0xE0, 0xF4, 0xF6
RESET_WORD, BUSY = 0xB6, 0x20
CHIP_IDS = ("0x55", "0x58")
"""Of a BMP180, and of a BMP280."""
TEMPERATURE, PRESSURE = 0x0E, 0x14
TIMES_NS = (3 * MS, 5 * MS, 9 * MS, 17 * MS)
"""Typical conversion times by oversampling; the maxima are 4.5, 7.5, 13.5 and 25.5 ms (table
3)."""
TEMPERATURE_NS = 3 * MS
WORDS = struct.Struct(">hhhHHHhhhhh")
EXAMPLE = WORDS.pack(408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868)
"""The coefficients in the example of the data sheet (figure 4)."""
COLDEST = -1 << 20
CELSIUS, PASCAL = Control(-40, 85), Control(30_000, 110_000)


class Compensation(NamedTuple):
    """The calibration words with the data sheet's formulas (figure 4); divisions round down."""

    ac1: int
    ac2: int
    ac3: int
    ac4: int
    ac5: int
    ac6: int
    b1: int
    b2: int
    mb: int
    mc: int
    md: int

    def b5(self, ut: int) -> int:
        """The intermediate value B5 of the formulas; (b5 + 8) / 16 is the temperature in 0.1
        °C. It grows with `ut`: below a pole, where the formulas are for no sensor, it is
        COLDEST."""
        x1 = (ut - self.ac6) * self.ac5 >> 15
        return x1 + (self.mc << 11) // (x1 + self.md) if x1 + self.md > 0 else COLDEST

    def pascal(self, up: int, b5: int, oss: int) -> int:
        """The pressure (Pa) from an uncompensated value."""
        b6 = b5 - 4000
        square = b6 * b6 >> 12
        x3 = (self.b2 * square >> 11) + (self.ac2 * b6 >> 11)
        b3 = ((self.ac1 * 4 + x3 << oss) + 2) // 4
        x3 = (self.ac3 * b6 >> 13) + (self.b1 * square >> 16)
        b4 = self.ac4 * ((x3 + 2 >> 2) + 32768) >> 15
        p = 2 * (up - b3) * (50000 >> oss) // (b4 or 1)
        x1 = (p >> 8) ** 2 * 3038 >> 16
        return p + (x1 + (-7357 * p >> 16) + 3791 >> 4)


class Bmp180(RegisterTarget):
    """Pins `VCC GND SCL SDA 3.3V`; attributes and controls `temperature` (24 °C, -40 to 85) and
    `pressure` (101325 Pa, 30000 to 110000). I2C address 0x77.

    Registers: calibration AA to BF, id D0 (55), reset E0, control F4 (2E temperature, 34 + oss·40
    pressure, bit 5 while it converts), result F6 to F8. The data sheet's formulas give
    temperature and pressure from the raw values. Until a conversion ends (3, 5, 9, 17 ms) the
    registers hold the last result. VCC or 3.3V supplies it.

    Extensions of ours: the attribute `calibration` (44 hexadecimal digits, AA first; without it,
    the example of the data sheet), the attribute `chipId` (`0x55`, or `0x58` as of a BMP280 that
    was sold as a BMP180: only the id is another one), the control `drift` (error in Pa) and the
    faults `silent` (no answer at its address) and `stuck` (SDA is held low), 0 or 1. Sources:
    Bosch BMP180 data sheet (BST-BMP180-DS000-09), sections 3 and 4; BMP280 data sheet
    (BST-BMP280-DS001), section 4.3.1.
    """

    TYPES = ("board-bmp180",)
    TITLE = both("Air pressure (BMP180)")
    GROUP = "sensors"
    PINS = {n: (63.2, 4.4 + 9.5 * i) for i, n in enumerate(("VCC", "GND", "SCL", "SDA", "3.3V"))}
    SIZE = (68.2, 46.8)
    CONTROLS = {
        "temperature": CELSIUS,
        "pressure": PASCAL,
        "drift": Control(-10_000, 10_000, fault=True),
        **FAULTS,
    }
    ATTRS = {"temperature": "24", "pressure": "101325", "calibration": "", "chipId": CHIP_IDS[0]}
    SUPPLY = ("VCC", "GND", 1.8)
    ADDRESS = 0x77

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["temperature"] = self.number("temperature", CELSIUS.low, CELSIUS.high, "°C")
        self.values["pressure"] = self.number("pressure", PASCAL.low, PASCAL.high, "Pa")
        self.calibration = self._calibration()
        self._sums = Compensation(*WORDS.unpack(self.calibration))
        self._chip_id = int(self.choice("chipId", *CHIP_IDS), 16)

    def _calibration(self) -> bytes:
        try:
            data = bytes.fromhex(self.attr("calibration")) or EXAMPLE
        except ValueError:
            data = b""
        if len(data) != WORDS.size:
            wanted = _("{number} hexadecimal digits").format(number=2 * WORDS.size)
            raise self.bad_attr("calibration", wanted)
        return data

    def begin(self) -> None:
        super().begin()
        self._control = 0
        self._out = bytes([0x80, 0, 0])

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        net.resistor("VCC", "3.3V", 10.0)

    def read_register(self, register: int) -> int:
        if CALIBRATION <= register < CALIBRATION + WORDS.size:
            return self.calibration[register - CALIBRATION]
        if OUT <= register < OUT + len(self._out):
            return self._out[register - OUT]
        return {ID: self._chip_id, ID + 1: 2, CONTROL: self._control}.get(register, 0)

    def write_register(self, register: int, value: int) -> None:
        if register == RESET and value == RESET_WORD:
            self.forget()
            self.begin()
        elif register == CONTROL:
            self._convert(value)

    def _convert(self, value: int) -> None:
        self._control = value
        if not value & BUSY:
            return
        oss = value >> 6
        if value & 0x1F == TEMPERATURE:
            result, ns = self.ut() << 8, TEMPERATURE_NS
        elif value & 0x1F == PRESSURE:
            result, ns = self.up(oss) << 8 - oss, TIMES_NS[oss]
        else:
            return
        self.forget()
        self.after(ns, lambda: self._done(result))

    def _done(self, result: int) -> None:
        self._control &= ~BUSY
        self._out = result.to_bytes(3, "big")

    # -- what it measures -----------------------------------------------------------------------

    def ut(self) -> int:
        """The raw value for the temperature."""
        wanted = round(self.values["temperature"] * 10)
        return _least(16, lambda ut: self._sums.b5(ut) + 8 >> 4, wanted)

    def up(self, oss: int) -> int:
        """The raw value for the pressure at the present temperature."""
        b5 = self._sums.b5(self.ut())
        wanted = round(self.values["pressure"] + self.values["drift"])
        return _least(16 + oss, lambda up: self._sums.pascal(up, b5, oss), wanted)

    def svg(self, view: PartView) -> str:
        kpa = self.values["pressure"] / 1000
        return (
            pcb(self.SIZE, "#3b2f6b", (8, 8), radius=2)
            + rect(17, 14, 17, 19, "#c6ccd4", 1.5, stroke="#7b838e", stroke_width=0.8)
            + circle(22, 19, 1.4, "#3a4049")
            + reading(24, 43, f"{kpa:.2f} kPa", size=6.6)
            + reading(28, 9.5, f"{self.values['temperature']:.1f} °C", size=6.6)
            + header(self.PINS, self.SIZE)
        )


def _least(bits: int, rising: Callable[[int], int], wanted: int) -> int:
    """The smallest number of `bits` bits for which a rising function is at least `wanted`."""
    low, high = 0, (1 << bits) - 1
    while low < high:
        middle = (low + high) // 2
        if rising(middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low
