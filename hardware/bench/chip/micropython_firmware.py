"""MicroPython's images: which version an image in the flash is, and the images that stand for it
on a new virtual board.

The program of a virtual board is the port of the bench, a process. So the code in the flash is
never run. The images of a new board have the right form, so that programs can read, verify and
check them.
"""

import hashlib
import re
from functools import cache

from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.image import SHA_BYTES, AppDescription, Image, build_image, describe
from hardware.bench.chip.partitions import (
    APP,
    DATA,
    FACTORY,
    FAT,
    NVS,
    PHY,
    TABLE_OFFSET,
    Partition,
    build_table,
)
from hardware.boards import MICROPYTHON

VERSION = f"v{MICROPYTHON}"
"""Of the port, and so of the images of a new board."""
BANNER = re.compile(rb"MicroPython (v[\w.-]+) on \d{4}-")
"""The text that every build of MicroPython holds, for the first line of its REPL. (The description
of an image is empty in builds from before 2022.)"""
STORAGE = Partition("vfs", DATA, FAT, 0x200000, 0x200000)
SETTINGS = Partition("nvs", DATA, NVS, 0x9000, 0x6000)
APP_OFFSET = 0x10000
PARTITIONS = (
    SETTINGS,
    Partition("phy_init", DATA, PHY, 0xF000, 0x1000),
    Partition("factory", APP, FACTORY, APP_OFFSET, 0x1F0000),
    STORAGE,
)
"""The table of MicroPython's ESP32 boards with 4 MB, ports/esp32/partitions-4MiB.csv."""
APP_CODE_BYTES = 0x4000


@cache
def factory_firmware(kind: ChipType) -> dict[int, bytes]:
    """The second stage loader, the partition table and the program, by their offsets."""
    text = banner(VERSION)
    code = text.ljust(64, b"\0") + hashlib.shake_256(text).digest(APP_CODE_BYTES)
    sha = hashlib.sha256(code).hexdigest()
    app = AppDescription(VERSION, "micropython", "Apr 15 2025 12:00:00", "v5.2.2", sha)
    return {
        kind.bootloader_offset: build_image(kind.image_id, kind.iram, {kind.iram: code[:0x800]}),
        TABLE_OFFSET: build_table(PARTITIONS),
        APP_OFFSET: build_image(
            kind.image_id, kind.iram, {kind.drom + 0x20: describe(app) + code, kind.iram: code}
        ),
    }


def banner(version: str) -> bytes:
    """The text that `BANNER` finds."""
    return f"MicroPython {version} on 2025-04-15".encode()


def micropython_version(*pieces: bytes) -> str:
    """The version of MicroPython in the pieces of a program; empty when it is another program."""
    for piece in pieces:
        if found := BANNER.search(piece):
            return found[1].decode()
    return ""


def is_factory_image(image: Image, kind: ChipType) -> bool:
    """Whether a new board has this program."""
    return factory_firmware(kind)[APP_OFFSET][-SHA_BYTES:].hex() == image.sha256
