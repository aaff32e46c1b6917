"""The edges of PWM pulses, of which a trace has only the settings. `Pad` (`circuit/pads.py`) has
the rules."""

from collections.abc import Sequence

import numpy as np

from hardware.bench.circuit.pads import Pad
from hardware.bench.protocol.records import Times
from hardware.bench.trace.edges import Edges, Levels, clean


def unfolded(
    edges: Edges, settings: Sequence[tuple[int, int, int]], end_ns: int, begin_ns: int = 0
) -> Edges:
    """The level at a pin with the pulses of its PWM between two times. Where none runs, it is as
    in `edges`. A setting is its time (ns), the frequency in Hz (0: off), and the duty of 65535."""
    times: list[Times] = []
    levels: list[Levels] = []
    pad = Pad()
    for n, (start_ns, freq_hz, duty_u16) in enumerate(settings):
        pad.pwm(freq_hz, duty_u16, start_ns)
        until_ns = min(end_ns, settings[n + 1][0]) if n + 1 < len(settings) else end_ns
        if freq_hz:
            first_ns = min(max(start_ns, begin_ns), until_ns)
            at, level = _pulses(pad, first_ns, until_ns)
        else:
            at, level = np.array([start_ns]), np.array([edges.level_at(start_ns)])
        times.append(at)
        levels.append(level)
    outside = _outside(edges.t_ns, settings)
    t_ns = np.concatenate([edges.t_ns[outside], *times])
    level = np.concatenate([edges.level[outside], *levels])
    order = np.argsort(t_ns, kind="stable")
    return clean(t_ns[order], level[order])


def _pulses(pad: Pad, start_ns: int, until_ns: int) -> tuple[Times, Levels]:
    """The level at the start, then every edge up to a time."""
    first = np.array([start_ns]), np.array([pad.level(start_ns)])
    if not pad.pulses:
        return first
    from_, to = ((t - pad.since_ns) // pad.period_ns for t in (start_ns, until_ns))
    cycles = np.arange(from_, to + 1)
    rises = pad.since_ns + cycles * pad.period_ns
    at = np.stack((rises, rises + pad.high_ns), axis=1).ravel()
    level = np.tile([True, False], len(cycles))
    inside = (at > start_ns) & (at < until_ns)
    return np.concatenate((first[0], at[inside])), np.concatenate((first[1], level[inside]))


def _outside(t_ns: Times, settings: Sequence[tuple[int, int, int]]) -> Levels:
    """At which of the times no PWM runs."""
    starts = np.array([start for start, _hz, _duty in settings])
    off = np.array([True, *(hz == 0 for _start, hz, _duty in settings)])
    outside: Levels = off[np.searchsorted(starts, t_ns, side="right")]
    return outside
