"""The bench believes nothing: what a board sends is checked before it counts.

The port never sends what is refused here, and has nothing that writes memory by address. But
MicroPython has holes (a `memoryview` of a `bytearray` that grew): whoever takes the interpreter
over finds that forged time or forged edges end the board instead of earning marks.
"""

from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from hardware.bench.events import NEVER
from hardware.bench.protocol import frames
from hardware.bench.protocol.records import TEXT_BYTES, Records, Row, Times
from hardware.boards import RESET_PAD

PASS_NS = 1_000_000_000
"""A board asks soon after the horizon; so long after it, writing on without asking is forged."""
ASK_PASS_NS = 3_600_000_000_000
"""One builtin may run for so long (`sum(range(10**9))`) before the board can ask."""
WINDOW = 16
"""So many pin writes are taken together when their least time is checked."""
ENGINE_WINDOW = 64
"""A state machine or a pulse generator can change many pins in one cycle of its clock, but so many
edges take longer than that."""
CYCLE_NS = 8
"""Of the fastest clock of an engine: 125 MHz."""
CALLS_AT_A_TIME = 16
"""Threads, interrupts and mail call in the middle of each other's calls, but not so deep."""
WRITES = (frames.REC_OUT, frames.REC_PWM, frames.REC_DAC)
REQUESTS = (
    frames.REC_HELLO,
    frames.REC_SYNC,
    frames.REC_ADC,
    frames.REC_CALL,
    frames.REC_WAIT,
)
FREE = (frames.REC_CALL, frames.REC_WAIT)
"""Requests that may hold any values; a CALL's are checked by who answers it."""


class InvalidRecord(NamedTuple):
    """The first record of a batch that no honest board sends, and why."""

    at: int
    reason: str


_PIN, _TEXT, _BYTE, _ANY = RESET_PAD - 1, TEXT_BYTES, 255, 2**32
FIELDS = {
    frames.REC_MODE: (0, _PIN, 1),
    frames.REC_OUT: (0, _PIN, 1),
    frames.REC_PWM: (0, _PIN, _ANY),
    frames.REC_IRQ: (0, _PIN, 1),
    frames.REC_TX: (1, _TEXT, _ANY),
    frames.REC_EXC: (0, _TEXT, _ANY),
    frames.REC_DATA: (1, _TEXT, _ANY),
    frames.REC_HEAP: (0, 0, _ANY),
    frames.REC_DAC: (0, _PIN, _BYTE),
    frames.REC_CONVERT: (0, _PIN, 0),
    frames.REC_SLEEP: (frames.SLEEP_AWAKE, frames.SLEEP_DEEP, _ANY),
    frames.REC_STATE: (frames.STATE_BOOT, frames.STATE_PANIC, _BYTE),
}
"""Of each kind the least and most of field `a` and the most of field `c`."""
_NOTHING = (1, 0, 0)  # of an unknown kind nothing is right
A_MIN, A_MAX, C_MAX = np.array([FIELDS.get(kind, _NOTHING) for kind in range(256)]).T.copy()


class WriteRate:
    """How close together writes come: any `window` of them take at least a time."""

    def __init__(self, window: int, least_ns: int, start_ns: int) -> None:
        self._window, self._least_ns = window, least_ns
        self._times = [start_ns - least_ns] * window
        """Of the last writes, the oldest first."""

    def take(self, t_ns: int) -> bool:
        """Whether a write came too soon; else it counts."""
        if t_ns - self._times[0] < self._least_ns:
            return True
        self._times = [*self._times[1:], t_ns]
        return False

    def too_soon(self, times: Times) -> npt.NDArray[np.bool_]:
        """The same of each of many; none of them counts yet."""
        seen = np.concatenate((self._times, times))
        soon: npt.NDArray[np.bool_] = seen[self._window :] - seen[: -self._window] < self._least_ns
        return soon

    def passed(self, times: Times) -> None:
        """These count."""
        self._times = [*self._times, *times[-self._window :].tolist()][-self._window :]


class RecordValidator:
    """Checks the records of one boot; `min_write_ns` is the least cost of a pin write."""

    def __init__(self, min_write_ns: int, start_ns: int) -> None:
        self.last_ns = start_ns
        """The latest time that the board named."""
        self._horizon_ns = start_ns
        self._program = WriteRate(WINDOW, WINDOW * min_write_ns, start_ns)
        self._engine = WriteRate(ENGINE_WINDOW, CYCLE_NS, start_ns)
        self._has_bytes = False
        """There are bytes of a call, which has to come next."""
        self._over_ns: list[int] = []
        """When the calls that take time are over."""

    def granted(self, horizon_ns: int, since_ns: int = 0) -> None:
        """The board may run on to the horizon without asking; if it slept, it woke at
        `since_ns`."""
        self.last_ns = max(self.last_ns, since_ns)
        self._horizon_ns = horizon_ns

    def called(self, busy_ns: int) -> None:
        """The call that was checked last takes so long. It began when the board says: in realtime
        one that is behind is heard later."""
        self._over_ns.append(self.last_ns + busy_ns)

    def check(self, record: Row) -> str | None:
        """Why a record is refused; None when it counts."""
        kind, a, b, c, t_ns = record
        if kind in REQUESTS:
            return "speaks while it waits for an answer"
        if kind not in FIELDS:
            return f"unknown kind {kind}"
        if self._has_bytes and kind != frames.REC_DATA:
            return "bytes of a call that does not come"
        if t_ns < self.last_ns:
            return "time goes back"
        if t_ns > min(self._horizon_ns + PASS_NS, NEVER):
            return "time beyond what was granted"
        least, most, most_c = FIELDS[kind]
        if not least <= a <= most or c > most_c or (kind == frames.REC_MODE and _bad_mode(b)):
            return f"a record of kind {kind} with impossible values"
        if kind == frames.REC_OUT and b > frames.BY_ENGINE:
            return f"a record of kind {kind} with impossible values"
        if kind in WRITES:
            engine = kind == frames.REC_OUT and b == frames.BY_ENGINE
            if (self._engine if engine else self._program).take(t_ns):
                return "pin writes closer than the chip can do"
        self.last_ns = t_ns
        self._has_bytes = kind == frames.REC_DATA
        return None

    def check_all(self, records: Records) -> InvalidRecord | None:
        """The same for a whole batch (not empty), at once."""
        t, kind, a, b = records["t"], records["kind"], records["a"], records["b"]
        out = kind == frames.REC_OUT
        engine = out & (b == frames.BY_ENGINE)
        bad = out & (b > frames.BY_ENGINE)
        bad |= (a < A_MIN[kind]) | (a > A_MAX[kind]) | (records["c"] > C_MAX[kind])
        bad |= (kind == frames.REC_MODE) & _bad_mode(b)
        bad |= t > min(self._horizon_ns + PASS_NS, NEVER)
        bad[1:] |= t[1:] < t[:-1]
        bad[0] |= int(t[0]) < self.last_ns
        data = kind == frames.REC_DATA
        bad[1:] |= data[:-1] & ~data[1:]
        bad[0] |= self._has_bytes and not data[0]
        own = (out | (kind == frames.REC_PWM) | (kind == frames.REC_DAC)) & ~engine
        paces = ((self._program, np.flatnonzero(own)), (self._engine, np.flatnonzero(engine)))
        times = t.astype(np.int64)
        for pace, at in paces:
            bad[at] |= pace.too_soon(times[at])
        if bad.any():
            return self._first(records, int(bad.argmax()))
        for pace, at in paces:
            pace.passed(times[at])
        self.last_ns = int(t[-1])
        self._has_bytes = bool(data[-1])
        return None

    def _first(self, records: Records, at: int) -> InvalidRecord:
        """The offence at an index, all records before which are good."""
        if at and (offence := self.check_all(records[:at])):
            return offence
        return InvalidRecord(at, self.check(records[at].item()) or "")

    def check_request(self, record: Row) -> str | None:
        """Why a request is refused, or None."""
        kind, a, _b, c, t_ns = record
        if kind not in FREE and (c > _BYTE or (kind == frames.REC_ADC and a > _PIN)):
            return f"a request of kind {kind} with impossible values"
        if t_ns < self.last_ns:
            return "time goes back"
        if t_ns > min(self._horizon_ns + ASK_PASS_NS, NEVER):
            return "time far beyond what was granted"
        if self._has_bytes and kind != frames.REC_CALL:
            return "bytes of a call that does not come"
        if kind == frames.REC_CALL:
            self._over_ns = [over_ns for over_ns in self._over_ns if over_ns > t_ns]
            if len(self._over_ns) >= CALLS_AT_A_TIME:
                return "calls in the middle of too many others"
        self._has_bytes = False
        self.last_ns = t_ns
        return None


@overload
def _bad_mode(b: int) -> bool: ...
@overload
def _bad_mode(b: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]: ...
def _bad_mode(b: Any) -> Any:
    return ((b & 15) > frames.MODE_ANALOG) | ((b >> 4) > frames.PULL_DOWN)
