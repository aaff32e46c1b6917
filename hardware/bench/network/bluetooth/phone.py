"""A phone with an app for Bluetooth: it finds a board by its name, connects, reads and writes."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from hardware.bench.network.bluetooth.air import (
    MS,
    PUBLIC,
    UNIT_NS,
    Attempt,
    BleAddress,
    BleAir,
    BleRadio,
    Report,
    Scan,
)
from hardware.bench.network.bluetooth.gatt_client import (
    CAN_INDICATE,
    CAN_NOTIFY,
    CAN_READ,
    GattClient,
    Task,
)
from hardware.i18n import _

SHORT_NAME, NAME = 8, 9
"""Types of what an advertisement holds."""
ABOUT_ITSELF = ("2a00", "2a01", "2a05")
"""The characteristics of the services that every server has."""
INTERVAL = 24
"""Of a phone's connections, in units of 1.25 ms."""
ATTEMPT_NS = 5000 * MS
"""How long it tries to connect to a board that it has heard."""
MOST_KEPT = 1000

Done = Callable[[str], None]
"""Gets why something failed, or an empty text."""


class PhoneValue(NamedTuple):
    """A value that came: when, of which characteristic."""

    t_ns: int
    uuid: str
    value: bytes

    @property
    def text(self) -> str:
        """As an app shows it: a text as such, anything else as bytes in hexadecimal."""
        try:
            text = self.value.decode()
        except UnicodeDecodeError:
            return self.value.hex(" ")
        return text if text.isprintable() else self.value.hex(" ")


def advertised_name(data: bytes) -> str:
    """The name in an advertisement; empty if there is none."""
    at = 0
    while at + 1 < len(data) and data[at]:
        if data[at + 1] in (SHORT_NAME, NAME):
            return data[at + 2 : at + 1 + data[at]].decode(errors="replace")
        at += 1 + data[at]
    return ""


class PhoneApp:
    """The phone, for one connection at a time."""

    def __init__(self, air: BleAir, address: bytes) -> None:
        self.peer = ""
        """The name of the board that it is connected to."""
        self.values: deque[PhoneValue] = deque(maxlen=MOST_KEPT)
        """What came, the newest last."""
        self._air = air
        self._radio = BleRadio(self, self, BleAddress(PUBLIC, address))
        air.join(self._radio)
        self._wanted = ""
        self._done: Done = lambda why: None
        self._on_loss: Callable[[], None] = lambda: None
        self._number: int | None = None
        self._client = GattClient(self._send, self._came)

    def shown(self) -> list[tuple[str, str]]:
        """Each characteristic of which a value came, with the newest one; the newest first."""
        newest: dict[str, str] = {}
        for value in reversed(self.values):
            newest.setdefault(value.uuid, value.text)
        return list(newest.items())

    @property
    def is_searching(self) -> bool:
        """Whether it looks for a board, or connects."""
        return self._radio.scan is not None or self._radio.attempt is not None

    def move(self, near: bool) -> None:
        """The phone is carried away, or comes back."""
        self._air.move(self._radio, near)

    def connect(
        self, name: str, for_ns: int, done: Done, on_loss: Callable[[], None] = lambda: None
    ) -> None:
        """Connect to the board that advertises this name, and find its characteristics. It is
        tried for a time; 0: for ever. `on_loss` is called when the connection is over."""
        if self._number is not None or self.is_searching:
            done(_("already connected"))
            return
        self._wanted, self._done, self._on_loss = name, done, on_loss
        scan = Scan(0, True, self._air.now_ns, UNIT_NS, UNIT_NS)
        self._air.scan(self._radio, scan, for_ns)

    def disconnect(self, done: Done) -> None:
        """End the connection."""
        self._done = done
        if self._number is None or not self._air.disconnect(self._radio, self._number):
            self._finish(_("not connected"))

    def read(self, uuid: str, done: Done) -> None:
        """Read a characteristic."""
        self._do(lambda client: client.read(uuid), done)

    def write(self, uuid: str, value: bytes, done: Done) -> None:
        """Write a characteristic."""
        self._do(lambda client: client.write(uuid, value), done)

    def subscribe(self, uuid: str, done: Done) -> None:
        """Ask for the updates of a characteristic."""
        self._do(lambda client: client.subscribe(uuid), done)

    def watch_all(self) -> None:
        """Read all that can be read, and ask for all updates, as far as the board allows it. What
        every server has is left out."""
        for each in self._client.found:
            if each.uuid in ABOUT_ITSELF:
                continue
            if each.properties & (CAN_NOTIFY | CAN_INDICATE):
                self.subscribe(each.uuid, lambda why: None)
            if each.properties & CAN_READ:
                self.read(each.uuid, lambda why: None)

    def _do(self, task: Callable[[GattClient], Task], done: Done) -> None:
        if self._number is None:
            done(_("not connected"))
        else:
            self._client.do(task(self._client), done)

    def _finish(self, why: str) -> None:
        done, self._done = self._done, lambda why: None
        done(why)

    # -- what the air reports -------------------------------------------------------------------

    def heard(self, scan: int, report: Report) -> None:
        """See `BleOwner`."""
        if self._radio.scan and advertised_name(report.data) == self._wanted:
            self._air.scan(self._radio, None)
            attempt = Attempt(report.sender, INTERVAL * UNIT_NS)
            self._air.connect(self._radio, attempt, ATTEMPT_NS)

    def scan_ended(self, scan: int) -> None:
        """See `BleOwner`."""
        self._finish(_("not found"))

    def failed(self) -> None:
        """See `BleOwner`."""
        self._finish(_("no connection"))

    def connected(self, number: int, central: bool, peer: BleAddress) -> None:
        """See `BleOwner`."""
        self._number, self.peer = number, self._wanted
        self._client = GattClient(self._send, self._came)
        self._client.do(self._client.discover(), self._finish)

    def disconnected(self, number: int) -> None:
        """See `BleOwner`."""
        self._number, self.peer = None, ""
        self._client.close(_("disconnected"))
        self._finish("")
        self._on_loss()

    def received(self, number: int, pdu: bytes) -> None:
        """See `BleOwner`."""
        self._radio.taken(number)
        if number == self._number:
            self._client.received(pdu)

    def _send(self, pdu: bytes) -> None:
        if self._number in self._radio.ends:
            self._air.send(self._radio, self._number, pdu)

    def _came(self, uuid: str, value: bytes) -> None:
        self.values.append(PhoneValue(self._air.now_ns, uuid, value))
