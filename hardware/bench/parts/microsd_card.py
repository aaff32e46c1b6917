"""A microSD card in its socket, on SPI."""

import binascii
import json
from collections import deque
from collections.abc import Callable, Mapping

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.fat16 import SECTOR, Fat16
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, OPEN, SWITCH, PartView, Stamp
from hardware.bench.svg.elements import path, rect, text
from hardware.bench.svg.pcb import header, pcb
from hardware.i18n import _, both

SECTORS = 16_384
"""8 MB, as in Wokwi."""
IDLE, ILLEGAL, BAD_CRC, BAD_ADDRESS = 0x01, 0x04, 0x08, 0x20
START, MULTI_START, MULTI_STOP = 0xFE, 0xFC, 0xFD
ACCEPTED, REFUSED = 0x05, 0x0B
BUSY_BYTES = 8
INIT_POLLS = 3
"""How often ACMD41 answers that the card is not ready yet."""
OCR = (0x80, 0xFF, 0x80, 0x00)
"""Powered up, 2.7 to 3.6 V, standard capacity."""
CID = b"\x03WAWARSH\x10\x20\x26\x01\x01\x01\xa1"


class MicroSdCard(Module, SpiPart):
    """Pins `CD DO GND SCK VCC DI CS`. 8 MB, standard capacity, FAT16; CD is connected to GND while
    there is no card.

    SPI mode of the SD specification: CMD0, 8, 9, 10, 12, 13, 16, 17, 18, 24, 25, 55, 58, 59 and
    ACMD41. CMD0 and CMD8 need a CRC7; after CMD59 all commands need one. Data have a CRC16, which
    is checked after CMD59. All other commands are illegal. Addresses are in bytes; a block has
    512.

    Extensions of ours: the attribute `files`, an object with names and texts of files on the card,
    and the controls `removed` (no card in the socket), `silent` (it does not answer),
    `bad_checksum` (data with a wrong CRC16), `write_error` (it rejects data), 0 or 1. Source: SD
    Association, Physical Layer Simplified Specification, section 7 (SPI mode).
    """

    TYPES = ("wokwi-microsd-card",)
    TITLE = both("microSD card")
    GROUP = "modules"
    PINS = {
        "CD": (76.73, 9.37),
        "DO": (76.73, 18.86),
        "GND": (76.73, 28.46),
        "SCK": (76.73, 38.18),
        "VCC": (76.73, 47.63),
        "DI": (76.73, 57.46),
        "CS": (76.73, 66.91),
    }
    SIZE = (81.6, 77.1)
    CONTROLS = {"removed": SWITCH} | dict.fromkeys(
        ("silent", "bad_checksum", "write_error"), FAULT
    )
    ATTRS = {"files": ""}
    SUPPLY = ("VCC", "GND", 2.7)
    MOSI, MISO, CS = "DI", "DO", "CS"
    SPI_MODES = (0, 3)
    LISTENS = ("CS",)

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        try:
            self.card = Fat16(SECTORS, self._files_attribute())
        except (ValueError, RecursionError):
            raise self.bad_attr("files", _("an object of file names and texts")) from None
        self._commands: Mapping[int, Callable[[int], None]] = {
            0: self._go_idle,
            8: self._interface,
            9: lambda _a: self._block(csd()),
            10: lambda _a: self._block(CID),
            12: self._stop,
            13: lambda _a: self._respond(0, 0),
            16: self._length,
            17: self._read,
            18: self._read_many,
            24: self._write,
            25: self._write,
            55: self._application,
            58: lambda _a: self._respond(self._state, *OCR),
            59: self._set_crc,
        }

    def _files_attribute(self) -> dict[str, bytes]:
        given = self.spec.attrs.get("files") or {}
        files = json.loads(given) if isinstance(given, str) else given
        if not isinstance(files, Mapping):
            raise ValueError
        return {str(name): str(words).encode() for name, words in files.items()}

    def files(self) -> dict[str, bytes]:
        """The files that are on the card now, by path."""
        return self.card.files()

    def begin(self) -> None:
        self._state, self._polls = IDLE, 0
        self._ready = self._crc_on = self._prefix = False
        self._out: deque[int] = deque()
        self._frame = b""
        self._data_in: bytearray | None = None
        self._multi_block = False
        self._address = 0
        self._stream = False

    def stamp(self, net: Stamp) -> None:
        super().stamp(net)
        net.resistor("CD", "GND", 0.1 if self.values["removed"] else OPEN)

    def moved(self, name: str, value: float) -> None:
        if name == "removed":
            if self.powered:
                self.begin()
            self.changed()

    def level_changed(self, pin: str, high: bool) -> None:
        """An edge of chip select ends a command, but not a data block: some drivers release chip
        select within it."""
        self._frame = b""

    # -- bytes ----------------------------------------------------------------------------------

    def spi_exchange(self, byte: int) -> int:
        if self.values["removed"] or self.values["silent"]:
            return 0xFF
        if self._stream and not self._out:
            self._next_block()
        answer = self._out.popleft() if self._out else 0xFF
        self._receive(byte)
        return answer

    def _receive(self, byte: int) -> None:
        if self._data_in is not None and not self._frame:
            self._receive_data(byte)
            return
        if self._frame or byte & 0xC0 == 0x40:
            self._frame += bytes([byte])
            if len(self._frame) == 6:
                frame, self._frame = self._frame, b""
                self._execute(frame)

    def _execute(self, frame: bytes) -> None:
        command, argument = frame[0] & 0x3F, int.from_bytes(frame[1:5], "big")
        if (self._crc_on or command in (0, 8)) and crc7(frame[:5]) << 1 | 1 != frame[5]:
            self._respond(self._state | BAD_CRC)
            return
        prefixed, self._prefix = self._prefix, False
        self._stream = False
        if prefixed and command == 41:
            self._start()
        elif command in self._commands and (self._ready or command in (0, 8, 55, 58, 59)):
            self._commands[command](argument)
        else:
            self._respond(self._state | ILLEGAL)

    def _respond(self, *answer: int) -> None:
        """Answer with R1 and more bytes, one byte after the command."""
        self._out = deque([0xFF, *answer])

    # -- commands -------------------------------------------------------------------------------

    def _go_idle(self, _argument: int) -> None:
        self.begin()
        self._respond(IDLE)

    def _interface(self, argument: int) -> None:
        self._respond(self._state, 0, 0, argument >> 8 & 0xF, argument & 0xFF)

    def _application(self, _argument: int) -> None:
        self._prefix = True
        self._respond(self._state)

    def _start(self) -> None:
        self._polls += 1
        if self._polls > INIT_POLLS:
            self._state, self._ready = 0, True
        self._respond(self._state)

    def _set_crc(self, argument: int) -> None:
        self._crc_on = bool(argument & 1)
        self._respond(self._state)

    def _length(self, argument: int) -> None:
        self._respond(0 if argument == SECTOR else BAD_ADDRESS | 0x40)

    def _read(self, address: int) -> None:
        if address % SECTOR or address >= len(self.card.image):
            self._respond(BAD_ADDRESS)
        else:
            self._block(bytes(self.card.image[address : address + SECTOR]))

    def _read_many(self, address: int) -> None:
        self._read(address)
        self._address, self._stream = address, len(self._out) > SECTOR

    def _next_block(self) -> None:
        self._address += SECTOR
        self._stream = self._address < len(self.card.image)
        if self._stream:
            start = self._address
            self._data(bytes(self.card.image[start : start + SECTOR]))

    def _stop(self, _argument: int) -> None:
        self._respond(0xFF, 0, *[0] * BUSY_BYTES)

    def _block(self, data: bytes) -> None:
        self._respond(0)
        self._data(data)

    def _data(self, data: bytes) -> None:
        crc = crc16(data) ^ (1 if self.values["bad_checksum"] else 0)
        self._out.extend([0xFF, START, *data, *crc.to_bytes(2, "big")])

    def _write(self, address: int) -> None:
        if address % SECTOR or address >= len(self.card.image):
            self._respond(BAD_ADDRESS)
            return
        self._address, self._data_in = address, bytearray()
        self._respond(0)

    def _receive_data(self, byte: int) -> None:
        """A byte of a data block: a token first, then the block and its CRC16."""
        block = self._data_in
        assert block is not None
        if not block:
            if byte in (START, MULTI_START):
                self._multi_block = byte == MULTI_START
                block.append(byte)
            elif byte == MULTI_STOP:
                self._data_in = None
                self._out = deque([0xFF, *[0] * BUSY_BYTES])
            elif byte & 0xC0 == 0x40:
                self._data_in = None
                self._receive(byte)
            return
        block.append(byte)
        if len(block) == 1 + SECTOR + 2:
            self._data_in = bytearray() if self._multi_block else None
            self._write_block(bytes(block[1:-2]), int.from_bytes(block[-2:], "big"))

    def _write_block(self, data: bytes, crc: int) -> None:
        good = not self._crc_on or crc16(data) == crc
        if not good or self.values["write_error"] or self._address >= len(self.card.image):
            self._out = deque([REFUSED if not good else REFUSED + 2])
            return
        self.card.image[self._address : self._address + SECTOR] = data
        self._address += SECTOR
        self._out = deque([ACCEPTED, *[0] * BUSY_BYTES])

    def svg(self, view: PartView) -> str:
        card = path("M4 20 H40 L46 26 V62 H4 Z", "#23272d") + text(
            25, 46, "8 MB", 8, "#d6dbe2", text_anchor="middle"
        )
        return (
            pcb(self.SIZE, "#23527c")
            + rect(12, 12, 40, 53, "#c6ccd4", 2, stroke="#7b838e", stroke_width=1)
            + ("" if self.values["removed"] else card)
            + rect(12, 12, 40, 10, "#aab1bb", 2)
            + header(self.PINS, self.SIZE)
        )


def csd() -> bytes:
    """Card-specific data, version 1: (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) blocks of 512 bytes."""
    size, mult = SECTORS // 16 - 1, 2
    fields = (
        (0, 8),
        (0x26, 8),
        (0, 8),
        (0x32, 8),
        (0x5B5, 12),
        (9, 4),
        (8, 4),
        (0, 2),
        (size, 12),
        (0, 12),
        (mult, 3),
        (1, 1),
        (31, 7),
        (0, 10),
        (2, 3),
        (9, 4),
        (0, 14),
    )
    word = 0
    for value, width in fields:
        word = word << width | value
    data = word.to_bytes(15, "big")
    return data + bytes([crc7(data) << 1 | 1])


def crc7(data: bytes) -> int:
    """The CRC7 of commands: x^7 + x^3 + 1."""
    crc = 0
    for byte in data:
        for n in range(7, -1, -1):
            crc = crc << 1 ^ (0x09 if (crc >> 6 ^ byte >> n) & 1 else 0)
        crc &= 0x7F
    return crc


def crc16(data: bytes) -> int:
    """The CRC16 of data: x^16 + x^12 + x^5 + 1 (CCITT, starts at 0)."""
    return binascii.crc_hqx(data, 0)
