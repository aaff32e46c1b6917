"""The air between Bluetooth radios: who hears whose advertisements, and connections.

What goes over a connection are PDUs of ATT. The air brings them from one end to the other and
does not read them: each end checks what it gets.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from hardware.bench.network.wifi.access_point import RadioMedium
from hardware.bench.protocol.notes import BleNote

MS = 1_000_000
LEAST_NS = MS
"""Nobody notices sooner what another one does."""
SPREAD_NS = 10 * MS
"""Each advertisement is late by a random time up to this (Core Specification, advDelay)."""
UNIT_NS = 1_250_000
"""The unit of the interval of a connection."""
FRAGMENT, FRAGMENT_NS = 27, 676_000
"""Bytes of a packet on the air, and its time with its acknowledgement at 1 Mbit/s."""
L2CAP_HEAD = 4
SUPERVISION_NS = 2560 * MS
"""A connection is over when the other side was silent for this long (NimBLE's default)."""
MOST_PDU = 1017
"""The largest MTU of a board."""
MOST_WAITING, MOST_ANSWERS = 16, 64
"""PDUs in one direction that have not been fetched: more are refused. Answers have more room, so
that a flood of other PDUs does not keep them out."""
MOST_CONNECTIONS = 4
ADV_IND, SCAN_IND, SCAN_RESPONSE = 0, 2, 4
"""Types of advertisements, as HCI reports them."""
RSSI, RSSI_SPREAD = -50, 5
"""A GUESS for boards on one table, in dBm."""
PUBLIC = 0
"""The type of an address that is not random."""


class BleAddress(NamedTuple):
    """The type of an address, and its six bytes, the first one first as it is written."""

    kind: int
    octets: bytes


NOBODY = BleAddress(PUBLIC, bytes(6))


class Report(NamedTuple):
    """An advertisement that a scan has heard."""

    kind: int
    sender: BleAddress
    rssi: int
    data: bytes


class BleOwner(Protocol):
    """What has a radio: a board, or a phone."""

    def heard(self, scan: int, report: Report) -> None:
        """The scan with this number heard somebody."""

    def scan_ended(self, scan: int) -> None:
        """The time of the scan is over."""

    def connected(self, number: int, central: bool, peer: BleAddress) -> None:
        """There is a connection; `central`: this side has asked for it."""

    def disconnected(self, number: int) -> None:
        """The connection is over."""

    def failed(self) -> None:
        """The attempt to connect is over."""

    def received(self, number: int, pdu: bytes) -> None:
        """A PDU came. `BleRadio.taken` says that it does not wait any more."""


@dataclass(eq=False)
class Advertising:
    """What a radio advertises, until it stops."""

    interval_ns: int
    connectable: bool
    data: bytes
    response: bytes
    planned: bool = False
    """Whether its next advertisement is among the coming events; without listeners it is not."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan; `number` is the owner's."""

    number: int
    active: bool
    begin_ns: int
    interval_ns: int
    window_ns: int

    def hears(self, t_ns: int) -> bool:
        """Whether the receiver is on."""
        return (t_ns - self.begin_ns) % self.interval_ns < self.window_ns


@dataclass(frozen=True, eq=False)
class Attempt:
    """A radio waits for an advertisement of `peer`, to connect."""

    peer: BleAddress
    interval_ns: int


@dataclass(eq=False)
class BleEnd:
    """One end of a connection."""

    radio: "BleRadio"
    number: int
    busy_until_ns: int = 0
    """When what it has sent will have been sent."""
    waiting: int = 0
    """PDUs that it has sent and that the other end has not fetched."""


@dataclass(eq=False)
class BleConnection:
    """A connection. Both ends send at its events, which come with its interval."""

    central: BleEnd
    peripheral: BleEnd
    anchor_ns: int
    interval_ns: int
    open: bool = True

    def other(self, end: BleEnd) -> BleEnd:
        """The end at the other side."""
        return self.peripheral if end is self.central else self.central

    @property
    def reaches(self) -> bool:
        """Whether the radios hear each other."""
        return self.central.radio.near and self.peripheral.radio.near

    def next_event_ns(self, t_ns: int) -> int:
        """The first event from a time on."""
        return self.anchor_ns + -(-(t_ns - self.anchor_ns) // self.interval_ns) * self.interval_ns


@dataclass(eq=False)
class BleRadio:
    """The radio of a board or a phone, while it is on. `board`: in whose trace its notes are."""

    owner: BleOwner
    board: object
    address: BleAddress
    near: bool = True
    """Whether others hear it."""
    advertising: Advertising | None = None
    scan: Scan | None = None
    attempt: Attempt | None = None
    ends: dict[int, tuple[BleConnection, BleEnd]] = field(default_factory=dict)
    """By number: the connections, and which end of them it is."""
    _last: int = -1

    @property
    def listens(self) -> bool:
        """Whether an advertisement could matter to it."""
        return self.near and (self.scan is not None or self.attempt is not None)

    @property
    def is_full(self) -> bool:
        """Whether it can have no other connection."""
        return len(self.ends) >= MOST_CONNECTIONS

    def new_number(self) -> int:
        """A number for a connection: none of the last ones, of which an event may be waiting."""
        self._last = (self._last + 1) % 256
        while self._last in self.ends:
            self._last = (self._last + 1) % 256
        return self._last

    def taken(self, number: int) -> None:
        """The owner has taken a PDU of this connection."""
        if number in self.ends:
            connection, end = self.ends[number]
            connection.other(end).waiting -= 1


class BleAir:
    """All radios that are on, and what they do."""

    def __init__(self, medium: RadioMedium) -> None:
        self._medium = medium
        self._random = medium.simulation.rng("bluetooth")
        self._radios: list[BleRadio] = []

    @property
    def now_ns(self) -> int:
        """Virtual time."""
        return self._medium.simulation.now_ns

    def join(self, radio: BleRadio) -> None:
        """A radio is switched on."""
        self._radios.append(radio)

    def leave(self, radio: BleRadio, *, silently: bool = False) -> None:
        """A radio is switched off. `silently`: it lost its power, and nobody is told."""
        if radio not in self._radios:
            return
        self._radios.remove(radio)
        radio.advertising = radio.scan = radio.attempt = None
        for number in list(radio.ends):
            connection, end = radio.ends.pop(number)
            if connection.open:
                connection.open = False
                wait_ns = SUPERVISION_NS if silently else self._until_next_event_ns(connection)
                self._end_later(connection.other(end), wait_ns)

    # -- advertising and scanning ---------------------------------------------------------------

    def advertise(self, radio: BleRadio, advertising: Advertising | None) -> None:
        """Begin to advertise, or stop."""
        radio.advertising = advertising
        if advertising:
            self._note(radio, "advertise", radio.address, NOBODY, advertising.data)
            self._plan(radio, LEAST_NS + self._random.randrange(SPREAD_NS))

    def scan(self, radio: BleRadio, scan: Scan | None, for_ns: int = 0) -> None:
        """Begin to scan, for ever or for a time; or stop."""
        radio.scan = scan
        if scan and for_ns:
            self._medium.after(for_ns, lambda: self._end_scan(radio, scan))
        self._listen()

    def _end_scan(self, radio: BleRadio, scan: Scan) -> None:
        if radio.scan is scan:
            radio.scan = None
            radio.owner.scan_ended(scan.number)

    def _listen(self) -> None:
        """Somebody may listen now: those who advertise are heard."""
        for radio in self._radios:
            if radio.advertising:
                self._plan(radio, LEAST_NS + self._random.randrange(radio.advertising.interval_ns))

    def _plan(self, radio: BleRadio, wait_ns: int) -> None:
        advertising = radio.advertising
        if advertising is None or advertising.planned or not any(r.listens for r in self._radios):
            return
        advertising.planned = True

        def send() -> None:
            advertising.planned = False
            if radio.advertising is advertising:
                if radio.near:
                    self._send_advertisement(radio, advertising)
                self._plan(radio, advertising.interval_ns + self._random.randrange(SPREAD_NS))

        self._medium.after(wait_ns, send)

    def _send_advertisement(self, sender: BleRadio, advertising: Advertising) -> None:
        kind = ADV_IND if advertising.connectable else SCAN_IND
        for radio in [r for r in self._radios if r is not sender and r.listens]:
            rssi = RSSI + self._random.randint(-RSSI_SPREAD, RSSI_SPREAD)
            scan = radio.scan
            if scan and scan.hears(self.now_ns):
                report = Report(kind, sender.address, rssi, advertising.data)
                radio.owner.heard(scan.number, report)
                if scan.active:
                    response = Report(SCAN_RESPONSE, sender.address, rssi, advertising.response)
                    radio.owner.heard(scan.number, response)
            attempt = radio.attempt
            wanted = attempt and attempt.peer == sender.address
            has_room = not (sender.is_full or radio.is_full)
            if attempt and wanted and advertising.connectable and has_room:
                radio.attempt = sender.advertising = None
                self._connect(radio, sender, attempt.interval_ns)
                return

    # -- connections ----------------------------------------------------------------------------

    def connect(self, radio: BleRadio, attempt: Attempt, for_ns: int = 0) -> None:
        """Connect to a peer when it is heard. It is tried for a time, or for ever."""
        radio.attempt = attempt
        if for_ns:
            self._medium.after(for_ns, lambda: self._give_up(radio, attempt))
        self._listen()

    def cancel(self, radio: BleRadio) -> None:
        """End the attempt to connect."""
        if radio.attempt:
            self._give_up(radio, radio.attempt)

    def _give_up(self, radio: BleRadio, attempt: Attempt) -> None:
        if radio.attempt is attempt:
            radio.attempt = None
            radio.owner.failed()

    def _connect(self, central: BleRadio, peripheral: BleRadio, interval_ns: int) -> None:
        ends = BleEnd(central, central.new_number()), BleEnd(peripheral, peripheral.new_number())
        connection = BleConnection(*ends, self.now_ns + LEAST_NS + UNIT_NS, interval_ns)
        for end in ends:
            end.radio.ends[end.number] = connection, end

        def begin() -> None:
            for end in ends:
                peer = connection.other(end).radio
                if end.number in end.radio.ends:
                    self._note(end.radio, "connected", central.address, peripheral.address)
                    end.radio.owner.connected(end.number, end is ends[0], peer.address)

        self._medium.after(LEAST_NS + UNIT_NS, begin)

    def disconnect(self, radio: BleRadio, number: int) -> bool:
        """End a connection; False: there is none with this number."""
        if number not in radio.ends:
            return False
        connection, _end = radio.ends[number]
        wait_ns = self._until_next_event_ns(connection)
        if connection.open:
            connection.open = False
            for end in (connection.central, connection.peripheral):
                self._end_later(end, wait_ns)
        return True

    def move(self, radio: BleRadio, near: bool) -> None:
        """A radio leaves, or comes back. Connections end when it is away for too long."""
        radio.near = near
        self._listen()
        for connection, _end in list(radio.ends.values()):
            self._medium.after(SUPERVISION_NS, partial(self._supervise, connection))

    def _supervise(self, connection: BleConnection) -> None:
        if connection.open and not connection.reaches:
            connection.open = False
            for end in (connection.central, connection.peripheral):
                self._end_later(end, LEAST_NS)

    def _until_next_event_ns(self, connection: BleConnection) -> int:
        return connection.next_event_ns(self.now_ns + LEAST_NS) - self.now_ns

    def _end_later(self, end: BleEnd, wait_ns: int) -> None:
        def finish() -> None:
            if (found := end.radio.ends.pop(end.number, None)) is not None:
                connection, _end = found
                pair = connection.central.radio.address, connection.peripheral.radio.address
                self._note(end.radio, "disconnected", *pair)
                end.radio.owner.disconnected(end.number)

        self._medium.after(wait_ns, finish)

    # -- PDUs -----------------------------------------------------------------------------------

    def send(self, radio: BleRadio, number: int, pdu: bytes, *, answer: bool = False) -> bool:
        """Send a PDU. False: too many wait."""
        connection, end = radio.ends[number]
        if end.waiting >= (MOST_ANSWERS if answer else MOST_WAITING):
            return False
        end.waiting += 1
        start_ns = connection.next_event_ns(self.now_ns + LEAST_NS)
        fragments = -(-(L2CAP_HEAD + len(pdu)) // FRAGMENT)
        end.busy_until_ns = max(start_ns, end.busy_until_ns) + fragments * FRAGMENT_NS
        other = connection.other(end)
        self._note(radio, "sent", radio.address, other.radio.address, pdu)
        self._medium.after(
            end.busy_until_ns - self.now_ns, lambda: self._arrive(connection, end, pdu)
        )
        return True

    def _arrive(self, connection: BleConnection, end: BleEnd, pdu: bytes) -> None:
        other = connection.other(end)
        if other.number not in other.radio.ends or not connection.open:
            return
        if not connection.reaches:  # it is sent again at each event
            again_ns = connection.interval_ns
            self._medium.after(again_ns, lambda: self._arrive(connection, end, pdu))
            return
        self._note(other.radio, "received", end.radio.address, other.radio.address, pdu)
        other.radio.owner.received(other.number, pdu)

    def _note(
        self,
        radio: BleRadio,
        kind: str,
        source: BleAddress,
        target: BleAddress,
        data: bytes = b"",
    ) -> None:
        note = BleNote(
            0, kind, source.kind, source.octets, target.kind, target.octets, payload=data
        )
        self._medium.log.ble(radio.board, note)
