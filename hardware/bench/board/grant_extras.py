"""Grant extras: what a board that runs by itself is told with a grant, so that it need not ask
for what is certain: see [flag] in frames.toml."""

from hardware.bench.board.peripheral_bus import PeripheralBus
from hardware.bench.board.pins import Pins
from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.circuit.private_lines import PadSlots
from hardware.bench.circuit.pulse_answers import PadAnswer
from hardware.bench.circuit.read_tables import MOST_WRITES, ReadTable
from hardware.bench.protocol import frames

SLOTS, TABLE, PULSE = frames.LAYOUT_SLOTS, frames.LAYOUT_TABLE, frames.LAYOUT_PULSE
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

    def pack(self, written: int, has_steps: bool) -> tuple[int, bytes]:
        """The bits of the flags of a grant, and the bytes at its end.

        Args:
            written: mask of the outputs whose effects the board may know in advance.
            has_steps: whether levels change before the horizon; tables do not say how.
        """
        flags, data = 0, b""
        if slots := _pack_slots(self._circuit.slots(), self._pins):
            flags, data = frames.FLAG_SLOTS, slots
        if self._circuit.posts_calls():
            told, answers = self._peripherals.told()
            flags, data = flags | told, data + answers
        if not written:
            return flags, data
        if pulse := _pack_pulse(self._circuit.pulse_answer(), self._pins):
            flags, data = flags | frames.FLAG_PULSE, data + pulse
        if not has_steps and (table := self._circuit.table(written)) is not None:
            flags |= frames.FLAG_TABLE
            if table != self._table:
                self._table = table
                flags, data = flags | frames.FLAG_NEW_TABLE, data + _pack_table(table)
        return flags, data


def _pack_slots(slots: PadSlots | None, pins: Pins) -> bytes:
    """What a chip will send, packed for the board; nothing where that would do more than change
    levels."""
    if slots is None:
        return b""
    pad = 1 << slots.gpio
    if pins.watches(pad, pad) or pins.watches(pad, 0):
        return b""
    bits = slots.bits[:MOST_BITS]
    packed = sum(bit << n for n, bit in enumerate(bits)).to_bytes(MOST_BITS // 8, "little")
    times = slots.held_ns, slots.hold_ns, slots.longest_ns
    reset = slots.reset_ns, slots.wait_ns, slots.presence_ns
    return SLOTS.pack(*times, *reset, slots.gpio, len(bits), packed)


def _pack_pulse(found: PadAnswer | None, pins: Pins) -> bytes:
    """How a sensor answers pulses, packed for the board; nothing where that would do more than
    change levels."""
    if found is None or pins.watches(found.pads, found.pads) or pins.watches(found.pads, 0):
        return b""
    answer = found.answer
    times = answer.least_ns, answer.delay_ns, answer.width_ns, answer.rose_ns
    return PULSE.pack(found.gpio, found.high, *times, found.pads)


def _pack_table(table: ReadTable) -> bytes:
    """A table, packed for the board."""
    writes = bytes(table.writes).ljust(MOST_WRITES, b"\0")
    missing = (1 << MOST_WRITES) - len(table.rows)
    return TABLE.pack(len(table.writes), writes, table.reads, *table.rows, *[0] * missing)
