"""What a chip does after a reset: the ROM loads the second stage loader from the flash, and that
one looks for the program. Both print what they find.

Sources of the texts: the logs that ROMs print, as in "Boot Mode Selection" and "Troubleshooting"
of the documentation of esptool, and the messages of ESP-IDF's second stage loader
(components/bootloader_support). Tools look for them. A message has a time in milliseconds, which
is always the same here.
"""

from typing import NamedTuple

from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.image import (
    BadHeaderError,
    BadSegmentError,
    ChecksumError,
    HashError,
    Image,
    ImageError,
    Segment,
    WrongChipError,
    read_image,
)
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.chip.partitions import PartitionTableError, app_partition, read_table

TRIES = 7
"""So often the ROM tries to read a header."""
WAITING = "waiting for download\r\n"


class BootResult(NamedTuple):
    """The result of a reset."""

    log: str
    image: Image | None
    """The program that starts; None: the chip resets itself again and again."""


def boot_log(kind: ChipType, cause: str, mode: str) -> str:
    """The first lines: the cause of the reset, and where the chip boots from."""
    return kind.reset_log.format(reset=kind.resets[cause], boot=kind.boots[mode])


def download_log(kind: ChipType, cause: str) -> str:
    """What the ROM prints when it waits for a flashing program."""
    return boot_log(kind, cause, "download") + WAITING


def boot(kind: ChipType, flash: NorFlash, cause: str) -> BootResult:
    """Boots from the flash. `cause` is one of `kind.resets`."""
    log = boot_log(kind, cause, "flash")
    try:
        loader = read_image(flash, kind.bootloader_offset, kind.image_id)
    except BadHeaderError as error:
        return BootResult(log + f"invalid header: {error.word:#010x}\r\n" * TRIES, None)
    except ChecksumError as error:
        text = f"csum err:{error.calculated:#04x}!={error.read:#04x}\r\n"
        return BootResult(log + _loads(kind, error.segments) + text, None)
    except HashError:
        pass  # the ROM does not look at the hash
    except ImageError:
        return BootResult(log + kind.load_log + "ets_loader.c 78\r\n", None)
    else:
        log += _loads(kind, loader.segments) + f"entry {loader.entry:#x}\r\n"
    return _second_stage(kind, flash, log)


def _loads(kind: ChipType, segments: tuple[Segment, ...]) -> str:
    """The ROM loads segments. Only the ESP32's writes sizes in decimal."""
    decimal = kind.image_id == 0
    sizes = [f"{len(s.data)}" if decimal else f"{len(s.data):#x}" for s in segments]
    lines = [
        f"load:{s.address:#x},len:{size}\r\n" for s, size in zip(segments, sizes, strict=True)
    ]
    return kind.load_log + "".join(lines)


def _second_stage(kind: ChipType, flash: NorFlash, log: str) -> BootResult:
    """The second stage loader looks for a program."""
    try:
        app = app_partition(read_table(flash))
    except PartitionTableError as error:
        lines = [
            f"flash_parts: partition {error.number} invalid magic number {error.magic:#x}",
            "boot: Failed to verify partition table",
            "boot: load partition table error!",
        ]
        return BootResult(log + _errors(lines), None)
    if app is None:
        return BootResult(
            log + _errors(["boot: No bootable app partitions in the partition table"]), None
        )
    try:
        image = read_image(flash, app.offset, kind.image_id)
    except ImageError as error:
        lines = [
            _complaint(kind, error, app.offset),
            "boot: Factory app partition is not bootable",
            "boot: No bootable app partitions in the partition table",
        ]
        return BootResult(log + _errors(lines), None)
    return BootResult(log, image)


def _complaint(kind: ChipType, error: ImageError, offset: int) -> str:
    """What the second stage loader says about a program."""
    match error:
        case WrongChipError(image_id=found):
            return f"boot_comm: mismatch chip ID, expected {kind.image_id}, found {found}"
        case BadSegmentError(size=size):
            return f"esp_image: invalid segment length {size:#x}"
        case ChecksumError(calculated=calculated, read=read):
            return f"esp_image: Checksum failed. Calculated {calculated:#x} read {read:#x}"
        case HashError():
            return "esp_image: Image hash failed - image is corrupt"
    return f"esp_image: image at {offset:#x} has invalid magic byte (nothing flashed here?)"


def _errors(lines: list[str]) -> str:
    return "".join(f"E (60) {line}\r\n" for line in lines)
