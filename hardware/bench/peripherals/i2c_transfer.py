"""One call on an I2C bus: start, address, bytes, stop (I2C specification, UM10204)."""

from errno import ENODEV

from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.protocol import frames

BITS_A_BYTE = 9
"""Eight bits and the acknowledge."""


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
