"""Machines on the virtual network: an address, a place in a cell, and what listens there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardware.bench.network.tcp.stream import StreamEnd
    from hardware.bench.network.wifi.access_point import AccessPoint

Address = bytes
"""An IPv4 address, four bytes."""
NOWHERE: Address = bytes(4)
EVERYBODY: Address = b"\xff\xff\xff\xff"


class Datagram(NamedTuple):
    """A UDP packet as its receiver sees it."""

    source: Address
    port: int
    data: bytes
    host: Host
    """Where it came from; an answer goes back there."""


class Ports:
    """What listens on one machine, whatever its addresses are."""

    def __init__(self) -> None:
        self.tcp: dict[int, Callable[[StreamEnd], bool]] = {}
        """Takes the near end of a new connection; False refuses it."""
        self.udp: dict[int, Callable[[Datagram, Host], None]] = {}
        """Takes a datagram, and the interface at which it came in."""
        self._last = 49151

    def free(self, used: set[int]) -> int:
        """A port of the dynamic range (RFC 6335) that is not in use."""
        while True:
            self._last = self._last + 1 if self._last < 65535 else 49152
            if self._last not in used:
                return self._last


class Host:
    """One interface of a machine. `cell` is where it is connected, None while it is not."""

    def __init__(self, ports: Ports, ip: Address = NOWHERE, station: object = None) -> None:
        self.ports = ports
        self.ip = ip
        self.cell: AccessPoint | None = None
        self.station = station
        """The board that it belongs to, if it is one's; packets stand in the trace of that."""
        self.is_server = station is None
        self.mac = bytes(6)
        self.silent: Callable[[], None] = lambda: None
        """Told when its access point was not heard for too long."""
        self.ends: set[StreamEnd] = set()
        """Its connections."""

    def cut(self, error: int) -> None:
        """The interface is gone: its connections break on this side, the others hear nothing."""
        for end in sorted(self.ends, key=lambda end: end.serial):
            end.die(error)


def parse_ip(text: str) -> Address | None:
    """An address from its usual text, None when it is none."""
    words = text.split(".")
    if len(words) == 4 and all(w.isascii() and w.isdecimal() and len(w) < 4 for w in words):
        numbers = list(map(int, words))
        return bytes(numbers) if max(numbers) < 256 else None
    return None
