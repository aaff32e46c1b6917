"""A GATT client, as an app on a phone has one: what it asks of a server, PDU by PDU.

What comes is a board's, and may be anything: an answer that makes no sense ends what was asked.
"""

import struct
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import pairwise

from hardware.i18n import _

ERROR, MTU, FIND_INFO, BY_TYPE, READ, WRITE = 0x01, 0x02, 0x04, 0x08, 0x0A, 0x12
NOTIFY, INDICATE, CONFIRM, COMMAND = 0x1B, 0x1D, 0x1E, 0x52
DECLARATION, CCCD = 0x2803, b"\x02\x29"
PHONE_MTU, LEAST_MTU = 517, 23
LAST = 0xFFFF
CAN_READ, CAN_COMMAND, CAN_WRITE, CAN_NOTIFY, CAN_INDICATE = 2, 4, 8, 16, 32
MOST_FOUND = 512
"""Characteristics: the server of a board has no more."""
Task = Generator[bytes, bytes, None]
"""Sends requests and gets their answers. Raises: GattError."""


class GattError(Exception):
    """The server refused something, or its answer makes no sense. The text is what apps show."""


@dataclass(frozen=True)
class Characteristic:
    """A characteristic of the server. `cccd` is 0 if it has no updates."""

    uuid: str
    handle: int
    properties: int
    cccd: int = 0


def uuid_text(octets: bytes) -> str:
    """A UUID as it is written: 2a6e, or 6e400003-b5a3-f393-e0a9-e50e24dcca9e."""
    digits = octets[::-1].hex()
    if len(digits) != 32:
        return digits
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class GattClient:
    """One connection. `send` takes its PDUs; `on_value` gets each value that comes."""

    def __init__(self, send: Callable[[bytes], None], on_value: Callable[[str, bytes], None]):
        self.found: list[Characteristic] = []
        self._send = send
        self._on_value = on_value
        self._tasks: deque[tuple[Task, Callable[[str], None]]] = deque()
        self._is_busy = False
        """Whether the first task waits for an answer, or is over just now."""
        self._mtu = LEAST_MTU

    def do(self, task: Task, done: Callable[[str], None]) -> None:
        """Run a task after those before it. `done` gets an error, or an empty text."""
        self._tasks.append((task, done))
        if not self._is_busy:
            self._step(None)

    def close(self, why: str) -> None:
        """The connection is over; the tasks fail."""
        tasks, self._tasks, self._is_busy = self._tasks, deque(), False
        for _each, done in tasks:
            done(why)

    def received(self, pdu: bytes) -> None:
        """A PDU came."""
        kind = pdu[0]
        if kind in (NOTIFY, INDICATE):
            if kind == INDICATE:
                self._send(bytes((CONFIRM,)))
            if len(pdu) >= 3:
                self._value(int.from_bytes(pdu[1:3], "little"), pdu[3:])
        elif kind % 2 == 0:
            if not kind & 0x40:  # this side serves nothing
                self._send(bytes((ERROR, kind, 0, 0, 6)))
        elif self._tasks:
            self._step(pdu)

    def _step(self, answer: bytes | None) -> None:
        """Go on with the first task, and begin the next ones when it is over."""
        self._is_busy = True
        while self._tasks:
            task, done = self._tasks[0]
            why = ""
            try:
                request = task.send(answer) if answer is not None else next(task)
            except StopIteration:
                pass
            except GattError as error:
                why = str(error)
            else:
                self._send(request)
                return
            self._tasks.popleft()
            answer = None
            done(why)
        self._is_busy = False

    def _value(self, handle: int, value: bytes) -> None:
        for each in self.found:
            if each.handle == handle:
                self._on_value(each.uuid, value)

    # -- tasks ----------------------------------------------------------------------------------

    def discover(self) -> Task:
        """Agree on an MTU, and find the characteristics of all services."""
        answer = yield struct.pack("<BH", MTU, PHONE_MTU)
        if answer[0] == MTU + 1 and len(answer) == 3:
            self._mtu = max(LEAST_MTU, min(PHONE_MTU, int.from_bytes(answer[1:3], "little")))
        declared: list[tuple[int, Characteristic]] = []
        at = 1
        while at <= LAST and len(declared) < MOST_FOUND:
            answer = yield struct.pack("<BHHH", BY_TYPE, at, LAST, DECLARATION)
            if answer[0] == ERROR:
                break
            for handle, value in _entries(answer, BY_TYPE, 7):
                if handle < at or len(value) not in (5, 19):
                    raise GattError(_("invalid answer"))
                value_handle = int.from_bytes(value[1:3], "little")
                characteristic = Characteristic(uuid_text(value[3:]), value_handle, value[0])
                declared.append((handle, characteristic))
                at = handle + 1
        ends = [handle - 1 for handle, _found in declared[1:]] + [LAST]
        self.found = []
        for (_at, each), end in zip(declared, ends, strict=False):
            cccd = 0
            if each.properties & (CAN_NOTIFY | CAN_INDICATE) and each.handle < end:
                cccd = yield from self._cccd(each.handle + 1, end)
            self.found.append(Characteristic(each.uuid, each.handle, each.properties, cccd))

    def _cccd(self, at: int, end: int) -> Generator[bytes, bytes, int]:
        answer = yield struct.pack("<BHH", FIND_INFO, at, end)
        if answer[0] == ERROR:
            return 0
        sized = answer[:1] + (b"\x04" if answer[1:2] == b"\x01" else b"\x12") + answer[2:]
        return next((h for h, value in _entries(sized, FIND_INFO, 4) if value == CCCD), 0)

    def read(self, uuid: str) -> Task:
        """Read a characteristic."""
        handle = self._find(uuid).handle
        answer = yield struct.pack("<BH", READ, handle)
        self._value(handle, _good(answer, READ)[1:])

    def write(self, uuid: str, value: bytes) -> Task:
        """Write a characteristic, with an answer where it has that."""
        found = self._find(uuid)
        if len(value) > self._mtu - 3:
            raise GattError(_("invalid length"))
        if found.properties & CAN_WRITE or not found.properties & CAN_COMMAND:
            answer = yield struct.pack("<BH", WRITE, found.handle) + value
            _good(answer, WRITE)
        else:
            self._send(struct.pack("<BH", COMMAND, found.handle) + value)

    def subscribe(self, uuid: str) -> Task:
        """Ask for the updates of a characteristic."""
        found = self._find(uuid)
        if not found.cccd:
            raise GattError(_("no notifications"))
        bits = 1 if found.properties & CAN_NOTIFY else 2
        answer = yield struct.pack("<BHH", WRITE, found.cccd, bits)
        _good(answer, WRITE)

    def _find(self, uuid: str) -> Characteristic:
        for each in self.found:
            if each.uuid == uuid.lower():
                return each
        raise GattError(_("no such characteristic"))


def _refusal(error: int) -> str:
    """The words of apps for an error of ATT."""
    known = {
        0x01: _("invalid handle"),
        0x02: _("read not permitted"),
        0x03: _("write not permitted"),
        0x05: _("insufficient authentication"),
        0x08: _("insufficient authorization"),
        0x0A: _("attribute not found"),
        0x0D: _("invalid length"),
        0x0F: _("insufficient encryption"),
    }
    return known.get(error) or _("error {number}").format(number=error)


def _good(answer: bytes, request: int) -> bytes:
    if answer[0] == ERROR and len(answer) == 5:
        raise GattError(_refusal(answer[4]))
    if answer[0] != request + 1:
        raise GattError(_("invalid answer"))
    return answer


def _entries(answer: bytes, request: int, least: int) -> list[tuple[int, bytes]]:
    """The entries of a list: handle and value. There is one at least."""
    answer = _good(answer, request)
    size = answer[1] if len(answer) > 1 else 0
    if size < least or len(answer) < 2 + size:
        raise GattError(_("invalid answer"))
    starts = range(2, len(answer) + 1, size)
    parts = [answer[a:b] for a, b in pairwise(starts)]
    return [(int.from_bytes(part[:2], "little"), part[2:]) for part in parts]
