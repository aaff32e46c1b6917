"""The calls of a board to its peripherals, with their results. Most decoders start from them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Records, Times, unpack_text
from hardware.bench.trace.trace import Trace

KINDS = (
    frames.REC_DATA,
    frames.REC_CALL,
    frames.REC_ANSWER,
    frames.REC_RESULT,
    frames.REC_POWER,
)


class CallAt(NamedTuple):
    """A call (`CALL_…` in frames.py, with its arguments and bytes) and its result; times in
    virtual ns."""

    t_ns: int
    op: int
    b: int
    c: int
    data: bytes
    status: int
    answer: bytes
    busy_ns: int

    @property
    def end_ns(self) -> int:
        """The end of the call."""
        return self.t_ns + self.busy_ns


def calls(trace: Trace, *ops: int, limit: int | None = None) -> list[CallAt]:
    """The calls that have a result, in the order of their results.

    `ops` selects some kinds of calls. `limit` is the maximum number: a program that calls without
    a pause makes a million calls.
    """
    rows = trace.records[np.isin(trace.records["kind"], KINDS)]
    call_at, result_at = _pairs(rows)
    if ops:
        chosen = np.isin(rows["a"][call_at], ops)
        call_at, result_at = call_at[chosen], result_at[chosen]
    call_at, result_at = call_at[:limit], result_at[:limit]
    sent = _pieces(rows, frames.REC_DATA, frames.REC_CALL, call_at)
    got = _pieces(rows, frames.REC_ANSWER, frames.REC_RESULT, result_at)
    made = rows[["t", "a", "b", "c"]][call_at].tolist()
    ends = zip(_signed(rows["b"][result_at]), rows["c"][result_at].tolist(), strict=True)
    return [
        CallAt(t_ns, op, b, c, data, status, answer, busy_ns)
        for (t_ns, op, b, c), data, answer, (status, busy_ns) in zip(
            made, sent, got, ends, strict=True
        )
    ]


def _pairs(rows: Records) -> tuple[Times, Times]:
    """The rows of calls and of their results. Each result belongs to the first call that waits.

    A call has no result if the board ended before. If the start of a trace was dropped, the first
    results have no call.
    """
    kind = rows["kind"]
    life = np.cumsum(kind == frames.REC_POWER)
    call_at, result_at = (np.flatnonzero(kind == k) for k in (frames.REC_CALL, frames.REC_RESULT))
    lives = life[result_at]
    first_call, first_result = (np.searchsorted(life[at], lives) for at in (call_at, result_at))
    rank = np.arange(len(result_at)) - first_result
    before = np.searchsorted(call_at, result_at) - first_call
    lost = np.maximum.accumulate(np.maximum(rank + 1 - before, 0)) * (lives == life[:1])
    orphan = np.diff(lost, prepend=0) > 0
    index = (first_call + rank - lost)[~orphan]
    return call_at[index], result_at[~orphan]


def _pieces(rows: Records, text: int, closing: int, ends: Times) -> list[bytes]:
    """The bytes before each row of `ends`, since the previous row of that kind or since
    power-on."""
    kind = rows["kind"]
    whole = unpack_text(rows[kind == text])[0]
    length = np.cumsum(np.where(kind == text, rows["a"], 0), dtype=np.int64)
    closed = np.flatnonzero((kind == closing) | (kind == frames.REC_POWER))
    before = np.searchsorted(closed, ends) - 1
    starts = np.where(before >= 0, length[closed[before]], 0) if len(ends) else ends
    spans = zip(starts.tolist(), length[ends].tolist(), strict=True)
    return [whole[start:end] for start, end in spans]


def _signed(status: npt.NDArray[np.uint16]) -> list[int]:
    numbers: list[int] = status.astype(np.int16).tolist()
    return numbers
