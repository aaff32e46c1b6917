"""Grant extras: what a board that runs by itself is told with a grant, so that it need not ask
for what is certain: see [flag] in frames.toml."""

from collections.abc import Iterable

from hardware.bench.board.peripheral_bus import PeripheralBus
from hardware.bench.board.pins import Pins
from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.circuit.private_lines import PadSlots
from hardware.bench.circuit.pulse_answers import PadAnswer
from hardware.bench.circuit.read_tables import MOST_WRITES, ReadTable
from hardware.bench.events import NEVER
from hardware.bench.protocol import frames

SLOTS, TABLE, PULSE = frames.LAYOUT_SLOTS, frames.LAYOUT_TABLE, frames.LAYOUT_PULSE
READINGS = frames.LAYOUT_READINGS
MOST_BITS = 80
"""Bits of a chip in one grant."""


class GrantExtras:
    """What one board is told, and has been told."""

    def __init__(self, circuit: BoardSide, pins: Pins, peripherals: PeripheralBus) -> None:
        self._circuit = circuit
        self._pins = pins
        self._peripherals = peripherals
        self._table: ReadTable | None = None
        """The table that the board has got last."""

    def forget(self) -> None:
        """The board starts again, and knows nothing."""
        self._table = None

    def pack(self, written: int, stepped: int, converted: Iterable[int]) -> tuple[int, bytes]:
        """The bits of the flags of a grant, and the bytes at its end.

        Args:
            written: mask of the outputs whose effects the board may know in advance.
            stepped: mask of the pads whose levels change before the horizon.
            converted: the GPIOs of which the program has read the ADC.
        """
        flags, data = 0, b""
        slots = self._circuit.slots()
        if slots is not None and not self._watches(1 << slots.gpio):
            flags, data = frames.FLAG_SLOTS, _pack_slots(slots)
        if self._circuit.posts_calls():
            told, answers = self._peripherals.told()
            flags, data = flags | told, data + answers
            steady = [gpio for gpio in converted if not stepped >> gpio & 1]
            if (readings := self._readings(steady)) is not None:
                flags, data = flags | frames.FLAG_READINGS, data + readings
        if not written:
            return flags, data
        pulse = self._circuit.pulse_answer()
        if pulse is not None and not pulse.pads & stepped and not self._watches(pulse.pads):
            flags, data = flags | frames.FLAG_PULSE, data + _pack_pulse(pulse)
        if not stepped and (table := self._circuit.table(written)) is not None:
            flags |= frames.FLAG_TABLE
            if table != self._table:
                self._table = table
                flags, data = flags | frames.FLAG_NEW_TABLE, data + _pack_table(table)
        return flags, data

    def _readings(self, converted: Iterable[int]) -> bytes | None:
        """What the ADC reads at pads where it has changed since the board was told, and where a
        conversion has no effect on the next one."""
        circuit, same = self._circuit, self._circuit.same_readings()
        new = [gpio for gpio in converted if not same >> gpio & 1]
        most = frames.TOLD_READINGS
        new = [gpio for gpio in new if circuit.holds_ns(gpio) >= NEVER][:most]
        if not new:
            return None
        microvolts = [circuit.microvolts(gpio) for gpio in new] + [0] * (most - len(new))
        return READINGS.pack(len(new), bytes(new), *microvolts)

    def _watches(self, pads: int) -> bool:
        """Whether a change of these pads would do more than change levels."""
        return self._pins.watches(pads, pads) or self._pins.watches(pads, 0)


def _pack_slots(slots: PadSlots) -> bytes:
    bits = slots.bits[:MOST_BITS]
    packed = sum(bit << n for n, bit in enumerate(bits)).to_bytes(MOST_BITS // 8, "little")
    times = slots.held_ns, slots.hold_ns, slots.longest_ns
    reset = slots.reset_ns, slots.wait_ns, slots.presence_ns
    return bytes(SLOTS.pack(*times, *reset, slots.gpio, len(bits), packed))


def _pack_pulse(found: PadAnswer) -> bytes:
    answer = found.answer
    times = answer.least_ns, answer.delay_ns, answer.width_ns, answer.rose_ns
    return bytes(PULSE.pack(found.gpio, found.high, *times, found.pads))


def _pack_table(table: ReadTable) -> bytes:
    """A table, packed for the board."""
    writes = bytes(table.writes).ljust(MOST_WRITES, b"\0")
    missing = (1 << MOST_WRITES) - len(table.rows)
    return TABLE.pack(len(table.writes), writes, table.reads, *table.rows, *[0] * missing)
