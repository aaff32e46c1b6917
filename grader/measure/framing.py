"""Frames on a serial line: flags, byte stuffing and CRC-8, as HDLC and PPP have them (RFC 1662).

A frame here is what is between its flags, not escaped. On the line a flag (7E) stands before and
after it, and each 7E or 7D inside of it is 7D and the byte xor 20.
"""

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20


def crc8(data: bytes, poly: int, init: int) -> int:
    """The CRC-8 of bytes, the highest bit first, without a final xor."""
    crc = init
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc << 1 & 0xFF ^ (poly if crc & 0x80 else 0)
    return crc


def escaped(frame: bytes) -> bytes:
    """A frame with its special bytes escaped."""
    out = bytearray()
    for byte in frame:
        out += bytes([ESCAPE, byte ^ FLIP]) if byte in (FLAG, ESCAPE) else bytes([byte])
    return bytes(out)


def unescaped(data: bytes) -> bytes:
    """The frame of escaped bytes."""
    out, flip = bytearray(), 0
    for byte in data:
        if byte == ESCAPE:
            flip = FLIP
        else:
            out.append(byte ^ flip)
            flip = 0
    return bytes(out)


def flagged(data: bytes) -> bytes:
    """With a flag before and after it."""
    return bytes([FLAG]) + data + bytes([FLAG])
