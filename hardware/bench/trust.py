"""The bench believes nothing: what a board sends is checked before it counts.

A board's code cannot write memory by address, so an honest port never sends what is refused here.
Should a hole be found all the same, forged time or forged edges end the board instead of earning
marks.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench import frames
from hardware.bench.events import NEVER
from hardware.bench.records import TEXT_BYTES, Records

PASS_NS = 1_000_000_000
"""A board asks soon after the horizon; so long after it, writing on without asking is forged."""
ASK_PASS_NS = 3_600_000_000_000
"""One builtin may run for so long (`sum(range(10**9))`) before the board can ask."""
WINDOW = 16
"""So many pin writes are taken together when their least time is checked."""
GPIOS = 64
REQUESTS = (frames.REC_HELLO, frames.REC_SYNC, frames.REC_ADC)


class Offence(NamedTuple):
    """The first record of a batch that no honest board sends, and why."""

    at: int
    reason: str


def _table(default: int, values: dict[int, int]) -> npt.NDArray[np.int64]:
    table = np.full(256, default, np.int64)
    for kind, value in values.items():
        table[kind] = value
    return table


_PIN, _TEXT = GPIOS - 1, TEXT_BYTES
# Least and most of field `a` by kind, most of field `c`; of an unknown kind nothing is right.
A_MIN = _table(
    1,
    {
        frames.REC_EXC: 0,
        frames.REC_MODE: 0,
        frames.REC_OUT: 0,
        frames.REC_PWM: 0,
        frames.REC_IRQ: 0,
    },
)
A_MAX = _table(
    0,
    {
        frames.REC_MODE: _PIN,
        frames.REC_OUT: _PIN,
        frames.REC_PWM: _PIN,
        frames.REC_IRQ: _PIN,
        frames.REC_TX: _TEXT,
        frames.REC_EXC: _TEXT,
        frames.REC_STATE: frames.STATE_PANIC,
    },
)
C_MAX = _table(2**32, {frames.REC_MODE: 1, frames.REC_OUT: 1, frames.REC_IRQ: 1})
MODE_MAX, PULL_MAX = frames.MODE_ANALOG, frames.PULL_DOWN


class Warden:
    """Checks the records of one boot; `min_write_ns` is the least cost of a pin write."""

    def __init__(self, min_write_ns: int, start_ns: int) -> None:
        self._least_ns = (WINDOW - 1) * min_write_ns
        self.last_ns = start_ns
        """The latest time that the board named."""
        self._horizon_ns = start_ns
        self._writes = np.zeros(0, np.int64)

    def granted(self, horizon_ns: int) -> None:
        """The board may run on to the horizon without asking."""
        self._horizon_ns = horizon_ns

    def check(self, records: Records) -> Offence | None:
        """The first offence in a batch (at least one record), or None: then the batch counts."""
        t, kind, a = records["t"], records["kind"], records["a"]
        bad = (a < A_MIN[kind]) | (a > A_MAX[kind]) | (records["c"] > C_MAX[kind])
        bad |= (kind == frames.REC_MODE) & _bad_mode(records["b"])
        bad |= t > min(self._horizon_ns + PASS_NS, NEVER)
        bad[1:] |= t[1:] < t[:-1]
        bad[0] |= int(t[0]) < self.last_ns
        dense = self._dense(records) if not bad.any() else None
        if dense is not None:
            return Offence(dense, "pin writes closer than the chip can do")
        if bad.any():
            index = int(bad.argmax())
            before = int(t[index - 1]) if index else self.last_ns
            return Offence(index, self._why(records[index].item(), before))
        self.last_ns = int(t[-1])
        return None

    def check_request(self, t_ns: int) -> str | None:
        """Why a request at this time is refused, or None."""
        if t_ns < self.last_ns:
            return "time goes back"
        if t_ns > min(self._horizon_ns + ASK_PASS_NS, NEVER):
            return "time far beyond what was granted"
        self.last_ns = t_ns
        return None

    def _dense(self, records: Records) -> int | None:
        """Index of a pin write that comes too soon after the ones before it."""
        index = np.flatnonzero(records["kind"] == frames.REC_OUT)
        if not len(index):
            return None
        known = len(self._writes)
        times = np.concatenate((self._writes, records["t"][index].astype(np.int64)))
        self._writes = times[-WINDOW + 1 :]
        soon = np.flatnonzero(times[WINDOW - 1 :] - times[: 1 - WINDOW] < self._least_ns)
        return int(index[soon[0] + WINDOW - 1 - known]) if len(soon) else None

    def _why(self, record: tuple[int, int, int, int, int], before_ns: int) -> str:
        kind, a, _b, _c, t_ns = record
        if kind in REQUESTS:
            return "speaks while it waits for an answer"
        if A_MAX[kind] < A_MIN[kind]:
            return f"unknown kind {kind}"
        if t_ns < before_ns:
            return "time goes back"
        if t_ns > self._horizon_ns + PASS_NS:
            return "time beyond what was granted"
        return f"a record of kind {kind} with impossible values (a = {a})"


def _bad_mode(b: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    bad: npt.NDArray[np.bool_] = ((b & 15) > MODE_MAX) | ((b >> 4) > PULL_MAX)
    return bad
