"""The pulses that a trace only has as PWM settings, as edges.

As on the bench (`wiring/pads.py`): a PWM begins high, and a new duty alone does not disturb it.
"""

from collections.abc import Sequence

import numpy as np

from hardware.bench.circuit.pads import Pad
from hardware.bench.protocol.records import Times
from hardware.bench.trace.edges import Edges, Levels, clean


def unfolded(
    edges: Edges, settings: Sequence[tuple[int, int, int]], end_ns: int, begin_ns: int = 0
) -> Edges:
    """The level at a pin with the pulses of its PWM between two times; where none runs it is as in
    `edges`. A setting is from when on (ns), Hz (0: off), duty of 65535."""
    times: list[Times] = []
    levels: list[Levels] = []
    pad = Pad()
    since_ns = 0
    for n, (start_ns, freq_hz, duty_u16) in enumerate(settings):
        if freq_hz != pad.freq_hz:
            since_ns = start_ns
        pad.freq_hz, pad.duty_u16 = freq_hz, duty_u16
        until_ns = min(end_ns, settings[n + 1][0]) if n + 1 < len(settings) else end_ns
        if freq_hz:
            first_ns = min(max(start_ns, begin_ns), until_ns)
            at, level = _pulses(pad, since_ns, first_ns, until_ns)
        else:
            at, level = np.array([start_ns]), np.array([edges.level_at(start_ns)])
        times.append(at)
        levels.append(level)
    outside = _outside(edges.t_ns, settings)
    t_ns = np.concatenate([edges.t_ns[outside], *times])
    level = np.concatenate([edges.level[outside], *levels])
    order = np.argsort(t_ns, kind="stable")
    return clean(t_ns[order], level[order])


def _pulses(pad: Pad, since_ns: int, start_ns: int, until_ns: int) -> tuple[Times, Levels]:
    """Level at the start, then every edge up to a time."""
    first = np.array([start_ns]), np.array([_level(pad, start_ns - since_ns)])
    if not pad.pulses:
        return first
    from_, to = ((t - since_ns) // pad.period_ns for t in (start_ns, until_ns))
    cycles = np.arange(from_, to + 1)
    rises = since_ns + cycles * pad.period_ns
    at = np.stack((rises, rises + pad.high_ns), axis=1).ravel()
    level = np.tile([True, False], len(cycles))
    inside = (at > start_ns) & (at < until_ns)
    return np.concatenate((first[0], at[inside])), np.concatenate((first[1], level[inside]))


def _level(pad: Pad, phase_ns: int) -> bool:
    return phase_ns % pad.period_ns < pad.high_ns if pad.pulses else pad.duty_u16 > 0


def _outside(t_ns: Times, settings: Sequence[tuple[int, int, int]]) -> Levels:
    """Which of the times lie where no PWM runs."""
    starts = np.array([start for start, _hz, _duty in settings])
    off = np.array([True, *(hz == 0 for _start, hz, _duty in settings)])
    outside: Levels = off[np.searchsorted(starts, t_ns, side="right")]
    return outside
