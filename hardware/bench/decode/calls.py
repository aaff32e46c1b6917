"""The calls of a board to its peripherals, with their results. Most decoders start from them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench.protocol import frames
from hardware.bench.protocol.payloads import STORED, Payload
from hardware.bench.protocol.records import Records, Times, among
from hardware.bench.trace.trace import Trace

KINDS = (
    frames.REC_CALL,
    frames.REC_CALL | STORED,
    frames.REC_RESULT,
    frames.REC_RESULT | STORED,
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
    rows = trace.records[among(trace.records["kind"], KINDS)]
    call_at, result_at = _pairs(rows)
    if ops:
        chosen = np.isin(rows["a"][call_at], ops)
        call_at, result_at = call_at[chosen], result_at[chosen]
    made, ends = rows[call_at[:limit]], rows[result_at[:limit]]
    pairs = zip(
        made[["t", "a", "b"]].tolist(),
        _payloads(trace, made),
        _signed(ends["b"]),
        _payloads(trace, ends),
        strict=True,
    )
    return [
        CallAt(t_ns, op, b, c, data, status, answer, busy_ns)
        for (t_ns, op, b), (c, data), status, (busy_ns, answer) in pairs
    ]


class Rest(dict[bytes, bytes]):
    """What follows the head of the bytes of calls. Equal ones are one object."""

    def __init__(self, head: int) -> None:
        super().__init__()
        self._head = head

    def __missing__(self, data: bytes) -> bytes:
        self[data] = data[self._head :]
        return self[data]


def _pairs(rows: Records) -> tuple[Times, Times]:
    """The rows of calls and of their results. Each result belongs to the first call that waits.

    A call has no result if the board ended before. If the start of a trace was dropped, the first
    results have no call.
    """
    kind = rows["kind"] & (STORED - 1)
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


def _payloads(trace: Trace, rows: Records) -> list[Payload]:
    """Field c and the bytes of each record. Equal ones are one object: there may be many."""
    stored = rows["kind"] & STORED != 0
    found = {
        number: trace.payloads.get(number) for number in np.unique(rows["c"][stored]).tolist()
    }
    fields = zip(stored.tolist(), rows["c"].tolist(), strict=True)
    return [found[c] if held else Payload(c, b"") for held, c in fields]


def _signed(status: npt.NDArray[np.uint16]) -> list[int]:
    numbers: list[int] = status.astype(np.int16).tolist()
    return numbers
