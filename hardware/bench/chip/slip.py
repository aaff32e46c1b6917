"""SLIP (RFC 1055): packets on a serial line. Each one begins and ends with END, as esptool sends
them."""

END, ESCAPE = b"\xc0", b"\xdb"
ESCAPED_END, ESCAPED_ESCAPE = b"\xdb\xdc", b"\xdb\xdd"
LONGEST = 1 << 17
"""Bytes of a packet on the line. The longest one of esptool has 16 KB of data, each byte at most
twice."""


def encode(packet: bytes) -> bytes:
    """A packet as it is sent."""
    body = packet.replace(ESCAPE, ESCAPED_ESCAPE).replace(END, ESCAPED_END)
    return END + body + END


class SlipDecoder:
    """Finds the packets in a stream that may be cut anywhere."""

    def __init__(self) -> None:
        self._line = bytearray()
        """The packet that is not complete yet."""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that are complete now. Text between packets, and damaged ones, are
        dropped."""
        self._line += data
        *whole, rest = bytes(self._line).split(END)
        self._line[:] = rest[-LONGEST:]
        return [packet for packet in map(_decode, whole) if packet]

    def clear(self) -> None:
        """Drop the packet that is not complete."""
        self._line.clear()


def _decode(line: bytes) -> bytes:
    """The packet of a line without its ends; empty when an escape is wrong."""
    parts = line.split(ESCAPE)
    out = [parts[0]]
    for part in parts[1:]:
        if part[:1] not in (b"\xdc", b"\xdd"):
            return b""
        out.append((END if part[:1] == b"\xdc" else ESCAPE) + part[1:])
    return b"".join(out)
