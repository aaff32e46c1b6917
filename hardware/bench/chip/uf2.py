"""UF2 files: a program for the drive of a boot ROM, in blocks of 512 bytes that name their places.

    file = read_uf2(Path("firmware.uf2").read_bytes())
    file.family, file.size, file.holes, chip_name(file.family)

Source: the specification of the format (github.com/microsoft/uf2); the data sheet of the RP2040,
section "UF2 Format Details".
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hardware.errors import HardwareError
from hardware.i18n import _

BLOCK_BYTES, PAGE_BYTES, MOST_DATA = 512, 256, 476
"""Of a block; of the data in each block of a file for an RP2; of the data that has room."""
BLOCK = struct.Struct(f"<8I{MOST_DATA}sI")
MAGIC_1, MAGIC_2, MAGIC_END = 0x0A324655, 0x9E5D5157, 0x0AB16F30
NOT_FOR_FLASH, HAS_FAMILY = 0x0001, 0x2000
"""Bits of the flags."""
RP2040, RP2350_ARM_S = 0xE48BFF56, 0xE48BFF59
FAMILIES = {
    RP2040: "RP2040",
    0xE48BFF57: "RP2350",  # blocks of any RP2 chip, which only the RP2350 knows
    0xE48BFF58: "RP2350",  # data
    RP2350_ARM_S: "RP2350",
    0xE48BFF5A: "RP2350",  # RISC-V
    0xE48BFF5B: "RP2350",  # ARM, not secure
    0x1C5F21B0: "ESP32",
    0xBFDD4EEE: "ESP32-S2",
    0xC47E5767: "ESP32-S3",
    0xD42BA06C: "ESP32-C3",
    0x540DDF62: "ESP32-C6",
}
"""The chip of a family. Source: uf2families.json of the specification."""


class Uf2Error(HardwareError):
    """These bytes are no whole UF2 file; the text says which block is wrong."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause, _("Download the file again."))


class Uf2Block(NamedTuple):
    """One block with right magic numbers."""

    flags: int
    address: int
    number: int
    blocks: int
    """How many blocks the file has."""
    family: int
    """0: the block names none."""
    data: bytes

    @property
    def for_flash(self) -> bool:
        """Whether its data is for the main memory of the chip."""
        return not self.flags & NOT_FOR_FLASH


class Region(NamedTuple):
    """Data without a gap, and the address of its first byte."""

    address: int
    data: bytes


@dataclass(frozen=True)
class Uf2File:
    """A whole file: every block is there, once."""

    family: int
    blocks: int
    regions: tuple[Region, ...]
    """In the order of their addresses."""

    @property
    def size(self) -> int:
        """How many bytes it writes."""
        return sum(len(region.data) for region in self.regions)

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """The gaps between regions: the first address of each, and the first behind it. What is in
        the flash there stays or is erased, and is no part of the program."""
        ends = [region.address + len(region.data) for region in self.regions]
        begins = [region.address for region in self.regions]
        return tuple(zip(ends[:-1], begins[1:], strict=True))

    def read(self, address: int, size: int) -> bytes:
        """Bytes at an address; fewer where the file has no more."""
        for region in self.regions:
            if 0 <= address - region.address < len(region.data):
                return region.data[address - region.address :][:size]
        return b""


def chip_name(family: int) -> str:
    """The chip of a family, and the number of the family: `RP2350 (e48bff59)`."""
    name = FAMILIES.get(family)
    return f"{name} ({family:08x})" if name else f"{family:08x}"


def parse_block(data: bytes) -> Uf2Block | None:
    """The block in 512 bytes; None when a magic number is wrong, or the size of its data."""
    first, second, flags, address, size, number, count, family, payload, end = BLOCK.unpack(data)
    if (first, second, end) != (MAGIC_1, MAGIC_2, MAGIC_END) or size > MOST_DATA:
        return None
    family = family if flags & HAS_FAMILY else 0
    return Uf2Block(flags, address, number, count, family, payload[:size])


def read_uf2(data: bytes) -> Uf2File:
    """All blocks of a file. Blocks that are not for the flash (comments) are left out. Raises:
    Uf2Error."""
    if not data or len(data) % BLOCK_BYTES:
        raise Uf2Error(
            _("This is no whole UF2 file: {size} bytes are no number of blocks of 512.").format(
                size=len(data)
            )
        )
    found: dict[int, Uf2Block] = {}
    for place in range(0, len(data), BLOCK_BYTES):
        block = parse_block(data[place : place + BLOCK_BYTES])
        if block is None:
            raise Uf2Error(_at(place, _("its magic numbers or its size are wrong")))
        if not block.for_flash or _is_workaround(block, data):
            continue
        first = next(iter(found.values()), block)
        if block.family != first.family or block.blocks != first.blocks:
            raise Uf2Error(_at(place, _("it is of another file than the first one")))
        if block.number in found or block.number >= block.blocks:
            raise Uf2Error(_at(place, _("its number {n} is wrong").format(n=block.number)))
        found[block.number] = block
    count = next(iter(found.values())).blocks if found else 0
    if not found or len(found) != count:
        text = _("The UF2 file is not whole: it has {found} of {count} blocks.")
        raise Uf2Error(text.format(found=len(found), count=count))
    regions = tuple(_regions(found))
    return Uf2File(found[0].family, len(found), regions)


def _is_workaround(block: Uf2Block, data: bytes) -> bool:
    """Files for the RP2350 begin with one block of family e48bff57, which counts for itself.
    Source: its data sheet, erratum E10."""
    return block.family == 0xE48BFF57 and len(data) > BLOCK_BYTES


def _at(place: int, what: str) -> str:
    text = _("Block {n} of the UF2 file is wrong: {what}.")
    return text.format(n=place // BLOCK_BYTES, what=what)


def _regions(blocks: Mapping[int, Uf2Block]) -> Iterator[Region]:
    """The data of blocks. Raises: Uf2Error when two have the same address."""
    address, data = 0, bytearray()
    for block in sorted(blocks.values(), key=lambda block: block.address):
        if data and block.address < address + len(data):
            text = _("Block {n} of the UF2 file is wrong: {what}.")
            what = _("another block has its address {address:#x}").format(address=block.address)
            raise Uf2Error(text.format(n=block.number, what=what))
        if block.address != address + len(data):
            if data:
                yield Region(address, bytes(data))
            address, data = block.address, bytearray()
        data += block.data
    yield Region(address, bytes(data))
