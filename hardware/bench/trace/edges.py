"""The level at a pin over time, computed from the records of a trace."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Records, Times, among

Levels = npt.NDArray[np.bool_]

DRIVING = (frames.MODE_OUT, frames.MODE_OPEN_DRAIN)
"""Modes in which the pin has the level of the output latch (unless an IN record differs)."""
LEVEL_KINDS = (frames.REC_OUT, frames.REC_MODE, frames.REC_IN)
"""Records that can change the level at a pin."""


class Edges(NamedTuple):
    """Times (virtual ns), and the level from each of them on. Levels alternate."""

    t_ns: Times
    level: Levels

    def rising(self) -> Times:
        """When the level went high. A level that is high from the start is no edge."""
        return self.t_ns[1:][self.level[1:]]

    def falling(self) -> Times:
        """When the level went low."""
        return self.t_ns[1:][~self.level[1:]]

    def level_at(self, t_ns: int) -> bool:
        """The level at a time. An edge counts from its own time on."""
        index = int(np.searchsorted(self.t_ns, t_ns, side="right")) - 1
        return bool(self.level[max(index, 0)])


class TimeWindow(NamedTuple):
    """A part of virtual time; `end_ns` is not in it."""

    begin_ns: int
    end_ns: int

    def within(self, times: Times) -> Times:
        """Those of the sorted times (ns) that lie in the window."""
        inside: Times = times[(times >= self.begin_ns) & (times < self.end_ns)]
        return inside


def edges_of(records: Records, gpio: int) -> Edges:
    """The level at a GPIO, from its OUT, MODE and IN records and from the board's power.

    A pin is low while its board is off, and after power on until a record changes it. A pin that
    is switched from output to input keeps its level until the next IN record."""
    kind = records["kind"]
    own = (records["a"] == gpio) & among(kind, LEVEL_KINDS)
    rows = records[own | (kind == frames.REC_POWER)]
    kind = rows["kind"]
    shows = (kind == frames.REC_IN) | (kind == frames.REC_POWER) | _driven(rows)
    rows = rows[shows]
    level = (rows["c"] != 0) & (rows["kind"] != frames.REC_POWER)
    start = int(records["t"][0]) if len(records) else 0
    return clean(np.append(start, rows["t"].astype(np.int64)), np.append(False, level))


def _driven(rows: Records) -> Levels:
    """For each row: whether it is an OUT or MODE record and the pin drives its latch then."""
    sets = (rows["kind"] == frames.REC_MODE) | (rows["kind"] == frames.REC_POWER)
    latest = np.maximum.accumulate(np.where(sets, np.arange(len(rows)), -1))
    drives = among(rows["b"] & 15, DRIVING) & (rows["kind"] == frames.REC_MODE)
    sets_level = (rows["kind"] == frames.REC_OUT) | (rows["kind"] == frames.REC_MODE)
    driven: Levels = sets_level & (latest >= 0) & drives[latest]
    return driven


def clean(t_ns: Times, level: Levels) -> Edges:
    """Keeps the last of the rows of one time, and drops rows that change nothing."""
    last = np.append(t_ns[1:] != t_ns[:-1], True)
    t_ns, level = t_ns[last], level[last]
    change = np.append(True, level[1:] != level[:-1])
    return Edges(t_ns[change], level[change])
