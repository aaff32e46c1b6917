"""A run of a real board program, for tests of measurements."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.lab.episode import Episode
from grader.lab.run import Run, lines_after
from hardware.bench.trace.trace import Trace
from tests.support.parts_bench import Parts, play
from tests.support.rig import MS, Hand


def run_of(made: Trace, pins: Mapping[str, int], ready: str = "READY") -> Run:
    """A trace as a check sees it: t = 0 is the end of the line READY, or else power-on."""
    times = [line.at_ns for line in lines_after(made, 0, -1) if line.text == ready]
    zero_ns = times[0] if times else 0
    episode = Episode("main", seconds=(made.end_ns - zero_ns) / 1e9)
    return Run(episode, made, pins, zero_ns, zero_ns, made.end_ns)


def measured(
    parts: Parts,
    wires: Iterable[str],
    program: str,
    pins: Mapping[str, int],
    hands: Iterable[Hand] = (),
    **options: Any,
) -> Run:
    """The run of a program that sees its pins by their roles, on a bench with these parts."""
    roles = "".join(f"{role} = {gpio}\n" for role, gpio in pins.items())
    return run_of(play(parts, wires, roles + program, hands=hands, **options), pins)


__all__ = ["MS", "Hand", "measured", "run_of"]
