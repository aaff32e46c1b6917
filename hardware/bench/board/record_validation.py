"""Record validation: every record of a board is checked before it counts.

The port never sends what is refused here. But MicroPython has memory errors (see "Safety" in
`firmware/port/README.md`), and a program could take over the interpreter. Forged times and forged
edges then end the board; they do not earn marks.

`RecordValidator.check` is the rule, for one record. `all_valid` tests a whole batch with numpy,
ten times as fast on thousands of records. It returns only yes or no: after a no, `check` finds the
record and the reason. A test with random records checks that the two agree."""

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from hardware.bench.events import NEVER
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import SIZE, TEXT_BYTES, Records, Row, Times, among
from hardware.boards import RESET_PAD

PASS_NS = 1_000_000_000
"""A board asks soon after the horizon. Records that come later than this, without a question, are
forged."""
ASK_PASS_NS = 3_600_000_000_000
"""The longest time that one builtin may run (`sum(range(10**9))`) before the board can ask."""
WINDOW = 16
"""The least time of pin writes is checked over this many of them."""
ENGINE_WINDOW = 64
"""The same for a state machine or a pulse generator. It can change many pins in one cycle of its
clock, but this many edges take longer."""
CYCLE_NS = 8
"""A cycle of the fastest clock of such an engine: 125 MHz."""
AFTER_DATA = (frames.REC_DATA, frames.REC_POSTED)
"""The records that may follow bytes of a call, beside the request CALL."""
CALLS_AT_A_TIME = 16
"""Threads and interrupts call in the middle of each other's calls, but never so deep."""
WRITES = (frames.REC_OUT, frames.REC_PWM, frames.REC_DAC)
REQUESTS = (
    frames.REC_HELLO,
    frames.REC_SYNC,
    frames.REC_ADC,
    frames.REC_CALL,
    frames.REC_WAIT,
    frames.REC_WAIT_NS,
    frames.REC_PAUSE,
)
WAITS = (frames.REC_WAIT, frames.REC_WAIT_NS, frames.REC_PAUSE)
"""Requests that are answered when an input is new, or at a deadline."""
FREE = (frames.REC_CALL, *WAITS)
"""Requests that may hold any values. Those of a CALL are checked by the peripheral."""
WORD_BITS = (32, 64)
"""The word sizes of the builds."""


_PIN, _TEXT, _BYTE, _ANY = RESET_PAD - 1, TEXT_BYTES, 255, 2**32
FIELDS = {
    frames.REC_MODE: (0, _PIN, 1),
    frames.REC_OUT: (0, _PIN, 1),
    frames.REC_PWM: (0, _PIN, _ANY),
    frames.REC_IRQ: (0, _PIN, 1),
    frames.REC_TX: (1, _TEXT, _ANY),
    frames.REC_EXC: (0, _TEXT, _ANY),
    frames.REC_GIVEN: (0, _TEXT, _ANY),
    frames.REC_DATA: (1, _TEXT, _ANY),
    frames.REC_POSTED: (0, _BYTE, _ANY),  # the peripherals say which calls come so
    frames.REC_HEAP: (0, 0, _ANY),
    frames.REC_DAC: (0, _PIN, _BYTE),
    frames.REC_CONVERT: (0, _PIN, 0),
    frames.REC_READING: (0, _PIN, 0),
    frames.REC_SLEEP: (frames.SLEEP_AWAKE, frames.SLEEP_DEEP, _ANY),
    frames.REC_STATE: (frames.STATE_BOOT, frames.STATE_LOADER, _BYTE),
}
"""By kind: the least and the most of field `a`, and the most of field `c`."""
_NOTHING = (1, 0, 0)  # no value is valid for an unknown kind
A_MIN, A_MAX, C_MAX = np.array([FIELDS.get(kind, _NOTHING) for kind in range(256)]).T.copy()
_A = np.arange(256)[:, None]
HEADS = ((A_MIN <= _A) & (_A <= A_MAX)).ravel()
"""Whether a kind and its field `a` are valid, by the first two bytes of a record (`a` * 256 +
kind)."""
ANY_C = frozenset(kind for kind, (_, _, most) in FIELDS.items() if most == _ANY)
"""The kinds whose field `c` may have any value."""


class WriteRate:
    """How close together writes may come: any `window` of them take at least a time."""

    def __init__(self, window: int, least_ns: int, start_ns: int) -> None:
        self._window, self._least_ns = window, least_ns
        self._times = [start_ns - least_ns] * window
        """Times of the last writes, the oldest first."""

    def take(self, t_ns: int) -> bool:
        """Counts a write; False when it comes too soon."""
        if t_ns - self._times[0] < self._least_ns:
            return False
        self._times = [*self._times[1:], t_ns]
        return True

    def all_fit(self, times: Times) -> bool:
        """Whether none of these writes comes too soon. They do not count yet."""
        if not len(times):
            return True
        seen = np.concatenate((self._times, times))
        gaps = seen[self._window :] - seen[: -self._window]
        return not (gaps < self._least_ns).any()

    def take_all(self, times: Times) -> None:
        """Counts these writes."""
        self._times = [*self._times, *times[-self._window :].tolist()][-self._window :]


class RecordValidator:
    """Checks the records of one boot.

    Args:
        min_write_ns: the least time that a pin write takes on this type of board.
        start_ns: when the board was switched on.
    """

    def __init__(self, min_write_ns: int, start_ns: int) -> None:
        self.last_ns = start_ns
        """The latest time that the board has named."""
        self.resetting = False
        """The board resets itself, and will say hello again."""
        self.to_loader = False
        """The board leaves its program for the loader of its chip: its process ends."""
        self._version = 0
        self._horizon_ns = start_ns
        self._program = WriteRate(WINDOW, WINDOW * min_write_ns, start_ns)
        self._engine = WriteRate(ENGINE_WINDOW, CYCLE_NS, start_ns)
        self._has_bytes = False
        """The bytes of a call have come; the call has to come next."""
        self._busy_until_ns: list[int] = []
        """When each call that takes time is over."""

    @property
    def has_said_hello(self) -> bool:
        """Whether the board is set up: a program runs only after the answer to its hello."""
        return self._version != 0

    def granted(self, horizon_ns: int, since_ns: int = 0) -> None:
        """The board may run to the horizon without asking. If it slept, it woke at `since_ns`."""
        self.last_ns = max(self.last_ns, since_ns)
        self._horizon_ns = horizon_ns

    def called(self, busy_ns: int) -> None:
        """Sets how long the call takes that was checked last. It began at the time that the board
        named: in realtime the bench may get it later."""
        self._busy_until_ns.append(self.last_ns + busy_ns)

    def posted(self, now_ns: int, busy_ns: int) -> bool:
        """As `called`, for a call that the board does not wait for and that begins now. False when
        too many others still run."""
        self._busy_until_ns = [over_ns for over_ns in self._busy_until_ns if over_ns > now_ns]
        self._busy_until_ns.append(now_ns + busy_ns)
        return len(self._busy_until_ns) <= CALLS_AT_A_TIME

    def check(self, record: Row) -> str | None:
        """Why a record is refused; None when it is valid."""
        kind, a, b, c, t_ns = record
        if kind in REQUESTS:
            return "speaks while it waits for an answer"
        if kind not in FIELDS:
            return f"unknown kind {kind}"
        if self._has_bytes and kind not in AFTER_DATA:
            return "bytes of a call that does not come"
        if t_ns < self.last_ns:
            return "time goes back"
        if t_ns > self._latest_ns(PASS_NS):
            return "time beyond what was granted"
        if _bad_values(kind, a, b, c):
            return f"a record of kind {kind} with impossible values"
        if kind in WRITES:
            engine = kind == frames.REC_OUT and b == frames.BY_ENGINE
            if not (self._engine if engine else self._program).take(t_ns):
                return "pin writes closer than the chip can do"
        if kind == frames.REC_STATE:
            self._new_state(a)
        self.last_ns = t_ns
        self._has_bytes = kind == frames.REC_DATA
        return None

    def all_valid(self, records: Records) -> bool:
        """Whether `check` accepts every record of a batch (not empty). If so, all of them count,
        as after `check`; if not, none does."""
        kind, t = records["kind"], np.ascontiguousarray(records["t"])
        kinds = set(kind.tobytes())  # most batches have one or two, and need few of the tests
        if not self.last_ns <= int(t[0]) <= int(t[-1]) <= self._latest_ns(PASS_NS):
            return False
        if (t[1:] < t[:-1]).any() or not HEADS.take(records.view("<u2")[:: SIZE // 2]).all():
            return False
        if not kinds <= ANY_C and (records["c"] > C_MAX.take(kind)).any():
            return False
        data = kind == frames.REC_DATA
        if frames.REC_DATA in kinds and len(kinds) > 1:
            follows = among(kind[1:], AFTER_DATA)
            if (data[:-1] & ~follows).any():
                return False
        if self._has_bytes and int(kind[0]) not in AFTER_DATA:
            return False
        if frames.REC_MODE in kinds and _bad_mode(records["b"][kind == frames.REC_MODE]).any():
            return False
        if not kinds.isdisjoint(WRITES) and not self._all_fit(records, t.view(np.int64)):
            return False
        if frames.REC_STATE in kinds:
            self._new_state(int(records["a"][kind == frames.REC_STATE][-1]))
        self.last_ns = int(t[-1])
        self._has_bytes = bool(data[-1])
        return True

    def _all_fit(self, records: Records, times: Times) -> bool:
        """Whether the writes of a batch are made by what can write, and none comes too soon. If
        so, they count."""
        by, out = records["b"], records["kind"] == frames.REC_OUT
        if (out & (by > frames.BY_ENGINE)).any():
            return False
        engine = out & (by == frames.BY_ENGINE)
        program = among(records["kind"], WRITES) & ~engine
        rates = ((self._program, times[program]), (self._engine, times[engine]))
        if not all(rate.all_fit(writes) for rate, writes in rates):
            return False
        for rate, writes in rates:
            rate.take_all(writes)
        return True

    def _new_state(self, state: int) -> None:
        self.resetting = state == frames.STATE_HARD_RESET
        self.to_loader = state == frames.STATE_LOADER

    def check_request(self, record: Row) -> str | None:
        """Why a request is refused; None when it is valid."""
        reason = self._bad_request(record)
        if reason is None:
            self._has_bytes = False
            self.last_ns = record[4]
        return self._bad_hello(record) or reason

    def _bad_request(self, record: Row) -> str | None:
        kind, a, _b, c, t_ns = record
        if kind not in FREE and (c > _BYTE or (kind == frames.REC_ADC and a > _PIN)):
            return f"a request of kind {kind} with impossible values"
        if t_ns < self.last_ns:
            return "time goes back"
        if t_ns > self._latest_ns(ASK_PASS_NS):
            return "time far beyond what was granted"
        if self._has_bytes and kind != frames.REC_CALL:
            return "bytes of a call that does not come"
        if kind == frames.REC_CALL:
            self._busy_until_ns = [over_ns for over_ns in self._busy_until_ns if over_ns > t_ns]
            if len(self._busy_until_ns) >= CALLS_AT_A_TIME:
                return "calls in the middle of too many others"
        return None

    def _bad_hello(self, record: Row) -> str | None:
        """The first request, and the first after a reset, is HELLO with version and word size."""
        kind, version, _b, bits, _t_ns = record
        if kind != frames.REC_HELLO:
            return None if self._version else "hello is not the first word"
        if self._version and not self.resetting:
            return "hello is not the first word"
        if bits not in WORD_BITS or self._version not in (0, version):
            return "hello of another board"
        self._version = version
        return None

    def _latest_ns(self, passed_ns: int) -> int:
        return min(self._horizon_ns + passed_ns, NEVER)


def _bad_values(kind: int, a: int, b: int, c: int) -> bool:
    least, most, most_c = FIELDS[kind]
    if not least <= a <= most or c > most_c:
        return True
    if kind == frames.REC_OUT:
        return b > frames.BY_ENGINE
    return kind == frames.REC_MODE and _bad_mode(b)


@overload
def _bad_mode(b: int) -> bool: ...
@overload
def _bad_mode(b: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]: ...
def _bad_mode(b: Any) -> Any:
    return ((b & 15) > frames.MODE_ANALOG) | ((b >> 4) > frames.PULL_DOWN)
