"""A value that follows a path: what a scenario sets over time, and the limit for a measured series
that must follow it, such as the voltage on a display or the angle of a gate."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from grader.lab.limits import ROUNDING, Limit, Verdict
from grader.lab.run import Run
from grader.lab.units import NS_PER_MS, Millis, Percent, Quantity, millis_of_ns, number, place_of

Q = TypeVar("Q", bound=Quantity)


@dataclass(frozen=True)
class ValuePath(Generic[Q]):
    """A value that changes in steps. `steps`: pairs of a time (ms since t = 0) and the value from
    then on, in the order of time. The first value holds before its time, too."""

    steps: Sequence[tuple[float, Q]]

    def at(self, times_ns: Iterable[int]) -> list[Q]:
        """The value at each of these times."""
        return [self.steps[index][1] for index in self._indices(times_ns)]

    def since_step(self, times_ns: Iterable[int]) -> list[Millis]:
        """How long before each of these times the last step was; 0 before the first one."""
        times = list(times_ns)
        begins = [at for at, _value in self.steps]
        ages = zip(times, self._indices(times), strict=True)
        return [Millis(max(t / NS_PER_MS - begins[index], 0.0), t) for t, index in ages]

    def between(self, from_ns: int, to_ns: int) -> list[Q]:
        """The values that it has in that time, both ends included."""
        first, last = self._indices([from_ns, to_ns])
        return [value for _at, value in self.steps[first : last + 1]]

    def _indices(self, times_ns: Iterable[int]) -> NDArray[np.intp]:
        begins = np.array([at for at, _value in self.steps])
        times_ms = np.array(list(times_ns)) / NS_PER_MS
        return np.maximum(np.searchsorted(begins, times_ms, side="right") - 1, 0)


def correlation(values: Sequence[float], targets: Sequence[float]) -> Percent:
    """How closely values rise and fall with their targets, whatever their scale and offset: 100 %
    for a straight line, and 0 % for values that do not change."""
    pairs = np.array([*zip(values, targets, strict=True)], np.float64).reshape(-1, 2)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < 2 or not (pairs.max(axis=0) > pairs.min(axis=0)).all():
        return Percent(0)
    table = np.atleast_2d(np.corrcoef(pairs, rowvar=False))
    return Percent(100 * float(table[0, 1]))


@dataclass(frozen=True, eq=False)
class Follows(Limit[Q]):
    """Each value lies between the lowest and the highest value that the path had in the time `lag`
    before it, or at most `tolerance` outside. No pause without a value is longer than `every`,
    from t = 0 to the end of the run. The values need their times (`at_ns`)."""

    tolerance: Q
    lag: Millis
    every: Millis
    of: Callable[[Run], ValuePath[Q]]

    def judge(self, measured: Q | Sequence[Q], run: Run) -> Verdict:
        """A pause that is too long decides, else the value that is farthest outside."""
        values = list(measured) if isinstance(measured, Sequence) else [measured]
        path = self.of(run)
        times = [0, *(place_of(value) or 0 for value in values), run.end_ns - run.zero_ns]
        begin, end = max(pairwise(times), key=lambda pair: pair[1] - pair[0])
        if end - begin > self.every.ns or not values:
            pause = millis_of_ns(end - begin, begin)
            return Verdict(False, f"0 × / {pause}", f"≥ 1 × / {self.every}", begin)
        worst = max(values, key=lambda value: self._excess(path, value))
        (target,) = path.at([place_of(worst) or 0])
        ok = self._excess(path, worst) <= ROUNDING
        return Verdict(ok, str(worst), self._around(target), place_of(worst))

    def window(self, run: Run) -> str:
        """The accepted range around the first value of the path, as text."""
        return self._around(self.of(run).steps[0][1])

    def _excess(self, path: ValuePath[Q], value: Q) -> float:
        """How far a value is outside of its window; infinite for nan."""
        at_ns = place_of(value) or 0
        targets = path.between(at_ns - self.lag.ns, at_ns)
        excess = max(min(targets) - value, value - max(targets)) - self.tolerance
        return excess if excess == excess else float("inf")

    def _around(self, target: Q) -> str:
        return f"{number(target)} ± {number(self.tolerance)} {target.unit}".rstrip()
