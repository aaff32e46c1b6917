"""A time server (RFC 5905, the part that answers a client)."""

import struct
from collections.abc import Callable

from hardware.bench.network.host import Datagram, Host
from hardware.bench.network.link import Link
from hardware.bench.network.tcp import datagram
from hardware.bench.network.wall_clock import WallClock

NTP_PORT = 123
PACKET = struct.Struct(">BBbbII4sQ8sQQ")
SINCE_1900 = 2_208_988_800
"""Seconds from NTP's epoch to that of Unix."""
CLIENT, SERVER, VERSION = 3, 4, 4


def ntp_server(link: Link, clock: WallClock) -> Callable[[Datagram, Host], None]:
    """The listener for port 123; it answers nothing but requests of clients."""

    def take(request: Datagram, host: Host) -> None:
        if len(request.data) >= PACKET.size and request.data[0] & 7 == CLIENT:
            now = _timestamp(clock.unix_ns)
            head = VERSION << 3 | SERVER
            origin = request.data[40:48]
            answer = PACKET.pack(head, 1, 6, -20, 0, 0, b"WRSH", now, origin, now, now)
            datagram.reply(link, request, host, NTP_PORT, answer)

    return take


def _timestamp(unix_ns: int) -> int:
    """Seconds and their fraction in NTP's 64 bits."""
    seconds, ns = divmod(unix_ns, 1_000_000_000)
    return (seconds + SINCE_1900) % 2**32 << 32 | (ns << 32) // 1_000_000_000
