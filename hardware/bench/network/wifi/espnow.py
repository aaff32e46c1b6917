"""ESP-NOW: frames from board to board, without an access point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hardware.bench.protocol.notes import AirNote

if TYPE_CHECKING:
    from hardware.bench.network.lan import Lan

MOST_BYTES = 250
"""ESP_NOW_MAX_DATA_LEN."""
BROADCAST = b"\xff" * 6
ACCESS_NS = 400_000
"""Until the air is free and the preamble is over; a GUESS of a quiet place."""
BYTE_NS, OVERHEAD = 8_000, 43
"""At 1 Mbit/s, ESP-NOW's default rate; the bytes around the payload."""
LEAST_NS = ACCESS_NS + BYTE_NS * OVERHEAD
"""No message arrives sooner."""


class EspNowNode(Protocol):
    """A board with ESP-NOW switched on."""

    station: object

    @property
    def mac(self) -> bytes:
        """Its address."""

    @property
    def channel(self) -> int:
        """The channel of its radio; 0 while that is off."""

    def received(self, source: bytes, data: bytes) -> None:
        """A message came."""

    def sent(self, target: bytes, arrived: bool) -> None:
        """What became of a message."""


class RadioMedium:
    """All boards that speak ESP-NOW."""

    def __init__(self, lan: Lan) -> None:
        self._lan = lan
        self._chance = lan.rng("espnow")
        self._voices: list[EspNowNode] = []
        self.loss = 0.0
        """The probability that a message gets lost, after all that the radio tries."""

    def join(self, voice: EspNowNode) -> None:
        """Switches a board's ESP-NOW on."""
        if voice not in self._voices:
            self._voices.append(voice)

    def leave(self, voice: EspNowNode) -> None:
        """Switches it off."""
        if voice in self._voices:
            self._voices.remove(voice)

    def send(self, voice: EspNowNode, target: bytes, data: bytes) -> None:
        """Sends to one address or to all; the sender hears what became of it."""
        wait_ns = ACCESS_NS + self._chance.randrange(ACCESS_NS)
        wait_ns += BYTE_NS * (len(data) + OVERHEAD)

        def arrive() -> None:
            others = [v for v in self._voices if v is not voice and v.channel == voice.channel]
            heard = [v for v in others if target in (BROADCAST, v.mac) and not self._is_lost()]
            arrived = bool(heard) or target == BROADCAST
            sent = AirNote(0, "sent", voice.mac, target, data, not arrived)
            self._lan.log.air(voice.station, sent)
            for other in heard:
                note = AirNote(0, "received", voice.mac, target, data)
                self._lan.log.air(other.station, note)
                other.received(voice.mac, data)
            voice.sent(target, arrived)

        self._lan.after(wait_ns, arrive)

    def _is_lost(self) -> bool:
        return self.loss > 0 and self._chance.random() < self.loss
