"""When a board drives its own pins, from the records of its trace: what tells a program's level
from an answer of a part. The rules are those of `Pad` (`circuit/pads.py`)."""

from collections.abc import Sequence

import numpy as np

from hardware.bench.protocol import frames
from hardware.bench.protocol.records import Records, Times, among
from hardware.bench.trace.edges import Edges, Levels, clean

SETS = (frames.REC_MODE, frames.REC_OUT, frames.REC_PWM, frames.REC_DAC)
"""Records that can begin or end the driving of a pin."""


def driving_of(records: Records, gpios: Sequence[int]) -> Edges:
    """When the board drives at least one of these GPIOs; `level` is True while it does.

    A board drives a pin as an output, as an open drain at low, with PWM and with a DAC. An open
    drain at high and a pull resistor do not count: any part is stronger."""
    each = [_driving_of(records, gpio) for gpio in gpios]
    times = np.unique(np.concatenate([one.t_ns for one in each]))
    level = np.zeros(len(times), np.bool_)
    for one in each:
        level |= one.level[np.searchsorted(one.t_ns, times, side="right") - 1]
    return clean(times, level)


def _driving_of(records: Records, gpio: int) -> Edges:
    """The same for one GPIO. The first entry is the start of the records."""
    kind = records["kind"]
    own = (records["a"] == gpio) & among(kind, SETS)
    rows = records[own | (kind == frames.REC_POWER)]
    kind, value = rows["kind"], rows["c"] != 0
    is_mode, mode = kind == frames.REC_MODE, rows["b"] & 15
    is_power = kind == frames.REC_POWER
    set_up = _latest(is_mode | is_power)
    is_set = (set_up >= 0) & is_mode[set_up]
    latched = _latest(is_mode | is_power | (kind == frames.REC_OUT))
    pulls_low = (mode[set_up] == frames.MODE_OPEN_DRAIN) & ~(value[latched] & ~is_power[latched])
    drives = is_set & ((mode[set_up] == frames.MODE_OUT) | pulls_low)
    pwm, dac = _latest(kind == frames.REC_PWM), _latest(kind == frames.REC_DAC)
    pwm_ended = _latest(is_power | (is_mode & (mode != frames.MODE_OUT)))
    drives |= (pwm > pwm_ended) & value[pwm]
    drives |= dac > set_up
    start = int(records["t"][0]) if len(records) else 0
    return clean(np.append(start, rows["t"].astype(np.int64)), np.append(False, drives))


def _latest(chosen: Levels) -> Times:
    """For each row the index of the last chosen row up to it; -1 before the first."""
    latest: Times = np.maximum.accumulate(np.where(chosen, np.arange(len(chosen)), -1))
    return latest
