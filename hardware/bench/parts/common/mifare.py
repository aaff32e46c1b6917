"""Contactless cards of the MIFARE family: their answers to the frames of a reader.

The cipher is not modelled: only the card and the reader chip use it, and no program sees it.
Sources: ISO/IEC 14443-3 (type A); NXP data sheets MF1S50YYX (Classic 1K), MF1ICS20 (Mini), MF0ICU1
(Ultralight); AN10833 (ATQA and SAK).
"""

from abc import abstractmethod
from functools import reduce
from operator import xor

REQA, WUPA, HALT = 0x26, 0x52, 0x50
SELECTS = (0x93, 0x95)
"""By level of the cascade: 4 bytes of the UID are selected at a time."""
CASCADE_TAG, INCOMPLETE = b"\x88", b"\x04"
"""What stands for the bytes that follow at the next level, and the SAK before the last level."""
KEY_A, KEY_B, READ, WRITE, WRITE_PAGE = 0x60, 0x61, 0x30, 0xA0, 0xA2
ACK, NAK = b"\x0a", b"\x04"
NIBBLE = 4
"""Bits of an acknowledgement."""
BLOCK, SECTOR_BLOCKS = 16, 4
FACTORY_TRAILER = bytes.fromhex("ffffffffffff ff078069 ffffffffffff")
PAGE, PAGES, LOCKS, OTP = 4, 16, 2, 3
"""Of an Ultralight: the bytes of a page, the pages, and those with lock bits and one-time bits."""

Answer = tuple[bytes, int]
"""The bytes, and the number of valid bits in the last one (0: all)."""


def crc_a(data: bytes, start: int = 0x6363) -> bytes:
    """The CRC of ISO 14443-3 type A, low byte first."""
    crc = start
    for byte in data:
        mixed = (byte ^ crc) & 0xFF
        mixed = (mixed ^ mixed << 4) & 0xFF
        crc = crc >> 8 ^ mixed << 8 ^ mixed << 3 ^ mixed >> 4
    return (crc & 0xFFFF).to_bytes(2, "little")


def checked(part: bytes) -> bytes:
    """Bytes of a UID with their BCC, the exclusive or of all."""
    return part + bytes([reduce(xor, part)])


class ContactlessCard:
    """A card of any kind: it is found, selected and halted. `memory` stays when it leaves."""

    atqa: bytes
    sak: bytes
    memory: bytearray

    def __init__(self, uid: bytes) -> None:
        """The UID has 4 or 7 bytes."""
        self.uid = uid
        parts = [uid] if len(uid) == 4 else [CASCADE_TAG + uid[:3], uid[3:]]
        self._levels = [checked(part) for part in parts]
        self.power_off()

    def power_off(self) -> None:
        """The card leaves the field."""
        self._awake = self._halted = False
        self._level = 0
        """How many levels of the cascade are selected."""
        self._writing: int | None = None

    def receive(self, frame: bytes, bits: int) -> Answer | None:
        """Receive a frame whose last byte has `bits` valid bits (0: all). None: no answer."""
        if bits == 7 and len(frame) == 1 and frame[0] in (REQA, WUPA):
            return self._wake(frame[0])
        if not self._awake or not frame:
            return None
        if self._writing is not None:
            block, self._writing = self._writing, None
            is_good = len(frame) == BLOCK + 2 and frame[-2:] == crc_a(frame[:-2])
            return self._written(block, frame[:-2]) if is_good else (NAK, NIBBLE)
        level = SELECTS.index(frame[0]) if frame[0] in SELECTS else len(SELECTS)
        here = self._levels[level] if level <= self._level and level < len(self._levels) else b""
        if here and frame[1:2] == b"\x20":
            return here, 0
        if frame[-2:] != crc_a(frame[:-2]):
            return None
        if here and frame[1:2] == b"\x70":
            return self._select(level, frame[2:-2])
        return self._command(frame[:-2]) if self._selected else None

    def authenticate(self, frame: bytes) -> bool:
        """Whether the card takes a key. The frame is the key type, the block, the 6 bytes of the
        key, and the UID."""
        return False

    @property
    def _selected(self) -> bool:
        return self._level == len(self._levels)

    def _wake(self, how: int) -> Answer | None:
        if self._halted and how != WUPA:
            return None
        again = self._awake and not self._halted and self._selected
        self.power_off()
        if again:
            return None  # for a selected card a request is an error: it becomes idle
        self._awake = True
        return self.atqa, 0

    def _select(self, level: int, part: bytes) -> Answer | None:
        if part != self._levels[level]:
            return None
        self._level = level + 1
        sak = self.sak if self._selected else INCOMPLETE
        return sak + crc_a(sak), 0

    def _command(self, command: bytes) -> Answer | None:
        """A command to the selected card, without its CRC."""
        if command[0] == HALT:
            self.power_off()
            self._halted = True
            return None
        if len(command) != 2 or command[0] not in (READ, WRITE) or not self._opens(command[1]):
            return NAK, NIBBLE
        if command[0] == WRITE:
            self._writing = command[1]
            return ACK, NIBBLE
        data = self._read(command[1])
        return data + crc_a(data), 0

    @abstractmethod
    def _opens(self, number: int) -> bool:
        """Whether a block may be read and written now."""

    @abstractmethod
    def _read(self, number: int) -> bytes:
        """The 16 bytes that a reader gets."""

    @abstractmethod
    def _written(self, number: int, data: bytes) -> Answer:
        """16 bytes have come for a block."""


class MifareClassic(ContactlessCard):
    """A MIFARE Classic 1K (64 blocks of 16 bytes) or a MIFARE Mini (20 blocks)."""

    atqa = b"\x04\x00"

    def __init__(self, uid: bytes, blocks: int = 64) -> None:
        self.sak = b"\x08" if blocks == 64 else b"\x09"
        self._blocks = blocks
        self.memory = bytearray(BLOCK * blocks)
        for sector in range(blocks // SECTOR_BLOCKS):
            end = (sector + 1) * SECTOR_BLOCKS * BLOCK
            self.memory[end - BLOCK : end] = FACTORY_TRAILER
        self.memory[:BLOCK] = (checked(uid) + self.sak + self.atqa).ljust(BLOCK, b"\0")
        super().__init__(uid)

    def power_off(self) -> None:
        super().power_off()
        self._open_sector: int | None = None

    def authenticate(self, frame: bytes) -> bool:
        """Open the sector of a block."""
        which, block, key, uid = frame[0], frame[1], frame[2:8], frame[8:12]
        known = which in (KEY_A, KEY_B) and block < self._blocks
        if not self._selected or uid != self.uid or not known:
            return False
        trailer = self._block(block | SECTOR_BLOCKS - 1)
        correct = key == (trailer[:6] if which == KEY_A else trailer[10:])
        self._open_sector = block // SECTOR_BLOCKS if correct else None
        if not correct:
            self.power_off()
        return correct

    def _opens(self, number: int) -> bool:
        return number < self._blocks and self._open_sector == number // SECTOR_BLOCKS

    def _read(self, number: int) -> bytes:
        data = self._block(number)
        is_trailer = number % SECTOR_BLOCKS == SECTOR_BLOCKS - 1
        return bytes(6) + data[6:] if is_trailer else data  # key A can never be read

    def _written(self, number: int, data: bytes) -> Answer:
        if not number:
            return NAK, NIBBLE  # block 0 belongs to the manufacturer
        self.memory[number * BLOCK : (number + 1) * BLOCK] = data
        return ACK, NIBBLE

    def _block(self, number: int) -> bytes:
        return bytes(self.memory[number * BLOCK : (number + 1) * BLOCK])


class MifareUltralight(ContactlessCard):
    """A MIFARE Ultralight: a UID of 7 bytes, and 16 pages of 4 bytes that need no key."""

    atqa, sak = b"\x44\x00", b"\x00"

    def __init__(self, uid: bytes) -> None:
        super().__init__(uid)
        first, second = self._levels
        self.memory = bytearray((first[1:] + second + b"\x48").ljust(PAGE * PAGES, b"\0"))

    def _command(self, command: bytes) -> Answer | None:
        if command[0] != WRITE_PAGE:
            return super()._command(command)
        if len(command) != 2 + PAGE or not self._opens(command[1]):
            return NAK, NIBBLE
        return self._written(command[1], command[2:])

    def _opens(self, number: int) -> bool:
        return number < PAGES

    def _read(self, number: int) -> bytes:
        """Four pages; after the last one comes the first."""
        return bytes((self.memory + self.memory)[number * PAGE :][:BLOCK])

    def _written(self, number: int, data: bytes) -> Answer:
        """Only the first page of the data counts. Lock bits and the bits of page 3 can only be
        set."""
        at = number * PAGE
        locks = int.from_bytes(self.memory[LOCKS * PAGE + 2 : LOCKS * PAGE + 4], "little")
        is_locked = number >= OTP and locks >> number & 1
        if number < LOCKS or is_locked:
            return NAK, NIBBLE
        kept = 2 if number == LOCKS else 0
        for place in range(kept, PAGE):
            old = self.memory[at + place] if number in (LOCKS, OTP) else 0
            self.memory[at + place] = old | data[place]
        return ACK, NIBBLE
