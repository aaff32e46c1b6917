"""Addresses on the host's own network that boards may reach: none, unless the owner allows them.

A board names an address as the owner wrote it (`192.168.1.10:1883`, `broker.example:1883`). The
host itself (`localhost:1883`) is `host.wokwi.internal` to boards, as in Wokwi's private gateway.
`serving/host_network.py` makes the connections.
"""

from collections.abc import Callable

from hardware.bench.network.host import Address, Host, Ports, parse_ip
from hardware.bench.network.tcp.stream import Stream

THIS_HOST = "host.wokwi.internal"
LOCAL_NAMES = ("localhost", "127.0.0.1")


class HostGateway:
    """The hosts of the virtual network that stand for allowed places."""

    def __init__(self) -> None:
        self._hosts: dict[Address, Host] = {}
        self._names: dict[str, Address] = {}

    def allow(self, name: str, port: int, accept: Callable[[Stream], bool]) -> None:
        """Allow a place; `accept` takes the near end of each connection to it."""
        known = THIS_HOST if name in LOCAL_NAMES else name
        number = len(self._hosts) + 1
        ip = parse_ip(known) or self._names.get(known) or bytes((10, 13, 39, number % 256))
        self._names[known] = ip
        host = self._hosts.setdefault(ip, Host(Ports(), ip))
        host.ports.tcp[port] = accept

    def lookup(self, name: str) -> Address | None:
        """The address of an allowed name on the virtual network."""
        return self._names.get(name)

    def host(self, ip: Address) -> Host | None:
        """The host that stands for an allowed place."""
        return self._hosts.get(ip)
