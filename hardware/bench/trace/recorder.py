"""The recorder: keeps the records of a board, in the order that a trace has.

Within one power cycle, records are sorted by time. At the same time, the board's own come first,
then those of the bench, each in the order in which they came. So the order does not depend on how
the board's records were cut into pieces on their way."""

from collections.abc import Sequence

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.pad_log import LogPlace, Outputs
from hardware.bench.protocol.payloads import STORED, Payloads
from hardware.bench.protocol.records import (
    PACKER,
    RECORD,
    SIZE,
    Records,
    Row,
    among,
    bytes_in,
    pack_text,
)
from hardware.bench.trace.edges import DRIVING
from hardware.bench.trace.room import Share, largest_share

PADS_ONLY = np.zeros(256, np.bool_)
PADS_ONLY[[frames.REC_MODE, frames.REC_OUT, frames.REC_PWM]] = True
"""Whether a kind of record is about a pad, by its number."""
STATES = PADS_ONLY.copy()
STATES[[frames.REC_IN, frames.REC_DAC]] = True
"""Whether the last record of a kind at a pad decides its level later on."""


LevelAt = tuple[int, bool, int]
"""A level at a GPIO since a time: GPIO, level, time."""


class Recorder:
    """Takes records from both sides. They are kept as bytes, to which it is cheap to append."""

    def __init__(self) -> None:
        self._done = bytearray()
        self._board = bytearray()
        self._bench = bytearray()
        self._call = bytearray()
        """The bytes of a call that has not come yet, as DATA records."""
        self.payloads = Payloads()
        self._last_of_pads = _LastOfPads()
        self.power_cycles = 0
        self.payload_bytes = 0
        """Bytes of all payloads so far, each as often as it came."""
        self._dropped = 0
        """How many of the board's records of this power cycle are not kept any more."""
        self.begin_ns = 0
        """From when on all records are kept."""

    def __len__(self) -> int:
        """How many records the trace takes the place of."""
        logs = len(self._done) + len(self._board) + len(self._bench) + len(self._call)
        return (logs + self.payloads.size) // SIZE

    def take(self, data: bytes) -> None:
        """Appends whole records of the board. The bytes of a call wait until it comes: without
        it they mean nothing."""
        if not data or data[-SIZE] != frames.REC_DATA:
            self._board += data
            return
        end = SIZE * len(data[::SIZE].rstrip(bytes((frames.REC_DATA,))))  # by their kinds
        self._board += data[:end]
        self._call += data[end:]

    def take_call(self, call: Row) -> bytes:
        """Appends the record of a call. Returns the bytes that came before it."""
        data = bytes_in(self._call)
        self._call.clear()
        self._board += self._with(data, *call)
        return data

    def note(self, kind: int, a: int, b: int, c: int, t_ns: int) -> None:
        """Appends a record of the bench."""
        self._bench += PACKER.pack(kind, a, b, c, t_ns)

    def note_levels(self, levels: Sequence[LevelAt]) -> None:
        """Appends levels that the bench has set, in the order of time."""
        for gpio, level, t_ns in levels:
            self._bench += PACKER.pack(frames.REC_IN, gpio, 0, level, t_ns)

    def note_with(self, data: bytes, kind: int, a: int, b: int, c: int, t_ns: int) -> None:
        """Appends a record of the bench that has bytes before it."""
        self._bench += self._with(data, kind, a, b, c, t_ns)

    def _with(self, data: bytes, kind: int, a: int, b: int, c: int, t_ns: int) -> bytes:
        """A record that stands for the bytes before it, too."""
        if not data:
            return PACKER.pack(kind, a, b, c, t_ns)
        self.payload_bytes += len(data)
        return PACKER.pack(kind | STORED, a, b, self.payloads.number_of(c, data), t_ns)

    def note_text(self, kind: int, data: bytes, t_ns: int) -> None:
        """Appends text as records of the bench."""
        self._bench += pack_text(kind, data, t_ns)

    def power(self, on: bool, why: int, t_ns: int) -> None:
        """The board is switched on or off. Nothing is sorted across this record, and records with
        a later time are dropped."""
        self._done += self._with_open(np.zeros(0, RECORD), t_ns).tobytes()
        self._board.clear()
        self._bench.clear()
        self._call.clear()
        self._last_of_pads = _LastOfPads()
        self._dropped = 0
        self.power_cycles += 1
        self._done += PACKER.pack(frames.REC_POWER, 0, why, on, t_ns)

    def records(self, until_ns: int) -> Records:
        """All records up to a time, as a new array."""
        done = np.frombuffer(self._done, RECORD)
        return self._with_open(done, until_ns)

    def largest_share(self) -> Share:
        """What takes most of the trace."""
        logs = (self._done, self._board, self._bench)
        return largest_share([np.frombuffer(log, RECORD) for log in logs], self.payloads)

    def pad_rows(self, gpios: Sequence[int], since_ns: int, until_ns: int) -> list[Row]:
        """What the board of this power cycle did to pads (see `World.pad_rows` of part.py)."""
        rows = _until(self._board, until_ns)
        begin = int(np.searchsorted(rows["t"], np.uint64(since_ns), side="right"))
        after = rows[begin:]
        found: list[Row] = after[PADS_ONLY[after["kind"]]].tolist()
        wanted = set(gpios)
        before = self._last_of_pads.up_to(begin, rows)
        return [row for row in (*before, *found) if row[1] in wanted]

    def place(self, until_ns: int) -> LogPlace:
        """The place behind all that the board has done up to a time."""
        return LogPlace(self.power_cycles, self._dropped + len(_until(self._board, until_ns)))

    def outputs_since(
        self, since: LogPlace, gpios: Sequence[int], until_ns: int
    ) -> tuple[Outputs, LogPlace]:
        """What the board of this power cycle wrote to pads between a place and a time; and the
        place behind it."""
        rows, goes_on = _until(self._board, until_ns), since.power_cycle == self.power_cycles
        begin = max(0, since.number - self._dropped) if goes_on else 0
        wanted = np.zeros(256, np.bool_)
        wanted[list(gpios)] = True
        new = rows[begin:]
        index = np.flatnonzero((new["kind"] == frames.REC_OUT) & wanted[new["a"]])
        found = new[index]
        level, t_ns = found["c"] != 0, found["t"].astype(np.int64)
        outputs = Outputs(found["a"].astype(np.int64), level, t_ns, index + begin + self._dropped)
        return outputs, LogPlace(self.power_cycles, self._dropped + len(rows))

    def recent(self, since_ns: int, until_ns: int) -> Records:
        """The records of the present power cycle after a time and up to another one, as a new
        array."""
        logs = (_until(log, until_ns) for log in (self._board, self._bench))
        start = np.uint64(since_ns)
        parts = [log[np.searchsorted(log["t"], start, side="right") :] for log in logs]
        rows = np.concatenate(parts)
        return rows[np.argsort(rows["t"], kind="stable")]

    def forget(self) -> None:
        """Drops about the oldest half, for a bench that runs for days. Call it between grants.
        What decides the level of a pad later on is kept. Nothing is sorted here: this happens
        often for a board that prints without end, and a person waits for it.
        """
        half = (len(self._done) + len(self._board) + len(self._bench)) // SIZE // 2
        if len(self._done) > half * SIZE:
            self.begin_ns = int(np.frombuffer(self._done, RECORD)["t"][half])
            _drop(self._done, half)
        else:
            self._done.clear()
            self._last_of_pads = _LastOfPads()
            self.begin_ns = _middle_time(max(self._board, self._bench, key=len))
            self._dropped += _drop(self._board, _rows_before(self._board, self.begin_ns))
            _drop(self._bench, _rows_before(self._bench, self.begin_ns))
        self._forget_payloads()

    def _forget_payloads(self) -> None:
        """Drops the payloads that no record has any more. Traces that were given out keep them."""
        logs = [np.frombuffer(log, RECORD) for log in (self._done, self._board, self._bench)]
        stored = [log["kind"] & STORED != 0 for log in logs]
        numbers = [log["c"][at] for log, at in zip(logs, stored, strict=True)]
        self.payloads, renumbered = self.payloads.only(np.concatenate(numbers))
        for log, at, old in zip(logs, stored, numbers, strict=True):
            log["c"][at] = renumbered[old]

    def _with_open(self, done: Records, until_ns: int) -> Records:
        """These records, then those of the present power cycle up to a time, sorted. It copies
        each record only once: there may be millions."""
        board, bench = (_until(log, until_ns) for log in (self._board, self._bench))
        rows = np.empty(len(done) + len(board) + len(bench), RECORD)
        rows[: len(done)] = done
        opened = rows[len(done) :]
        # Both are sorted by time: each of the bench comes behind those of the board.
        behind = np.searchsorted(board["t"], bench["t"], side="right") + np.arange(len(bench))
        of_board = np.ones(len(opened), np.bool_)
        of_board[behind] = False
        opened[behind] = bench
        opened[of_board] = board
        return rows


class _LastOfPads:
    """The last record of each kind and pad up to a place in a log. A picture that lives asks many
    times a second, each time for a later place: it must not read the whole log again."""

    def __init__(self) -> None:
        self._place = 0
        self._last: dict[tuple[int, int], Row] = {}

    def up_to(self, place: int, rows: Records) -> list[Row]:
        """The records in order, of those before the place."""
        if place < self._place:
            self._place, self._last = 0, {}
        passed = rows[self._place : place]
        passed = passed[PADS_ONLY[passed["kind"]]]
        keys = passed["kind"].astype(np.int64) << 8 | passed["a"]
        _keys, last = np.unique(keys[::-1], return_index=True)  # reversed: the last of each
        for row in passed[np.sort(len(passed) - 1 - last)].tolist():
            self._last.pop(row[:2], None)  # so that the order is that of the log
            self._last[row[:2]] = row
        self._place = place
        return list(self._last.values())


def _until(log: bytearray, until_ns: int) -> Records:
    """The records of a log that is sorted by time, up to a time; not a copy. While it is in use,
    the log must not grow."""
    rows = np.frombuffer(log, RECORD)
    return rows[: np.searchsorted(rows["t"], np.uint64(until_ns), side="right")]


def _drop(log: bytearray, count: int) -> int:
    """Drops the oldest records of a log, but not those that decide the level of a pad after them.
    Returns how many."""
    rows = np.frombuffer(bytes(log[: count * SIZE]), RECORD)
    powers = np.flatnonzero(rows["kind"] == frames.REC_POWER)
    rows = rows[powers[-1] if len(powers) else 0 :]
    last = np.full(1 << 16, -1)
    states = np.flatnonzero(STATES[rows["kind"]])
    kinds = rows["kind"][states].astype(np.int64)
    # The last mode that drives counts beside the last one: an input keeps the level of an output.
    kinds += 128 * ((kinds == frames.REC_MODE) & among(rows["b"][states] & 15, DRIVING))
    last[kinds << 8 | rows["a"][states]] = states
    left = last[last >= 0]
    if len(powers):
        left = np.append(left, 0)
    log[: count * SIZE] = rows[np.sort(left)].tobytes()
    return count - len(left)


def _middle_time(log: bytearray) -> int:
    """The time of the middle record of a log that is sorted by time."""
    return int(np.frombuffer(log, RECORD)["t"][len(log) // SIZE // 2])


def _rows_before(log: bytearray, t_ns: int) -> int:
    """How many records of a log that is sorted by time are older than a time."""
    return int(np.searchsorted(np.frombuffer(log, RECORD)["t"], np.uint64(t_ns)))
