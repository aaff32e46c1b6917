"""The dots of a display as a PNG file, dot by dot: pictures that can be compared."""

import struct
import zlib

from hardware.bench.wiring.display import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB = 0, 2


def frame_png(pixels: Pixels) -> bytes:
    """A PNG of bytes (rows, columns), or of three bytes a dot (rows, columns, 3).

    The same dots give the same file. Source: PNG specification (third edition), sections 5 and 11.
    """
    rows, columns = pixels.shape[:2]
    kind = RGB if pixels.ndim == 3 else GREY
    head = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)  # each without a filter
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
