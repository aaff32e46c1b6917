"""Displays of one colour on I2C, with a controller of the kind of the SSD1306."""

from abc import abstractmethod
from collections.abc import Collection
from typing import ClassVar, Protocol

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import I2cPart
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import FAULT, Stamp
from hardware.bench.svg.displays import dots
from hardware.bench.svg.elements import mix, rect

PULL_OHMS, PULL_VOLTS = 10_000.0, 3.3
ADDRESSES = ("0x3c", "0x3d")
CONTINUES, IS_DATA = 0x80, 0x40
"""Bits of the control byte: another control byte follows the next byte; the next byte is data for
the memory."""
OFF = 0x40


class OledController(Protocol):
    """What the display does with its controller. Times are virtual nanoseconds."""

    on: bool
    contrast: int

    def reset(self) -> None:
        """The state after power-on."""

    def command(self, byte: int, t_ns: int) -> None:
        """A byte of a command."""

    def data(self, byte: int) -> None:
        """A byte for the memory."""

    def data_all(self, data: bytes) -> None:
        """The same for many bytes."""

    def pixels(self, t_ns: int) -> Pixels:
        """What the panel shows: rows of dots, each 0 or 255."""


class OledDisplay(I2cPart, Display):
    """The bytes on the bus, the pull-ups of the module, and the drawing of the panel."""

    GROUP = "displays"
    SUPPLY = ("VCC", "GND", 2.8)
    CONTROLS = {"silent": FAULT}
    ATTRS = {"i2cAddress": "0x3c"}
    FIXED_ADDRESS = True
    SCREEN: ClassVar[tuple[float, float, float, float]]
    """Left, top, width, height of the dots."""

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self._address = int(self.choice("i2cAddress", *ADDRESSES), 16)
        self.controller = self.new_controller()
        self._control: int | None = None

    @abstractmethod
    def new_controller(self) -> OledController:
        """Its controller."""

    def stamp(self, net: Stamp) -> None:
        for pin in (self.SCL, self.SDA):
            net.source(pin, PULL_VOLTS, PULL_OHMS)

    def power(self, on: bool) -> None:
        self.controller.reset()

    def i2c_addresses(self) -> Collection[int]:
        return (self._address,)

    def i2c_start(self, address: int, read: bool) -> bool:
        self._control = None
        return not self.values["silent"]

    def i2c_write(self, byte: int) -> bool:
        if self._control is None:
            self._control = byte
            return True
        if self._control & IS_DATA:
            self.controller.data(byte)
        else:
            self.controller.command(byte, self.world.now_ns)
        if self._control & CONTINUES:
            self._control = None
        return True

    def i2c_write_all(self, data: bytes) -> int:
        """All bytes behind a control byte without `CONTINUES` are alike."""
        at = 0
        while at < len(data):
            control = self._control
            if control is not None and control & IS_DATA and not control & CONTINUES:
                self.controller.data_all(data[at:])
                break
            self.i2c_write(data[at])
            at += 1
        return len(data)

    def i2c_takes_all(self) -> bool:
        return not self.values["silent"]

    def i2c_read(self) -> int:
        return 0 if self.controller.on else OFF

    def pixels(self) -> Pixels:
        return self.controller.pixels(self.world.now_ns)

    def screen(self) -> str:
        """The panel with the lit dots; less contrast makes them darker."""
        x, y, wide, high = self.SCREEN
        light = mix("#3c6f8f", "#bff3ff", self.controller.contrast / 255)
        glass = rect(x - 1.5, y - 1.5, wide + 3, high + 3, "#05070a", 1.5)
        lit = self.pixels() > 0
        rows, columns = lit.shape
        return glass + dots(lit, x, y, (wide / columns, high / rows), light)
