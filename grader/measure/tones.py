"""When a buzzer sounded, by a level or by PWM."""

from itertools import pairwise

from grader.lab.run import Run
from grader.lab.units import ms

TONE_GAP = ms(20)
"""A shorter silence is part of a tone."""


def tones(run: Run, role: str) -> list[tuple[int, int]]:
    """When the buzzer sounded, by a level or by PWM, from when to when in ns."""
    level = run.signal(role)
    ends = [*level.t_ns[1:], level.end_ns]
    parts = zip(level.t_ns, ends, level.level, strict=True)
    spans = [(int(a), int(b)) for a, b, high in parts if high]
    waves = [
        (wave.t_ns - run.zero_ns, wave.freq_hz > 0 and wave.duty_u16 > 0)
        for wave in run.trace.pwm(run.pins[role])
    ]
    spans += [(a, b) for (a, on), (b, _) in pairwise([*waves, (level.end_ns, False)]) if on]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= TONE_GAP.ns:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
