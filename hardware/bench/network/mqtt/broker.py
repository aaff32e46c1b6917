"""The MQTT 3.1.1 broker of the bench: sessions, routing, retained messages, wills.

It keeps nothing on disk: when it stops and starts, sessions and retained messages are gone, as
with mosquitto's defaults. Everything that it stores is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hardware.bench.network.host import Ports
from hardware.bench.network.link import Link
from hardware.bench.network.mqtt import packets
from hardware.bench.network.mqtt.packets import (
    Connect,
    Message,
    MqttError,
    Packet,
    check_topic,
    is_topic,
)
from hardware.bench.network.mqtt.session import MqttSession, matches
from hardware.bench.network.tcp.stream import Stream
from hardware.bench.network.tls.tls_server import Accept
from hardware.bench.protocol.notes import MqttNote

MQTT_PORT, MQTTS_PORT = 1883, 8883
MOST_CLIENTS = 64
"""The most sessions of one board, so that one board cannot keep the others out."""
MOST_RETAINED = 1000
MOST_RETAINED_BYTES = 1 << 20
CONNECT_NS = 30_000_000_000
"""A connection that sends no CONNECT for this long is closed."""
MOST_OUT = 65_536
"""The most bytes that may wait for a slow client. With more, its connection is closed."""
LEVEL = 4
"""The protocol level in CONNECT that means MQTT 3.1.1."""


class MqttRules(Protocol):
    """What holds for the clients that connect under some host names."""

    def refusal(self, request: Connect) -> int:
        """Why the client may not connect, as a return code of CONNACK; 0: it may."""

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        """The messages to route for one that a client has published; None: it may not, and its
        connection ends."""


class OpenRules:
    """Everything is allowed."""

    def refusal(self, request: Connect) -> int:
        return 0

    def published(self, board: object, user: str, message: Message) -> list[Message]:
        return [message]


class MqttBroker:
    """Listens on port 1883, and behind TLS on port 8883, until `stop`."""

    def __init__(self, link: Link, secure: Callable[[Accept], Accept]) -> None:
        self.link = link
        self._secure = secure
        self._listeners: list[tuple[Ports, dict[int, Accept]]] = []
        self._sessions: dict[str, MqttSession] = {}
        self._clients: dict[str, MqttClient] = {}
        self._retained: dict[str, Message] = {}
        self._retained_bytes = 0
        self._countdowns: dict[str, int] = {}
        """For each kind of loss (see `lose`): n: the n-th message from now is lost; 0: none."""
        self.on_stop: list[Callable[[], None]] = []
        """Called when the broker has stopped."""
        self.is_up = True
        """Whether boards can reach the broker."""

    def listen(self, ports: Ports, rules: MqttRules) -> None:
        """Listen there, too."""

        def accept(end: Stream) -> bool:
            end.user = MqttClient(self, end, rules)
            return True

        listeners = {MQTT_PORT: accept, MQTTS_PORT: self._secure(accept)}
        self._listeners.append((ports, listeners))
        ports.tcp |= listeners

    # -- for scenarios and controls -------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Publish a message that comes from no board. Raises: MqttError for an invalid topic."""
        check_topic(topic)
        if self.is_up:
            message = Message(topic, payload, qos, retain)
            self.link.log.mqtt(None, MqttNote(0, "", "publish", *message))
            self.route(message)

    def start(self) -> None:
        """Listen, without any sessions or messages."""
        self.is_up = True
        for ports, listeners in self._listeners:
            ports.tcp |= listeners

    def stop(self) -> None:
        """Break every connection, publish no will, forget everything."""
        self.is_up = False
        for ports, listeners in self._listeners:
            for port in listeners:
                ports.tcp.pop(port, None)
        for client in list(self._clients.values()):
            client.reset()
        self._sessions.clear()
        self._retained.clear()
        self._retained_bytes = 0
        for notify in self.on_stop:
            notify()

    def lose(self, what: str, nth: int) -> None:
        """Lose the n-th message of QoS 1 or 2 from now (`lose_publish`), or only its PUBACK or
        PUBREC (`lose_puback`); the broker stops with it. 0: lose none."""
        self._countdowns[what] = nth

    def loses(self, what: str) -> bool:
        """Count a message of QoS 1 or 2; returns whether it is the one to lose."""
        left = self._countdowns.get(what, 0)
        self._countdowns[what] = max(left - 1, 0)
        return left == 1

    # -- for its clients ------------------------------------------------------------------------

    def is_full(self, board: object) -> bool:
        """Whether a board may have no more clients."""
        owners = [session.owner for session in self._sessions.values()]
        return sum(owner is board for owner in owners) >= MOST_CLIENTS

    def open_session(self, client: MqttClient, request: Connect) -> tuple[MqttSession, bool]:
        """The session of a client that connects, and whether it was there before."""
        name = request.client or f"auto-{self.link.new_serial()}"
        if name in self._clients:
            self._clients[name].close()
        old = self._sessions.get(name)
        present = old is not None and not request.clean
        session = old if old and present else MqttSession(name, request.clean)
        session.owner = client.board
        self._sessions[name] = session
        self._clients[name] = client
        return session, present

    def connection_ended(
        self, client: MqttClient, session: MqttSession, will: Message | None
    ) -> None:
        """Forget a client; publish its will, if it has one left."""
        if self._clients.get(session.client) is client:
            del self._clients[session.client]
            if session.clean:
                self._sessions.pop(session.client, None)
        if self.is_up and will:
            self.link.log.mqtt(client.board, MqttNote(0, session.client, "will", *will))
            client.route(will)

    def route(self, message: Message) -> None:
        """Send a message to every client that subscribes to it; retain it if its retain bit is
        set."""
        if message.retain:
            self._retain(message)
        for name, session in list(self._sessions.items()):
            if (qos := session.granted_qos(message.topic)) is None:
                continue
            copy = Message(message.topic, message.payload, min(qos, message.qos))
            if client := self._clients.get(name):
                client.offer(copy)
            elif copy.qos:
                session.add(copy)

    def retained(self, pattern: str) -> list[Message]:
        """The retained messages that match a filter."""
        return [m for topic, m in self._retained.items() if matches(pattern, topic)]

    def _retain(self, message: Message) -> None:
        if not message.payload:
            if old := self._retained.pop(message.topic, None):
                self._retained_bytes -= len(old.payload)
            return
        old = self._retained.get(message.topic)
        total = self._retained_bytes + len(message.payload) - (len(old.payload) if old else 0)
        if (old or len(self._retained) < MOST_RETAINED) and total <= MOST_RETAINED_BYTES:
            self._retained[message.topic] = message
            self._retained_bytes = total


class MqttClient:
    """The broker's side of one client's connection; a `StreamUser`."""

    def __init__(self, broker: MqttBroker, end: Stream, rules: MqttRules) -> None:
        self._broker = broker
        self._end = end
        self._rules = rules
        self._user = ""
        self._reader = packets.Reader()
        self._out = bytearray()
        self._last_packet_ns = broker.link.now_ns
        self._keep_alive_ns = CONNECT_NS
        self.session: MqttSession | None = None
        self.will: Message | None = None
        self._disconnected = False
        self._watch()

    @property
    def name(self) -> str:
        """The client's identifier; "" before CONNECT."""
        return self.session.client if self.session else ""

    @property
    def board(self) -> object:
        """The board at the other end."""
        return self._end.peer.board

    # -- the connection -------------------------------------------------------------------------

    def opened(self, end: Stream) -> None:
        pass

    def received(self, end: Stream, data: bytes) -> None:
        end.consumed(len(data))
        self._last_packet_ns = self._broker.link.now_ns
        try:
            for packet in self._reader.feed(data):
                self._take(packet)
                if not self._end.is_open:
                    return
        except MqttError:
            self.note("broken")
            self.close()

    def finished(self, end: Stream) -> None:
        end.finish()
        self._ended()

    def broken(self, end: Stream, error: int) -> None:
        self._ended()

    def writable(self, end: Stream) -> None:
        del self._out[: end.send(bytes(self._out))]

    def close(self) -> None:
        """End the connection; the will is published."""
        self._end.close()
        self._ended()

    def reset(self) -> None:
        """Break the connection, without the will: the broker stops."""
        self.will = None
        self._end.reset()
        self._ended()

    def send(self, data: bytes) -> None:
        """Send bytes to the client, in order."""
        if len(self._out) > MOST_OUT:
            self.close()
            return
        self._out += data
        self.writable(self._end)

    def _ended(self) -> None:
        if self.session:
            if not self._disconnected:
                self.note("lost")
            session, will = self.session, self.will
            self.session = self.will = None
            self._broker.connection_ended(self, session, will)

    def _watch(self) -> None:
        """Close the connection when the client was silent for too long; else look again later."""
        link = self._broker.link
        over_ns = self._last_packet_ns + self._keep_alive_ns
        if not self._end.is_open or self._keep_alive_ns == 0:
            return
        if link.now_ns >= over_ns:
            self.close()
        else:
            link.at(over_ns, self._watch)

    def route(self, message: Message) -> bool:
        """Send what the client has published on its way; False: it may not publish that."""
        routed = self._rules.published(self.board, self._user, message)
        for each in routed or ():
            if is_topic(each.topic):  # a service made it of what the client said
                self._broker.route(each)
        return routed is not None

    def note(
        self,
        kind: str,
        topic: str = "",
        payload: bytes = b"",
        qos: int = 0,
        retain: bool = False,
        dup: bool = False,
    ) -> None:
        """Write a note into the trace of the client's board."""
        note = MqttNote(0, self.name, kind, topic, payload, qos, retain, dup)
        self._broker.link.log.mqtt(self.board, note)

    # -- packets from the client-----------------------------------------------------------------

    def _take(self, packet: Packet) -> None:
        if (self.session is None) != (packet.kind == packets.CONNECT):
            raise MqttError("CONNECT comes first and once (3.1)")
        match packet.kind:
            case packets.CONNECT:
                self._connect(packets.connect(packet))
            case packets.PUBLISH:
                self._publish(*packets.publish(packet))
            case packets.PUBACK | packets.PUBCOMP:
                self._confirmed(packet)
            case packets.PUBREC | packets.PUBREL:
                self._continue_qos2(packet)
            case packets.SUBSCRIBE:
                self._subscribe(*packets.subscribe(packet))
            case packets.UNSUBSCRIBE:
                self._unsubscribe(*packets.unsubscribe(packet))
            case packets.PINGREQ:
                self.send(packets.encode(packets.PINGRESP))
            case packets.DISCONNECT:
                self.will, self._disconnected = None, True
                self.note("disconnect")
                self.close()
            case _:
                raise MqttError("a packet that no client may send")

    def _connect(self, request: packets.Connect) -> None:
        if request.level != LEVEL:
            refusal = packets.WRONG_LEVEL
        elif (not request.client and not request.clean) or self._broker.is_full(self.board):
            refusal = packets.WRONG_NAME
        else:
            refusal = self._rules.refusal(request)
        if refusal:
            self.note("refused")
            self.send(packets.encode(packets.CONNACK, bytes((0, refusal))))
            self._end.close()
            return
        self._keep_alive_ns = request.keep_alive_s * 1_500_000_000
        self._watch()
        self.session, present = self._broker.open_session(self, request)
        self.will, self._user = request.will, request.user
        will = request.will or Message("", b"")
        note = MqttNote(0, self.name, "connect", *will, False, request.keep_alive_s, request.clean)
        self._broker.link.log.mqtt(self.board, note)
        self.send(packets.encode(packets.CONNACK, bytes((present, 0))))
        self._resume()

    def _resume(self) -> None:
        """After CONNACK: sends again, with DUP, what the client had not confirmed."""
        assert self.session
        for number, sent in self.session.unconfirmed():
            if sent.released:
                self._answer(packets.PUBREL, number, flags=2)
            else:
                self._deliver(sent.message, number, dup=True)
        self.send_due()

    def _publish(self, message: Message, number: int, dup: bool) -> None:
        session, broker = self.session, self._broker
        assert session
        if message.qos and broker.loses("lose_publish"):
            self.note("dropped", *message, dup)
            broker.stop()
            return
        if message.qos < 2 or number not in session.received:
            self.note("publish", *message, dup)
            if not self.route(message):
                raise MqttError("a topic that the service does not have")
        if message.qos and broker.loses("lose_puback"):
            self.note("ack dropped", *message, dup)
            broker.stop()
        elif message.qos == 1:
            self._answer(packets.PUBACK, number)
        elif message.qos == 2:
            session.received.add(number)
            self._answer(packets.PUBREC, number)

    def _confirmed(self, packet: Packet) -> None:
        assert self.session
        message = self.session.confirm(packets.identifier(packet), packet.kind)
        if message:
            self.note("acked", *message)
            self.send_due()

    def _continue_qos2(self, packet: Packet) -> None:
        assert self.session
        number = packets.identifier(packet)
        if packet.kind == packets.PUBREC:
            self.session.release(number)
            self._answer(packets.PUBREL, number, flags=2)
        else:
            self.session.received.discard(number)
            self._answer(packets.PUBCOMP, number)

    def _subscribe(self, number: int, filters: list[tuple[str, int]]) -> None:
        session = self.session
        assert session
        granted = [session.subscribe(pattern, qos) for pattern, qos in filters]
        for (pattern, _qos), got in zip(filters, granted, strict=True):
            self.note("subscribe", pattern, qos=min(got, 3))
        self._answer(packets.SUBACK, number, bytes(granted))
        for (pattern, _qos), got in zip(filters, granted, strict=True):
            for message in self._broker.retained(pattern) if got != packets.FAILURE else ():
                self.offer(message._replace(qos=min(message.qos, got)))

    def _unsubscribe(self, number: int, filters: list[str]) -> None:
        assert self.session
        for pattern in filters:
            self.session.filters.pop(pattern, None)
            self.note("unsubscribe", pattern)
        self._answer(packets.UNSUBACK, number)

    # -- packets to the client -----------------------------------------------------------------

    def offer(self, message: Message) -> None:
        """Send a message that the client subscribes to, now or later."""
        if message.qos == 0:
            if len(self._out) < MOST_OUT // 2:  # a slow client loses messages of QoS 0
                self._deliver(message)
        elif self.session and self.session.add(message):
            self.send_due()

    def send_due(self) -> None:
        """Send the queued messages that may be sent now."""
        for number, message in self.session.due() if self.session else ():
            self._deliver(message, number)

    def _deliver(self, message: Message, number: int = 0, dup: bool = False) -> None:
        self.note("deliver", *message, dup)
        self.send(packets.encode_publish(message, number, dup))

    def _answer(self, kind: int, number: int, payload: bytes = b"", flags: int = 0) -> None:
        self.send(packets.encode(kind, number.to_bytes(2, "big") + payload, flags))
