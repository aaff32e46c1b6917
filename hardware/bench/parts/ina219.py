"""The current and voltage sensor INA219 on a small board."""

from collections.abc import Collection

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, Control, PartView, Stamp
from hardware.bench.parts.common.registers import BOARD_V
from hardware.bench.svg.pcb import chip, header, pcb, reading
from hardware.i18n import both

SHUNT_OHMS = 0.1
CONFIG, SHUNT, BUS, POWER, CURRENT, CALIBRATION = range(6)
RESET, RESET_BIT = 0x399F, 0x8000
SHUNT_LSB_V, BUS_LSB_V = 10e-6, 4e-3
READY, OVERFLOW = 2, 1
ADDRESSES = tuple(f"0x{address:x}" for address in range(0x40, 0x50))
PULL_OHMS = 10_000.0
FULL_WORD = 32_767


class Ina219(Module, I2cPart):
    """Pins `VCC GND SCL SDA VIN+ VIN-`; attribute `i2cAddress` (`0x40` to `0x4f`: the bridges A0
    and A1). The part is ours: Wokwi has none.

    It measures the current from VIN+ to VIN- in its shunt of 0.1 Ω, and the voltage at VIN-, of
    the simulated circuit. All six registers: configuration (00: range of the shunt voltage, bus
    range, mode, reset), shunt voltage (01, 10 µV), bus voltage (02, 4 mV), power (03), current
    (04), calibration (05; without it 03 and 04 are 0). A conversion is ready at once and is not
    averaged. The module has pull-ups of 10 kΩ. The controls `gain` (1 is right; the tolerance of
    the shunt) and the fault `silent` are ours. Source: Texas Instruments INA219 data sheet
    (SBOS448G), section 8.6.
    """

    TYPES = ("warsha-ina219",)
    TITLE = both("Current and voltage (INA219)")
    GROUP = "sensors"
    PINS = {
        "VCC": (12, 84),
        "GND": (21.6, 84),
        "SCL": (31.2, 84),
        "SDA": (40.8, 84),
        "VIN-": (58, 12),
        "VIN+": (78, 12),
    }
    SIZE = (96, 88)
    SUPPLY = ("VCC", "GND", 3.0)
    FIXED_ADDRESS = True
    CONTROLS = {"gain": Control(0.9, 1.1, fault=True), "silent": FAULT}
    ATTRS = {"i2cAddress": "0x40"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._address = int(self.choice("i2cAddress", *ADDRESSES), 16)
        self.values["gain"] = 1.0

    def begin(self) -> None:
        self._config, self._calibration = RESET, 0
        self._pointer, self._written = CONFIG, bytearray()
        self._read_bytes = b""

    def stamp(self, net: Stamp) -> None:
        net.resistor("VIN+", "VIN-", SHUNT_OHMS)
        for pin in (self.SCL, self.SDA):
            net.source(pin, min(BOARD_V, self.supply_v), PULL_OHMS)

    # -- measuring ------------------------------------------------------------------------------

    @property
    def amperes(self) -> float:
        """The current through the shunt."""
        return (self.volts("VIN+") - self.volts("VIN-")) / SHUNT_OHMS

    def _shunt(self) -> int:
        """The shunt voltage in steps of 10 µV, up to the range of the configuration."""
        most = 4000 << (self._config >> 11 & 3)
        steps = round(self.amperes * SHUNT_OHMS * self.values["gain"] / SHUNT_LSB_V)
        return max(-most, min(most, steps))

    def _bus(self) -> int:
        """The bus voltage in steps of 4 mV."""
        most = 8000 if self._config & 0x2000 else 4000
        return max(0, min(most, round(self.volts("VIN-") / BUS_LSB_V)))

    def _register(self, register: int) -> int:
        current = self._shunt() * self._calibration // 4096
        power = abs(current) * self._bus() // 5000
        over = OVERFLOW if max(abs(current), power) > FULL_WORD else 0
        return {
            CONFIG: self._config,
            SHUNT: self._shunt() & 0xFFFF,
            BUS: self._bus() << 3 | READY | over,
            POWER: power & 0xFFFF,
            CURRENT: current & 0xFFFF,
            CALIBRATION: self._calibration,
        }.get(register, 0)

    # -- I2C ------------------------------------------------------------------------------------

    def i2c_addresses(self) -> Collection[int]:
        return () if self.values["silent"] else (self._address,)

    def i2c_start(self, address: int, read: bool) -> bool:
        self._written.clear()
        self._read_bytes = self._register(self._pointer).to_bytes(2, "big") if read else b""
        return True

    def i2c_write(self, byte: int) -> bool:
        self._written.append(byte)
        self._pointer = self._written[0]
        if len(self._written) == 3:
            value = int.from_bytes(self._written[1:], "big")
            if self._pointer == CONFIG:
                self._config = RESET if value & RESET_BIT else value
                self._calibration = 0 if value & RESET_BIT else self._calibration
            elif self._pointer == CALIBRATION:
                self._calibration = value & 0xFFFE
        return True

    def i2c_read(self) -> int:
        value = self._read_bytes[0] if self._read_bytes else 0xFF
        self._read_bytes = self._read_bytes[1:]
        return value

    def svg(self, view: PartView) -> str:
        amperes = view.volts("VIN+", "VIN-") / SHUNT_OHMS
        return (
            pcb(self.SIZE, "#2a3f8f", (9, 9), (87, 79))
            + chip(40, 38, 18, 18)
            + chip(66, 38, 14, 8, "R100")
            + reading(27, 30, f"{amperes * 1000:.1f} mA", size=7)
            + reading(27, 39, f"{view.volts('VIN-'):.2f} V", size=7)
            + header(self.PINS, self.SIZE)
        )
