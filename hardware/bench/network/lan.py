"""The virtual network of one bench: its hosts, the ways between them, and the servers.

Boards reach the servers by these names, through any access point that has internet:
`broker.warsha` and well-known public MQTT brokers on ports 1883 and 8883 (TLS), names with `ntp`
or `time` in them on port 123, `http.warsha`, `example.com` and `micropython.org` on ports 80 and
443 (TLS). The gateway's own address has them all. Hosts like `expired.warsha` have a certificate
with a fault. Public services like `api.thingspeak.com` are in `services`.
"""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

from hardware.bench.network.bluetooth.air import BleAir
from hardware.bench.network.host import (
    GATEWAY,
    LOOPBACK,
    Address,
    Host,
    Ports,
    Subnet,
    parse_ip,
)
from hardware.bench.network.host_gateway import HostGateway
from hardware.bench.network.http import HttpServer, listener
from hardware.bench.network.mqtt.broker import MqttBroker, OpenRules
from hardware.bench.network.network_log import NetworkLog
from hardware.bench.network.ntp import NTP_PORT, WallClock, ntp_server
from hardware.bench.network.services.services import HTTP_PORT, HTTPS_PORT, Services
from hardware.bench.network.simulation import RadioBoard, Simulation
from hardware.bench.network.tls.certificates import FAULTY
from hardware.bench.network.tls.tls_server import TlsServer
from hardware.bench.network.wifi.access_point import AccessPoint, RadioMedium
from hardware.bench.network.wifi.espnow import EspNowNetwork
from hardware.bench.network.wifi.radio import NOTIFY_NS, Radio

WIRE_NS = 50_000
"""On the cable side: from a host to itself, and from the gateway to a server."""
SERVERS: Address = bytes((10, 13, 38, 1))
BROKERS = {
    "broker.warsha",
    "broker.hivemq.com",
    "broker.mqttdashboard.com",
    "test.mosquitto.org",
    "broker.emqx.io",
    "mqtt.eclipseprojects.io",
    # other public brokers, and services that take readings by MQTT
    *("mqtt-dashboard.com", "www.mqtt-dashboard.com"),
    *("broker.mqtt.cool", "broker.mqttgo.io", "public.mqtthq.com", "mqtt.flespi.io"),
    *("mqtt.beebotte.com", "mqtt.thingspeak.com", "mqtt.tago.io"),
    *("industrial.api.ubidots.com", "things.ubidots.com", "mqtt.ably.io", "mqtt.dioty.co"),
}
WEB_SITES = {"http.warsha", "example.com", "www.example.com", "micropython.org"}
OWN_BROKERS = re.compile(
    r".+\.(hivemq\.cloud|emqxsl\.com|cloudmqtt\.com|cloud\.shiftr\.io|iot\.[\w-]+\.amazonaws\.com)"
)
"""Services that give each customer a broker with a name of its own."""
TIME_SERVERS = {"ntp", "time"}
"""One of these words in a name makes it a time server."""
GUEST = b"Wokwi-GUEST"


class Lan:
    """The whole network; the `Link` of its hosts.

    A bench without an access point gets Wokwi's open guest network.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._random = simulation.rng("network")
        self._serial = count(1)
        self._boards: list[RadioBoard] = []
        self.radios: dict[object, Radio] = {}
        """The radio of each board that has used it."""
        self.log = NetworkLog(simulation)
        self.medium = RadioMedium(simulation, self.log)
        self.espnow = EspNowNetwork(self.medium)
        self.air = BleAir(self.medium)
        self.clock = WallClock(simulation)
        self.host_gateway = HostGateway()
        self.unknown: dict[str, None] = {}
        """Names that boards have looked up, and that no host has, in order."""
        ports = Ports()
        self._gateway, self._servers = Host(ports, GATEWAY), Host(ports, SERVERS)
        self._tls = TlsServer(simulation, default="http.warsha")
        self.broker = MqttBroker(self, self._tls.before)
        self.broker.listen(ports, OpenRules())
        self.http = HttpServer(self.clock)
        accept = listener(self.http.answer)
        ports.tcp |= {HTTP_PORT: accept, HTTPS_PORT: self._tls.before(accept)}
        self.services = Services(self, self.clock, self.broker, self._tls.before)
        ports.udp[NTP_PORT] = ntp_server(self, self.clock)

    def register(self, board: RadioBoard) -> None:
        """Connect a board that has a radio; notes that concern it go into its trace."""
        self.log.add(board, board.recorder)
        if not self.medium.access_points:
            self.medium.access_points.append(AccessPoint(GUEST))
        self._boards.append(board)
        self.update_notice_time()

    def update_notice_time(self) -> None:
        """Tell the boards how soon one can be noticed by another through the network."""
        delays_ns = [2 * ap.latency_ns for ap in self.medium.access_points]
        soonest_ns = min([*delays_ns, NOTIFY_NS]) + WIRE_NS
        for board in self._boards:
            board.noticed_after(radio_ns=soonest_ns)

    def close(self) -> None:
        """End what runs for the network on this machine."""
        self._tls.close()

    # -- time -----------------------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._simulation.now_ns

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """See `Link`."""
        self._simulation.at_all(t_ns, fn)

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        """See `Link`."""
        self._simulation.at_all(self._simulation.now_ns + delay_ns, fn)

    # -- packets --------------------------------------------------------------------------------

    def new_serial(self) -> int:
        """See `Link`."""
        return next(self._serial)

    def delay_ns(self, source: Host, target: Host | None) -> int:
        """See `Link`: each way between a station and its access point takes the latency, and at
        random up to a quarter more."""
        if source is target or source.ip == LOOPBACK:
            return WIRE_NS
        subnets = [host.subnet for host in (source, target) if host and host.subnet]
        total_ns = WIRE_NS
        for subnet in subnets:
            total_ns += subnet.latency_ns + self._random.randrange(subnet.latency_ns // 4 + 1)
        return total_ns

    @staticmethod
    def least_delay_ns(subnet: Subnet) -> int:
        """The least time that a packet of a station in a network takes to the next host."""
        return WIRE_NS + subnet.latency_ns

    def delivers(self, source: Host, target: Host) -> bool:
        """See `Link`."""
        if source is target:
            return True
        for host in (source, target):
            if host.is_server:
                continue
            subnet = host.subnet
            if subnet is None or not subnet.online:
                return False
            if subnet.loss and self._random.random() < subnet.loss:
                return False
        return True

    def route(self, source: Host, ip: Address) -> Host | None:
        """See `Link`."""
        if ip in (LOOPBACK, source.ip):
            return source
        subnet = source.subnet
        if subnet is None:
            return None
        if ip == self._gateway.ip == subnet.gateway:
            return self._gateway
        if ip == SERVERS and subnet.internet:
            return self._servers
        if ip in subnet.members:
            return subnet.members[ip]
        if not subnet.internet:
            return None
        return self.services.host(ip) or self.host_gateway.host(ip)

    def lookup(self, name: str) -> Address | None:
        """The address of a name, as DNS gives it; None: there is no such name."""
        name = name.lower().rstrip(".")
        if (ip := parse_ip(name)) is not None:
            return ip
        if (ip := self.host_gateway.lookup(name)) is not None:
            return ip
        is_time_server = TIME_SERVERS & set(name.replace("-", ".").split("."))
        known = BROKERS | WEB_SITES | set(FAULTY)
        if name in known or OWN_BROKERS.fullmatch(name) or is_time_server:
            return SERVERS
        found = self.services.lookup(name)
        if found is None:
            self.unknown[name] = None
        return found


def lan_of(simulation: Any) -> Lan:
    """The network of a bench (or of a board on it); made at the first call."""
    commons: dict[type, Lan] = simulation.commons
    return commons.get(Lan) or commons.setdefault(Lan, Lan(simulation))
