"""WiFi access points, and the radio medium in which stations find them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hardware.bench.network.host import Subnet
from hardware.bench.network.network_log import NetworkLog
from hardware.bench.network.simulation import Simulation

OPEN, WPA2 = 0, 3
"""The security that a scan reports (ESP-IDF's wifi_auth_mode_t)."""


@dataclass(eq=False)
class AccessPoint(Subnet):
    """An access point, with the stations that have joined it."""

    ssid: bytes
    password: bytes = b""
    channel: int = 6
    bssid: bytes = b"\x42\x13\x55\xaa\x01\x01"
    rssi: int = -50
    """Signal strength at the boards, dBm."""
    hidden: bool = False
    join_ns: int = 1_200_000_000
    """From a station's request to join until it has its address."""
    most: int = 16
    """Stations at a time."""

    @property
    def security(self) -> int:
        """As a scan reports it."""
        return WPA2 if self.password else OPEN

    @property
    def is_full(self) -> bool:
        """Whether no other station may join."""
        return len(self.members) >= self.most


@dataclass(eq=False)
class RadioMedium:
    """What all radios of a bench share."""

    simulation: Simulation
    log: NetworkLog
    access_points: list[AccessPoint] = field(default_factory=list)

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` this much virtual time later."""
        self.simulation.at_all(self.simulation.now_ns + delay_ns, fn)
