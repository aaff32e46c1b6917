"""Hosts on the virtual network: an address, a subnet, and what listens there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

Address = bytes
"""An IPv4 address, four bytes."""
NO_ADDRESS: Address = bytes(4)
BROADCAST: Address = b"\xff\xff\xff\xff"
LOOPBACK: Address = b"\x7f\x00\x00\x01"
GATEWAY: Address = bytes((10, 13, 37, 1))
"""The router in Wokwi's private network; boards get addresses from .2 on."""


class Datagram(NamedTuple):
    """A UDP packet as its receiver sees it."""

    source: Address
    port: int
    data: bytes
    host: Host
    """Where it came from; an answer goes back there."""


class Ports:
    """What listens on one host, whatever its addresses are."""

    def __init__(self) -> None:
        self.tcp: dict[int, Callable[[Any], bool]] = {}
        """Takes the near `StreamEnd` of a new connection; False refuses the connection. Any: the
        TCP layer is above this one."""
        self.udp: dict[int, Callable[[Datagram, Host], None]] = {}
        """Takes a datagram, and the interface at which it came in."""
        self._last = 49151

    def free(self, used: set[int]) -> int:
        """A port of the dynamic range (RFC 6335) that is not in use."""
        while True:
            self._last = self._last + 1 if self._last < 65535 else 49152
            if self._last not in used:
                return self._last


class TcpConnection(Protocol):
    """A TCP connection, as the host that it ends at sees it."""

    serial: int
    """Connections that were made later have higher numbers."""

    @property
    def peer(self) -> Host:
        """The host at the other end."""

    def abort(self, error: int) -> None:
        """End this side, with an errno; the other end is not notified."""


class Host:
    """One network interface of a board or a server."""

    def __init__(self, ports: Ports, ip: Address = NO_ADDRESS, board: object = None) -> None:
        self.ports = ports
        self.ip = ip
        self.subnet: Subnet | None = None
        """Where it is connected; None while it is not."""
        self.board = board
        """The board that it belongs to, if any; packets are recorded in that board's trace."""
        self.is_server = board is None
        self.mac = bytes(6)
        self.on_beacon_loss: Callable[[], None] = lambda: None
        """Called when its access point was silent for too long."""
        self.connections: set[TcpConnection] = set()

    def abort_connections(self, error: int) -> None:
        """The interface is gone: its connections end on this side; the others are not notified."""
        for connection in sorted(self.connections, key=lambda one: one.serial):
            connection.abort(error)


@dataclass(eq=False, kw_only=True)
class Subnet:
    """Hosts with addresses of one network, and the router to the servers."""

    gateway: Address = GATEWAY
    internet: bool = True
    """Whether the servers beyond the gateway can be reached."""
    online: bool = True
    latency_ns: int = 3_000_000
    """One way between a host and the router."""
    loss: float = 0.0
    """The probability that a packet on that way is lost."""
    members: dict[Address, Host] = field(default_factory=dict)
    on_change: Callable[[], None] = lambda: None
    """Called when a host joins or leaves."""

    def join(self, host: Host, wanted: Address | None = None) -> None:
        """Connect a host. Its address is `wanted`, or the first free one.

        A host that wants the address of another one gets no packets.
        """
        prefix = self.gateway[:3]
        free = (prefix + bytes((n,)) for n in range(1, 255))
        taken = {self.gateway, *self.members}
        host.ip = wanted or next(ip for ip in free if ip not in taken)
        host.subnet = self
        self.members.setdefault(host.ip, host)
        self.on_change()

    def leave(self, host: Host) -> None:
        """Disconnect a host."""
        if self.members.get(host.ip) is host:
            del self.members[host.ip]
            self.on_change()
        host.subnet = None


def parse_ip(text: str) -> Address | None:
    """An address from its usual text; None for other text."""
    words = text.split(".")
    if len(words) == 4 and all(w.isascii() and w.isdecimal() and len(w) < 4 for w in words):
        numbers = list(map(int, words))
        return bytes(numbers) if max(numbers) < 256 else None
    return None
