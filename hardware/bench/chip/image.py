"""Images of programs in the flash of an ESP: reading, with all checks that its loaders make, and
building.

Source: ESP-IDF, "App Image Format" (docs.espressif.com), and `esp_app_format.h`, `esp_app_desc.h`.
"""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hardware.bench.chip.commands import checksum
from hardware.bench.chip.nor_flash import NorFlash

MAGIC, MOST_SEGMENTS = 0xE9, 16
HEADER = struct.Struct("<BBBBIB3xHBHH4xB")
"""Magic, segments, SPI mode, speed and size, entry, WP pin, chip id, least revision (old form,
least, most), hash."""
SEGMENT = struct.Struct("<II")
DESCRIPTION_MAGIC = 0xABCD5432
DESCRIPTION = struct.Struct("<II8x32s32s16s16s32s32s80x")
"""Magic, secure version, version, project, time, date, version of IDF, SHA-256 of the ELF file:
256 bytes."""
SHA_BYTES, CHECKSUM_ALIGN = 32, 16
END = CHECKSUM_ALIGN + SHA_BYTES
"""The most bytes that follow the last segment."""
ERASED_WORD = 0xFFFFFFFF
DIO_40M_4MB = (2, 0x20)
"""SPI mode, speed and size in a header."""


class AppDescription(NamedTuple):
    """What a program says about itself, at the beginning of its first segment."""

    version: str
    project: str
    built: str
    """Date and time of the build."""
    idf: str
    elf_sha256: str


class Segment(NamedTuple):
    """A piece of a program, and where it is loaded."""

    address: int
    data: bytes


class Image(NamedTuple):
    """A program whose checksum and hash are right."""

    entry: int
    segments: tuple[Segment, ...]
    app: AppDescription | None
    sha256: str
    """Of the whole image."""


class ImageError(Exception):
    """No program that runs here; the subclasses say why."""


class BadHeaderError(ImageError):
    """The first byte is wrong, or the number of segments: nothing was written here, or something
    else."""

    def __init__(self, word: int) -> None:
        super().__init__(f"{word:#010x}")
        self.word = word


class WrongChipError(ImageError):
    """An image for another type of chip."""

    def __init__(self, image_id: int) -> None:
        super().__init__(image_id)
        self.image_id = image_id


class BadSegmentError(ImageError):
    """A segment is longer than the flash: most likely the data is damaged."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class ChecksumError(ImageError):
    """The data does not match its checksum."""

    def __init__(self, calculated: int, read: int, segments: Sequence[Segment]) -> None:
        super().__init__(calculated, read)
        self.calculated, self.read, self.segments = calculated, read, tuple(segments)


class HashError(ImageError):
    """The data does not match its SHA-256."""


def read_image(flash: NorFlash, offset: int, image_id: int) -> Image:
    """The image at an offset, for a chip with this id. Raises: ImageError."""
    if not flash.has(offset, HEADER.size + SEGMENT.size + END):
        raise BadHeaderError(ERASED_WORD)
    header = flash.read(offset, HEADER.size)
    word = int.from_bytes(header[:4], "little")
    magic, count, _mode, _size, entry, _wp, found_id, _old, _least, _most, hashed = HEADER.unpack(
        header
    )
    if magic != MAGIC or not 0 < count <= MOST_SEGMENTS:
        raise BadHeaderError(word)
    if found_id != image_id:
        raise WrongChipError(found_id)
    segments, at = [], offset + HEADER.size
    for _number in range(count):
        address, size = SEGMENT.unpack(flash.read(at, SEGMENT.size))
        at += SEGMENT.size
        if not flash.has(at, size + END):
            raise BadSegmentError(size)
        segments.append(Segment(address, flash.read(at, size)))
        at += size
    end = offset + (at - offset) // CHECKSUM_ALIGN * CHECKSUM_ALIGN + CHECKSUM_ALIGN
    calculated, read = checksum(*(segment.data for segment in segments)), flash.read(end - 1, 1)[0]
    if calculated != read:
        raise ChecksumError(calculated, read, segments)
    sha = hashlib.sha256(flash.read(offset, end - offset)).digest()
    if hashed and flash.read(end, SHA_BYTES) != sha:
        raise HashError
    return Image(entry, tuple(segments), _description(segments[0].data), sha.hex())


def build_image(image_id: int, entry: int, segments: Mapping[int, bytes]) -> bytes:
    """An image of segments by their addresses, with checksum and hash."""
    head = (MAGIC, len(segments), *DIO_40M_4MB, entry, 0xEE, image_id, 0, 0, 0xFFFF, 1)
    out = HEADER.pack(*head)
    for address, data in segments.items():
        out += SEGMENT.pack(address, len(data)) + data
    pad = CHECKSUM_ALIGN - len(out) % CHECKSUM_ALIGN - 1
    out += bytes(pad) + bytes((checksum(*segments.values()),))
    return out + hashlib.sha256(out).digest()


def describe(app: AppDescription) -> bytes:
    """The bytes of a description, for the beginning of a program's first segment."""
    date, _space, time = app.built.rpartition(" ")
    texts = (text.encode() for text in (app.version, app.project, time, date, app.idf))
    return DESCRIPTION.pack(DESCRIPTION_MAGIC, 0, *texts, bytes.fromhex(app.elf_sha256))


def _description(data: bytes) -> AppDescription | None:
    if len(data) < DESCRIPTION.size:
        return None
    magic, _secure, *texts, sha = DESCRIPTION.unpack(data[: DESCRIPTION.size])
    version, project, time, date, idf = (_text(text) for text in texts)
    if magic != DESCRIPTION_MAGIC:
        return None
    return AppDescription(version, project, f"{date} {time}", idf, sha.hex())


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("ascii", "replace")
