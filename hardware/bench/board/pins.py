"""The pins of a board: its records change the circuit, and the circuit changes what it reads.

Most records need no work at once. When no input and no active part depends on an output, only its
last level is passed to the circuit, before the circuit is read; of the settings of an interrupt,
too, only the last one counts then. Only records that have an effect at their own time (a mode, a
voltage, a coupled output, serial output with a listener) are applied one by one.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.private_lines import PrivateLine
from hardware.bench.events import NEVER
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import PACKER, RECORD, SIZE, Records, Row, among, text_in
from hardware.bench.trace.edges import DRIVING
from hardware.bench.trace.recorder import LevelAt

SERIAL_BIT = 1 << 63
"""In `coupled`: the serial output has a listener."""
OUTPUTS = (frames.REC_OUT, frames.REC_PWM)
LAST_COUNTS = (*OUTPUTS, frames.REC_IRQ)
"""The kinds of records of which only the last one at a pin counts, as long as nothing happens."""
ALONE = (frames.REC_MODE, frames.REC_DAC, frames.REC_POSTED, frames.REC_READING)
"""The kinds of records that are always applied one by one."""
APPLIED = frozenset((*LAST_COUNTS, *ALONE, frames.REC_TX))
"""The kinds of records that do something here."""
FEW = 8
"""A batch of so few is applied record by record: to choose among them costs as much."""
MANY = 100
"""Of so many records or more, numpy finds the last ones sooner than a loop."""
PLANNED_AT_ONCE = 8192
"""Records that are planned at a time. A board may send millions that are applied one by one."""
RISING, FALLING = 1, 2
NO_ROWS: Records = np.zeros(0, RECORD)


class Pins:
    """The pins of one board.

    Args:
        note: records levels that are not those of latches: GPIO, level, time.
        output: gets the serial output while `listening`.
        call: does a call that the board does not wait for: its number, b and c.
        convert: does a conversion at a GPIO that the board does not wait for.
    """

    def __init__(
        self,
        circuit: BoardSide,
        note: Callable[[Sequence[LevelAt]], None],
        output: Callable[[bytes], None],
        call: Callable[[int, int, int], None],
        convert: Callable[[int], object],
    ) -> None:
        self._circuit = circuit
        self._note = note
        self._output_text = output
        self._call = call
        self._convert = convert
        self.listening = False
        """Whether serial output is passed on, at its own time."""
        self._batch = b""
        self._rows, self._times = NO_ROWS, NO_ROWS["t"]
        self._at = self._seen = 0
        """How many records of the batch have been applied, and have been planned."""
        self._at_ns = NEVER
        """The time of the first record that has not been applied, of many."""
        self._plan: list[tuple[int, Row]] = []
        """The records to apply one by one, each with its index in the batch. The next one is
        last."""
        self.next_ns = NEVER
        """The time of the next record that has to be applied on its own."""
        self._text = bytearray()
        self.reset()

    def reset(self) -> None:
        """The board has no power: no pin drives. All are low until the circuit changes them."""
        self.levels = 0
        self._driving = self._pwm = self._open_drain = 0
        self._rose = self._fell = self._own_rose = self._own_fell = 0
        """Edges that the board does not know yet: from outside, and of its own, which are no news
        (see promises.py)."""
        self._own = 0
        """Pads whose last record has set their latch or mode. The level that follows is no edge
        from outside."""
        self._on_rise = self._on_fall = self._read_rarely = self._peripheral_inputs = 0
        self.feed(b"")

    # -- what the board did -----------------------------------------------------------------

    def feed(self, batch: bytes) -> None:
        """Takes the records since the last grant. All earlier ones must have been applied."""
        self._text.clear()
        self._at, self._at_ns = 0, NEVER
        self._many = len(batch) > FEW * SIZE
        if self._many:
            self._batch, self._rows = batch, np.frombuffer(batch, RECORD)
            self._times = self._rows["t"]
            self._set_at(0)
            self._replan()
        else:
            self._rows = NO_ROWS
            self._plan = []
            if batch:
                rows = enumerate(PACKER.iter_unpack(batch))
                self._plan = [(index, row) for index, row in rows if row[0] in APPLIED]
                self._plan.reverse()
            self._set_next()

    def coupled(self) -> int:
        """The outputs whose changes have an effect at their own time, and SERIAL_BIT."""
        return self._circuit.coupled() | self._open_drain | (SERIAL_BIT if self.listening else 0)

    def apart(self) -> int:
        """Those of them whose records are applied one by one, and SERIAL_BIT."""
        return self.coupled() & ~self._circuit.lazy()

    def asked_after(self) -> tuple[int, int]:
        """Those of them after which the board has to ask, and those of these after which it has to
        ask only when it reads a pin."""
        watched = self._on_rise | self._on_fall | self._peripheral_inputs
        at_read = self._circuit.asked_at_read(watched)
        return self.coupled() & ~self._circuit.silent(), at_read

    def next_edge_ns(self, batch: bytes, since_ns: int) -> int:
        """When the board changes the level of one of its outputs after a time, as far as the
        records since the last grant tell; NEVER when it does not. All records up to that time
        must have been applied."""
        driving = self._driving
        for kind, gpio, b, c, t_ns in PACKER.iter_unpack(batch):
            if t_ns <= since_ns or kind not in (frames.REC_MODE, frames.REC_OUT):
                continue
            bit = 1 << gpio
            if kind == frames.REC_MODE:
                driving = driving | bit if b & 15 in DRIVING else driving & ~bit
            if driving & bit and bool(self.levels & bit) != bool(c):
                return int(t_ns)
        return NEVER

    def step(self) -> None:
        """Applies that record, and before it the last levels of plain outputs."""
        index, row = self._plan.pop()
        self._set_next()
        kind, gpio, b, c, _t_ns = row
        if self._many:
            self._apply_last(index)
            self._set_at(index + 1)
            self._plan_ahead()
        if kind == frames.REC_MODE:
            self._mode(gpio, b & 15, b >> 4, bool(c))
        elif kind == frames.REC_DAC:
            self._circuit.pin_dac(gpio, c)
        elif kind in LAST_COUNTS:
            self._output(kind, gpio, b, c)
        elif kind == frames.REC_POSTED:
            self._call(gpio, b, c)
        elif kind == frames.REC_READING:
            self._convert(gpio)
        elif kind == frames.REC_TX and self.listening:
            self._collect_text(index, row)
        if self._many and self.apart() != self._planned_for:
            self._replan()

    def line(self) -> PrivateLine | None:
        """The private line on which the next record to apply is an edge, if the program does not
        watch it."""
        kind, gpio, _b, _c, _t_ns = self._plan[-1][1]
        if kind != frames.REC_OUT or (self._on_rise | self._on_fall) >> gpio & 1:
            return None
        return self._circuit.line(gpio)

    def step_line(self, line: PrivateLine) -> None:
        """As `step` and `update`, for an edge on a private line."""
        index, (_kind, gpio, _b, c, t_ns) = self._plan.pop()
        self._set_next()
        if self._many:
            if self._at < index:
                self._apply_last(index)
            self._set_at(index + 1)
            self._plan_ahead()
        bit, before = 1 << gpio, self._circuit.levels()
        self._set_level(bit, bool(c))
        self._circuit.move_line(line, bool(c))
        self._note_own_edge(bit, before)
        levels = self._circuit.levels()
        if (levels ^ self.levels) & ~self._pwm:
            self.follow([(t_ns, levels)])
        self._own = 0

    def is_edge_of(self, line: PrivateLine) -> bool:
        """Whether the next record is one more edge on a line."""
        return bool(self._plan) and self._plan[-1][1][:2] == (frames.REC_OUT, line.gpio)

    def settle(self, t_ns: int) -> None:
        """Passes the levels of plain outputs at a time to the circuit; no planned record is
        earlier."""
        if self._many and self._at_ns <= t_ns:
            ahead = self._times[self._at :]
            self._apply_last(self._at + int(ahead.searchsorted(t_ns, side="right")))

    def update(self, now_ns: int) -> bool:
        """Records every level that changed at a pin from outside. Returns whether there was
        one."""
        if self._many and self.apart() != self._planned_for:
            self._replan()
        levels = self._circuit.levels()
        changed = bool((levels ^ self.levels) & ~self._pwm)
        if changed:
            self.follow([(now_ns, levels)])
        self._own = 0
        return changed

    def follow(self, steps: Sequence[tuple[int, int]]) -> None:
        """From each of these times on, all levels at pins are these from outside: records those
        that change."""
        found: list[LevelAt] = []
        for t_ns, levels in steps:
            changed = (levels ^ self.levels) & ~self._pwm
            self._rose |= changed & levels & ~self._own
            self._fell |= changed & ~levels & ~self._own
            self.levels ^= changed
            while changed:
                gpio = (changed & -changed).bit_length() - 1
                changed &= changed - 1
                found.append((gpio, bool(levels >> gpio & 1), t_ns))
        self._note(found)

    def note_again(self, now_ns: int) -> None:
        """The board has reset itself, but not the circuit: records the levels that are high, as a
        trace begins with low ones."""
        self._note([(gpio, True, now_ns) for gpio in range(GPIOS) if self.levels >> gpio & 1])

    @property
    def interrupts(self) -> bool:
        """Whether there was an edge that has an interrupt of the program."""
        rose, fell = self._rose | self._own_rose, self._fell | self._own_fell
        return bool(rose & self._on_rise | fell & self._on_fall)

    def read_rarely(self, gpio: int, on: bool) -> None:
        """Whether a peripheral has this pad as its input. Until the program watches it for edges,
        the board asks at each read of it, and other boards need not wait for it."""
        self._read_rarely = _with(self._read_rarely, gpio, on)
        self._peripheral_inputs = _with(self._peripheral_inputs, gpio, on)

    def exposed(self) -> bool:
        """Whether the program can see without asking what another board does, with the pads as
        they are now."""
        return bool(self._circuit.shared_inputs() & ~self._read_rarely)

    def watches(self, pads: int, levels: int) -> bool:
        """Whether these levels at these pads may have more effects: an edge to them causes an
        interrupt, or a PWM runs there."""
        edges = levels & self._on_rise | ~levels & self._on_fall
        return bool(pads & (edges | self._pwm))

    @property
    def have_changed(self) -> bool:
        """Whether a pin rose or fell from outside since the last call of `edges`."""
        return (self._rose | self._fell) != 0

    def edges(self) -> tuple[int, int]:
        """The pins that rose and fell since the last call of this method: from outside, by a mode,
        or by the latch of an open drain."""
        rose, fell = self._rose | self._own_rose, self._fell | self._own_fell
        self._rose = self._fell = self._own_rose = self._own_fell = 0
        return rose, fell

    # -- inside -----------------------------------------------------------------------------

    def _replan(self) -> None:
        """Finds the records ahead that have to be applied one by one."""
        self._planned_for = self.apart()
        self._plan, self._seen = [], self._at
        self._plan_ahead()

    def _plan_ahead(self) -> None:
        """Plans further records, until there is one to apply."""
        if not self._plan and len(self._rows) - self._seen <= MANY:
            self._plan_few()
        while not self._plan and self._seen < len(self._rows):
            rows = self._rows[self._seen : self._seen + PLANNED_AT_ONCE]
            index = np.flatnonzero(self._apart(rows))[::-1]
            pairs = zip((index + self._seen).tolist(), rows[index].tolist(), strict=True)
            self._plan = list(pairs)
            self._seen += len(rows)
        self._set_next()

    def _plan_few(self) -> None:
        """As `_plan_ahead`, for all records that are left."""
        planned, seen = self._planned_for, self._seen
        for index, row in enumerate(PACKER.iter_unpack(self._batch[seen * SIZE :]), seen):
            kind, bit = row[0], 1 << row[1]
            apart = kind in ALONE or (kind in OUTPUTS and planned & bit != 0)
            apart |= kind == frames.REC_PWM and not self._pwm & bit
            if apart or (kind == frames.REC_TX and self.listening):
                self._plan.append((index, row))
        self._plan.reverse()
        self._seen = len(self._rows)

    def _set_at(self, number: int) -> None:
        """So many records of a batch of many have been applied."""
        self._at = number
        self._at_ns = int(self._times[number]) if number < len(self._rows) else NEVER

    def _apart(self, rows: Records) -> npt.NDArray[np.bool_]:
        kind = rows["kind"]
        apart = among(kind, ALONE)
        # A PWM that begins makes its pin an output, which may be coupled from now on.
        apart |= (kind == frames.REC_PWM) & ~_bits(self._pwm)[rows["a"] & (GPIOS - 1)]
        if self._planned_for & ~SERIAL_BIT:
            output = (kind == frames.REC_OUT) | (kind == frames.REC_PWM)
            apart |= output & _bits(self._planned_for)[rows["a"] & (GPIOS - 1)]
        if self.listening:
            apart |= kind == frames.REC_TX
        return apart

    def _set_next(self) -> None:
        self.next_ns = self._plan[-1][1][4] if self._plan else NEVER

    def _apply_last(self, end: int) -> None:
        """Applies the last record of each kind at each pin before row `end`, of `LAST_COUNTS`."""
        start = self._at
        self._set_at(end)
        if start == end:
            return
        kinds = self._batch[start * SIZE : end * SIZE : SIZE]
        if not any([kind in kinds for kind in LAST_COUNTS]):
            return  # the bytes of a call, for example
        rows = self._rows[start:end]
        if len(rows) > MANY:
            rows = rows[self._last_ones(rows)]
        last: dict[tuple[int, int], Row] = {}
        row: Row
        for row in rows.tolist():
            if row[0] in LAST_COUNTS:
                last.pop(row[:2], None)  # so that the order is that of the last ones
                last[row[:2]] = row
        for kind, gpio, b, c, _t_ns in last.values():
            self._output(kind, gpio, b, c)

    def _last_ones(self, rows: Records) -> list[int]:
        """The places of the last record of each kind at each pin, in order."""
        last: list[int] = []
        for kind in LAST_COUNTS:
            index = np.flatnonzero(rows["kind"] == kind)
            by_pin = np.full(GPIOS, -1)
            by_pin[rows["a"][index]] = index  # of several at one pin, the last one
            last += by_pin[by_pin >= 0].tolist()
        return sorted(last)

    def _output(self, kind: int, gpio: int, b: int, c: int) -> None:
        bit = 1 << gpio
        if kind == frames.REC_IRQ:
            self._read_rarely &= ~bit
            self._forget_edges(bit, b)
            self._on_rise = _with(self._on_rise, gpio, b & RISING)
            self._on_fall = _with(self._on_fall, gpio, b & FALLING)
            return
        if kind == frames.REC_PWM:
            self._pwm = self._pwm | bit if c else self._pwm & ~bit
            self._circuit.pin_pwm(gpio, c, b)
            return
        if self._driving & bit:
            self._set_level(bit, bool(c))
        if self._circuit.lazy() & bit:
            self._circuit.pin_out_later(gpio, bool(c))
            return
        before = self._circuit.levels() if self._open_drain & bit else 0
        self._circuit.pin_out(gpio, bool(c))
        if self._open_drain & bit:
            self._note_own_edge(bit, before)

    def _mode(self, gpio: int, mode: int, pull: int, latch: bool) -> None:
        bit = 1 << gpio
        self._driving = self._driving | bit if mode in DRIVING else self._driving & ~bit
        drains = mode == frames.MODE_OPEN_DRAIN
        self._open_drain = self._open_drain | bit if drains else self._open_drain & ~bit
        before = self._circuit.levels()
        self._circuit.pin_mode(gpio, mode, pull, latch)
        if mode in DRIVING:
            self._set_level(bit, latch)
            self._note_own_edge(bit, before)

    def _note_own_edge(self, bit: int, before: int) -> None:
        """A record has set the latch or the mode of a pad. Its interrupts come from the level that
        is there now, and not from the latch: another part may hold the line low."""
        after = self._circuit.levels()
        self._own_rose |= bit & after & ~before
        self._own_fell |= bit & before & ~after
        self._own |= bit

    def _forget_edges(self, bit: int, watched: int) -> None:
        """The program watches a pad for edges: earlier ones do not count."""
        if watched & RISING and not self._on_rise & bit:
            self._rose &= ~bit
            self._own_rose &= ~bit
        if watched & FALLING and not self._on_fall & bit:
            self._fell &= ~bit
            self._own_fell &= ~bit

    def _set_level(self, bit: int, level: bool) -> None:
        self.levels = self.levels | bit if level else self.levels & ~bit

    def _collect_text(self, index: int, row: Row) -> None:
        """Collects text for the listener: up to a newline, or until something else happens."""
        self._text += text_in(row)
        goes_on = bool(self._plan) and self._plan[-1][0] == index + 1
        if not goes_on or self._plan[-1][1][0] != frames.REC_TX or ord("\n") in self._text:
            self._output_text(bytes(self._text))
            self._text.clear()


def _with(mask: int, gpio: int, on: int) -> int:
    return mask | 1 << gpio if on else mask & ~(1 << gpio)


def _bits(mask: int) -> npt.NDArray[np.bool_]:
    raw = np.frombuffer(mask.to_bytes(GPIOS // 8, "little"), np.uint8)
    return np.unpackbits(raw, bitorder="little").view(np.bool_)
