"""The packets of a trace as a capture file, for Wireshark, tshark and every other reader of pcap.

The bench simulates streams, not packets: it knows when each segment arrives, and no bare ACK
exists on it. So the file has what was sent, with right sequence numbers and checksums, and the
three packets of a handshake at the moment at which the SYN arrives. A lost segment is in the file,
and so is its retransmission. Time zero of the bench is 2025-01-01 00:00 UTC.

Format: draft-ietf-opsawg-pcap, with nanoseconds; each packet begins with the IPv4 header
(LINKTYPE_RAW). Headers: RFC 791, 768, 9293.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.bench.network.ntp import NEW_YEAR_2025, NS
from hardware.bench.protocol.notes import PacketNote
from hardware.bench.trace.trace import Trace

FILE_HEAD = struct.Struct("<IHHiIII")
RECORD_HEAD = struct.Struct("<IIII")
IP_HEAD = struct.Struct(">BBHHHBBH4s4s")
TCP_HEAD = struct.Struct(">HHIIBBHHH")
UDP_HEAD = struct.Struct(">HHHH")
MAGIC_NS, LINKTYPE_RAW, MOST = 0xA1B23C4D, 101, 65_535
TCP, UDP, TTL = 6, 17, 64
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
WINDOW = 5760
Side = tuple[bytes, int]
"""An address and a port."""


def pcap(trace: Trace) -> bytes:
    """All packets that the board sent or received, as the content of a capture file."""
    head = FILE_HEAD.pack(MAGIC_NS, 2, 4, 0, 0, MOST, LINKTYPE_RAW)
    return head + b"".join(_records(trace))


def _records(trace: Trace) -> Iterator[bytes]:
    streams: dict[tuple[Side, Side], _Stream] = {}
    for note in trace.packets():
        source, target = (note.source, note.source_port), (note.target, note.target_port)
        if note.kind == "udp":
            yield _record(note.t_ns, _udp(note))
            continue
        key = min((source, target), (target, source))
        if note.kind in ("syn", "refused") or key not in streams:
            streams[key] = _Stream({source: 0, target: 0})
        for packet in streams[key].packets(note, source, target):
            yield _record(note.t_ns, packet)


def _record(t_ns: int, packet: bytes) -> bytes:
    seconds, ns = divmod(NEW_YEAR_2025 * NS + t_ns, NS)
    return RECORD_HEAD.pack(seconds, ns, len(packet), len(packet)) + packet


@dataclass
class _Stream:
    """One TCP connection: how far each side has come."""

    sent: dict[Side, int]

    def packets(self, note: PacketNote, source: Side, target: Side) -> Iterator[bytes]:
        """What a note stands for."""
        match note.kind:
            case "syn":
                yield self._tcp(source, target, SYN)
                yield self._tcp(target, source, SYN | ACK)
                yield self._tcp(source, target, ACK)
            case "refused":
                yield self._tcp(source, target, SYN)
                yield self._tcp(target, source, RST | ACK)
            case "fin":
                yield self._tcp(source, target, FIN | ACK, lost=note.lost)
            case _:
                yield self._tcp(source, target, PSH | ACK, note.payload, lost=note.lost)

    def _tcp(
        self, source: Side, target: Side, flags: int, data: bytes = b"", *, lost: bool = False
    ) -> bytes:
        ack = self.sent[target] if flags & ACK else 0
        head = TCP_HEAD.pack(
            source[1], target[1], self.sent[source], ack, 5 << 4, flags, WINDOW, 0, 0
        )
        if not lost:  # it is sent again with the same number
            self.sent[source] += len(data) + bool(flags & (SYN | FIN))
        return _ip(source[0], target[0], TCP, head + data, checksum_at=16)


def _udp(note: PacketNote) -> bytes:
    size = UDP_HEAD.size + len(note.payload)
    head = UDP_HEAD.pack(note.source_port, note.target_port, size, 0)
    return _ip(note.source, note.target, UDP, head + note.payload, checksum_at=6)


def _ip(source: bytes, target: bytes, protocol: int, body: bytes, checksum_at: int) -> bytes:
    pseudo = source + target + struct.pack(">BBH", 0, protocol, len(body))
    whole = bytearray(body)
    # UDP: 0 would mean that there is none.
    whole[checksum_at : checksum_at + 2] = (_checksum(pseudo + body) or 0xFFFF).to_bytes(2, "big")
    fields = (0x45, 0, IP_HEAD.size + len(body), 0, 0x4000, TTL, protocol)
    plain = IP_HEAD.pack(*fields, 0, source, target)
    return IP_HEAD.pack(*fields, _checksum(plain), source, target) + bytes(whole)


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
