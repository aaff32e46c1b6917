"""A time server (RFC 5905, the part that answers a client)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from hardware.bench.network.tcp.host import Datagram, Host
from hardware.bench.network.wall_clock import WallClock

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan

NTP_PORT = 123
REPLY = struct.Struct(">BBbbII4sQ8sQQ")
SINCE_1900 = 2_208_988_800
"""Seconds from NTP's epoch to that of Unix."""
CLIENT, SERVER, VERSION = 3, 4, 4


def ntp_server(lan: Lan, clock: WallClock) -> Callable[[Datagram, Host], None]:
    """What answers on port 123; what is no request of a client gets no answer."""

    def take(asked: Datagram, host: Host) -> None:
        if len(asked.data) >= REPLY.size and asked.data[0] & 7 == CLIENT:
            now = _stamp(clock.unix_ns)
            head = VERSION << 3 | SERVER
            asked_at = asked.data[40:48]
            reply = REPLY.pack(head, 1, 6, -20, 0, 0, b"WRSH", now, asked_at, now, now)
            lan.answer(asked, host, NTP_PORT, reply)

    return take


def _stamp(unix_ns: int) -> int:
    """Seconds and their fraction in NTP's 64 bits."""
    seconds, ns = divmod(unix_ns, 1_000_000_000)
    return (seconds + SINCE_1900) % 2**32 << 32 | (ns << 32) // 1_000_000_000
