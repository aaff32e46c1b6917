"""Bluetooth of a board: its calls, and the events that it has not fetched."""

import errno
from collections import deque

from hardware.bench.network.bluetooth.air import (
    LEAST_NS,
    MOST_PDU,
    NOBODY,
    UNIT_NS,
    Advertising,
    Attempt,
    BleAddress,
    BleRadio,
    Report,
    Scan,
)
from hardware.bench.network.lan import lan_of
from hardware.bench.peripherals.peripheral import (
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

MS, US = 1_000_000, 1_000
MOST_REPORTS = 32
"""Advertisements that wait for the board; others are lost."""
MOST_ADVERTISED = 31
START_NS = 120_000_000
"""Time to switch the radio on or off; a GUESS."""
WORK_NS = 80_000
"""Processor time of a call; a GUESS."""


class Ble(Peripheral):
    """Hands over what the board wants of the air, and keeps what comes."""

    CALLS = tuple(range(frames.CALL_BLE_SWITCH, frames.CALL_BLE_FETCH + 1))

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        lan = lan_of(board)
        lan.log.add(board, board.recorder)
        board.noticed_after(radio_ns=LEAST_NS)
        self._air = lan.air
        self._radio = BleRadio(self, board, NOBODY)
        self._events: deque[tuple[int, int, bytes]] = deque()
        """Kind, number, bytes."""
        self._is_on = False
        self._reports = 0
        self._do = {
            frames.CALL_BLE_ADVERTISE: self._advertise,
            frames.CALL_BLE_SCAN: self._scan,
            frames.CALL_BLE_CONNECT: self._connect,
            frames.CALL_BLE_DISCONNECT: self._disconnect,
            frames.CALL_BLE_SEND: self._send,
        }

    def call(self, call: Call) -> Answer:
        if call.op == frames.CALL_BLE_FETCH:
            return self._fetch(call.c)
        if call.op == frames.CALL_BLE_SWITCH:
            return self._switch(call)
        if not self._is_on:
            raise BadCallError("Bluetooth is not on")
        return self._do[call.op](call)

    def reset(self) -> None:
        self._air.leave(self._radio, silently=True)
        self._forget()

    def _forget(self) -> None:
        self._is_on = False
        self._radio = BleRadio(self, self.board, NOBODY)
        self._events.clear()
        self._reports = 0
        self.board.set_interrupt(frames.CHANNEL_BLE, False)

    # -- what the board wants -------------------------------------------------------------------

    def _switch(self, call: Call) -> Answer:
        if len(call.data) != 7:
            raise BadCallError("a Bluetooth radio without an address")
        was_on = self._is_on
        if not call.c:
            self._air.leave(self._radio)
            self._forget()
            return Answer(busy_ns=START_NS)
        self._radio.address = BleAddress(call.data[0], call.data[1:])
        if not was_on:
            self._is_on = True
            self._air.join(self._radio)
        return Answer(busy_ns=WORK_NS if was_on else START_NS)

    def _advertise(self, call: Call) -> Answer:
        if not call.c:
            self._air.advertise(self._radio, None)
            return Answer(busy_ns=WORK_NS)
        data, response = _strings(call.data)
        if max(len(data), len(response)) > MOST_ADVERTISED:
            raise BadCallError("an advertisement of impossible length")
        advertising = Advertising(max(call.c * US, LEAST_NS), bool(call.b), data, response)
        self._air.advertise(self._radio, advertising)
        return Answer(busy_ns=WORK_NS)

    def _scan(self, call: Call) -> Answer:
        if not call.data:
            self._air.scan(self._radio, None)
            return Answer(busy_ns=WORK_NS)
        if len(call.data) != frames.LAYOUT_BLE_SCAN.size:
            raise BadCallError("a scan of impossible form")
        ms, interval_us, window_us = frames.LAYOUT_BLE_SCAN.unpack(call.data)
        scan = Scan(
            call.b & 255,
            bool(call.b >> 8),
            self.board.now_ns,
            max(interval_us * US, LEAST_NS),
            window_us * US,
        )
        self._air.scan(self._radio, scan, ms * MS)
        return Answer(busy_ns=WORK_NS)

    def _connect(self, call: Call) -> Answer:
        if not call.data:
            self._air.cancel(self._radio)
            return Answer(busy_ns=WORK_NS)
        if len(call.data) != frames.LAYOUT_BLE_CONNECT.size:
            raise BadCallError("a connection of impossible form")
        kind, octets, interval = frames.LAYOUT_BLE_CONNECT.unpack(call.data)
        if self._radio.is_full or self._radio.attempt:
            return Answer(-errno.ENOMEM)
        attempt = Attempt(BleAddress(kind, octets), max(interval, 1) * UNIT_NS)
        self._air.connect(self._radio, attempt, call.c * MS)
        return Answer(busy_ns=WORK_NS)

    def _disconnect(self, call: Call) -> Answer:
        is_there = self._air.disconnect(self._radio, call.b)
        return Answer(0 if is_there else -frames.ERRNO_NOTCONN, busy_ns=WORK_NS)

    def _send(self, call: Call) -> Answer:
        if not 0 < len(call.data) <= MOST_PDU:
            raise BadCallError("a PDU of impossible length")
        if call.b not in self._radio.ends:  # the board does not know yet that it is over
            return Answer(-frames.ERRNO_NOTCONN, busy_ns=WORK_NS)
        has_room = self._air.send(self._radio, call.b, call.data, answer=bool(call.c))
        return Answer(0 if has_room else -errno.ENOMEM, busy_ns=WORK_NS)

    # -- what comes -----------------------------------------------------------------------------

    def heard(self, scan: int, report: Report) -> None:
        """See `BleOwner`."""
        if self._reports < MOST_REPORTS:
            self._reports += 1
            sender = report.sender
            head = frames.LAYOUT_BLE_REPORT.pack(
                report.kind, sender.kind, sender.octets, report.rssi
            )
            self._add(frames.BLE_REPORT, scan, head + report.data)

    def scan_ended(self, scan: int) -> None:
        """See `BleOwner`."""
        self._add(frames.BLE_SCAN_DONE, scan)

    def connected(self, number: int, central: bool, peer: BleAddress) -> None:
        """See `BleOwner`."""
        data = frames.LAYOUT_BLE_CONNECTED.pack(central, peer.kind, peer.octets)
        self._add(frames.BLE_CONNECTED, number, data)

    def disconnected(self, number: int) -> None:
        """See `BleOwner`."""
        self._add(frames.BLE_DISCONNECTED, number)

    def failed(self) -> None:
        """See `BleOwner`."""
        self._add(frames.BLE_FAILED, 0)

    def received(self, number: int, pdu: bytes) -> None:
        """See `BleOwner`."""
        self._add(frames.BLE_PDU, number, pdu)

    def _add(self, kind: int, number: int, data: bytes = b"") -> None:
        self._events.append((kind, number, data))
        self.board.set_interrupt(frames.CHANNEL_BLE, True)

    def _fetch(self, most: int) -> Answer:
        fetched = bytearray()
        while self._events:
            kind, number, data = self._events[0]
            if len(fetched) + frames.LAYOUT_BLE_EVENT.size + len(data) > most:
                break
            self._events.popleft()
            fetched += frames.LAYOUT_BLE_EVENT.pack(kind, number, len(data)) + data
            self._reports -= kind == frames.BLE_REPORT
            if kind == frames.BLE_PDU:
                self._radio.taken(number)
        self.board.set_interrupt(frames.CHANNEL_BLE, bool(self._events))
        more = frames.STATUS_MORE if self._events else 0
        return Answer(len(fetched) + more, bytes(fetched))


def _strings(data: bytes) -> tuple[bytes, bytes]:
    """The two strings of an ADVERTISE."""
    if not data or len(data) < 2 + data[0] or len(data) != 2 + data[0] + data[1 + data[0]]:
        raise BadCallError("an advertisement of impossible form")
    return data[1 : 1 + data[0]], data[2 + data[0] :]
