"""The SPI bus as the board's controllers see it: who is selected exchanges a byte for a byte.

A part that is no SPI target but hears the lines (a shift register, a wire from MOSI to MISO) gets
every edge instead.
"""

from functools import partial
from typing import NamedTuple

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.parts.common.buses import SpiPart, parts_on
from hardware.bench.peripherals.peripheral import (
    MOST_BUSY_NS,
    Answer,
    BadCallError,
    Call,
    Peripheral,
    PeripheralHost,
)
from hardware.bench.protocol import frames

NO_PIN = 255
HEAD = frames.LAYOUT_SPI
MOST_SENT = 4096
"""Bytes of one call: the ports send longer ones in pieces, between which others get their turn."""
OPEN = b"\xff"
"""What is read from a MISO that nobody drives: modules have a pull-up there."""
SOFT_EXTRA_NS = 4_000
"""What a program adds to each bit that it toggles itself (SoftSPI on a Pico; a guess from the cost
of its pin calls)."""
S = 1_000_000_000
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class SpiWires(NamedTuple):
    """The GPIOs of a bus."""

    sck: int
    mosi: int
    miso: int


class Spi(Peripheral):
    """Answers SPI calls of the controllers and of programs that toggle the pins (SoftSPI)."""

    CALLS = (frames.CALL_SPI,)

    def __init__(self, desk: PeripheralHost) -> None:
        super().__init__(desk)
        self._on: dict[SpiWires, list[SpiPart]] = {}

    def call(self, call: Call) -> Answer:
        if len(call.data) < HEAD.size or not call.c:
            raise BadCallError("an SPI call without its head")
        wires = SpiWires(*HEAD.unpack_from(call.data))
        if any(gpio != NO_PIN and gpio >= GPIOS for gpio in wires) or wires.sck == NO_PIN:
            raise BadCallError("an SPI call with impossible pins")
        data = call.data[HEAD.size :]
        if len(data) > MOST_SENT:
            raise BadCallError("an SPI call with too many bytes")
        if call.b & frames.SPI_LSB:
            data = data.translate(_REVERSED)
        got = self._exchange(wires, call.b, data)
        if call.b & frames.SPI_LSB:
            got = got.translate(_REVERSED)
        bit_ns = S // call.c + (SOFT_EXTRA_NS if call.b & frames.SPI_SOFT else 0)
        wanted = got if call.b & frames.SPI_WANTED else b""
        return Answer(0, wanted, min(8 * len(data) * bit_ns, MOST_BUSY_NS))

    def _exchange(self, wires: SpiWires, bits: int, data: bytes) -> bytes:
        selected = [part for part in self._parts(wires) if part.powered and not part.high(part.CS)]
        got = self._edges(wires, bits, data) if self._heard(wires) else OPEN * len(data)
        mode = 2 * bool(bits & frames.SPI_POLARITY) + bool(bits & frames.SPI_PHASE)
        for part in selected:
            answers = part.MISO and wires.miso != NO_PIN
            back = bytes(_hear(part, mode, byte) for byte in data)
            got = back if answers else got
        return got

    def _parts(self, wires: SpiWires) -> list[SpiPart]:
        if wires not in self._on:
            self._on[wires] = parts_on(self.desk.circuit, SpiPart, partial(_pins, wires))
        return self._on[wires]

    def _heard(self, wires: SpiWires) -> bool:
        """Whether somebody listens to the edges."""
        coupled = self.desk.circuit.coupled()
        return any(gpio != NO_PIN and coupled >> gpio & 1 for gpio in wires[:2])

    def _edges(self, wires: SpiWires, bits: int, data: bytes) -> bytes:
        """Every bit as a level and two edges of the clock, all at the same moment."""
        sck, mosi, miso = wires
        circuit = self.desk.circuit
        idle, late = bool(bits & frames.SPI_POLARITY), bool(bits & frames.SPI_PHASE)
        got = bytearray()
        for byte in data:
            back = 0
            for bit in range(7, -1, -1):
                if late:
                    circuit.pin_out(sck, not idle)
                if mosi != NO_PIN:
                    circuit.pin_out(mosi, bool(byte >> bit & 1))
                if late:
                    back = back << 1 | self._level(miso)
                    circuit.pin_out(sck, idle)
                else:
                    back = back << 1 | self._level(miso)
                    circuit.pin_out(sck, not idle)
                    circuit.pin_out(sck, idle)
            got.append(back)
        return bytes(got)

    def _level(self, gpio: int) -> int:
        return 1 if gpio == NO_PIN else int(self.desk.circuit.levels() >> gpio & 1)


def _hear(part: SpiPart, mode: int, byte: int) -> int:
    """In a mode that the part does not speak, each side sees the bits one place off."""
    if mode in part.SPI_MODES:
        return part.spi_exchange(byte)
    return part.spi_exchange(byte >> 1) >> 1


def _pins(wires: SpiWires, part: SpiPart) -> dict[str, int]:
    """Which pins of a part have to be at which GPIO."""
    pairs = zip((part.SCK, part.MOSI, part.MISO), wires, strict=True)
    return {name: gpio for name, gpio in pairs if name and gpio != NO_PIN}
