"""Servo: the angles that PWM, or pulses made by a program, stand for."""

from typing import NamedTuple

import numpy as np

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.parts.servo import LONGEST_NS, SHORTEST_NS
from hardware.bench.trace.trace import Trace

MIN_US, MAX_US = SHORTEST_NS / 1000, LONGEST_NS / 1000
"""Pulse widths of 0 and 180 degrees for the servo on the bench."""


class AngleAt(NamedTuple):
    """A pulse width (us) from a time (virtual ns) on, and its angle in degrees."""

    t_ns: int
    width_us: float
    degrees: float


def servo(
    trace: Trace, pin: int | str, min_us: float = MIN_US, max_us: float = MAX_US
) -> list[AngleAt]:
    """The commanded angles, one for each change. Pulses over 4 ms are not for a servo."""
    waves = [
        (wave.t_ns, wave.duty_u16 / DUTY_MAX * 1e6 / wave.freq_hz)
        for wave in trace.pwm(pin)
        if wave.freq_hz
    ]
    edges = trace.edges(pin)
    rises, falls = edges.rising(), edges.falling()
    after = np.searchsorted(falls, rises)
    known = after < len(falls)
    widths = (falls[after[known]] - rises[known]) / 1000
    waves += list(zip(rises[known].tolist(), widths.tolist(), strict=True))
    made: list[AngleAt] = []
    for t_ns, width in sorted(waves):
        share = (width - min_us) / (max_us - min_us)
        if 0 < width <= 4000 and (not made or abs(made[-1].width_us - width) > 0.5):
            made.append(AngleAt(t_ns, width, 180 * min(1.0, max(0.0, share))))
    return made
