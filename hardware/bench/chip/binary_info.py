"""What a program for a Pico says about itself, as picotool shows it.

    info = read_binary_info(read_uf2(data).read)      # of a file, or of a flash

A header near the beginning of the program names a list of pointers, each to an entry.
Source: pico-sdk, pico_binary_info (structure.h, defs.h).
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

Read = Callable[[int, int], bytes]
"""Gets an address of the chip and a size; returns fewer bytes where there are no more."""

FLASH_ADDRESS = 0x10000000
"""Where the chip sees its flash."""
HEADER_AT, HEADER_ROOM = FLASH_ADDRESS + 0x100, 0x300
"""The second stage loader of an RP2040, or the vectors of an RP2350, have the bytes before it. On
an RP2040 the header is in the first 0x100 of these."""
MARKER, MARKER_END = 0x7188EBF2, 0xE71AA390
INTEGER, STRING = 5, 6
"""Types of entries: an id, and a number or the address of a text."""
TAG = int.from_bytes(b"RP", "little")
ENTRY = struct.Struct("<HHII")
"""Type, tag, id, value."""
MOST_ENTRIES, LONGEST_TEXT = 1024, 512
TEXTS = {
    "name": 0x02031C86,
    "version": 0x11A9BC3A,
    "built": 0x9DA22254,
    "url": 0x1856239A,
    "description": 0xB6A07C19,
    "board": 0xB63CFFBB,
    "sdk": 0x5360B3AB,
}
"""Ids of texts that occur once, by the field of `BinaryInfo`."""
FEATURE, END = 0xA1F4B453, 0x68F465DE


class BinaryInfo(NamedTuple):
    """Texts are empty, and the end is 0, where the program says nothing."""

    name: str
    version: str
    built: str
    """The date of the build."""
    url: str
    description: str
    board: str
    sdk: str
    """The version of the SDK."""
    features: tuple[str, ...]
    end: int
    """The address behind the program."""


def read_binary_info(read: Read) -> BinaryInfo | None:
    """What a program says; None when it says nothing."""
    header = _header(read)
    if header is None:
        return None
    first, last, mapping = header
    pointers = _words(read, first, min((last - first) // 4, MOST_ENTRIES))
    moved = list(_mapping(read, mapping))
    texts: dict[int, list[str]] = {}
    numbers: dict[int, int] = {}
    for pointer in pointers:
        entry = read(_in_flash(moved, pointer), ENTRY.size)
        if len(entry) < ENTRY.size:
            continue
        kind, tag, key, value = ENTRY.unpack(entry)
        if tag == TAG and kind == STRING:
            texts.setdefault(key, []).append(_text(read(_in_flash(moved, value), LONGEST_TEXT)))
        elif tag == TAG and kind == INTEGER:
            numbers[key] = value
    return BinaryInfo(
        **{field: texts.get(key, [""])[0] for field, key in TEXTS.items()},
        features=tuple(texts.get(FEATURE, ())),
        end=numbers.get(END, 0),
    )


def build_binary_info(info: BinaryInfo, address: int) -> bytes:
    """The header and all that it names, for this address."""
    entries = [(key, getattr(info, field)) for field, key in TEXTS.items()]
    entries = [(key, text) for key, text in entries if text]
    entries += [(FEATURE, text) for text in info.features]
    count = len(entries) + 1
    pointers_at = address + 20
    entries_at = pointers_at + 4 * count
    text_at = entries_at + ENTRY.size * count + 4  # and the end of the mapping, one word of 0
    packed, strings = ENTRY.pack(INTEGER, TAG, END, info.end), b""
    for key, text in entries:
        packed += ENTRY.pack(STRING, TAG, key, text_at + len(strings))
        strings += text.encode() + b"\0"
    pointers = [entries_at + ENTRY.size * number for number in range(count)]
    header = (MARKER, pointers_at, entries_at, text_at - 4, MARKER_END)
    return struct.pack(f"<5I{count}I", *header, *pointers) + packed + bytes(4) + strings


def _header(read: Read) -> tuple[int, int, int] | None:
    """The list's first address and the one behind it, and the address of the mapping."""
    words = _words(read, HEADER_AT, HEADER_ROOM // 4)
    for at in range(len(words) - 4):
        if words[at] == MARKER and words[at + 4] == MARKER_END:
            return words[at + 1], words[at + 2], words[at + 3]
    return None


def _mapping(read: Read, at: int) -> Iterator[tuple[int, int, int]]:
    """Pieces of the flash that the program copies to RAM, where entries may be: the place in the
    flash, the address in RAM, the one behind the piece."""
    for number in range(MOST_ENTRIES):
        row = _words(read, at + 12 * number, 3)
        if len(row) < 3 or not row[0]:
            return
        yield row[0], row[1], row[2]


def _in_flash(moved: list[tuple[int, int, int]], address: int) -> int:
    for source, first, last in moved:
        if first <= address < last:
            return address - first + source
    return address


def _words(read: Read, at: int, count: int) -> tuple[int, ...]:
    data = read(at, 4 * max(0, count))
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")
