"""ESP-NOW of a board, as its calls see it."""

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
"""Messages that are told at a time."""
RSSI = -45
WORK_NS = 60_000
"""What a call costs the processor; a GUESS."""


class EspNow(Peripheral):
    """The queue of messages between the air and the board."""

    CALLS = (frames.CALL_AIR_SWITCH, frames.CALL_AIR_SEND, frames.CALL_AIR_FETCH)

    def __init__(self, desk: PeripheralHost) -> None:
        super().__init__(desk)
        self.station: object = desk
        self._lan = lan_of(desk)
        self._came: deque[tuple[bytes, bytes]] = deque()
        self._delivered = self._failed = 0

    @property
    def mac(self) -> bytes:
        """The address of the board's station."""
        radio = self._lan.radios.get(self.desk)
        return radio.mac if radio else bytes(6)

    @property
    def channel(self) -> int:
        """Where its radio is; 0 while that is off."""
        radio = self._lan.radios.get(self.desk)
        return radio.channel if radio else 0

    def call(self, call: Call) -> Answer:
        if call.op == frames.CALL_AIR_SWITCH:
            if call.c:
                self._lan.air.join(self)
                self.desk.reaches(all_ns=LEAST_NS)
            else:
                self.reset()
            return Answer()
        if call.op == frames.CALL_AIR_SEND:
            target, data = call.data[:6], call.data[6:]
            if len(target) != 6 or not 0 < len(data) <= MOST_BYTES:
                raise BadCallError("an ESP-NOW message of impossible length")
            self._lan.air.send(self, target, data)
            return Answer(busy_ns=WORK_NS)
        return self._fetch()

    def received(self, source: bytes, data: bytes) -> None:
        """A message came; too many, and it is lost."""
        if len(self._came) < MOST_WAITING:
            self._came.append((source, data))
            self.desk.mail(frames.MAIL_AIR, True)

    def sent(self, target: bytes, arrived: bool) -> None:
        """What became of a message."""
        self._delivered += arrived
        self._failed += not arrived
        self.desk.mail(frames.MAIL_AIR, True)

    def _fetch(self) -> Answer:
        failed, delivered = min(self._failed, 255), min(self._delivered, 255)
        self._failed -= failed
        self._delivered -= delivered
        told = bytearray((failed, delivered))
        for _number in range(min(len(self._came), MOST_FETCHED)):
            source, data = self._came.popleft()
            told += bytes((RSSI & 255,)) + source + bytes((len(data),)) + data
        self.desk.mail(frames.MAIL_AIR, bool(self._came or self._failed or self._delivered))
        return Answer(0, bytes(told))

    def reset(self) -> None:
        self._lan.air.leave(self)
        self._came.clear()
        self._delivered = self._failed = 0
        self.desk.mail(frames.MAIL_AIR, False)
