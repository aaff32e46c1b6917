"""Whole images for ESP32 chips, as micropython.org has them: loader, partition table and program
in one file. Their code is no code."""

import hashlib
from pathlib import Path

from hardware.bench.chip import chip_type
from hardware.bench.chip.image import AppDescription, build_image, describe
from hardware.bench.chip.micropython_firmware import (
    APP_OFFSET,
    PARTITIONS,
    factory_firmware,
)
from hardware.bench.chip.partitions import TABLE_OFFSET, Partition, build_table


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
