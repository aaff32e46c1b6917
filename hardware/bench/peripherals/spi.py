"""The SPI bus behind the board's controllers: a selected part exchanges byte for byte.

A part that is no SPI target but listens to the lines (a shift register), and a wire from MOSI to
MISO, get every edge instead.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.register_columns import Changes
from hardware.bench.parts.common.buses import SpiPart
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
"""The most bytes of one call. The ports send more in pieces, so that other calls get their
turn."""
OPEN = b"\xff"
"""The byte from a MISO line that is not driven: modules have a pull-up there."""
SOFT_EXTRA_NS = 4_000
"""Extra time of each bit when a program toggles the pins (SoftSPI on a Pico; a guess from the cost
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

    def __init__(self, board: PeripheralHost) -> None:
        super().__init__(board)
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
        selected = [
            part
            for part in self._parts(wires)
            if part.powered and not (part.CS and part.high(part.CS))
        ]
        got = self._edges(wires, bits, data) if self._is_coupled(wires) else OPEN * len(data)
        mode = 2 * bool(bits & frames.SPI_POLARITY) + bool(bits & frames.SPI_PHASE)
        for part in selected:
            answers = self._answers(part, wires.miso)
            back = _exchange_with(part, mode, data)
            got = back if answers else got
        return got

    def _answers(self, part: SpiPart, miso: int) -> bool:
        """Whether what a part sends reaches the board. Displays work without that wire."""
        wired = part.MISO and miso != NO_PIN
        return bool(wired and self.board.circuit.attached(part.id, part.MISO, miso))

    def _parts(self, wires: SpiWires) -> list[SpiPart]:
        if wires not in self._on:
            self._on[wires] = self.board.circuit.parts_on(SpiPart, partial(_pins, wires))
        return self._on[wires]

    def _is_coupled(self, wires: SpiWires) -> bool:
        """Whether the edges have an effect on anything."""
        coupled = self.board.circuit.coupled()
        return any(gpio != NO_PIN and coupled >> gpio & 1 for gpio in wires[:2])

    def _edges(self, wires: SpiWires, bits: int, data: bytes) -> bytes:
        """Sends every bit as a level and two edges of the clock, all at the same time."""
        sck, mosi, miso = wires
        circuit = self.board.circuit
        changes, last = _writes(wires, bits, data, self.board.now_ns)
        if circuit.pins_out_later(changes, last):
            return bytes((0xFF * self._level(miso),)) * len(data)
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
        return 1 if gpio == NO_PIN else int(self.board.circuit.levels() >> gpio & 1)


def _writes(
    wires: SpiWires, bits: int, data: bytes, now_ns: int
) -> tuple[Changes, dict[int, bool]]:
    """What an exchange writes to pins, in order, and the last level of each."""
    idle, late = bool(bits & frames.SPI_POLARITY), bool(bits & frames.SPI_PHASE)
    sent = np.unpackbits(np.frombuffer(data, np.uint8))
    line, clock, back = (wires.mosi, sent), (wires.sck, not idle), (wires.sck, idle)
    steps = [clock, line, back] if late else [line, clock, back]
    steps = [step for step in steps if step[0] != NO_PIN]
    pins = np.empty((len(sent), len(steps)), np.int64)
    levels, t_ns = np.empty(pins.shape, np.bool_), np.empty(pins.size, np.int64)
    pins[:] = [pin for pin, _level in steps]
    t_ns.fill(now_ns)
    for n, (_pin, level) in enumerate(steps):
        levels[:, n] = level
    last = {pin: bool(levels[-1, n]) for n, (pin, _level) in enumerate(steps)} if data else {}
    return (pins.reshape(-1), levels.reshape(-1), t_ns), last


def _exchange_with(part: SpiPart, mode: int, data: bytes) -> bytes:
    """Exchanges bytes. In an SPI mode that the part does not have, both sides get bits that are
    shifted by one place."""
    if mode in part.SPI_MODES:
        return part.spi_exchange_all(data)
    got = part.spi_exchange_all(bytes(byte >> 1 for byte in data))
    return bytes(byte >> 1 for byte in got)


def _pins(wires: SpiWires, part: SpiPart) -> dict[str, int]:
    """The GPIO that each pin of a part has to be wired to, to hear the board."""
    pairs = zip((part.SCK, part.MOSI), wires[:2], strict=True)
    return {name: gpio for name, gpio in pairs if name and gpio != NO_PIN}
