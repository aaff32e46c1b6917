"""ESP-NOW: messages from board to board, without an access point."""

from typing import Protocol

from hardware.bench.network.wifi.access_point import RadioMedium
from hardware.bench.protocol.notes import EspNowNote

MOST_BYTES = 250
"""ESP_NOW_MAX_DATA_LEN."""
BROADCAST = b"\xff" * 6
ACCESS_NS = 400_000
"""Until the medium is free and the preamble is sent; a GUESS for a quiet place."""
BYTE_NS, OVERHEAD = 8_000, 43
"""At 1 Mbit/s, ESP-NOW's default rate; the bytes around the payload."""
LEAST_NS = ACCESS_NS + BYTE_NS * OVERHEAD
"""No message arrives sooner."""


class EspNowNode(Protocol):
    """A board with ESP-NOW switched on."""

    @property
    def board(self) -> object:
        """The board; its messages are recorded in its trace."""

    @property
    def mac(self) -> bytes:
        """Its address."""

    @property
    def channel(self) -> int:
        """The channel of its radio; 0 while that is off."""

    def received(self, source: bytes, data: bytes) -> None:
        """A message came."""

    def sent(self, target: bytes, arrived: bool) -> None:
        """A message was sent; `arrived`: a receiver acknowledged it."""


class EspNowNetwork:
    """All boards that have ESP-NOW switched on."""

    def __init__(self, medium: RadioMedium) -> None:
        self._medium = medium
        self._random = medium.simulation.rng("espnow")
        self._nodes: list[EspNowNode] = []
        self.loss = 0.0
        """The probability that a message is lost in spite of the radio's retries."""

    def join(self, node: EspNowNode) -> None:
        """Switch a board's ESP-NOW on."""
        if node not in self._nodes:
            self._nodes.append(node)

    def leave(self, node: EspNowNode) -> None:
        """Switch it off."""
        if node in self._nodes:
            self._nodes.remove(node)

    def send(self, sender: EspNowNode, target: bytes, data: bytes) -> None:
        """Send to one address or to all; `sender.sent` is called with the result."""
        wait_ns = ACCESS_NS + self._random.randrange(ACCESS_NS)
        wait_ns += BYTE_NS * (len(data) + OVERHEAD)
        log = self._medium.log

        def arrive() -> None:
            others = [n for n in self._nodes if n is not sender and n.channel == sender.channel]
            receivers = [n for n in others if target in (BROADCAST, n.mac) and not self._is_lost()]
            arrived = bool(receivers) or target == BROADCAST
            log.espnow(sender.board, EspNowNote(0, "sent", sender.mac, target, data, not arrived))
            for receiver in receivers:
                log.espnow(receiver.board, EspNowNote(0, "received", sender.mac, target, data))
                receiver.received(sender.mac, data)
            sender.sent(target, arrived)

        self._medium.after(wait_ns, arrive)

    def _is_lost(self) -> bool:
        return self.loss > 0 and self._random.random() < self.loss
