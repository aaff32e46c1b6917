"""The commands of the serial loaders, one row each.

Source: "Serial Protocol" in the documentation of esptool (docs.espressif.com/projects/esptool),
tables "Supported by Stub Loader and ROM Loader", "Supported by ROM Loader", "Supported by Stub
Loader Only". A request is

    0x00, opcode, size of the body (16 bits), checksum (32 bits), body

and its answer

    0x01, opcode, size of the body (16 bits), value (32 bits), body, status bytes

with the least significant byte first everywhere. A checksum is only looked at where the row says
so: 0xEF and all bytes of data, combined with XOR.
"""

import struct
from enum import Enum
from typing import NamedTuple

import numpy as np

REQUEST, ANSWER = 0, 1
HEADER = struct.Struct("<BBHI")
CHECKSUM_SEED = 0xEF


class Status(Enum):
    """How a command failed: the status and error bytes of the ROM, and those of the stub.

    Sources: the tables "ROM Loader Errors" and, for the stub, `enum esp_response_status` of
    esp-flasher-stub.
    """

    BAD_PARAMETER = (0x0101, 0xC300)
    UNKNOWN = (0x0105, 0xFF00)
    BAD_LENGTH = (0x0105, 0xC000)
    FAILED = (0x0106, 0xC400)
    BAD_CHECKSUM = (0x0107, 0xC100)
    NOT_WRITTEN = (0x0108, 0xC400)
    NOT_READ = (0x0109, 0xC400)
    BAD_READ_LENGTH = (0x010A, 0xC400)
    NOT_INFLATED = (0x010B, 0xC700)
    NOT_BEGUN = (0x0106, 0xC600)
    TOO_MUCH_DATA = (0x010B, 0xC900)

    @property
    def rom(self) -> bytes:
        """The bytes of the ROM; the last two are reserved."""
        return self.value[0].to_bytes(2, "big") + b"\0\0"

    @property
    def stub(self) -> bytes:
        """The bytes of the stub."""
        return self.value[1].to_bytes(2, "big")


class LoaderError(Exception):
    """A command failed; the loader answers with the status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class LoaderCommand(NamedTuple):
    """A row of the table. The method of a loader that does it has the same name in small letters;
    its parameters are the words, by name, and `data`."""

    name: str
    opcode: int
    words: tuple[str, ...] = ()
    """The words at the beginning of the body, 32 bits each. More words may follow: newer tools
    send some."""
    has_data: bool = False
    """Whether data follows: its size is the word `size`, and it has a checksum."""


ROM_AND_STUB = (
    LoaderCommand("FLASH_BEGIN", 0x02, ("size", "blocks", "block_size", "offset")),
    LoaderCommand("FLASH_DATA", 0x03, ("size", "number", "_", "_"), has_data=True),
    LoaderCommand("FLASH_END", 0x04, ("stays",)),
    LoaderCommand("MEM_BEGIN", 0x05, ("size", "blocks", "block_size", "offset")),
    LoaderCommand("MEM_END", 0x06, ("stays", "entry")),
    LoaderCommand("MEM_DATA", 0x07, ("size", "number", "_", "_"), has_data=True),
    LoaderCommand("SYNC", 0x08),
    LoaderCommand("WRITE_REG", 0x09, ("address", "value", "mask", "delay_us")),
    LoaderCommand("READ_REG", 0x0A, ("address",)),
    LoaderCommand("SPI_SET_PARAMS", 0x0B, ("_", "size", "_", "_", "_", "_")),
    LoaderCommand("SPI_ATTACH", 0x0D, ("pins",)),
    LoaderCommand("CHANGE_BAUDRATE", 0x0F, ("baud", "old_baud")),
    LoaderCommand("FLASH_DEFL_BEGIN", 0x10, ("size", "blocks", "block_size", "offset")),
    LoaderCommand("FLASH_DEFL_DATA", 0x11, ("size", "number", "_", "_"), has_data=True),
    LoaderCommand("FLASH_DEFL_END", 0x12, ("stays",)),
    LoaderCommand("SPI_FLASH_MD5", 0x13, ("offset", "size", "_", "_")),
    LoaderCommand("GET_SECURITY_INFO", 0x14),
)
ROM_ONLY = (LoaderCommand("READ_FLASH_SLOW", 0x0E, ("offset", "size")),)
STUB_ONLY = (
    LoaderCommand("ERASE_FLASH", 0xD0),
    LoaderCommand("ERASE_REGION", 0xD1, ("offset", "size")),
    LoaderCommand("READ_FLASH", 0xD2, ("offset", "size", "packet_size", "most_unconfirmed")),
    LoaderCommand("RUN_USER_CODE", 0xD3),
)


class LoaderRequest(NamedTuple):
    """A packet from the host."""

    opcode: int
    checksum: int
    body: bytes


def parse(packet: bytes) -> LoaderRequest | None:
    """The request in a packet; None when it is none, or when its size is wrong."""
    if len(packet) < HEADER.size:
        return None
    direction, opcode, size, checksum = HEADER.unpack_from(packet)
    body = packet[HEADER.size :]
    return (
        LoaderRequest(opcode, checksum, body)
        if direction == REQUEST and size == len(body)
        else None
    )


def answer(opcode: int, value: int, body: bytes) -> bytes:
    """A packet to the host. `body` ends with the status bytes."""
    return HEADER.pack(ANSWER, opcode, len(body), value) + body


def checksum(*pieces: bytes) -> int:
    """0xEF and all bytes, combined with XOR. Images have the same checksum."""
    found = CHECKSUM_SEED
    for piece in pieces:
        found ^= int(np.bitwise_xor.reduce(np.frombuffer(piece, np.uint8), initial=0))
    return found


def arguments(command: LoaderCommand, request: LoaderRequest) -> dict[str, int | bytes]:
    """The words of a request by name, and its data. Raises: LoaderError."""
    size = 4 * len(command.words)
    if len(request.body) < size:
        raise LoaderError(Status.BAD_LENGTH)
    values = struct.unpack_from(f"<{len(command.words)}I", request.body)
    found: dict[str, int | bytes] = dict(zip(command.words, values, strict=True))
    found.pop("_", None)
    if command.has_data:
        data = request.body[size:]
        if found.pop("size") != len(data):
            raise LoaderError(Status.BAD_LENGTH)
        if checksum(data) != request.checksum & 0xFF:
            raise LoaderError(Status.BAD_CHECKSUM)
        found["data"] = data
    return found
