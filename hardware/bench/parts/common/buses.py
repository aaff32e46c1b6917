"""Parts on an I2C or SPI bus: the base classes, with what a chip can do.

A bus works byte by byte, not edge by edge: the board's controller passes on each byte, and the
parts on the same nets answer it as their data sheets say.
"""

from collections.abc import Collection
from typing import ClassVar

from hardware.bench.parts.common.part import Part


class I2cPart(Part):
    """A target on an I2C bus (I2C specification, UM10204). Override what the chip does."""

    SCL: ClassVar[str] = "SCL"
    SDA: ClassVar[str] = "SDA"

    def i2c_addresses(self) -> Collection[int]:
        """The 7-bit addresses that it answers now."""
        return ()

    def i2c_start(self, address: int, read: bool) -> bool:
        """A start, or a repeated one, with its address. Returns whether it acknowledges."""
        return True

    def i2c_write(self, byte: int) -> bool:
        """A byte from the board. Returns whether it acknowledges."""
        return True

    def i2c_write_all(self, data: bytes) -> int:
        """Bytes from the board, until one is not acknowledged. Returns how many were."""
        for count, byte in enumerate(data):
            if not self.i2c_write(byte):
                return count
        return len(data)

    def i2c_read(self) -> int:
        """The next byte for the board."""
        return 0xFF

    def i2c_stop(self) -> None:
        """The end of the transfer: a stop or a repeated start."""


class SpiPart(Part):
    """A target on an SPI bus, selected while its `CS` is low. To notice the edge of `CS`, it puts
    the pin in `LISTENS`."""

    SCK: ClassVar[str] = "SCK"
    MOSI: ClassVar[str] = "MOSI"
    MISO: ClassVar[str] = "MISO"
    """Empty: the chip has none."""
    CS: ClassVar[str] = "CS"
    SPI_MODES: ClassVar[tuple[int, ...]] = (0,)
    """The modes (2 * clock polarity + phase) that the chip works in; in others bits are
    shifted."""

    def spi_exchange(self, byte: int) -> int:
        """A byte from the board. Returns the byte that goes back at the same time."""
        return 0xFF

    def spi_exchange_all(self, data: bytes) -> bytes:
        """Bytes from the board, while nothing else changes. Returns those that go back."""
        return bytes(self.spi_exchange(byte) for byte in data)
