"""The I2C bus behind the board's controllers (I2C specification, UM10204): a part answers if it is
on the two nets, has power, and is addressed."""

from collections.abc import Mapping
from errno import ETIMEDOUT
from functools import partial
from typing import NamedTuple

from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.peripherals.i2c_transfer import Transfer
from hardware.bench.peripherals.peripheral import (
    MOST_BUSY_NS,
    MOST_BYTES,
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

HEAD, ABSENT = frames.LAYOUT_I2C, frames.LAYOUT_ABSENT
STUCK_NS = 50_000_000
"""Time-out of the drivers for a line that is held low (both ports: 50 ms)."""
SOFT_EXTRA_NS = 6_500
"""Extra time of each bit when a program toggles the pins: SoftI2C on a Pico takes 74 us for an
address byte at 400 kHz and 175 us at 100 kHz, measured with the firmware under rp2040py."""
S = 1_000_000_000
WRITE = frames.I2C_START | frames.I2C_STOP
"""The bits of a write whose answer the board may know."""


class I2cLine(NamedTuple):
    """A bus: the two GPIOs."""

    scl: int
    sda: int


class I2c(Peripheral):
    """Answers I2C calls of both controllers and of programs that toggle the pins (SoftI2C)."""

    CALLS = (frames.CALL_I2C,)
    TELLS = True

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._on: dict[I2cLine, list[I2cPart]] = {}
        self._open: dict[I2cLine, list[I2cPart]] = {}
        """By bus: the parts that are addressed, until a stop."""
        self._target: tuple[I2cLine, int] | None = None
        """The bus and the address of the last write that had exactly a start and a stop."""
        self._is_used = False
        """Whether there was a call since the board was told something: the next one comes soon."""
        self._scans = False
        """Whether the last call was such a write without a byte."""

    def reset(self) -> None:
        self._open.clear()
        self._target = None
        self._scans = False

    def call(self, call: Call) -> Answer:
        if len(call.data) < HEAD.size or not call.c:
            raise BadCallError("an I2C call without its head")
        bits, address, count = HEAD.unpack_from(call.data)
        if address > 127 or count > MOST_BYTES:
            raise BadCallError("an I2C call with impossible values")
        line = I2cLine(call.b & 0xFF, call.b >> 8)
        if bits == WRITE:
            self._target = line, address
        self._is_used = True
        self._scans = bits == WRITE and len(call.data) == HEAD.size
        bit_ns = S // call.c + (SOFT_EXTRA_NS if bits & frames.I2C_SOFT else 0)
        if not self._idle(line):
            return Answer(-ETIMEDOUT, b"", STUCK_NS)
        transfer = Transfer(self._parts(line), self._open.get(line, []))
        status, got = transfer.run(bits, address, count, call.data[HEAD.size :])
        self._open[line] = transfer.addressed
        return Answer(status, got, min(transfer.bits * bit_ns, MOST_BUSY_NS))

    def told(self) -> Mapping[int, bytes]:
        if self._target is None or not self._is_used:
            return {}
        self._is_used = False
        line, address = self._target
        if not (self._idle(line) and self.board.circuit.are_open_drain(*line)):
            return {}  # the board writes a push-pull output without a request
        told: dict[int, bytes] = {}
        if self._acknowledges(line, address):
            told[frames.FLAG_WRITES] = b""
        if self._scans and all(part.FIXED_ADDRESS for part in self._parts(line)):
            told[frames.FLAG_ABSENT] = ABSENT.pack(self._absent(line))
        return told

    def may_be_told(self, call: Call) -> bool:
        bits, _address, count = HEAD.unpack_from(call.data.ljust(HEAD.size, b"\0"))
        return bits == WRITE and not count

    def _acknowledges(self, line: I2cLine, address: int) -> bool:
        """Whether all writes to a target are acknowledged in full."""
        found = [p for p in self._parts(line) if p.powered and address in p.i2c_addresses()]
        return len(found) == 1 and found[0].i2c_takes_all()

    def _absent(self, line: I2cLine) -> bytes:
        """A bit for each address of a bus: 1 where no part answers it."""
        absent = (1 << 128) - 1
        for part in self._parts(line):
            for address in part.i2c_addresses() if part.powered else ():
                absent &= ~(1 << address)
        return absent.to_bytes(16, "little")

    def _idle(self, line: I2cLine) -> bool:
        """Whether both lines are high. Without a pull-up they are not."""
        levels = self.board.circuit.levels()
        return bool(levels >> line.scl & levels >> line.sda & 1)

    def _parts(self, line: I2cLine) -> list[I2cPart]:
        if line not in self._on:
            at = partial(_pins, line)
            self._on[line] = self.board.circuit.parts_on(I2cPart, at)
        return self._on[line]


def _pins(line: I2cLine, part: I2cPart) -> dict[str, int]:
    return {part.SCL: line.scl, part.SDA: line.sda}
