"""The DS18B20 temperature sensor on a 1-Wire bus."""

import math

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.onewire import OneWireTarget, Transaction, crc8, read_byte, send
from hardware.bench.parts.common.part import FAULT, Control, PartView
from hardware.bench.svg.elements import line, path, text
from hardware.bench.svg.pcb import reading
from hardware.i18n import _, both

MS = 1_000_000
CONVERT, WRITE, READ, COPY, RECALL, READ_POWER = 0x44, 0x4E, 0xBE, 0x48, 0xB8, 0xB4
POWER_ON_RAW = 0x0550
"""The value until the first conversion: 85 °C."""
FACTORY = bytes([0x4B, 0x46, 0x7F])
"""TH 75 °C, TL 70 °C, 12 bits."""
CELSIUS = Control(-55, 125)


class Ds18b20(OneWireTarget):
    """Pins `VCC DQ GND`; attributes `temperature` (22 °C, -55 to 125), `deviceID` (12 hexadecimal
    digits, as sent), `familyCode` (`28`); control `temperature`. Several sensors with different
    deviceIDs can share a bus. The bus needs a pull-up resistor.

    Simulated: reset and presence, the ROM commands read, match, skip, search and alarm search, and
    the function commands convert (94 to 750 ms by resolution; read slots give 0 meanwhile; 85 °C
    before the first conversion), write, read, copy, recall and read power supply. A reading has
    the CRC and only the bits of the resolution. Parasite power is not simulated: without VCC the
    chip does not work.

    Extensions of ours are the faults `bad_checksum`, `silent` (it does not answer), `stuck` (DQ is
    held low), 0 or 1, and `drift` (error in °C). Source: Maxim DS18B20 data sheet (042208),
    sections memory, configuration register, 1-Wire bus system, function commands.
    """

    TYPES = ("board-ds18b20", "wokwi-ds18b20")
    TITLE = both("Temperature (DS18B20)")
    GROUP = "sensors"
    PINS = {"GND": (8.4, 58), "DQ": (18, 58), "VCC": (27.6, 58)}
    SIZE = (36, 58)
    CONTROLS = {
        "temperature": CELSIUS,
        "bad_checksum": FAULT,
        "silent": FAULT,
        "stuck": FAULT,
        "drift": Control(-50, 50, fault=True),
    }
    ATTRS = {"temperature": "22", "deviceID": "010203040506", "familyCode": "28"}
    SUPPLY = ("VCC", "GND", 2.8)
    LISTENS = ("DQ",)
    OUTPUTS = {"DQ": None}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["temperature"] = self.number("temperature", CELSIUS.low, CELSIUS.high, "°C")
        body = self._hex("familyCode", 1) + self._hex("deviceID", 6)
        self.rom = body + bytes([crc8(body)])
        self._eeprom = FACTORY

    def _hex(self, name: str, size: int) -> bytes:
        try:
            data = bytes.fromhex(self.attr(name))
        except ValueError:
            data = b""
        if len(data) != size:
            wanted = _("{number} hexadecimal digits").format(number=2 * size)
            raise self.bad_attr(name, wanted)
        return data

    def begin(self) -> None:
        super().begin()
        self._raw = self._before = POWER_ON_RAW
        self._converted_ns = 0
        self._settings = self._eeprom
        if self.values["stuck"]:
            self.driven["DQ"] = False

    def moved(self, name: str, value: float) -> None:
        if name == "stuck" and self.powered:
            self.forget()
            self.driven["DQ"] = None
            self.begin()
            self.changed()

    @property
    def unresponsive(self) -> bool:
        return bool(self.values["silent"] or self.values["stuck"])

    @property
    def has_alarm(self) -> bool:
        high, low = (byte - 256 if byte > 127 else byte for byte in self._settings[:2])
        degrees = (self._raw - 0x10000 if self._raw > 0x7FFF else self._raw) >> 4
        return degrees >= high or degrees <= low

    @property
    def _spare_bits(self) -> int:
        """Low bits of a reading that are not used: 3 at a resolution of 9 bits, 0 at 12."""
        return 3 - (self._settings[2] >> 5 & 3)

    def function(self, command: int) -> Transaction:
        if command == CONVERT:
            yield from self._convert()
        elif command == WRITE:
            yield from self._write_scratchpad()
        elif command == READ:
            yield from send(self._scratchpad())
        elif command == COPY:
            self._eeprom = self._settings
            yield from self._busy(10 * MS)
        elif command == RECALL:
            self._settings = self._eeprom
        elif command == READ_POWER:
            yield (1,)  # not parasite power

    def _scratchpad(self) -> bytes:
        late = self.world.now_ns < self._converted_ns
        raw = self._before if late else self._raw
        data = raw.to_bytes(2, "little") + self._settings + bytes([0xFF, 0x0C, 0x10])
        error_bit = 1 if self.values["bad_checksum"] else 0
        return data + bytes([crc8(data) ^ error_bit])

    def _convert(self) -> Transaction:
        """Convert the present temperature; the result can be read after the conversion time."""
        celsius = self.values["temperature"] + self.values["drift"]
        mask = 0xFFFF << self._spare_bits & 0xFFFF
        self._before = self._raw
        self._raw = math.floor(celsius * 16 + 0.5) & mask
        ns = 750 * MS >> self._spare_bits
        self._converted_ns = self.world.now_ns + ns
        yield from self._busy(ns)

    def _busy(self, ns: int) -> Transaction:
        over_ns = self.world.now_ns + ns
        while self.world.now_ns < over_ns:
            yield (0,)

    def _write_scratchpad(self) -> Transaction:
        for at in range(3):
            byte = yield from read_byte()
            if at == 2:
                byte = byte & 0x60 | 0x1F
            self._settings = self._settings[:at] + bytes([byte]) + self._settings[at + 1 :]

    def svg(self, view: PartView) -> str:
        return (
            "".join(line(x, 36, x, 58, "#9aa1ab", 2) for x, _y in self.PINS.values())
            + path("M2 40 V16 a16 14 0 0 1 32 0 V40 Z", "#23272d")
            + path("M5 40 V26 H31 V40 Z", "#31363e")
            + text(18, 23, "DS18B20", 5.6, "#aab1bb", text_anchor="middle")
            + reading(18, 36, f"{self.values['temperature']:.1f}°")
        )
