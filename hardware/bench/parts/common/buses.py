"""Parts on an I2C or SPI bus, or at a UART: the base classes, with what a chip can do.

A bus works byte by byte, not edge by edge: the board's controller passes on each byte, and the
parts on the same nets answer it as their data sheets say.
"""

from collections.abc import Callable, Collection
from typing import ClassVar

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Part


class I2cPart(Part):
    """A target on an I2C bus (I2C specification, UM10204). Override what the chip does."""

    SCL: ClassVar[str] = "SCL"
    SDA: ClassVar[str] = "SDA"
    FIXED_ADDRESS: ClassVar[bool] = False
    """Whether its addresses change only with a control or its supply: not by themselves, and not
    with a level at a pin."""

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

    def i2c_takes_all(self) -> bool:
        """Whether it acknowledges its address and all bytes of every write, as it is now, and no
        other part and no pin can notice what is written."""
        return False

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
    """Empty: the chip has none, and takes all that is on the bus."""
    SPI_MODES: ClassVar[tuple[int, ...]] = (0,)
    """The modes (2 * clock polarity + phase) that the chip works in; in others bits are
    shifted."""

    def spi_exchange(self, byte: int) -> int:
        """A byte from the board. Returns the byte that goes back at the same time."""
        return 0xFF

    def spi_exchange_all(self, data: bytes) -> bytes:
        """Bytes from the board, while nothing else changes. Returns those that go back."""
        return bytes(self.spi_exchange(byte) for byte in data)


UART_BITS = 10
"""Bits of a byte on the wire: start, eight of data, stop."""
S = 1_000_000_000


class UartPart(Part):
    """A part with a UART of 8 data bits, no parity and one stop bit: a board's TX goes to its
    `RX`, its `TX` to a board's RX. Its TX is high at rest: it is one of its `OUTPUTS`."""

    RX: ClassVar[str] = "RX"
    TX: ClassVar[str] = "TX"
    BAUD: ClassVar[int] = 9600

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.baud = self.BAUD
        self.uart_lines: list[Callable[[bytes, int], None]] = []
        """The UARTs of boards at its TX: each gets bytes, and when the first one begins (ns)."""
        self._free_ns = 0

    def uart_received(self, data: bytes) -> None:
        """Bytes from a board, at the end of the last one."""

    @property
    def baud(self) -> int:
        """Bits a second, now. Raises: ValueError when it is set to no whole number above 0."""
        return self._baud

    @baud.setter
    def baud(self, value: int) -> None:
        if type(value) is not int or value < 1:
            raise ValueError(f"baud is {value!r}, not a whole number above 0")
        self._baud = value

    def uart_send(self, data: bytes) -> None:
        """Sends bytes, after those that are still to be sent."""
        data = bytes(memoryview(data))  # a text or a list raises here, in whoever gave it
        start_ns = max(self._free_ns, self.world.now_ns)
        self._free_ns = start_ns + len(data) * UART_BITS * S // self.baud
        for line in self.uart_lines:
            line(data, start_ns)
