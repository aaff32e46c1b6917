"""A WiFi network in the air: what a scan finds and a station joins."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hardware.bench.network.tcp.host import Address, Host

GATEWAY = bytes((10, 13, 37, 1))
"""The address of the router in Wokwi's private network; boards get those from .2 on."""
OPEN, WPA2 = 0, 3
"""What a scan calls the security (ESP-IDF's wifi_auth_mode_t)."""


@dataclass(eq=False)
class AccessPoint:
    """An access point with everybody who has joined it."""

    ssid: bytes
    password: bytes = b""
    channel: int = 6
    bssid: bytes = b"\x42\x13\x55\xaa\x01\x01"
    rssi: int = -50
    """Signal strength at the boards, dBm."""
    gateway: Address = GATEWAY
    internet: bool = True
    """Whether the servers beyond the gateway can be reached."""
    hidden: bool = False
    online: bool = True
    latency_ns: int = 3_000_000
    """One way between a station and the access point."""
    loss: float = 0.0
    """The probability that a packet on that way is lost."""
    join_ns: int = 1_200_000_000
    """From a station's wish to join until it has its address."""
    most: int = 16
    """Stations at a time."""
    members: dict[Address, Host] = field(default_factory=dict)
    changed: Callable[[], None] = lambda: None
    """Told when somebody joins or leaves."""

    @property
    def security(self) -> int:
        """As a scan says it."""
        return WPA2 if self.password else OPEN

    @property
    def is_full(self) -> bool:
        """Whether nobody else may join."""
        return len(self.members) >= self.most

    def join(self, host: Host, wanted: Address | None = None) -> None:
        """Lets a host in; its address is the one that it insists on, or the first free one. Who
        insists on another's gets no packets."""
        prefix = self.gateway[:3]
        free = (prefix + bytes((n,)) for n in range(1, 255))
        taken = {self.gateway, *self.members}
        host.ip = wanted or next(ip for ip in free if ip not in taken)
        host.cell = self
        self.members.setdefault(host.ip, host)
        self.changed()

    def leave(self, host: Host) -> None:
        """The host is no longer there."""
        if self.members.get(host.ip) is host:
            del self.members[host.ip]
            self.changed()
        host.cell = None
