"""A chip of the ESP32 series on its serial line, up to the moment at which its program starts.

chip = Chip(chip_type.load("esp32"), mac, NorFlash(store, size, mac), line)
chip.reset("power_on", download=True)      # prints "waiting for download"
chip.receive(packets)                      # answers, as the ROM or the stub
"""

from typing import Protocol

from hardware.bench.chip import slip
from hardware.bench.chip.boot import boot, download_log
from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.image import Image
from hardware.bench.chip.loader import Loader, RomLoader, StubLoader
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.chip.registers import Registers


class ChipLine(Protocol):
    """What a chip is connected to."""

    @property
    def host_baud(self) -> int:
        """The rate of the other end; 0: not known."""

    def send(self, data: bytes) -> None:
        """Bytes from the chip's UART."""

    def set_baud(self, baud: int) -> None:
        """The UART's rate has changed."""

    def reset_baud(self) -> None:
        """The UART has the rate with which it starts."""

    def restart(self) -> None:
        """The loader wants the chip to be reset."""


class Chip:
    """A chip, its flash, and the loader that runs on it. See `LoaderHost` (loader.py)."""

    def __init__(self, kind: ChipType, mac: bytes, flash: NorFlash, line: ChipLine) -> None:
        """`mac` has 6 bytes."""
        self.kind = kind
        self.mac = mac
        self.flash = flash
        self.image: Image | None = None
        """The program that runs; None while there is none."""
        self.registers = Registers(kind, mac, flash)
        self.loader: Loader | None = None
        """What answers on the serial line; None while a program runs, or nothing at all."""
        self._line = line
        self._slip = slip.SlipDecoder()

    def reset(self, cause: str, *, download: bool) -> bool:
        """Starts anew; `download`: GPIO0 (on a C3 GPIO9) is low, so the ROM waits for a flashing
        program.

        Prints what the chip prints. Returns whether a program starts.
        """
        self.registers = Registers(self.kind, self.mac, self.flash)
        self._slip.clear()
        self._line.reset_baud()
        self.loader = self.image = None
        if download:
            self._line.send(download_log(self.kind, cause).encode())
            self.loader = RomLoader(self)
        else:
            result = boot(self.kind, self.flash, cause)
            self._line.send(result.log.encode())
            self.image = result.image
        return self.image is not None

    def receive(self, data: bytes) -> None:
        """Bytes for the chip's UART, while no program runs."""
        for packet in self._slip.feed(data):
            if self.loader:
                self.loader.take(packet)

    # -- for the loader

    def send(self, packet: bytes) -> None:
        """See `LoaderHost`."""
        self._line.send(slip.encode(packet))

    def set_baud(self, baud: int) -> None:
        """See `LoaderHost`."""
        self.registers.baud = baud
        self._line.set_baud(baud)

    def measure_baud(self) -> None:
        """See `LoaderHost`."""
        if self._line.host_baud:
            self.set_baud(self._line.host_baud)

    def enter(self, address: int) -> None:
        """See `LoaderHost`. A known stub is replaced by ours; other code cannot run here, and the
        line is silent."""
        is_stub = address in self.kind.stub_addresses
        self.registers.flash_attached |= is_stub  # the stub does it when it starts
        self.loader = StubLoader(self) if is_stub else None

    def restart(self) -> None:
        """See `LoaderHost`."""
        self._line.restart()
