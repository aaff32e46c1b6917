"""The time of day on the virtual network (UTC), and the NTP server that boards ask for it.

The server has the part of NTP (RFC 5905) that answers a client.
"""

import struct
from collections.abc import Callable

from hardware.bench.network.host import Datagram, Host
from hardware.bench.network.link import Link
from hardware.bench.network.simulation import Simulation
from hardware.bench.network.tcp import datagram

NEW_YEAR_2025 = 1_735_689_600
"""Seconds since 1970 at power-on, unless another time is set."""
NS = 1_000_000_000
NTP_PORT = 123
PACKET = struct.Struct(">BBbbII4sQ8sQQ")
SINCE_1900 = 2_208_988_800
"""Seconds from NTP's epoch to the Unix epoch."""
CLIENT, SERVER, VERSION = 3, 4, 4


class WallClock:
    """UTC, moved on by virtual time."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._start_ns = NEW_YEAR_2025 * NS

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970 now."""
        return self._start_ns + self._simulation.now_ns

    def set(self, unix_s: float) -> None:
        """Set the present time, in seconds since 1970."""
        self._start_ns = round(unix_s) * NS - self._simulation.now_ns


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
    seconds, ns = divmod(unix_ns, NS)
    return (seconds + SINCE_1900) % 2**32 << 32 | (ns << 32) // NS
