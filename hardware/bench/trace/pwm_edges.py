"""The edges of PWM pulses, of which a trace has only the settings. `Pad` (`circuit/pads.py`) has
the rules."""

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.protocol.records import Records, Times
from hardware.bench.trace.edges import Edges, Levels, clean

Numbers = npt.NDArray[np.int64]


def unfolded(edges: Edges, settings: Records, end_ns: int, begin_ns: int = 0) -> Edges:
    """The level at a pin with the pulses of its PWM between two times. Where none runs, it is as
    in `edges`. The settings are the PWM records of the pin."""
    start, hz, duty = (settings[name].astype(np.int64) for name in ("t", "c", "b"))
    until = np.minimum(np.append(start[1:], end_ns), end_ns)
    first = np.where(hz > 0, np.minimum(np.maximum(start, begin_ns), until), start)
    # A new duty alone does not disturb the phase: the pulses count from the last new frequency.
    renewed = np.where(hz != np.append(0, hz[:-1]), np.arange(len(hz)), 0)
    since = start[np.maximum.accumulate(renewed)]
    period = np.maximum(2, 1_000_000_000 // np.maximum(hz, 1))
    high = np.minimum(period - 1, np.maximum(1, period * duty // DUTY_MAX))
    pulses = (hz > 0) & (duty > 0) & (duty < DUTY_MAX)
    level = np.where(pulses, (first - since) % period < high, duty == DUTY_MAX)
    held = np.maximum(np.searchsorted(edges.t_ns, start, side="right") - 1, 0)
    level = np.where(hz > 0, level, edges.level[held])
    # Every edge of every cycle from the start of a setting to its end; `n` is the setting.
    from_, to = (first - since) // period, (until - since) // period
    counts = np.where(pulses, to - from_ + 1, 0)
    n = np.repeat(np.arange(len(counts)), counts)
    cycle = from_[n] + np.arange(len(n)) - (np.cumsum(counts) - counts)[n]
    rises = since[n] + cycle * period[n]
    at = np.stack((rises, rises + high[n]), axis=1).ravel()
    inside = (at > np.repeat(first[n], 2)) & (at < np.repeat(until[n], 2))
    risen = np.tile([True, False], len(n))[inside]
    outside = _outside(edges.t_ns, start, hz)
    t_ns = np.concatenate([edges.t_ns[outside], first, at[inside]])
    levels = np.concatenate([edges.level[outside], level, risen])
    order = np.argsort(t_ns, kind="stable")
    return clean(t_ns[order], levels[order])


def _outside(t_ns: Times, starts: Numbers, hz: Numbers) -> Levels:
    """At which of the times no PWM runs."""
    outside: Levels = np.append(True, hz == 0)[np.searchsorted(starts, t_ns, side="right")]
    return outside
