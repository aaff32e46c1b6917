"""What a part on a bus has to offer, and how a bus of the board finds the parts on its lines.

Buses are told byte by byte, not edge by edge: the board's I2C or SPI controller says what it
sends, and the parts on the same nets answer. A part says what its data sheet says of a byte.
"""

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar, Protocol, TypeVar

from hardware.bench.parts.common.part import Part
from hardware.bench.parts.common.pixels import PixelPart

__all__ = ["I2cPart", "PixelPart", "SpiPart", "parts_on"]

Kind = TypeVar("Kind", bound=Part)


class I2cPart(Part):
    """A target on an I2C bus (UM10204, the I2C specification). Override what the chip does."""

    SCL: ClassVar[str] = "SCL"
    SDA: ClassVar[str] = "SDA"

    def i2c_addresses(self) -> Collection[int]:
        """The 7-bit addresses that it answers to, as its straps are now."""
        return ()

    def i2c_start(self, address: int, read: bool) -> bool:
        """It is addressed, by a start or a repeated one; whether it acknowledges."""
        return True

    def i2c_write(self, byte: int) -> bool:
        """A byte from the board; whether it acknowledges."""
        return True

    def i2c_read(self) -> int:
        """The next byte for the board."""
        return 0xFF

    def i2c_stop(self) -> None:
        """The transfer is over, by a stop or a repeated start."""


class SpiPart(Part):
    """A target on an SPI bus, selected while its `CS` is low; to hear of an edge, it listens."""

    SCK: ClassVar[str] = "SCK"
    MOSI: ClassVar[str] = "MOSI"
    MISO: ClassVar[str] = "MISO"
    """Empty: it has none."""
    CS: ClassVar[str] = "CS"
    SPI_MODES: ClassVar[tuple[int, ...]] = (0,)
    """Clock polarity * 2 + phase of the modes in which it understands; in others it hears
    nonsense."""

    def spi_exchange(self, byte: int) -> int:
        """A byte from the board, and what goes back at the same time."""
        return 0xFF


class Attaching(Protocol):
    """What is asked of a circuit here."""

    @property
    def parts(self) -> Mapping[str, Part]: ...
    def attached(self, part: str, pin: str, gpio: int) -> bool: ...


def parts_on(
    circuit: Attaching, kind: type[Kind], pins: Callable[[Kind], Mapping[str, int]]
) -> list[Kind]:
    """The parts of a kind whose pins lie on the nets of these GPIOs, in the diagram's order.

    `pins` says for a part which of its pins has to be at which GPIO; with power or without.
    """
    return [
        part
        for part in circuit.parts.values()
        if isinstance(part, kind)
        and all(
            pin in part.pins and circuit.attached(part.id, pin, gpio)
            for pin, gpio in pins(part).items()
        )
    ]
