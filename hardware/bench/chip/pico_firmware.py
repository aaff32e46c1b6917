"""The program in the flash of an RP2040 board: which one it is, and the bytes that stand for
MicroPython on a new virtual board.

As on an ESP32 (`micropython_firmware.py`) the code is never run. It has the form that programs
look for: the second stage loader with its checksum, binary info, the text of MicroPython.
"""

import hashlib
from functools import cache
from typing import NamedTuple

from hardware.bench.chip.binary_info import (
    FLASH_ADDRESS,
    HEADER_AT,
    BinaryInfo,
    Read,
    build_binary_info,
    read_binary_info,
)
from hardware.bench.chip.micropython_firmware import VERSION, banner, micropython_version

LOADER_BYTES = HEADER_AT - FLASH_ADDRESS
"""The second stage loader, with a checksum in its last four bytes."""
CRC_POLYNOMIAL = 0x04C11DB7
CODE_BYTES = 0x8000
DESCRIPTION_BYTES = 0x400
"""The room for binary info in the bytes of a new board."""


class Program(NamedTuple):
    """A program in the flash."""

    title: str
    """Name and version, as its binary info says; empty when it says nothing."""
    micropython: str
    """The version, when it is MicroPython."""
    sha256: str


def find_program(firmware: bytes) -> Program | None:
    """The program in the bytes from the beginning of the flash on; None when the boot ROM finds no
    second stage loader, and waits for a UF2 file."""
    loader = firmware[:LOADER_BYTES]
    if crc32(loader[:-4]) != int.from_bytes(loader[-4:], "little"):
        return None
    info = read_binary_info(reader(firmware))
    title = f"{info.name} {info.version}".strip() if info else ""
    content = firmware.rstrip(b"\xff")
    sha = hashlib.sha256(content).hexdigest()
    return Program(title, micropython_version(content), sha)


def reader(firmware: bytes) -> Read:
    """Reads bytes of a flash at addresses of the chip."""

    def read(address: int, size: int) -> bytes:
        at = address - FLASH_ADDRESS
        return firmware[at : at + size] if at >= 0 else b""

    return read


def crc32(data: bytes) -> int:
    """The checksum that the boot ROM makes of the second stage loader: CRC-32 with the highest bit
    first, not inverted. Source: data sheet, section "Flash Second Stage"."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _bit in range(8):
            crc = crc << 1 & 0xFFFFFFFF ^ (CRC_POLYNOMIAL if crc >> 31 else 0)
    return crc


@cache
def build_program(name: str = "MicroPython", version: str = VERSION) -> bytes:
    """The bytes of a program for address 0 of the flash."""
    text = banner(version) if name == "MicroPython" else f"{name} {version}".encode()
    code = text.ljust(64, b"\0") + hashlib.shake_256(text).digest(CODE_BYTES)
    end = HEADER_AT + DESCRIPTION_BYTES + len(code)
    info = BinaryInfo(name, version, "Apr 15 2025", "", "", "pico", "2.1.1", (), end)
    loader = hashlib.shake_256(b"second stage").digest(LOADER_BYTES - 4)
    loader += crc32(loader).to_bytes(4, "little")
    return loader + build_binary_info(info, HEADER_AT).ljust(DESCRIPTION_BYTES, b"\0") + code
