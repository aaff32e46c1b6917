"""UARTs: bytes from a TX pin arrive one by one, each after its time on the wire, at every RX pin
on the same net, of this board or of another one. A part gets the bytes of a write together, at the
end of the last one."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.parts.common.buses import UartPart
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
KEPT = 32_768
"""The most bytes that wait for a board that does not fetch them: a program's buffer holds no
more."""
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
    coming: "list[Burst]" = field(default_factory=list)
    """What is on the wire to it, from the oldest on."""
    seen_ns: int = 0
    """What has arrived up to this time is in `received`."""

    @property
    def frame_bits(self) -> int:
        """Bits of a byte on the wire: start, data, parity, stop."""
        return 1 + self.bits + bool(self.parity) + self.stop


@dataclass(frozen=True)
class Burst:
    """Bytes, or one break, that leave one after the other."""

    sender: Uart
    start_ns: int
    bits: int
    """Of each byte."""
    data: bytes
    is_break: bool

    def arrival_ns(self, index: int) -> int:
        """When a byte has arrived."""
        return self.start_ns + (index + 1) * self.bits * S // self.sender.baud

    def count(self, t_ns: int) -> int:
        """How many bytes have arrived at a time."""
        passed = (t_ns - self.start_ns + 1) * self.sender.baud - 1
        return min(max(0, passed // (self.bits * S)), len(self.data))

    @property
    def end_ns(self) -> int:
        """When all have arrived."""
        return self.arrival_ns(len(self.data) - 1)


class UartWires:
    """The nets with UARTs, over all boards of the bench."""

    def __init__(self) -> None:
        self.receivers: dict[int, list[tuple[Uarts, int]]] = defaultdict(list)
        self.bursts: dict[int, list[Burst]] = defaultdict(list)
        """By net: what is on the wire."""


class Uarts(Peripheral):
    """All UARTs of one board. The number of a UART is its interrupt channel."""

    CALLS = (frames.CALL_UART_SETUP, frames.CALL_UART_WRITE, frames.CALL_UART_READ)
    COUNT = 4

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
        self._wires: UartWires = board.commons.setdefault(UartWires, UartWires())
        self._uarts = [Uart() for _ in range(self.COUNT)]
        self._lines: list[list[tuple[UartPart, Callable[[bytes, int], None]]]]
        self._lines = [[] for _ in range(self.COUNT)]
        """By UART: the parts at its RX pin, and what they call."""
        self._hear: list[list[UartPart]] = [[] for _ in range(self.COUNT)]
        """By UART: the parts at its TX pin."""

    def reset(self) -> None:
        for number in range(self.COUNT):
            self._set_up(number, Uart())

    def call(self, call: Call) -> Answer:
        if call.b >= self.COUNT:
            raise BadCallError("a UART that no chip has")
        if call.op == frames.CALL_UART_SETUP:
            self._set_up(call.b, _settings(call))
        elif call.op == frames.CALL_UART_WRITE:
            self._write(call.b, call.data, is_break=call.c == 1)
        else:
            return self._read(call.b, call.c)
        return Answer()

    # -- out ----------------------------------------------------------------------------------

    def _write(self, number: int, data: bytes, is_break: bool) -> None:
        uart = self._uarts[number]
        if not uart.baud:
            raise BadCallError("a UART that is off cannot send")
        bits = BREAK_BITS if is_break else uart.frame_bits
        t_ns = max(uart.free_ns, self.board.now_ns)
        waiting_ns = t_ns - self.board.now_ns + len(data) * bits * S // uart.baud
        if waiting_ns > MOST_WAITING * bits * S // uart.baud:
            raise BadCallError("more bytes than a UART has room for")
        uart.free_ns = t_ns + len(data) * bits * S // uart.baud
        if uart.tx == NO_PIN:
            return
        for part in () if is_break else self._hear[number]:
            self.board.at_all(uart.free_ns, partial(_hand_over, part, uart, data))
        if self.board.circuit.monitored(uart.tx) and not is_break:
            # The monitor takes bytes at the rate at which they come.
            self.board.at(uart.free_ns, partial(self.board.show, data))
        net = self._net(uart.tx)
        if not (receivers := self._wires.receivers.get(net)):
            return
        burst, on_wire = Burst(uart, t_ns, bits, data, is_break), self._wires.bursts[net]
        on_wire[:] = [other for other in on_wire if other.end_ns > self.board.now_ns]
        on_wire.append(burst)
        for uarts, number in receivers:
            uarts.expect(number, burst)

    # -- in -----------------------------------------------------------------------------------

    def _from_part(self, number: int, part: UartPart, data: bytes, start_ns: int) -> None:
        """A part at the RX pin of a UART sends bytes."""
        sender = Uart(baud=part.baud)
        self.expect(number, Burst(sender, start_ns, sender.frame_bits, data, False))

    def expect(self, number: int, burst: Burst) -> None:
        """A burst is on the wire to a UART of this board. Only the first byte that the program
        does not know of is an event: it sets the interrupt, and the others find it set."""
        uart = self._uarts[number]
        uart.coming.append(burst)
        self._plan(number, uart)

    def _plan(self, number: int, uart: Uart) -> None:
        if uart.received or not uart.coming:
            return
        next_ns = min(b.arrival_ns(b.count(uart.seen_ns)) for b in uart.coming)
        self.board.at_news(next_ns, partial(self._arrive, number))

    def _arrive(self, number: int) -> None:
        """Takes what has arrived at a UART until now."""
        uart, since_ns, now_ns = (
            self._uarts[number],
            self._uarts[number].seen_ns,
            self.board.now_ns,
        )
        uart.seen_ns = now_ns
        came = [
            (burst.arrival_ns(index), order, index)
            for order, burst in enumerate(uart.coming)
            for index in range(burst.count(since_ns), burst.count(now_ns))
        ]
        for _t_ns, order, index in sorted(came):
            burst = uart.coming[order]
            if len(uart.received) < KEPT:
                byte = burst.data[index]
                uart.received.append(0 if burst.is_break else _received(uart, burst.sender, byte))
            uart.break_came |= burst.is_break
        uart.coming = [burst for burst in uart.coming if burst.end_ns > now_ns]
        self.board.set_interrupt(number, bool(uart.received))
        self._plan(number, uart)

    def _read(self, number: int, most: int) -> Answer:
        self._arrive(number)
        uart = self._uarts[number]
        data = bytes(uart.received[: min(most, frames.STATUS_BREAK - 1)])
        del uart.received[: len(data)]
        status = len(data) + frames.STATUS_BREAK * uart.break_came
        uart.break_came = False
        self.board.set_interrupt(number, bool(uart.received))
        self._plan(number, uart)
        return Answer(status, data)

    # -- inside -------------------------------------------------------------------------------

    def _set_up(self, number: int, new: Uart) -> None:
        old = self._uarts[number]
        me = (self, number)
        if old.rx != NO_PIN:
            self._arrive(number)
            self._wires.receivers[self._net(old.rx)].remove(me)
            self.board.read_rarely(old.rx, False)
            for part, line in self._lines[number]:
                part.uart_lines.remove(line)
            self._lines[number] = []
        if new.rx != NO_PIN:
            net = self._net(new.rx)
            self._wires.receivers[net].append(me)
            self.board.read_rarely(new.rx, True)
            self._lines[number] = [
                (part, partial(self._from_part, number, part))
                for part in self._parts(lambda part: {part.TX: new.rx})
            ]
            for part, line in self._lines[number]:
                part.uart_lines.append(line)
            new.seen_ns = self.board.now_ns
            new.coming = [b for b in self._wires.bursts[net] if b.end_ns > new.seen_ns]
        hear = new.tx != NO_PIN
        self._hear[number] = self._parts(lambda part: {part.RX: new.tx}) if hear else []
        new.free_ns = old.free_ns if new.baud else 0
        if new.baud and old.baud:
            new.received, new.break_came = old.received, old.break_came
        if new.baud:
            self.board.noticed_after(wire_ns=new.frame_bits * S // new.baud)
        self._uarts[number] = new
        self.board.set_interrupt(number, bool(new.received))
        self._plan(number, new)

    def _parts(self, pins: Callable[[UartPart], Mapping[str, int]]) -> list[UartPart]:
        return self.board.circuit.parts_on(UartPart, pins)

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


def _hand_over(part: UartPart, sender: Uart, data: bytes) -> None:
    """Gives a part what it reads of these bytes."""
    if part.powered:
        own = Uart(baud=part.baud)
        part.uart_received(bytes(_received(own, sender, byte) for byte in data))


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
