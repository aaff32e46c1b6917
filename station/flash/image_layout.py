"""What is in an image file, and whether its chip can start from it. All of this is checked before
the first byte is written: esptool also writes an image to the wrong offset, or a program without
its loader, and no error says so.

The bytes are laid into a flash as they would be on the chip, and read as the chip reads them. An
image for an ESP32 chip is a copy of the flash; one for a Pico is a UF2 file.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hardware.bench.chip import chip_type, pico_boot_rom
from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.image import (
    HEADER,
    MAGIC,
    ImageError,
    read_image,
)
from hardware.bench.chip.micropython_firmware import micropython_version
from hardware.bench.chip.nor_flash import SECTOR, NorFlash
from hardware.bench.chip.partitions import (
    DATA,
    TABLE_OFFSET,
    PartitionTableError,
    app_partition,
    read_table,
)
from hardware.bench.chip.pico_firmware import find_program
from hardware.bench.chip.uf2 import MAGIC_1, Uf2Error, chip_name, read_uf2
from hardware.bench.flash import MemoryStore
from hardware.i18n import reason
from station.flash.fault_words import FlashFault

LARGEST = 32 << 20
"""No flash of such a board is larger; nor is a file read that is."""
ERASED = 0xFF
UF2_BEGINS = MAGIC_1.to_bytes(4, "little")
WORD = 4
"""Bytes: the flash of a Pico is read back in words."""


@dataclass(frozen=True)
class FlashRegion:
    """Bytes of an image, and where they are in the flash."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class ImageLayout:
    """An image that starts on its chip."""

    chip: str
    offset: int
    """Where the file begins in the flash."""
    flash_bytes: int
    """The flash that it needs: the end of its last partition."""
    version: str
    """Of MicroPython; "" for another program."""
    fixed: tuple[FlashRegion, ...]
    """What does not change while the board is used: all but the partitions of data."""
    has_data: bool
    """Whether the file also has content for partitions of data, as a backup of a board has."""


def layout_of(file: Path, chip: str = "", offset: int | None = None) -> ImageLayout:
    """Check an image.

    Args:
        file: an image with loader, partition table and program.
        chip: the chip that it is for; "": the one that its header names.
        offset: where it is to be written; None: where its loader is found by the chip.

    Raises: FlashFault, which says what is wrong with it.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise FlashFault("not_an_image", file=str(file))
        data = file.read_bytes()
    except OSError as error:
        raise FlashFault("no_image", file=str(file), reason=reason(error)) from error
    if data.startswith(UF2_BEGINS):
        return _checked_uf2(str(file), data, chip)
    return _checked(file, data, chip, offset)


def chip_title(chip: str) -> str:
    """What people call a chip: `ESP32-S3`."""
    return _kinds()[chip].title if chip in _kinds() else chip.upper()


def _checked_uf2(name: str, data: bytes, chip: str) -> ImageLayout:
    try:
        file = read_uf2(data)
    except Uf2Error as error:
        raise FlashFault("bad_uf2", file=name, what=str(error)) from error
    picos = {pico_boot_rom.load(one).uf2_family: one for one in pico_boot_rom.names()}
    pico = picos.get(file.family)
    if pico is None or chip not in ("", pico):
        found = ", ".join(map(chip_title, [chip] if chip else picos.values()))
        wanted = chip_name(file.family)
        raise FlashFault("image_wrong_chip", file=name, wanted=wanted, found=found)
    program = find_program(file.read(FLASH_ADDRESS, LARGEST), pico)
    fixed = tuple(FlashRegion(at - FLASH_ADDRESS, piece) for at, piece in file.regions)
    if program is None or any(one.offset < 0 or len(one.data) % WORD for one in fixed):
        raise FlashFault("damaged_image", file=name)
    if not program.micropython:
        raise FlashFault("not_micropython", file=name, what=program.title or "?")
    end = max(one.offset + len(one.data) for one in fixed)
    return ImageLayout(pico, 0, end, program.micropython, fixed, has_data=False)


def _checked(file: Path, data: bytes, chip: str, offset: int | None) -> ImageLayout:
    name = str(file)
    # An image begins with its loader; a copy of a whole flash has it where the ROM looks for it.
    places = [0, *sorted({kind.bootloader_offset for kind in _kinds().values()} - {0})]
    found = next(((at, it) for at in places if (it := _chip_at(data, at))), None)
    if found is None:
        raise FlashFault("not_an_image", file=name)
    at, image_chip = found
    kind = _kinds()[image_chip]
    if chip and chip != image_chip:
        found_title = chip_title(chip)
        raise FlashFault("image_wrong_chip", file=name, wanted=kind.title, found=found_title)
    right = kind.bootloader_offset - at
    if offset is not None and offset != right:
        raise FlashFault("wrong_offset", file=name, wanted=f"{right:#x}", found=f"{offset:#x}")
    return _read(name, data, image_chip, kind, right)


@cache
def _kinds() -> dict[str, ChipType]:
    return {name: chip_type.load(name) for name in chip_type.names()}


def _chip_at(data: bytes, at: int) -> str | None:
    """The chip that the header of a program names; None when there is no header of a known
    chip."""
    header = data[at : at + HEADER.size]
    if len(header) < HEADER.size or header[0] != MAGIC:
        return None
    image_id = HEADER.unpack(header)[6]
    return next((name for name, kind in _kinds().items() if kind.image_id == image_id), None)


def _read(name: str, data: bytes, chip: str, kind: ChipType, offset: int) -> ImageLayout:
    store = MemoryStore(offset + len(data) + SECTOR)
    store.write(offset, data)
    flash = NorFlash(store, len(store.bytes), bytes(6))
    try:
        table = read_table(flash)
    except PartitionTableError as error:
        raise FlashFault("only_program", file=name) from error
    app = app_partition(table)
    if app is None:
        raise FlashFault("damaged_image", file=name)
    try:
        read_image(flash, kind.bootloader_offset, kind.image_id)
        program = read_image(flash, app.offset, kind.image_id)
    except ImageError as error:
        raise FlashFault("damaged_image", file=name) from error
    regions = [(p.offset, p.offset + p.size) for p in table if p.kind == DATA]
    fixed, has_data = _without(data, offset, sorted(regions))
    version = micropython_version(*(segment.data for segment in program.segments))
    needed = max([TABLE_OFFSET + SECTOR, *(p.offset + p.size for p in table)])
    return ImageLayout(chip, offset, needed, version, tuple(fixed), has_data)


def _without(
    data: bytes, offset: int, regions: list[tuple[int, int]]
) -> tuple[list[FlashRegion], bool]:
    """The bytes outside of regions of the flash, and whether any byte inside is not erased."""
    fixed, at, has_data = [], offset, False
    end = offset + len(data)
    for first, after in [*regions, (end, end)]:
        piece = data[at - offset : min(first, end) - offset]
        if piece:
            fixed.append(FlashRegion(at, piece))
        inside = data[min(first, end) - offset : min(after, end) - offset]
        has_data = has_data or inside.count(ERASED) != len(inside)
        at = max(at, min(after, end))
    return fixed, has_data
