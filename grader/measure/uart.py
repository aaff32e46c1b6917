"""UART: the bytes that a TX pin sent, one by one and in frames."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from grader.lab.run import MOST_CALLS, Run
from grader.lab.units import NS_PER_S
from grader.measure.times import Times
from hardware.bench.decode.uart import writes


@dataclass(frozen=True)
class UartLine:
    """The bytes on one line, and when the last bit of each was sent (ns since t = 0)."""

    at_ns: Times
    data: bytes
    baud: tuple[int, ...]
    """The baud rates that were used, each once."""

    def frames(self, gap_ns: int) -> list[tuple[int, bytes]]:
        """Frames: bytes without a pause of `gap_ns` or more between them, each frame with the time
        of its last byte."""
        if not self.data:
            return []
        cuts = np.flatnonzero(np.diff(self.at_ns) >= gap_ns) + 1
        edges = [0, *cuts.tolist(), len(self.data)]
        spans = pairwise(edges)
        return [(int(self.at_ns[b - 1]), self.data[a:b]) for a, b in spans]

    def between_flags(self, flag: int) -> list[tuple[int, bytes]]:
        """The bytes between two flag bytes, with the time of the second flag. Empty frames are
        left out."""
        ends = [index for index, byte in enumerate(self.data) if byte == flag]
        spans = pairwise(ends)
        return [(int(self.at_ns[b]), self.data[a + 1 : b]) for a, b in spans if b > a + 1]


def uart_sent(run: Run, tx: str) -> UartLine:
    """The bytes that a pin sent from t = 0 on; breaks are left out."""
    sent = [one for one in writes(run.trace, run.pins[tx], MOST_CALLS) if not one.is_break]
    sent = [one for one in sent if one.t_ns >= run.zero_ns]
    ends = [
        one.t_ns + np.arange(1, len(one.data) + 1) * one.byte_bits * NS_PER_S // one.baud
        for one in sent
    ]
    times = np.concatenate([np.zeros(0, np.int64), *ends]) - run.zero_ns
    rates = tuple(dict.fromkeys(one.baud for one in sent))
    return UartLine(times, b"".join(one.data for one in sent), rates)
