"""A MIFARE Classic 1K card: its answers to the frames of a reader.

The cipher is not modelled: only the card and the reader chip use it, and no program sees it.
Source: ISO/IEC 14443-3 (type A), NXP MF1S50YYX data sheet.
"""

REQA, WUPA, SELECT, HALT = 0x26, 0x52, 0x93, 0x50
KEY_A, KEY_B, READ, WRITE = 0x60, 0x61, 0x30, 0xA0
ATQA, SAK = b"\x04\x00", b"\x08"
ACK, NAK = b"\x0a", b"\x04"
NIBBLE = 4
"""Bits of an acknowledgement."""
BLOCK, BLOCKS, SECTOR_BLOCKS = 16, 64, 4
FACTORY_TRAILER = bytes.fromhex("ffffffffffff ff078069 ffffffffffff")

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


class MifareCard:
    """A card with a UID of 4 bytes and 64 blocks of 16 bytes; `memory` stays when it leaves."""

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self.memory = bytearray(BLOCK * BLOCKS)
        for sector in range(BLOCKS // SECTOR_BLOCKS):
            end = (sector + 1) * SECTOR_BLOCKS * BLOCK
            self.memory[end - BLOCK : end] = FACTORY_TRAILER
        self.memory[:BLOCK] = (uid + bytes([self.check]) + SAK + ATQA).ljust(BLOCK, b"\0")
        self.power_off()

    @property
    def check(self) -> int:
        """BCC: the exclusive or of the UID's bytes."""
        value = 0
        for byte in self.uid:
            value ^= byte
        return value

    def power_off(self) -> None:
        """The card leaves the field."""
        self._awake = self._selected = self._halted = False
        self._open_sector: int | None = None
        self._writing: int | None = None

    def receive(self, frame: bytes, bits: int) -> Answer | None:
        """Receive a frame whose last byte has `bits` valid bits (0: all). None: no answer."""
        if bits == 7 and len(frame) == 1 and frame[0] in (REQA, WUPA):
            return self._wake(frame[0])
        if not self._awake or not frame:
            return None
        if self._writing is not None:
            return self._write(frame)
        if frame[0] == SELECT and frame[1:2] == b"\x20":
            return self.uid + bytes([self.check]), 0
        if frame[-2:] != crc_a(frame[:-2]):
            return None
        if frame[:2] == bytes([SELECT, 0x70]):
            return self._select(frame[2:-2])
        return self._command(frame[:-2]) if self._selected else None

    def authenticate(self, frame: bytes) -> bool:
        """Open the sector of a block. The frame is the key type, the block, the 6 bytes of the
        key, and the UID."""
        which, block, key, uid = frame[0], frame[1], frame[2:8], frame[8:12]
        if not self._selected or uid != self.uid or block >= BLOCKS or which not in (KEY_A, KEY_B):
            return False
        trailer = self._block(block | SECTOR_BLOCKS - 1)
        correct = key == (trailer[:6] if which == KEY_A else trailer[10:])
        self._open_sector = block // SECTOR_BLOCKS if correct else None
        if not correct:
            self.power_off()
        return correct

    # -- inside ---------------------------------------------------------------------------------

    def _wake(self, how: int) -> Answer | None:
        if self._halted and how != WUPA:
            return None
        again = self._awake and not self._halted and self._selected
        self.power_off()
        if again:
            return None  # for a selected card a request is an error: it becomes idle
        self._awake = True
        return ATQA, 0

    def _select(self, uid: bytes) -> Answer | None:
        if uid != self.uid + bytes([self.check]):
            return None
        self._selected = True
        return SAK + crc_a(SAK), 0

    def _command(self, command: bytes) -> Answer | None:
        if command[0] == HALT:
            self.power_off()
            self._halted = True
            return None
        if len(command) != 2 or command[0] not in (READ, WRITE):
            return NAK, NIBBLE
        block = command[1]
        if block >= BLOCKS or self._open_sector != block // SECTOR_BLOCKS:
            return NAK, NIBBLE
        if command[0] == WRITE:
            self._writing = block
            return ACK, NIBBLE
        data = bytearray(self._block(block))
        if block % SECTOR_BLOCKS == SECTOR_BLOCKS - 1:
            data[:6] = bytes(6)  # key A can never be read
        return bytes(data) + crc_a(bytes(data)), 0

    def _write(self, frame: bytes) -> Answer | None:
        block, self._writing = self._writing, None
        if len(frame) != BLOCK + 2 or frame[-2:] != crc_a(frame[:-2]) or not block:
            return NAK, NIBBLE  # block 0 belongs to the manufacturer
        self.memory[block * BLOCK : (block + 1) * BLOCK] = frame[:-2]
        return ACK, NIBBLE

    def _block(self, number: int) -> bytes:
        return bytes(self.memory[number * BLOCK : (number + 1) * BLOCK])
