"""What the broker keeps of one client: its subscriptions, and the messages on their way to it."""

from collections import deque
from typing import NamedTuple

from hardware.bench.network.mqtt import packets
from hardware.bench.network.mqtt.packets import Message, MqttError

MOST_FILTERS = 50
MOST_QUEUED = 1000
"""Messages for a client that is away or slow; then the newest are dropped (as mosquitto does)."""
MOST_BYTES = 262_144
MOST_INFLIGHT = 20
"""Messages that wait for a confirmation at a time (mosquitto's default)."""


class InFlightMessage(NamedTuple):
    """A message of QoS 1 or 2 that the client has not confirmed yet."""

    message: Message
    released: bool
    """QoS 2, and PUBREC has come: only PUBCOMP is missing."""


class MqttSession:
    """The state of one client identifier (section 4.1 of the standard)."""

    def __init__(self, client: str, clean: bool) -> None:
        self.client = client
        self.clean = clean
        self.owner: object = None
        """The board that used this identifier last."""
        self.filters: dict[str, int] = {}
        self.received: set[int] = set()
        """Identifiers of messages of QoS 2 that came and are not released yet."""
        self._queue: deque[Message] = deque()
        self._bytes = 0
        """Payload in the queue."""
        self._sent: dict[int, InFlightMessage] = {}
        self._number = 0

    def subscribe(self, pattern: str, qos: int) -> int:
        """Add a filter; returns the granted QoS, or FAILURE. Raises: MqttError."""
        if not is_filter(pattern) or pattern.count("/") >= packets.MOST_LEVELS:
            raise MqttError("an invalid filter (4.7.1)")
        if pattern not in self.filters and len(self.filters) >= MOST_FILTERS:
            return packets.FAILURE
        self.filters[pattern] = qos
        return qos

    def granted_qos(self, topic: str) -> int | None:
        """The highest QoS of the filters that match a topic; None when no filter does."""
        qos = (qos for pattern, qos in self.filters.items() if matches(pattern, topic))
        return max(qos, default=None)

    def add(self, message: Message) -> bool:
        """Queue a message of QoS 1 or 2 until `due`; False when there is no room."""
        if len(self._queue) >= MOST_QUEUED or self._bytes > MOST_BYTES:
            return False
        self._queue.append(message)
        self._bytes += len(message.payload)
        return True

    def due(self) -> list[tuple[int, Message]]:
        """The messages that may be sent now, each with its new identifier."""
        found = []
        while self._queue and len(self._sent) < MOST_INFLIGHT:
            message = self._queue.popleft()
            self._bytes -= len(message.payload)
            number = self._next()
            self._sent[number] = InFlightMessage(message, released=False)
            found.append((number, message))
        return found

    def unconfirmed(self) -> list[tuple[int, InFlightMessage]]:
        """What was sent before the connection ended, in its order (4.4)."""
        return list(self._sent.items())

    def confirm(self, number: int, kind: int) -> Message | None:
        """PUBACK or PUBCOMP came: the message that it confirms; None when there is none."""
        sent = self._sent.get(number)
        if sent is None or (sent.message.qos == 1) != (kind == packets.PUBACK):
            return None
        del self._sent[number]
        return sent.message

    def release(self, number: int) -> None:
        """PUBREC came."""
        sent = self._sent.get(number)
        if sent and sent.message.qos == 2:
            self._sent[number] = InFlightMessage(sent.message, released=True)

    def _next(self) -> int:
        while True:
            self._number = self._number % 65535 + 1
            if self._number not in self._sent:
                return self._number


def is_filter(pattern: str) -> bool:
    """Whether this is a valid topic filter (section 4.7 of the standard)."""
    levels = pattern.split("/")
    plus_ok = all(level == "+" for level in levels if "+" in level)
    hash_ok = "#" not in pattern or (levels[-1] == "#" and pattern.count("#") == 1)
    return bool(pattern) and plus_ok and hash_ok


def matches(pattern: str, topic: str) -> bool:
    """Whether a filter matches a topic. A leading wildcard matches no topic with `$` (4.7.2)."""
    if pattern == topic:
        return True
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False
    levels, names = pattern.split("/"), topic.split("/")
    for at, level in enumerate(levels):
        if level == "#":
            return True
        if at >= len(names) or (level != "+" and level != names[at]):
            return False
    return len(levels) == len(names)
