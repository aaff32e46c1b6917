"""The packets of MQTT 3.1.1 (OASIS standard, October 2014), as the broker reads and writes them.

Section numbers are those of the standard. What it forbids raises MqttError; the broker then closes
the connection, as the standard demands (4.8).
"""

from collections.abc import Iterator
from typing import NamedTuple

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = range(8, 15)
MOST_BYTES = 32 * 1024
"""The largest packet that the broker accepts."""
MOST_LEVELS = 200
"""The limit for a topic or a filter, as in mosquitto."""
WRONG_LEVEL, WRONG_NAME, WRONG_USER, NOT_ALLOWED = 1, 2, 4, 5
"""Return codes of CONNACK (table 3.1)."""
FAILURE = 0x80
"""In SUBACK: this filter is refused."""


class MqttError(Exception):
    """A packet that the standard forbids."""


class Message(NamedTuple):
    """A published message."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Connect(NamedTuple):
    """The content of CONNECT."""

    client: str
    level: int
    clean: bool
    keep_alive_s: int
    will: Message | None
    user: str
    password: str


class Packet(NamedTuple):
    """A packet without its fixed header."""

    kind: int
    flags: int
    body: bytes


class Reader:
    """Splits the bytes of one connection into packets."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that `data` completes. Raises: MqttError."""
        self._held += data
        while (packet := self._next()) is not None:
            yield packet

    def _next(self) -> Packet | None:
        held = self._held
        length = 0
        for count in range(4):
            if len(held) < count + 2:
                return None
            byte = held[count + 1]
            length |= (byte & 127) << 7 * count
            if byte < 128:
                break
        else:
            raise MqttError("a length of more than four bytes (2.2.3)")
        if length > MOST_BYTES:
            raise MqttError("a packet of more than 32 KiB")
        start, end = count + 2, count + 2 + length
        if len(held) < end:
            return None
        packet = Packet(held[0] >> 4, held[0] & 15, bytes(held[start:end]))
        del held[:end]
        return packet


class Body:
    """Reads the fields of a packet one after the other. Raises: MqttError at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise MqttError("a packet that ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)

    def number(self) -> int:
        """Two bytes, the high byte first."""
        return int.from_bytes(self.take(2), "big")

    def binary(self) -> bytes:
        """A length and that many bytes."""
        return self.take(self.number())

    def text(self) -> str:
        """A string (1.5.3): UTF-8 without NUL and surrogates."""
        try:
            text = self.binary().decode()
        except UnicodeDecodeError as error:
            raise MqttError("a string that is not UTF-8 (1.5.3)") from error
        if "\0" in text:
            raise MqttError("a string with NUL in it (1.5.3)")
        return text

    def identifier(self) -> int:
        """A packet identifier (2.3.1)."""
        if (number := self.number()) == 0:
            raise MqttError("packet identifier 0 (2.3.1)")
        return number

    def end(self) -> None:
        """Check that nothing follows."""
        if self.left:
            raise MqttError("a packet with too many bytes")


def connect(packet: Packet) -> Connect:
    """Read CONNECT (3.1). Raises: MqttError."""
    body = Body(packet.body)
    if packet.flags or body.text() != "MQTT":
        raise MqttError("not a CONNECT of MQTT 3.1.1")
    level, flags = body.take(2)
    keep_alive_s, client = body.number(), body.text()
    has_will, qos, retain = bool(flags & 4), flags >> 3 & 3, bool(flags & 32)
    if flags & 1 or qos == 3 or (not has_will and (qos or retain)):
        raise MqttError("impossible flags in CONNECT (3.1.2)")
    if flags & 64 and not flags & 128:
        raise MqttError("a password without a user (3.1.2.9)")
    will = Message(body.text(), body.binary(), qos, retain) if has_will else None
    if will:
        check_topic(will.topic)
    user = body.text() if flags & 128 else ""
    password = body.binary().decode(errors="replace") if flags & 64 else ""
    body.end()
    return Connect(client, level, bool(flags & 2), keep_alive_s, will, user, password)


def publish(packet: Packet) -> tuple[Message, int, bool]:
    """Read PUBLISH (3.3): the message, its packet identifier (0 at QoS 0), DUP."""
    body = Body(packet.body)
    qos, dup = packet.flags >> 1 & 3, bool(packet.flags & 8)
    if qos == 3 or (dup and not qos):
        raise MqttError("impossible flags in PUBLISH (3.3.1)")
    topic = body.text()
    check_topic(topic)
    number = body.identifier() if qos else 0
    return Message(topic, body.rest(), qos, bool(packet.flags & 1)), number, dup


def subscribe(packet: Packet) -> tuple[int, list[tuple[str, int]]]:
    """Read SUBSCRIBE (3.8): its identifier, and each filter with its QoS."""
    body = _reserved(packet)
    number, filters = body.identifier(), []
    while body.left:
        pattern, qos = body.text(), body.take(1)[0]
        if qos > 2:
            raise MqttError("a subscription with an impossible QoS (3.8.3)")
        filters.append((pattern, qos))
    if not filters:
        raise MqttError("SUBSCRIBE without a filter (3.8.3)")
    return number, filters


def unsubscribe(packet: Packet) -> tuple[int, list[str]]:
    """Read UNSUBSCRIBE (3.10): its identifier and the filters."""
    body = _reserved(packet)
    number, filters = body.identifier(), []
    while body.left:
        filters.append(body.text())
    if not filters:
        raise MqttError("UNSUBSCRIBE without a filter (3.10.3)")
    return number, filters


def identifier(packet: Packet) -> int:
    """Read PUBACK, PUBREC, PUBREL or PUBCOMP (3.4 to 3.7)."""
    body = _reserved(packet) if packet.kind == PUBREL else Body(packet.body)
    number = body.identifier()
    body.end()
    return number


def _reserved(packet: Packet) -> Body:
    if packet.flags != 2:
        raise MqttError("wrong reserved flags (2.2.2)")
    return Body(packet.body)


def check_topic(topic: str) -> None:
    """Check the name of a topic (4.7). Raises: MqttError."""
    if not topic or "+" in topic or "#" in topic:
        raise MqttError("a topic that is empty or has wildcards (4.7)")
    if topic.count("/") >= MOST_LEVELS:
        raise MqttError("a topic with more than 200 levels")


MOST_TOPIC = 65_535
"""Bytes (1.5.3)."""


def is_topic(topic: str) -> bool:
    """Whether a message may have this topic."""
    try:
        check_topic(topic)
    except MqttError:
        return False
    return len(topic.encode()) <= MOST_TOPIC


def encode(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """A packet as bytes."""
    length, digits = len(body), bytearray()
    while True:
        length, digit = length >> 7, length & 127
        digits.append(digit | (128 if length else 0))
        if not length:
            return bytes((kind << 4 | flags,)) + bytes(digits) + body


def encode_publish(message: Message, number: int = 0, dup: bool = False) -> bytes:
    """PUBLISH as bytes."""
    topic = message.topic.encode()
    mark = number.to_bytes(2, "big") if message.qos else b""
    body = len(topic).to_bytes(2, "big") + topic + mark + message.payload
    return encode(PUBLISH, body, message.retain | message.qos << 1 | dup << 3)
