"""The virtual network of one bench: who is where, what the ways between them do, who serves.

Boards reach the servers by these names, through any access point that has internet:
`broker.warsha` (and well-known public MQTT brokers) port 1883, names with `ntp` or `time` in them
port 123, `http.warsha` and `example.com` port 80. The gateway's own address has all three, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from hardware.bench.network.http import HttpServer
from hardware.bench.network.mqtt.broker import MqttBroker
from hardware.bench.network.network_log import NetworkLog
from hardware.bench.network.ntp import NTP_PORT, ntp_server
from hardware.bench.network.tcp.host import EVERYBODY, Address, Datagram, Host, Ports, parse_ip
from hardware.bench.network.tcp.host_gateway import HostGateway
from hardware.bench.network.tcp.stream import FIN, Handshake, StreamEnd, StreamUser
from hardware.bench.network.wall_clock import WallClock
from hardware.bench.network.wifi.access_point import GATEWAY, AccessPoint
from hardware.bench.network.wifi.espnow import RadioMedium
from hardware.bench.network.wifi.radio import NEWS_NS, Radio

WIRE_NS = 50_000
"""On the cable side: a machine to itself, the gateway to a server."""
SERVERS: Address = bytes((10, 13, 38, 1))
BROKERS = (
    "broker.warsha", "broker.hivemq.com", "broker.mqttdashboard.com", "test.mosquitto.org",
    "broker.emqx.io", "mqtt.eclipseprojects.io",
)  # fmt: skip
PAGES = ("http.warsha", "example.com", "www.example.com")
GUEST = b"Wokwi-GUEST"
LOOPBACK = b"\x7f\x00\x00\x01"


class World(Protocol):
    """What the network needs of the bench."""

    @property
    def now_ns(self) -> int: ...
    def at_all(self, t_ns: int, fn: Callable[[], None]) -> None: ...
    def rng(self, name: str) -> random.Random: ...


class Lan:
    """All of it. Without access points of one's own there is Wokwi's open guest network."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.rng("network")
        self._serial = count(1)
        self.cells: list[AccessPoint] = []
        self._stations: list[Any] = []
        self.radios: dict[object, Radio] = {}
        """The radio of each board that has used it."""
        self.log = NetworkLog(world)
        self.air = RadioMedium(self)
        self.time = WallClock(world)
        self.gate = HostGateway()
        ports = Ports()
        self._gateway, self._servers = Host(ports, GATEWAY), Host(ports, SERVERS)
        self.broker = MqttBroker(self, ports)
        self.http = HttpServer(self.time)
        ports.tcp[80] = self.http.accept
        ports.udp[NTP_PORT] = ntp_server(self, self.time)

    def register(self, station: Any) -> None:
        """A board with a radio: its trace hears of what concerns it."""
        self.log.add(station, station.recorder)
        if not self.cells:
            self.cells.append(AccessPoint(GUEST))
        self._stations.append(station)
        self.reach()

    def reach(self) -> None:
        """Tells the bench how soon one board can be noticed by another through the network."""
        soonest_ns = min([2 * cell.latency_ns for cell in self.cells] + [NEWS_NS]) + WIRE_NS
        for station in self._stations:
            station.noticed_after(radio_ns=soonest_ns)

    # -- time and chance ------------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._world.now_ns

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` when virtual time is there."""
        self._world.at_all(t_ns, fn)

    def after(self, ns: int, fn: Callable[[], None]) -> None:
        """Calls `fn` so much later."""
        self._world.at_all(self._world.now_ns + ns, fn)

    def count(self) -> int:
        """A number that nobody had before."""
        return next(self._serial)

    def delay_ns(self, source: Host, target: Host | None) -> int:
        """How long a packet takes now: each way through the air has its latency, up to a quarter
        more by chance."""
        if source is target or source.ip == LOOPBACK:
            return WIRE_NS
        cells = [host.cell for host in (source, target) if host and host.cell]
        total = WIRE_NS
        for cell in cells:
            total += cell.latency_ns + self._chance.randrange(cell.latency_ns // 4 + 1)
        return total

    def passes(self, source: Host, target: Host) -> bool:
        """Whether a packet that arrives now was not lost on its way."""
        if source is target:
            return True
        for host in (source, target):
            if host.is_server:
                continue
            cell = host.cell
            if cell is None or not cell.online:
                return False
            if cell.loss and self._chance.random() < cell.loss:
                return False
        return True

    def rng(self, name: str) -> random.Random:
        """Chance for one purpose."""
        return self._world.rng(name)

    # -- places ---------------------------------------------------------------------------------

    def route(self, source: Host, ip: Address) -> Host | None:
        """Who has that address, seen from there."""
        if ip in (LOOPBACK, source.ip):
            return source
        cell = source.cell
        if cell is None:
            return None
        if ip == self._gateway.ip == cell.gateway:
            return self._gateway
        if ip == SERVERS and cell.internet:
            return self._servers
        if ip in cell.members:
            return cell.members[ip]
        return self.gate.host(ip) if cell.internet else None

    def lookup(self, name: str) -> Address | None:
        """What DNS says of a name."""
        name = name.lower().rstrip(".")
        if (ip := parse_ip(name)) is not None:
            return ip
        if (ip := self.gate.lookup(name)) is not None:
            return ip
        known = name in BROKERS or name in PAGES
        return (
            SERVERS if known or {"ntp", "time"} & set(name.replace("-", ".").split(".")) else None
        )

    # -- packets --------------------------------------------------------------------------------

    def connect(
        self, host: Host, port: int, ip: Address, target: int, user: StreamUser
    ) -> StreamEnd:
        """Opens a connection; `user` hears how it goes."""
        end = StreamEnd(self, host, port, user)
        Handshake(self, end, ip, target)
        return end

    def send(self, host: Host, port: int, ip: Address, target: int, data: bytes) -> None:
        """Sends a datagram, to one or to everybody in the cell."""
        cell = host.cell
        if cell and ip in (EVERYBODY, cell.gateway[:3] + b"\xff"):
            for member in [m for m in cell.members.values() if m is not host]:
                self._send(host, port, member, target, data)
        elif (receiver := self.route(host, ip)) is not None:
            self._send(host, port, receiver, target, data)
        else:
            self.log.packet("udp", host, (host.ip, port), (ip, target), data, lost=True)

    def answer(self, asked: Datagram, host: Host, port: int, data: bytes) -> None:
        """Sends a datagram back to where another came from."""
        self._send(host, port, asked.host, asked.port, data)

    def _send(self, host: Host, port: int, receiver: Host, target: int, data: bytes) -> None:
        def arrive() -> None:
            lost = not self.passes(host, receiver)
            ends = (host.ip, port), (receiver.ip, target)
            for station in {host.station: host, receiver.station: receiver}.values():
                self.log.packet("udp", station, *ends, data, lost=lost)
            take = receiver.ports.udp.get(target)
            if not lost and take:
                take(Datagram(host.ip, port, data, host), receiver)

        self.after(self.delay_ns(host, receiver), arrive)

    def note_segment(self, end: StreamEnd, data: bytes, lost: bool) -> None:
        """A segment of TCP arrived, or did not."""
        kind = "tcp" if data != FIN else "fin"
        self._note(end, kind, data, lost)

    def note_open(self, end: StreamEnd, accepted: bool) -> None:
        """A SYN arrived."""
        self._note(end, "syn" if accepted else "refused", b"", lost=False)

    def _note(self, end: StreamEnd, kind: str, data: bytes, lost: bool) -> None:
        source, target = end.host, end.other.host
        ends = (source.ip, end.port), (target.ip, end.other.port)
        for host in {source.station: source, target.station: target}.values():
            self.log.packet(kind, host, *ends, data, lost=lost)


def lan_of(world: Any) -> Lan:
    """The network of a bench (or of a board on it); made when it is wanted first."""
    commons: dict[type, Lan] = world.commons
    return commons.get(Lan) or commons.setdefault(Lan, Lan(world))
