"""Records: what boards send, and what traces are made of. For the kinds see
`firmware/port/frames.toml`."""

import struct
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from hardware.bench.protocol import frames

RECORD = np.dtype(frames.LAYOUT_RECORD_COLUMNS)
"""One record; `t` is virtual nanoseconds since the bench was switched on."""

Row = tuple[int, int, int, int, int]
"""A record as Python sees it: kind, a, b, c, t."""
Records = npt.NDArray[np.void]
Times = npt.NDArray[np.int64]

SIZE = RECORD.itemsize
TEXT_BYTES = frames.LAYOUT_TEXT.size
"""A text record (TX, EXC, GIVEN, RX) has up to this many bytes in place of `b` and `c`; `a` is
their number."""

FEW = 8 * SIZE
"""Up to this many bytes of records, a loop in Python is faster than numpy."""

PACKER = frames.LAYOUT_RECORD
_TIME = struct.Struct("<Q")


def pack_text(kind: int, data: bytes, t_ns: int) -> bytes:
    """Text as packed records of one kind, all at the same time."""
    tail, rest = _TIME.pack(t_ns), len(data) % TEXT_BYTES
    whole = len(data) - rest
    last = bytes((kind, rest)) + data[whole:].ljust(TEXT_BYTES, b"\0") + tail if rest else b""
    if not whole:
        return last
    head = bytes((kind, TEXT_BYTES))  # between two pieces are always the same bytes
    pieces = [data[at : at + TEXT_BYTES] for at in range(0, whole, TEXT_BYTES)]
    return head + (tail + head).join(pieces) + tail + last


def text_in(row: Row) -> bytes:
    """The text in one record."""
    return frames.LAYOUT_TEXT.pack(row[2], row[3])[: row[1]]


def bytes_in(text: bytes | bytearray) -> bytes:
    """The text in packed records of one kind."""
    if len(text) <= FEW:
        places = range(2, len(text), SIZE)
        return b"".join([text[at : at + text[at - 1]] for at in places])
    rows = np.frombuffer(text, np.uint8).reshape(-1, SIZE)
    return rows[:, 2 : 2 + TEXT_BYTES][np.arange(TEXT_BYTES) < rows[:, 1:2]].tobytes()


def unpack_text(records: Records) -> tuple[bytes, Times]:
    """The text in records of one kind, and for each byte the time of its record."""
    counts = records["a"]
    raw = np.ascontiguousarray(records).view(np.uint8).reshape(-1, SIZE)[:, 2 : 2 + TEXT_BYTES]
    used = np.arange(TEXT_BYTES) < counts[:, None]
    return raw[used].tobytes(), np.repeat(records["t"].astype(np.int64), counts)


def among(values: npt.NDArray[np.integer[Any]], chosen: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which of the values are among the chosen ones. Ten times as fast as `np.isin` on a short
    batch."""
    found: npt.NDArray[np.bool_] = _table(chosen).take(values)
    return found


@cache
def _table(chosen: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[list(chosen)] = True
    return table


def names_of(prefix: str) -> dict[int, str]:
    """By number: the name of each constant of frames.py with a prefix (`END_`), in lower case."""
    start = len(prefix)
    return {v: k[start:].lower() for k, v in vars(frames).items() if k.startswith(prefix)}
