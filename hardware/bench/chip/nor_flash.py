"""The flash chip beside an ESP: NOR memory, and the SPI commands that programs send to it
directly.

Sources: data sheet of Winbond W25Q32JV (commands, status registers), JESD216 (SFDP).
"""

from typing import NamedTuple

from hardware.bench.flash import ByteStore

SECTOR, BLOCK_64K = 0x1000, 0x10000
MAKERS = (0xEF, 0xC8, 0x20, 0x68)
"""JEDEC numbers of Winbond, GigaDevice, XMC and Boya."""
READ_STATUS, WRITE_STATUS = (0x05, 0x35, 0x15), (0x01, 0x31, 0x11)
"""Opcodes of the status registers 1, 2 and 3."""
BUSY_OR_WRITABLE = 0b11
"""The bits of status register 1 that only the chip sets: it is never busy here."""


class FlashId(NamedTuple):
    """What tells one flash chip from another."""

    maker: int
    device: int
    unique: bytes
    """8 bytes."""


class NorFlash:
    """Writing clears bits; erasing sets all bits of sectors of 4096 bytes.

    Args:
        store: the bytes, `size` of them.
        identity: any bytes; the same bytes give the same maker and unique id.
    """

    def __init__(self, store: ByteStore, size: int, identity: bytes) -> None:
        self.size = size
        self.id = FlashId(
            MAKERS[identity[-1] % len(MAKERS)],
            0x4000 | size.bit_length() - 1,
            bytes(byte ^ 0x5A for byte in identity).rjust(8, b"\0")[-8:],
        )
        self._store = store
        self._status = [0, 0, 0]
        self._sfdp = _sfdp(size)

    def has(self, at: int, size: int) -> bool:
        """Whether these bytes exist."""
        return at >= 0 and size >= 0 and at + size <= self.size

    def read(self, at: int, size: int) -> bytes:
        """Bytes from an address on."""
        return self._store.read(at, size)

    def program(self, at: int, data: bytes) -> None:
        """Clears the bits that are 0 in `data`."""
        old = int.from_bytes(self.read(at, len(data)), "little")
        new = old & int.from_bytes(data, "little")
        self._store.write(at, new.to_bytes(len(data), "little"))

    def erase(self, at: int, size: int) -> None:
        """Sets all bits of the sectors from `at` on that hold `size` bytes."""
        first = at // SECTOR * SECTOR
        end = min(-(-(at + size) // SECTOR) * SECTOR, self.size)
        for start in range(first, end, BLOCK_64K):
            self._store.write(start, b"\xff" * min(BLOCK_64K, end - start))

    def command(self, opcode: int, address: int, data: bytes, size: int) -> bytes:
        """Runs an SPI command: what the chip answers, `size` bytes. It ignores commands that it
        does not know, and then nothing drives the line: all bits are 1."""
        return (self._run(opcode, address, data, size) or b"")[:size].ljust(size, b"\xff")

    def _run(self, opcode: int, address: int, data: bytes, size: int) -> bytes | None:
        if opcode in READ_STATUS:
            return bytes((self._status[READ_STATUS.index(opcode)],)) * size
        if opcode in WRITE_STATUS:
            self._write_status(WRITE_STATUS.index(opcode), data)
        match opcode:
            case 0x9F:  # JEDEC id
                return bytes((self.id.maker, self.id.device >> 8, self.id.device & 0xFF))
            case 0x4B:
                return self.id.unique
            case 0x5A:
                return self._sfdp[address:]
            case 0x03 if self.has(address, size):
                return self.read(address, size)
            case 0x02 if self.has(address, len(data)):
                self.program(address, data)
            case 0x20 | 0xD8 if self.has(address, 1):
                size = SECTOR if opcode == 0x20 else BLOCK_64K
                self.erase(address // size * size, size)
            case 0x60 | 0xC7:
                self.erase(0, self.size)
        return None

    def _write_status(self, first: int, data: bytes) -> None:
        for number, value in enumerate(data[: len(self._status) - first], first):
            self._status[number] = value & ~BUSY_OR_WRITABLE if number == 0 else value


def _sfdp(size: int) -> bytes:
    """The table by which programs find out what a flash can do: a header, and the basic parameters
    at 0x30."""
    header = b"SFDP" + bytes.fromhex("050100ff 00050110 300000ff")
    bits = (8 * size - 1).to_bytes(4, "little")
    basic = bytes.fromhex("e520f9ff") + bits + bytes.fromhex("44eb086b 083b42bb feffffff ffff0000")
    rest = bytes.fromhex(
        "ffff40eb 0c200f52 10d80000 3602a600 82ea14c9 e9637633 7a757a75 f7a2d55c 19f74dff e930f880"
    )
    return header.ljust(0x30, b"\xff") + basic + rest
