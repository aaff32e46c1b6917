"""The program in the flash of a Pico: which one it is, and the bytes that stand for
MicroPython on a new virtual board.

As on an ESP32 (`micropython_firmware.py`) the code is never run. It has the form that programs
look for: what its chip starts, binary info, the text of MicroPython. An RP2040 starts a second
stage loader with a checksum; an RP2350 a program with a block that says for which chip it is.
"""

import hashlib
import struct
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

RP2350 = "rp2350"
LOADER_BYTES = HEADER_AT - FLASH_ADDRESS
"""The second stage loader, with a checksum in its last four bytes."""
CRC_POLYNOMIAL = 0x04C11DB7
IMAGE_DEF = struct.pack("<5I", 0xFFFFDED3, 0x10210142, 0x000001FF, 0, 0xAB123579)
"""The block of a program for the RP2350's Arm cores, of the least size. Source: its data sheet,
section "Minimum Arm IMAGE_DEF"."""
BLOCK_BEGINS, BLOCK_ENDS, BLOCK_ROOM = IMAGE_DEF[:4], IMAGE_DEF[-4:], 0x1000
"""It is in the first 4 KB of the flash."""
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


def find_program(firmware: bytes, chip: str) -> Program | None:
    """The program in the bytes from the beginning of the flash on; None when the boot ROM of this
    chip finds none that it starts, and waits for a UF2 file."""
    if not (_has_block(firmware) if chip == RP2350 else _has_loader(firmware)):
        return None
    info = read_binary_info(reader(firmware))
    title = f"{info.name} {info.version}".strip() if info else ""
    content = firmware.rstrip(b"\xff")
    sha = hashlib.sha256(content).hexdigest()
    return Program(title, micropython_version(content), sha)


def _has_loader(firmware: bytes) -> bool:
    loader = firmware[:LOADER_BYTES]
    return crc32(loader[:-4]) == int.from_bytes(loader[-4:], "little")


def _has_block(firmware: bytes) -> bool:
    begin = firmware.find(BLOCK_BEGINS, 0, BLOCK_ROOM)
    return begin >= 0 and firmware.find(BLOCK_ENDS, begin, BLOCK_ROOM) >= 0


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
def build_program(
    name: str = "MicroPython", version: str = VERSION, chip: str = "rp2040"
) -> bytes:
    """The bytes of a program for address 0 of the flash of a chip."""
    text = banner(version) if name == "MicroPython" else f"{name} {version}".encode()
    code = text.ljust(64, b"\0") + hashlib.shake_256(text).digest(CODE_BYTES)
    end = HEADER_AT + DESCRIPTION_BYTES + len(code)
    board = "pico2" if chip == RP2350 else "pico"
    info = BinaryInfo(name, version, "Apr 15 2025", "", "", board, "2.1.1", (), end)
    start = hashlib.shake_256(b"second stage").digest(LOADER_BYTES - 4)
    start += crc32(start).to_bytes(4, "little")
    described = build_binary_info(info, HEADER_AT).ljust(DESCRIPTION_BYTES, b"\0")
    if chip == RP2350:
        start, described = bytes(LOADER_BYTES), described[: -len(IMAGE_DEF)] + IMAGE_DEF
    return start + described + code
