"""A USB-to-serial adapter: the wires of a UART are a serial port of a computer."""

from collections.abc import Callable, Hashable, Mapping

from hardware.bench.diagram import PartSpec, suggest
from hardware.bench.parts.common.buses import UartPart
from hardware.bench.parts.common.module import DRIVE_OHMS
from hardware.bench.parts.common.part import Part, PartView, Stamp
from hardware.bench.svg.elements import rect
from hardware.bench.svg.pcb import chip, header, pcb, reading
from hardware.errors import HardwareError
from hardware.i18n import _, both

LOGIC_VOLTS = 3.3
KEPT, SHOWN = 4096, 6
"""How many of the last bytes are kept, and how many of them the drawing shows."""


class UsbSerial(UartPart):
    """Pins `GND RX TX`, like a CP2102 at a computer's USB: its supply comes from there. What a
    board sends to RX arrives at the computer, what the computer sends leaves at TX, with 8 data
    bits, no parity and one stop bit. The part is ours: Wokwi has none.

    Attribute `baud`: the rate until a program on the computer sets another one. The bytes come
    from a step of an episode or scenario, or from a program that has opened the port of a live
    bench (`%bench port` in a notebook).
    """

    TYPES = ("warsha-usb-serial",)
    TITLE = both("USB-to-serial adapter")
    GROUP = "modules"
    PINS = {"GND": (0, 19.2), "RX": (0, 28.8), "TX": (0, 38.4)}
    SIZE = (110.4, 57.6)
    ATTRS = {"baud": "115200"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.baud = int(self.number("baud", 300, 3_000_000))
        self.unread = b""
        """What has come from the board, the last bytes that no step has waited for."""
        self._shown = b""
        self.on_received: Callable[[bytes], None] = lambda data: None

    @property
    def state(self) -> Hashable:
        return ()

    def stamp(self, net: Stamp) -> None:
        net.source("TX", LOGIC_VOLTS, DRIVE_OHMS)

    def uart_received(self, data: bytes) -> None:
        self.unread = (self.unread + data)[-KEPT:]
        self._shown = (self._shown + data)[-SHOWN:]
        self.on_received(data)

    def send(self, data: bytes, baud: int) -> None:
        """The computer sends, at a rate that both directions have from now on."""
        self.baud = baud
        self.uart_send(data)

    def svg(self, view: PartView) -> str:
        return (
            pcb(self.SIZE, "#a3282e")
            + rect(88, 17, 26, 24, "#c9ced6", 1.5)
            + chip(44, 10, 26, 20, "USB")
            + reading(58, 46, self._shown.hex(" "), size=6.6)
            + header(self.PINS, self.SIZE)
        )


def usb_serial(parts: Mapping[str, Part], part_id: str) -> UsbSerial:
    """The adapter of this id. Raises: HardwareError."""
    part = parts.get(part_id)
    if isinstance(part, UsbSerial):
        return part
    known = [name for name, other in parts.items() if isinstance(other, UsbSerial)]
    what = _("{part} is no USB-to-serial adapter of this circuit").format(part=repr(part_id))
    raise HardwareError(what, suggest(part_id, known))
