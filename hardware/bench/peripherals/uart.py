"""UARTs on wires: what leaves a TX pin arrives, byte by byte and in its own time, at every RX pin
on the same net, of this board or of another one.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.peripherals.peripheral import (
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

NO_PIN = 255
SETTINGS = frames.LAYOUT_UART
BREAK_BITS = 13
MOST_WAITING = 40_000
"""Bytes that may wait in one UART for their turn: a program's buffer holds up to 32,766."""
KEPT = 4096
"""Bytes that wait for a board which does not fetch them; the rest is lost, as in its FIFO."""
TOLERANCE = 0.045
"""Two ends whose baud rates differ by more read each other's bits in the wrong places: half a bit
off at the last of ten."""
S = 1_000_000_000


@dataclass
class Uart:
    """One UART of a board, as it is set up."""

    baud: int = 0
    tx: int = NO_PIN
    rx: int = NO_PIN
    bits: int = 8
    parity: int = 0
    stop: int = 1
    invert: int = 0
    free_ns: int = 0
    """When the last byte that it was given will have left."""
    heard: bytearray = field(default_factory=bytearray)
    broken: bool = False

    @property
    def frame_bits(self) -> int:
        """Bits of a byte on the wire: start, data, parity, stop."""
        return 1 + self.bits + bool(self.parity) + self.stop


class UartWires:
    """Who listens on which net, over all boards of the bench."""

    def __init__(self) -> None:
        self.ears: dict[int, list[tuple[Uarts, int]]] = defaultdict(list)


class Uarts(Peripheral):
    """All UARTs of one board; the number of a UART is its mail channel."""

    CALLS = (frames.CALL_UART_SETUP, frames.CALL_UART_WRITE, frames.CALL_UART_READ)
    COUNT = 4

    def __init__(self, desk: PeripheralHost) -> None:
        super().__init__(desk)
        self._wires: UartWires = desk.commons.setdefault(UartWires, UartWires())
        self._uarts = [Uart() for _ in range(self.COUNT)]

    def reset(self) -> None:
        for number in range(self.COUNT):
            self._set_up(number, Uart())

    def call(self, call: Call) -> Answer:
        if call.b >= self.COUNT:
            raise BadCallError("a UART that no chip has")
        if call.op == frames.CALL_UART_SETUP:
            self._set_up(call.b, _settings(call))
        elif call.op == frames.CALL_UART_WRITE:
            self._write(self._uarts[call.b], call.data, is_break=call.c == 1)
        else:
            return self._read(call.b, call.c)
        return Answer()

    # -- out ----------------------------------------------------------------------------------

    def _write(self, uart: Uart, data: bytes, is_break: bool) -> None:
        if not uart.baud:
            raise BadCallError("a UART that is off cannot send")
        bits = BREAK_BITS if is_break else uart.frame_bits
        t_ns = max(uart.free_ns, self.desk.now_ns)
        waiting_ns = t_ns - self.desk.now_ns + len(data) * bits * S // uart.baud
        if waiting_ns > MOST_WAITING * bits * S // uart.baud:
            raise BadCallError("more bytes than a UART has room for")
        uart.free_ns = t_ns + len(data) * bits * S // uart.baud
        if uart.tx == NO_PIN or not (ears := self._wires.ears.get(self._net(uart.tx))):
            return
        for count, byte in enumerate(data, start=1):
            arrival = t_ns + count * bits * S // uart.baud
            self.desk.at(arrival, partial(_tell, ears, uart, byte, is_break))

    # -- in -----------------------------------------------------------------------------------

    def hear(self, number: int, sender: Uart, byte: int, is_break: bool) -> None:
        """A byte has arrived at a UART of this board, now."""
        uart = self._uarts[number]
        if len(uart.heard) < KEPT:
            uart.heard.append(0 if is_break else _received(uart, sender, byte))
        uart.broken |= is_break
        self.desk.mail(number, True)

    def _read(self, number: int, most: int) -> Answer:
        uart = self._uarts[number]
        data = bytes(uart.heard[: min(most, frames.STATUS_BREAK - 1)])
        del uart.heard[: len(data)]
        status = len(data) + frames.STATUS_BREAK * uart.broken
        uart.broken = False
        self.desk.mail(number, bool(uart.heard))
        return Answer(status, data)

    # -- inside -------------------------------------------------------------------------------

    def _set_up(self, number: int, new: Uart) -> None:
        old = self._uarts[number]
        me = (self, number)
        if old.rx != NO_PIN:
            self._wires.ears[self._net(old.rx)].remove(me)
        if new.rx != NO_PIN:
            self._wires.ears[self._net(new.rx)].append(me)
        new.free_ns = old.free_ns if new.baud else 0
        if new.baud and old.baud:
            new.heard, new.broken = old.heard, old.broken
        if new.baud:
            self.desk.reaches(near_ns=new.frame_bits * S // new.baud)
        self._uarts[number] = new
        self.desk.mail(number, bool(new.heard))

    def _net(self, gpio: int) -> int:
        net: int = self.desk.circuit.net(gpio)
        return net


def _settings(call: Call) -> Uart:
    if len(call.data) != SETTINGS.size or call.c > 10_000_000:
        raise BadCallError("a UART set up with nonsense")
    tx, rx, bits, parity, stop, invert = SETTINGS.unpack(call.data)
    pins_good = all(pin == NO_PIN or pin < GPIOS for pin in (tx, rx))
    if not (pins_good and 1 <= bits <= 15 and parity <= 2 and 1 <= stop <= 3):
        raise BadCallError("a UART set up with nonsense")
    return Uart(call.c, tx, rx, bits, parity, stop, invert) if call.c else Uart()


def _tell(ears: list[tuple[Uarts, int]], sender: Uart, byte: int, is_break: bool) -> None:
    for uarts, number in list(ears):
        uarts.hear(number, sender, byte, is_break)


def _received(uart: Uart, sender: Uart, byte: int) -> int:
    """What the receiver makes of a byte: itself, or what it samples at the wrong times.

    The line idles high again behind the frame; the receiver looks at the middle of each of its own
    bits, counted from the start edge.
    """
    same_polarity = bool(uart.invert & 2) == bool(sender.invert & 1)
    close = abs(uart.baud - sender.baud) <= TOLERANCE * sender.baud
    if close and same_polarity and uart.bits == sender.bits:
        return byte & (1 << uart.bits) - 1
    levels = [False, *(bool(byte >> bit & 1) for bit in range(sender.bits))]
    if sender.parity:
        levels.append((byte.bit_count() & 1) == (sender.parity == 2))
    heard = 0
    for bit in range(uart.bits):
        place = int((bit + 1.5) * sender.baud / uart.baud)
        level = levels[place] if place < len(levels) else True
        heard |= (level == same_polarity) << bit
    return heard & 0xFF
