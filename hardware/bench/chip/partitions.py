"""The partition table in the flash of an ESP, at 0x8000.

Source: ESP-IDF, "Partition Tables" (docs.espressif.com).
"""

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

from hardware.bench.chip.nor_flash import NorFlash

TABLE_OFFSET, TABLE_BYTES = 0x8000, 0xC00
ENTRY = struct.Struct("<HBBII16s4x")
ENTRY_MAGIC, MD5_MAGIC = 0x50AA, b"\xeb\xeb" + b"\xff" * 14
APP, DATA = 0, 1
FACTORY, FIRST_OTA, LAST_OTA = 0x00, 0x10, 0x1F
NVS, PHY, FAT = 0x02, 0x01, 0x81
"""Subtypes of data. MicroPython's file system is in a partition of subtype `fat`, whatever it
holds."""


class Partition(NamedTuple):
    """A region of the flash."""

    label: str
    kind: int
    subtype: int
    offset: int
    size: int


class PartitionTableError(Exception):
    """There is no valid table."""

    def __init__(self, number: int, magic: int) -> None:
        """`number` entries are right; the next one begins with `magic`."""
        super().__init__(number, magic)
        self.number, self.magic = number, magic


def read_table(flash: NorFlash) -> list[Partition]:
    """The partitions. Raises: PartitionTableError."""
    table = flash.read(TABLE_OFFSET, TABLE_BYTES)
    found: list[Partition] = []
    for at in range(0, TABLE_BYTES, ENTRY.size):
        entry = table[at : at + ENTRY.size].ljust(ENTRY.size, b"\xff")
        magic, kind, subtype, offset, size, label = ENTRY.unpack(entry)
        if entry.startswith(MD5_MAGIC):
            if entry[16:] != hashlib.md5(table[:at]).digest():
                raise PartitionTableError(len(found), magic)
        elif magic == ENTRY_MAGIC:
            found.append(
                Partition(
                    label.rstrip(b"\0").decode("ascii", "replace"), kind, subtype, offset, size
                )
            )
        elif found and entry == b"\xff" * ENTRY.size:
            return found
        else:
            raise PartitionTableError(len(found), magic)
    return found


def build_table(partitions: Iterable[Partition]) -> bytes:
    """The bytes of a table."""
    out = b"".join(
        ENTRY.pack(ENTRY_MAGIC, p.kind, p.subtype, p.offset, p.size, p.label.encode())
        for p in partitions
    )
    out += MD5_MAGIC + hashlib.md5(out).digest()
    return out.ljust(TABLE_BYTES, b"\xff")


def app_partition(partitions: Iterable[Partition]) -> Partition | None:
    """The partition whose program is started: `factory`, or the first one for updates."""
    apps = [
        p
        for p in partitions
        if p.kind == APP and (p.subtype == FACTORY or FIRST_OTA <= p.subtype <= LAST_OTA)
    ]
    return min(apps, key=lambda p: p.subtype, default=None)
