"""ESP-NOW of a board: its calls, and the messages that it has received."""

from collections import deque

from hardware.bench.network.lan import lan_of
from hardware.bench.network.wifi.espnow import LEAST_NS, MOST_BYTES
from hardware.bench.peripherals.peripheral import (
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

MOST_WAITING = 64
MOST_FETCHED = 16
"""The most messages in one answer."""
RSSI = -45
WORK_NS = 60_000
"""Processor time of a call; a GUESS."""


class EspNow(Peripheral):
    """Sends messages, and keeps those that the board has not fetched."""

    CALLS = (frames.CALL_ESPNOW_SWITCH, frames.CALL_ESPNOW_SEND, frames.CALL_ESPNOW_FETCH)

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._lan = lan_of(board)
        self._came: deque[tuple[bytes, bytes]] = deque()
        self._delivered = self._failed = 0

    @property
    def mac(self) -> bytes:
        """The address of the board's station."""
        radio = self._lan.radios.get(self.board)
        return radio.mac if radio else bytes(6)

    @property
    def channel(self) -> int:
        """The channel of its radio; 0 while it is off."""
        radio = self._lan.radios.get(self.board)
        return radio.channel if radio else 0

    def call(self, call: Call) -> Answer:
        if call.op == frames.CALL_ESPNOW_SWITCH:
            if call.c:
                self._lan.espnow.join(self)
                self.board.noticed_after(radio_ns=LEAST_NS)
            else:
                self.reset()
            return Answer()
        if call.op == frames.CALL_ESPNOW_SEND:
            target, data = call.data[:6], call.data[6:]
            if len(target) != 6 or not 0 < len(data) <= MOST_BYTES:
                raise BadCallError("an ESP-NOW message of impossible length")
            self._lan.espnow.send(self, target, data)
            return Answer(busy_ns=WORK_NS)
        return self._fetch()

    def received(self, source: bytes, data: bytes) -> None:
        """A message has arrived. It is lost when too many wait."""
        if len(self._came) < MOST_WAITING:
            self._came.append((source, data))
            self.board.set_interrupt(frames.CHANNEL_ESPNOW, True)

    def sent(self, target: bytes, arrived: bool) -> None:
        """A message was delivered, or not."""
        self._delivered += arrived
        self._failed += not arrived
        self.board.set_interrupt(frames.CHANNEL_ESPNOW, True)

    def _fetch(self) -> Answer:
        failed, delivered = min(self._failed, 255), min(self._delivered, 255)
        self._failed -= failed
        self._delivered -= delivered
        message = bytearray((failed, delivered))
        for _number in range(min(len(self._came), MOST_FETCHED)):
            source, data = self._came.popleft()
            message += bytes((RSSI & 255,)) + source + bytes((len(data),)) + data
        pending = bool(self._came or self._failed or self._delivered)
        self.board.set_interrupt(frames.CHANNEL_ESPNOW, pending)
        return Answer(0, bytes(message))

    def reset(self) -> None:
        self._lan.espnow.leave(self)
        self._came.clear()
        self._delivered = self._failed = 0
        self.board.set_interrupt(frames.CHANNEL_ESPNOW, False)
