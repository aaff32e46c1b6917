"""Images of MicroPython, as micropython.org has them. Their code is no code. One for an ESP32 chip
has loader, partition table and program in one file; one for a Pico is a UF2 file."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from hardware.bench.chip import chip_type
from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.image import AppDescription, build_image, describe
from hardware.bench.chip.micropython_firmware import (
    APP_OFFSET,
    PARTITIONS,
    factory_firmware,
)
from hardware.bench.chip.partitions import TABLE_OFFSET, Partition, build_table
from hardware.bench.chip.pico_firmware import build_program
from hardware.bench.chip.uf2 import (
    BLOCK,
    HAS_FAMILY,
    MAGIC_1,
    MAGIC_2,
    MAGIC_END,
    PAGE_BYTES,
    RP2040,
)


def whole_image(
    chip: str = "esp32",
    *,
    version: str = "v1.24.1",
    size: int = 0x4000,
    partitions: tuple[Partition, ...] = PARTITIONS,
) -> bytes:
    """An image of MicroPython for a chip, from its loader on. `size`: bytes of the program, which
    no compression makes smaller."""
    kind = chip_type.load(chip)
    app = AppDescription(version, "micropython", "Nov 29 2024 12:00:00", "v5.2.2", "00" * 32)
    banner = f"MicroPython {version} on 2024-11-29".encode().ljust(64, b"\0")
    code = describe(app) + banner + hashlib.shake_256(banner).digest(size)
    loader = factory_firmware(kind)[kind.bootloader_offset]
    program = build_image(kind.image_id, kind.iram, {kind.drom + 0x20: code})
    start = kind.bootloader_offset
    whole = loader.ljust(TABLE_OFFSET - start, b"\xff") + build_table(partitions)
    return whole.ljust(APP_OFFSET - start, b"\xff") + program


def write_image(folder: Path, name: str = "micropython.bin", **kinds: object) -> Path:
    """A file with such an image."""
    file = folder / name
    file.write_bytes(whole_image(**kinds))  # type: ignore[arg-type]
    return file


PICO_PROGRAM = build_program(version="v1.24.1")
"""Of another version than the one that new virtual Picos have."""


def build_uf2(data: Mapping[int, bytes], family: int = RP2040) -> bytes:
    """A file of data by addresses, which are multiples of 256; the last page of each is filled up
    with zeros."""
    pages = [
        (address + at, content[at : at + PAGE_BYTES].ljust(PAGE_BYTES, b"\0"))
        for address, content in data.items()
        for at in range(0, len(content), PAGE_BYTES)
    ]
    return b"".join(
        BLOCK.pack(
            *(MAGIC_1, MAGIC_2, HAS_FAMILY, address, PAGE_BYTES, number, len(pages), family),
            *(page, MAGIC_END),
        )
        for number, (address, page) in enumerate(pages)
    )


def write_uf2(folder: Path, program: bytes = PICO_PROGRAM) -> Path:
    """A file with a program for a Pico."""
    file = folder / "micropython.uf2"
    file.write_bytes(build_uf2({FLASH_ADDRESS: program}))
    return file
