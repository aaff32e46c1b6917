"""UARTs: bytes from a TX pin arrive one by one, each after its time on the wire, at every RX pin
on the same net, of this board or of another one."""

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
"""The most bytes that wait to be sent by one UART: a program's buffer holds up to 32,766."""
KEPT = 4096
"""The most bytes that wait for a board that does not fetch them. More are lost, as in its FIFO."""
TOLERANCE = 0.045
"""If two baud rates differ by more, bits are read in the wrong places: half a bit too early or too
late at the last of ten."""
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
    """When the last byte to send will have left."""
    received: bytearray = field(default_factory=bytearray)
    break_came: bool = False

    @property
    def frame_bits(self) -> int:
        """Bits of a byte on the wire: start, data, parity, stop."""
        return 1 + self.bits + bool(self.parity) + self.stop


class UartWires:
    """The receivers on each net, over all boards of the bench."""

    def __init__(self) -> None:
        self.receivers: dict[int, list[tuple[Uarts, int]]] = defaultdict(list)


class Uarts(Peripheral):
    """All UARTs of one board. The number of a UART is its interrupt channel."""

    CALLS = (frames.CALL_UART_SETUP, frames.CALL_UART_WRITE, frames.CALL_UART_READ)
    COUNT = 4

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._wires: UartWires = board.commons.setdefault(UartWires, UartWires())
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
        t_ns = max(uart.free_ns, self.board.now_ns)
        waiting_ns = t_ns - self.board.now_ns + len(data) * bits * S // uart.baud
        if waiting_ns > MOST_WAITING * bits * S // uart.baud:
            raise BadCallError("more bytes than a UART has room for")
        uart.free_ns = t_ns + len(data) * bits * S // uart.baud
        if uart.tx == NO_PIN or not (receivers := self._wires.receivers.get(self._net(uart.tx))):
            return
        for count, byte in enumerate(data, start=1):
            arrival = t_ns + count * bits * S // uart.baud
            self.board.at(arrival, partial(_deliver, receivers, uart, byte, is_break))

    # -- in -----------------------------------------------------------------------------------

    def receive(self, number: int, sender: Uart, byte: int, is_break: bool) -> None:
        """A byte has arrived at a UART of this board, now."""
        uart = self._uarts[number]
        if len(uart.received) < KEPT:
            uart.received.append(0 if is_break else _received(uart, sender, byte))
        uart.break_came |= is_break
        self.board.set_interrupt(number, True)

    def _read(self, number: int, most: int) -> Answer:
        uart = self._uarts[number]
        data = bytes(uart.received[: min(most, frames.STATUS_BREAK - 1)])
        del uart.received[: len(data)]
        status = len(data) + frames.STATUS_BREAK * uart.break_came
        uart.break_came = False
        self.board.set_interrupt(number, bool(uart.received))
        return Answer(status, data)

    # -- inside -------------------------------------------------------------------------------

    def _set_up(self, number: int, new: Uart) -> None:
        old = self._uarts[number]
        me = (self, number)
        if old.rx != NO_PIN:
            self._wires.receivers[self._net(old.rx)].remove(me)
        if new.rx != NO_PIN:
            self._wires.receivers[self._net(new.rx)].append(me)
        new.free_ns = old.free_ns if new.baud else 0
        if new.baud and old.baud:
            new.received, new.break_came = old.received, old.break_came
        if new.baud:
            self.board.noticed_after(wire_ns=new.frame_bits * S // new.baud)
        self._uarts[number] = new
        self.board.set_interrupt(number, bool(new.received))

    def _net(self, gpio: int) -> int:
        net: int = self.board.circuit.net(gpio)
        return net


def _settings(call: Call) -> Uart:
    if len(call.data) != SETTINGS.size or call.c > 10_000_000:
        raise BadCallError("invalid UART settings")
    tx, rx, bits, parity, stop, invert = SETTINGS.unpack(call.data)
    pins_good = all(pin == NO_PIN or pin < GPIOS for pin in (tx, rx))
    if not (pins_good and 1 <= bits <= 15 and parity <= 2 and 1 <= stop <= 3):
        raise BadCallError("invalid UART settings")
    return Uart(call.c, tx, rx, bits, parity, stop, invert) if call.c else Uart()


def _deliver(receivers: list[tuple[Uarts, int]], sender: Uart, byte: int, is_break: bool) -> None:
    for uarts, number in list(receivers):
        uarts.receive(number, sender, byte, is_break)


def _received(uart: Uart, sender: Uart, byte: int) -> int:
    """The byte that a receiver reads: the same, or another one if it samples at the wrong times.

    The line is high again after the frame. The receiver samples the middle of each of its own
    bits, counted from the start edge."""
    same_polarity = bool(uart.invert & 2) == bool(sender.invert & 1)
    close = abs(uart.baud - sender.baud) <= TOLERANCE * sender.baud
    if close and same_polarity and uart.bits == sender.bits:
        return byte & (1 << uart.bits) - 1
    levels = [False, *(bool(byte >> bit & 1) for bit in range(sender.bits))]
    if sender.parity:
        levels.append((byte.bit_count() & 1) == (sender.parity == 2))
    byte_read = 0
    for bit in range(uart.bits):
        place = int((bit + 1.5) * sender.baud / uart.baud)
        level = levels[place] if place < len(levels) else True
        byte_read |= (level == same_polarity) << bit
    return byte_read & 0xFF
