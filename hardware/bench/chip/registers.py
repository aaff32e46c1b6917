"""The memory of a chip in words of 32 bits, as READ_REG and WRITE_REG see it, with the registers
that do something: the SPI controller of the flash, the fuses, the divider of the UART.
"""

from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.parts.common.onewire import crc8

EFUSE_BYTES = 0x200
"""Size of the registers of the fuses, on every chip."""
ALL_BITS = 0xFFFFFFFF

RUN = 1 << 18
"""SPI_CMD_REG: runs a transfer as SPI_USER_REG describes it."""
SENDS_ADDRESS, RECEIVES, SENDS_DATA = 1 << 30, 1 << 28, 1 << 27
"""Bits of SPI_USER_REG."""
LENGTH_BITS = 0x1FF
"""The bits less one of a transfer: 64 bytes at most."""


class Registers:
    """Words by their address, after a reset of the chip.

    Fuses cannot be burned: writes to their registers have no effect.
    """

    def __init__(self, kind: ChipType, mac: bytes, flash: NorFlash) -> None:
        """`mac` has 6 bytes."""
        self.baud = 115_200
        """The rate of the UART. The ROM measures it at the first SYNC."""
        self.flash_attached = False
        """Whether the flash is at the SPI controller: before that, nothing answers there."""
        self._kind = kind
        self._flash = flash
        self._words = dict(kind.words)
        self._words[kind.efuse.base + kind.efuse.mac] = int.from_bytes(mac[2:], "big")
        upper = int.from_bytes(mac[:2], "big") | (crc8(mac) << 16 if kind.efuse.mac_has_crc else 0)
        self._words[kind.efuse.base + kind.efuse.mac + 4] = upper

    def read(self, address: int) -> int:
        """The word at an address; 0 where nothing was written."""
        if address == self._kind.uart_divider:
            return round(self._kind.xtal_hz / self.baud)
        return self._words.get(address, 0)

    def write(self, address: int, value: int, mask: int = ALL_BITS) -> None:
        """Sets the bits of `mask`."""
        if 0 <= address - self._kind.efuse.base < EFUSE_BYTES:
            return
        value = self.read(address) & ~mask | value & mask
        if address == self._kind.spi.base and value & RUN:
            self._transfer()
            value &= ~RUN  # the controller clears it at the end
        self._words[address] = value

    def load(self, address: int, data: bytes) -> None:
        """Puts bytes into RAM, from the address of a word on."""
        for at in range(0, len(data), 4):
            self._words[address + at] = int.from_bytes(data[at : at + 4], "little")

    def _transfer(self) -> None:
        """One command to the flash."""
        spi = self._kind.spi
        base, user = spi.base, self.read(spi.base + spi.user)
        opcode = self.read(base + spi.user + 8) & 0xFF
        address = 0
        if user & SENDS_ADDRESS:
            address = self.read(base + 4)
            if spi.address_is_left:
                bits = (self.read(base + spi.user + 4) >> 26) + 1
                address >>= 32 - bits
        sent, received = (
            (self.read(base + spi.user + offset) & LENGTH_BITS) // 8 + 1 if user & bit else 0
            for bit, offset in ((SENDS_DATA, 0xC), (RECEIVES, 0x10))
        )
        words = [self.read(base + spi.data + at) for at in range(0, sent, 4)]
        data = b"".join(word.to_bytes(4, "little") for word in words)[:sent]
        if self.flash_attached:
            answer = self._flash.command(opcode, address, data, received)
        else:
            answer = bytes(received)
        self.load(base + spi.data, answer)
