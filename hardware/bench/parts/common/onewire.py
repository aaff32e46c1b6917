"""The target side of a 1-Wire bus: reset, presence pulse, time slots, and the ROM commands.

Times are those of the DS18B20 data sheet (rev. 042208), "1-Wire bus system" and its AC table. A
written bit is a 1 when the pulse is shorter than 30 µs (15 to 60 µs are allowed), and a target
holds a 0 for the same time.
"""

from abc import abstractmethod
from collections.abc import Generator, Sequence
from typing import ClassVar

from hardware.bench.parts.common.module import Module

US = 1000
RESET_NS = 480 * US * 9 // 10
"""The shortest reset for a target: 480 µs, less the tolerance of the target's clock."""
WAIT_NS, PRESENCE_NS, SLOT_NS = 30 * US, 120 * US, 30 * US
READ_ROM, MATCH_ROM, SKIP_ROM, SEARCH_ROM, ALARM_SEARCH = 0x33, 0x55, 0xCC, 0xF0, 0xEC

LONGEST_NS = 120 * US
"""A longer pulse of the host is no slot (data sheet); it may become a reset."""
Transaction = Generator[Sequence[int] | None, int, None]
"""The bits that follow a reset: it yields bits to send, or None to receive one."""


def crc8(data: bytes) -> int:
    """The CRC of 1-Wire: x^8 + x^5 + x^4 + 1, least significant bit first."""
    crc = 0
    for byte in data:
        for n in range(8):
            mixed = (crc ^ byte >> n) & 1
            crc = crc >> 1 ^ (0x8C if mixed else 0)
    return crc


class OneWireTarget(Module):
    """A chip on a 1-Wire bus. Subclasses define `rom` and `function`."""

    WIRE: ClassVar[str] = "DQ"
    rom = bytes(8)
    """Family code, serial number and CRC, in the order of sending."""

    @abstractmethod
    def function(self, command: int) -> Transaction:
        """Run a function command for this chip or for all chips."""

    @property
    def has_alarm(self) -> bool:
        """Whether it answers an alarm search."""
        return False

    @property
    def unresponsive(self) -> bool:
        """A fault: the chip receives nothing."""
        return False

    def begin(self) -> None:
        self._transaction: Transaction | None = None
        self._bits: Sequence[int] | None = None
        self._sent = 0
        self._in_presence = self._receives = False
        self._fell_ns = self.world.now_ns
        self._held_ns = 0

    @property
    def bits_to_send(self) -> Sequence[int]:
        """The bits that it will send in the next slots, as far as it knows them."""
        known = self._transaction is not None and not self._in_presence and not self.unresponsive
        return self._bits[self._sent :] if known and self._bits else ()

    @property
    def in_presence(self) -> bool:
        """Whether it was reset just now, and takes no notice of the wire."""
        return self._in_presence

    @property
    def held_ns(self) -> int:
        """Until when it holds the wire low, for a 0; 0: it does not."""
        return self._held_ns if self._held_ns > self.world.now_ns else 0

    def level_changed(self, pin: str, high: bool) -> None:
        if self._in_presence or self.unresponsive:
            return
        if not high:
            self._fell_ns = self.world.now_ns
            self._slot()
            return
        low_ns = self.world.now_ns - self._fell_ns
        if self._receives:
            self._receives = False
            self._advance(int(low_ns < SLOT_NS))
        if low_ns >= RESET_NS:
            self._reset()

    # -- slots --------------------------------------------------------------------------------

    def _reset(self) -> None:
        self.forget()
        self._in_presence = True
        self._transaction = self._rom_command()
        self._bits = next(self._transaction)
        self.after(WAIT_NS, lambda: self.drive(self.WIRE, False))
        self.after(WAIT_NS + PRESENCE_NS, self._end_presence)

    def _end_presence(self) -> None:
        self.drive(self.WIRE, None)
        self._in_presence = False
        self._fell_ns = self.world.now_ns  # another target may hold the wire a little longer

    def _slot(self) -> None:
        """The host started a slot: send a bit, or receive one."""
        if self._transaction is None:
            return
        self._receives = self._bits is None
        if self._bits is None:
            return  # the end of the pulse tells the bit: an event of the target costs a request
        bit = self._bits[self._sent]
        self._sent += 1
        if bit == 0:
            self._held_ns = self.world.now_ns + SLOT_NS
            self.drive(self.WIRE, False)
            self.announce(self.WIRE, [(SLOT_NS, None)])
        if self._sent == len(self._bits):
            self._advance(0)

    def _advance(self, bit: int) -> None:
        self._sent = 0
        try:
            self._bits = self._transaction.send(bit) if self._transaction else None
        except StopIteration:
            self._transaction = None

    # -- ROM commands -------------------------------------------------------------------------

    def _rom_command(self) -> Transaction:
        command = yield from read_byte()
        if command == READ_ROM:
            yield from send(self.rom)
        elif command == SEARCH_ROM or (command == ALARM_SEARCH and self.has_alarm):
            yield from self._search()
            return
        elif command == MATCH_ROM:
            for byte in self.rom:
                if (yield from read_byte()) != byte:
                    return
        elif command != SKIP_ROM:
            return
        yield from self.function((yield from read_byte()))

    def _search(self) -> Transaction:
        """Send each bit and its complement; stop when the host selects the other value."""
        for byte in self.rom:
            for n in range(8):
                bit = byte >> n & 1
                yield bit, 1 - bit
                if (yield None) != bit:
                    return


def read_byte() -> Generator[Sequence[int] | None, int, int]:
    """A byte from the host, least significant bit first."""
    byte = 0
    for n in range(8):
        byte |= (yield None) << n
    return byte


def send(data: bytes) -> Transaction:
    """Bytes to the host, least significant bit first."""
    yield [byte >> n & 1 for byte in data for n in range(8)]
