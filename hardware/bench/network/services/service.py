"""The base class of the services, and what a service needs of the network."""

import re
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from hardware.bench.network.http import HttpRequest, HttpResponse, listener
from hardware.bench.network.mqtt.packets import NOT_ALLOWED, WRONG_USER, Connect, Message
from hardware.bench.network.tcp.stream import Stream

MOST_KEPT = 100
"""Of everything that a service keeps: channels, feeds, their values, messages."""
MOST_VALUE = 4096
"""Characters of a value that a service keeps, and of one in the trace."""
NS = 1_000_000_000


class ServiceNetwork(Protocol):
    """The network, as a service sees it."""

    @property
    def unix_ns(self) -> int:
        """Nanoseconds since 1970 now."""

    def accepts(self, key: str) -> bool:
        """Whether this is a key (token, password) of the lab: any text, unless the lab says
        which."""

    def got(self, board: object, service: str, name: str, value: str) -> None:
        """Record a value that a service got from a board."""

    def publish(self, topic: str, payload: str) -> None:
        """Publish to the clients of the MQTT broker."""


class Service:
    """A service; it has one account."""

    NAME: ClassVar[str]
    WEB: ClassVar[tuple[str, ...]] = ()
    """The host names on which it answers HTTP; `*.` at the beginning: all names below that one."""
    MQTT: ClassVar[tuple[str, ...]] = ()
    """The host names on which it is an MQTT broker."""

    def __init__(self, network: ServiceNetwork) -> None:
        self.network = network

    def accept(self, end: Stream) -> bool:
        """Take a connection to a port of HTTP or HTTPS."""
        return listener(self.answer)(end)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request."""
        return HttpResponse(404)

    def refusal(self, request: Connect) -> int:
        """See `MqttRules`."""
        if not request.user or not request.password:
            return WRONG_USER
        return 0 if self.network.accepts(request.password) else NOT_ALLOWED

    def published(self, board: object, user: str, message: Message) -> list[Message] | None:
        """See `MqttRules`."""
        return None

    def set(self, name: str, value: str) -> None:
        """Do what another user of the account does: write a field, move a slider, send a message …

        Raises: ValueError when there is nothing of that name, or nothing that takes that value."""
        raise ValueError

    # -- for the services -----------------------------------------------------------------------

    def got(self, board: object, name: str, value: str) -> None:
        """Record a value from a board."""
        self.network.got(board, self.NAME, name, value)

    @property
    def unix_s(self) -> int:
        """Seconds since 1970 now."""
        return self.network.unix_ns // NS

    @property
    def now(self) -> str:
        """The time now as JSON has it, for example 2025-01-01T00:00:07Z."""
        return datetime.fromtimestamp(self.unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def count_of(text: str) -> int | None:
    """A whole number in a request; None for another text."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def text_of(message: Message) -> str:
    """The payload of a message."""
    return message.payload.decode(errors="replace")
