"""One connection at the broker: what a client may say, and what it hears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardware.bench.network.mqtt import packets
from hardware.bench.network.mqtt.packets import Message, MqttError, Packet
from hardware.bench.network.mqtt.session import MqttSession
from hardware.bench.network.tcp.stream import StreamEnd
from hardware.bench.protocol.notes import MqttNote

if TYPE_CHECKING:
    from hardware.bench.network.mqtt.broker import MqttBroker

HELLO_NS = 30_000_000_000
"""A connection that says nothing for so long is closed."""
MOST_OUT = 65_536
"""Bytes that wait for a client that reads slowly; then it is cut off."""
LEVEL = 4
"""MQTT 3.1.1, in CONNECT."""


class MqttClient:
    """Speaks the protocol with whoever is at the other end."""

    def __init__(self, broker: MqttBroker, end: StreamEnd) -> None:
        self._broker = broker
        self._end = end
        self._reader = packets.Reader()
        self._out = bytearray()
        self._heard_ns = broker.lan.now_ns
        self._patience_ns = HELLO_NS
        self.session: MqttSession | None = None
        self.will: Message | None = None
        self._left_politely = False
        self._watch()

    @property
    def name(self) -> str:
        """The client's identifier; "" before CONNECT."""
        return self.session.client if self.session else ""

    @property
    def station(self) -> object:
        """The board at the other end."""
        return self._end.other.host.station

    # -- the connection -------------------------------------------------------------------------

    def opened(self, end: StreamEnd) -> None:
        pass

    def received(self, end: StreamEnd, data: bytes) -> None:
        end.consumed(len(data))
        self._heard_ns = self._broker.lan.now_ns
        try:
            for packet in self._reader.feed(data):
                self._take(packet)
                if not self._end.is_open:
                    return
        except MqttError:
            self.note("broken")
            self.close()

    def finished(self, end: StreamEnd) -> None:
        end.finish()
        self._gone()

    def broken(self, end: StreamEnd, error: int) -> None:
        self._gone()

    def writable(self, end: StreamEnd) -> None:
        del self._out[: end.send(bytes(self._out))]

    def close(self) -> None:
        """The broker has enough of it: the connection ends, its will is published."""
        self._end.close()
        self._gone()

    def cut(self) -> None:
        """The broker itself is gone."""
        self.will = None
        self._end.reset()
        self._gone()

    def send(self, data: bytes) -> None:
        """Bytes for the client, in order."""
        if len(self._out) > MOST_OUT:
            self.close()
            return
        self._out += data
        self.writable(self._end)

    def _gone(self) -> None:
        if self.session:
            if not self._left_politely:
                self.note("lost")
            session, will = self.session, self.will
            self.session = self.will = None
            self._broker.left(self, session, will)

    def _watch(self) -> None:
        """Looks again when the client's time could be over; as long as it speaks, it is not."""
        lan = self._broker.lan
        over_ns = self._heard_ns + self._patience_ns
        if not self._end.is_open or self._patience_ns == 0:
            return
        if lan.now_ns >= over_ns:
            self.close()
        else:
            lan.at(over_ns, self._watch)

    def note(self, kind: str, topic: str = "", payload: bytes = b"", qos: int = 0,
             retain: bool = False, dup: bool = False) -> None:  # fmt: skip
        """Writes into the trace of the client's board."""
        note = MqttNote(0, self.name, kind, topic, payload, qos, retain, dup)
        self._broker.lan.log.mqtt(self.station, note)

    # -- what it says ---------------------------------------------------------------------------

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
                self._half_way(packet)
            case packets.SUBSCRIBE:
                self._subscribe(*packets.subscribe(packet))
            case packets.UNSUBSCRIBE:
                self._unsubscribe(*packets.unsubscribe(packet))
            case packets.PINGREQ:
                self.send(packets.encode(packets.PINGRESP))
            case packets.DISCONNECT:
                self.will, self._left_politely = None, True
                self.note("disconnect")
                self.close()
            case _:
                raise MqttError("a packet that only brokers send, or none")

    def _connect(self, asked: packets.Connect) -> None:
        refusal = 0
        if asked.level != LEVEL:
            refusal = packets.WRONG_LEVEL
        elif (not asked.client and not asked.clean) or self._broker.is_full(self.station):
            refusal = packets.WRONG_NAME
        if refusal:
            self.note("refused")
            self.send(packets.encode(packets.CONNACK, bytes((0, refusal))))
            self._end.close()
            return
        self._patience_ns = asked.keep_alive_s * 1_500_000_000
        self._watch()
        self.session, present = self._broker.enter(self, asked)
        self.will = asked.will
        will = asked.will or Message("", b"")
        note = MqttNote(0, self.name, "connect", *will, False, asked.keep_alive_s, asked.clean)
        self._broker.lan.log.mqtt(self.station, note)
        self.send(packets.encode(packets.CONNACK, bytes((present, 0))))
        self._resume()

    def _resume(self) -> None:
        assert self.session
        for number, sent in self.session.unconfirmed():
            if sent.released:
                self._answer(packets.PUBREL, number, flags=2)
            else:
                self._deliver(sent.message, number, dup=True)
        self.pump()

    def _publish(self, message: Message, number: int, dup: bool) -> None:
        session, broker = self.session, self._broker
        assert session
        if message.qos and broker.loses("lose_publish"):
            self.note("dropped", *message, dup)
            broker.stop()
            return
        if message.qos < 2 or number not in session.received:
            self.note("publish", *message, dup)
            broker.route(message)
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
            self.pump()

    def _half_way(self, packet: Packet) -> None:
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

    # -- what it hears --------------------------------------------------------------------------

    def offer(self, message: Message) -> None:
        """A message that the client wants."""
        if message.qos == 0:
            if len(self._out) < MOST_OUT // 2:  # a slow client loses those that may get lost
                self._deliver(message)
        elif self.session and self.session.add(message):
            self.pump()

    def pump(self) -> None:
        """Sends what waits and may be sent."""
        for number, message in self.session.due() if self.session else ():
            self._deliver(message, number)

    def _deliver(self, message: Message, number: int = 0, dup: bool = False) -> None:
        self.note("deliver", *message, dup)
        self.send(packets.encode_publish(message, number, dup))

    def _answer(self, kind: int, number: int, more: bytes = b"", flags: int = 0) -> None:
        self.send(packets.encode(kind, number.to_bytes(2, "big") + more, flags))
