"""The I2C bus behind the board's controllers (I2C specification, UM10204): a part answers if it is
on the two nets, has power, and is addressed."""

from errno import ENODEV, ETIMEDOUT
from functools import partial
from typing import NamedTuple

from hardware.bench.parts.common.buses import I2cPart
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

HEAD = frames.LAYOUT_I2C
BITS_A_BYTE = 9
"""Eight bits and the acknowledge."""
STUCK_NS = 50_000_000
"""Time-out of the drivers for a line that is held low (both ports: 50 ms)."""
SOFT_EXTRA_NS = 6_500
"""Extra time of each bit when a program toggles the pins: SoftI2C on a Pico takes 74 us for an
address byte at 400 kHz and 175 us at 100 kHz, measured with the firmware under rp2040py."""
S = 1_000_000_000


class I2cLine(NamedTuple):
    """A bus: the two GPIOs."""

    scl: int
    sda: int


class I2c(Peripheral):
    """Answers I2C calls of both controllers and of programs that toggle the pins (SoftI2C)."""

    CALLS = (frames.CALL_I2C,)

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._on: dict[I2cLine, list[I2cPart]] = {}
        self._open: dict[I2cLine, list[I2cPart]] = {}
        """By bus: the parts that are addressed, until a stop."""

    def reset(self) -> None:
        self._open.clear()

    def call(self, call: Call) -> Answer:
        if len(call.data) < HEAD.size or not call.c:
            raise BadCallError("an I2C call without its head")
        bits, address, count = HEAD.unpack_from(call.data)
        if address > 127 or count > MOST_BYTES:
            raise BadCallError("an I2C call with impossible values")
        line = I2cLine(call.b & 0xFF, call.b >> 8)
        bit_ns = S // call.c + (SOFT_EXTRA_NS if bits & frames.I2C_SOFT else 0)
        if not self._idle(line):
            return Answer(-ETIMEDOUT, b"", STUCK_NS)
        transfer = Transfer(self._parts(line), self._open.get(line, []))
        status, got = transfer.run(bits, address, count, call.data[HEAD.size :])
        self._open[line] = transfer.addressed
        return Answer(status, got, min(transfer.bits * bit_ns, MOST_BUSY_NS))

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


class Transfer:
    """One call on the bus. `bits` counts clock periods; `addressed` are the parts that are
    addressed after it."""

    def __init__(self, parts: list[I2cPart], addressed: list[I2cPart]) -> None:
        self._parts = parts
        self.addressed = addressed
        self.bits = 0

    def run(self, flags: int, address: int, count: int, data: bytes) -> tuple[int, bytes]:
        """Start, address, bytes, stop, as the flags say. Returns the number of bytes that were
        acknowledged, and the bytes that were read. Without any answer: -ENODEV, after a stop."""
        raw, read = flags & frames.I2C_RAW, flags & frames.I2C_READ
        if flags & frames.I2C_START and raw:
            self._start()
        if not raw and not self._select(address, bool(read and not data)):
            self._stop()
            return -ENODEV, b""
        acked = self._write(data)
        if not raw and read and data and not self._select(address, True):
            self._stop()
            return -ENODEV, b""
        got = self._read(count) if read else b""
        if flags & frames.I2C_STOP:
            self._stop()
        return acked, got

    def _start(self) -> None:
        """A start ends the transfer of the parts that were addressed before."""
        self.bits += 1
        for part in self.addressed:
            part.i2c_stop()
        self.addressed = []

    def _select(self, address: int, read: bool) -> bool:
        self._start()
        self.bits += BITS_A_BYTE
        self.addressed = [
            part
            for part in self._parts
            if part.powered and address in part.i2c_addresses() and part.i2c_start(address, read)
        ]
        return bool(self.addressed)

    def _write(self, data: bytes) -> int:
        """Sends bytes until one is not acknowledged. Returns how many were acknowledged."""
        if len(self.addressed) == 1:
            acked = self.addressed[0].i2c_write_all(data)
            self.bits += BITS_A_BYTE * min(acked + 1, len(data))
            return acked
        acked = 0
        for byte in data:
            self.bits += BITS_A_BYTE
            if not self._take(byte):
                break
            acked += 1
        return acked

    def _take(self, byte: int) -> bool:
        if self.addressed:
            return any([part.i2c_write(byte) for part in self.addressed])  # all of them receive it
        return self._bare_address(byte)

    def _bare_address(self, byte: int) -> bool:
        """The first byte after a start on its own is the address."""
        self.addressed = [
            part
            for part in self._parts
            if part.powered
            and byte >> 1 in part.i2c_addresses()
            and part.i2c_start(byte >> 1, bool(byte & 1))
        ]
        return bool(self.addressed)

    def _read(self, count: int) -> bytes:
        """Reads bytes. An open line gives ones; of several parts, a zero wins (open drain)."""
        self.bits += BITS_A_BYTE * count
        if len(self.addressed) == 1:
            read = self.addressed[0].i2c_read
            return bytes([read() & 0xFF for _index in range(count)])
        got = bytearray(b"\xff" * count)
        for index in range(count):
            for part in self.addressed:
                got[index] &= part.i2c_read() & 0xFF
        return bytes(got)

    def _stop(self) -> None:
        self._start()
