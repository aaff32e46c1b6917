"""The calls that a board made, with their answers: what all other decoders start from."""

from collections import deque
from typing import NamedTuple

import numpy as np

from hardware.bench import frames
from hardware.bench.tracing.records import text_in
from hardware.bench.tracing.trace import Trace

KINDS = (
    frames.REC_DATA,
    frames.REC_CALL,
    frames.REC_ANSWER,
    frames.REC_RESULT,
    frames.REC_POWER,
)


class CallAt(NamedTuple):
    """A call (`CALL_…` of frames.py, its arguments and bytes) and what it was answered."""

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
        """When it was over."""
        return self.t_ns + self.busy_ns


def calls(trace: Trace, *ops: int) -> list[CallAt]:
    """The answered calls in the order in which they were made; only these, if some are named."""
    rows = trace.records[np.isin(trace.records["kind"], KINDS)]
    waiting: deque[tuple[int, int, int, int, bytes]] = deque()
    sent, got = bytearray(), bytearray()
    made = []
    for row in rows.tolist():
        kind, a, b, c, t_ns = row
        if kind == frames.REC_DATA:
            sent += text_in(row)
        elif kind == frames.REC_CALL:
            waiting.append((t_ns, a, b, c, bytes(sent)))
            sent.clear()
        elif kind == frames.REC_ANSWER:
            got += text_in(row)
        elif kind == frames.REC_RESULT and waiting:
            status = b - 2**16 if b >= 2**15 else b
            made.append(CallAt(*waiting.popleft(), status, bytes(got), c))
            got.clear()
        elif kind == frames.REC_POWER:  # a call that the board did not live to see answered
            waiting.clear()
            sent.clear()
            got.clear()
    return [call for call in made if not ops or call.op in ops]
