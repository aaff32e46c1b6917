"""The MQTT 3.1.1 broker of the bench: sessions, routing, retained messages, wills.

It keeps nothing on a disk: when it stops and starts, sessions and retained messages are gone, as
with mosquitto's defaults. Everything that it takes is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hardware.bench.network.mqtt.client import MqttClient
from hardware.bench.network.mqtt.packets import Connect, Message, check_topic
from hardware.bench.network.mqtt.session import MqttSession
from hardware.bench.network.mqtt.topics import matches
from hardware.bench.network.tcp.host import Ports
from hardware.bench.network.tcp.stream import StreamEnd
from hardware.bench.protocol.notes import MqttNote

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan

MQTT_PORT = 1883
MOST_CLIENTS = 64
"""Of each board, so that none keeps the others out."""
MOST_RETAINED = 1000
MOST_RETAINED_BYTES = 1 << 20


class MqttBroker:
    """Listens on port 1883 until `stop`."""

    def __init__(self, lan: Lan, ports: Ports) -> None:
        self.lan = lan
        self._ports = ports
        self._sessions: dict[str, MqttSession] = {}
        self._clients: dict[str, MqttClient] = {}
        self._retained: dict[str, Message] = {}
        self._held = 0
        """Bytes of retained payload."""
        self._losing: dict[str, int] = {}
        self.fell: list[Callable[[], None]] = []
        """Told when it stopped."""
        self.start()

    # -- the scenario's hand --------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """A message from somewhere else on the network. Raises: MqttError for a topic that is
        none."""
        check_topic(topic)
        if self.is_up:
            message = Message(topic, payload, qos, retain)
            self.lan.log.mqtt(None, MqttNote(0, "", "publish", *message))
            self.route(message)

    @property
    def is_up(self) -> bool:
        """Whether it can be reached."""
        return MQTT_PORT in self._ports.tcp

    def start(self) -> None:
        """Listens, with nothing in its memory."""
        self._ports.tcp[MQTT_PORT] = self._accept

    def stop(self) -> None:
        """Gone: every connection breaks, no will is published, all is forgotten."""
        self._ports.tcp.pop(MQTT_PORT, None)
        for client in list(self._clients.values()):
            client.cut()
        self._sessions.clear()
        self._retained.clear()
        self._held = 0
        for tell in self.fell:
            tell()

    def lose(self, what: str, nth: int) -> None:
        """Has the n-th message of QoS 1 or 2 from now lost (`lose_publish`), or only its PUBACK or
        PUBREC (`lose_puback`); the broker stops with it. 0: none."""
        self._losing[what] = nth

    def loses(self, what: str) -> bool:
        """Counts such a message; whether it is the one."""
        left = self._losing.get(what, 0)
        self._losing[what] = max(left - 1, 0)
        return left == 1

    # -- for its clients ------------------------------------------------------------------------

    def is_full(self, station: object) -> bool:
        """Whether nobody new is let in from a board."""
        owners = [session.owner for session in self._sessions.values()]
        return sum(owner is station for owner in owners) >= MOST_CLIENTS

    def enter(self, client: MqttClient, asked: Connect) -> tuple[MqttSession, bool]:
        """A client has introduced itself: its session, and whether that was there before."""
        name = asked.client or f"auto-{self.lan.count()}"
        if name in self._clients:
            self._clients[name].close()
        old = self._sessions.get(name)
        present = old is not None and not asked.clean
        session = old if old and present else MqttSession(name, asked.clean)
        session.owner = client.station
        self._sessions[name] = session
        self._clients[name] = client
        return session, present

    def left(self, client: MqttClient, session: MqttSession, will: Message | None) -> None:
        """A connection has ended; with a will that was not in good order."""
        if self._clients.get(session.client) is client:
            del self._clients[session.client]
            if session.clean:
                self._sessions.pop(session.client, None)
        if self.is_up and will:
            self.lan.log.mqtt(client.station, MqttNote(0, session.client, "will", *will))
            self.route(will)

    def route(self, message: Message) -> None:
        """Gives a message to everybody who wants it, and keeps it if it is to be retained."""
        if message.retain:
            self._retain(message)
        for name, session in list(self._sessions.items()):
            if (qos := session.wants(message.topic)) is None:
                continue
            copy = Message(message.topic, message.payload, min(qos, message.qos))
            if client := self._clients.get(name):
                client.offer(copy)
            elif copy.qos:
                session.add(copy)

    def retained(self, pattern: str) -> list[Message]:
        """The retained messages that a filter wants."""
        return [m for topic, m in self._retained.items() if matches(pattern, topic)]

    def _retain(self, message: Message) -> None:
        if not message.payload:
            if old := self._retained.pop(message.topic, None):
                self._held -= len(old.payload)
            return
        old = self._retained.get(message.topic)
        held = self._held + len(message.payload) - (len(old.payload) if old else 0)
        if (old or len(self._retained) < MOST_RETAINED) and held <= MOST_RETAINED_BYTES:
            self._retained[message.topic] = message
            self._held = held

    def _accept(self, end: StreamEnd) -> bool:
        end.user = MqttClient(self, end)
        return True
