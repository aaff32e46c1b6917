"""Limits: what a measurement must fit. They are declared apart from the measurement.

A limit of `T` judges one `T` or a sequence of `T`, and no other unit. The expected value (`of`) is
a value, or a function of the run when it depends on the seed.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from grader.lab.run import Run
from grader.lab.units import Moment, Quantity, Text, length_of, number, place_of

T = TypeVar("T")
Q = TypeVar("Q", bound=Quantity)
N = TypeVar("N", bound=float)
P = TypeVar("P", bound=str | bytes | float | tuple[object, ...])

Expected: TypeAlias = Sequence[T] | T | Callable[[Run], Sequence[T] | T]
"""The expected value: a value, a sequence, or a function that computes it from the run."""

LONGEST_TEXT = 72
"""Characters of a value that feedback shows."""

_PART_OF_WORD = re.compile(r"[\w.:+−-]+\Z")

ROUNDING = 1e-9
"""A difference up to this counts as none: as floats, 26.2 − 26.1 is more than 0.1."""


@dataclass(frozen=True)
class Verdict:
    """The result of a limit: whether it holds; the worst value and what was expected, as text; and
    where in the run it was (ns since t = 0)."""

    ok: bool
    measured: str
    expected: str
    at_ns: int | None = None
    length_ns: int = 0
    """How long the worst value is, if it is a time."""


class Limit(ABC, Generic[T]):
    """One limit. A subclass writes `judge`, which gets what the check returned, but never None."""

    @abstractmethod
    def judge(self, measured: T | Sequence[T], run: Run) -> Verdict:
        """Judge the measurement of that run."""

    @abstractmethod
    def window(self, run: Run) -> str:
        """The expected value as text, to show when nothing was measured."""


@dataclass(frozen=True, eq=False)
class Within(Limit[Q]):
    """Each value lies within `tolerance` of `of`, or within
    `percent` of it, whichever allows more."""

    tolerance: Q | None = None
    percent: float = 0.0
    of: Expected[Q] = field(kw_only=True)

    def judge(self, measured: Q | Sequence[Q], run: Run) -> Verdict:
        """The value that is farthest outside its window decides."""
        values, targets = _pair(measured, _expected(self.of, run))
        if not values or len(values) != len(targets):
            return self._miscounted(values, targets, run)
        excess = [abs(v - t) - self._slack(t) for v, t in zip(values, targets, strict=True)]
        worst = max(range(len(values)), key=lambda n: _badness(excess[n]))
        value, target = values[worst], targets[worst]
        return Verdict(
            excess[worst] <= ROUNDING,
            str(value),
            self._around(target),
            place_of(value),
            length_of(value),
        )

    def window(self, run: Run) -> str:
        """The accepted range around the first expected value, as text."""
        targets = _items(_expected(self.of, run))
        return self._around(targets[0]) if targets else ""

    def _miscounted(self, values: list[Q], targets: list[Q], run: Run) -> Verdict:
        """The verdict for too many or too few values: their number, and the first misfit."""
        if not targets:
            return Verdict(False, _text(values), self.window(run))
        pairs = enumerate(zip(values, targets, strict=False))
        misfits = (n for n, (v, t) in pairs if not abs(v - t) - self._slack(t) <= ROUNDING)
        first = next(misfits, min(len(values), len(targets)))
        value = values[first] if first < len(values) else None
        target = targets[first] if first < len(targets) else None
        # With fewer values than targets, show the place of the missing one.
        is_missing = len(values) < len(targets) and place_of(target) is not None
        return Verdict(
            False,
            _counted(len(values), first, value),
            _counted(len(targets), first, None if target is None else self._around(target)),
            place_of(target if is_missing or value is None else value),
        )

    def _slack(self, target: float) -> float:
        return max(float(self.tolerance or 0.0), abs(target) * self.percent / 100)

    def _around(self, target: Q) -> str:
        return _joined(type(target), target, "±", self._slack(target))


@dataclass(frozen=True, eq=False)
class Between(Limit[N]):
    """Each value lies between `low` and `high`, both included."""

    low: N
    high: N

    def judge(self, measured: N | Sequence[N], run: Run) -> Verdict:
        """The value that is farthest outside decides."""
        values = _items(measured)
        if not values:
            return Verdict(False, "", self.window(run))
        worst = max(values, key=lambda v: _badness(max(self.low - v, v - self.high)))
        return Verdict(
            self.low <= worst <= self.high,
            _one(worst),
            self.window(run),
            place_of(worst),
            length_of(worst),
        )

    def window(self, run: Run) -> str:
        """From low to high."""
        kind = type(self.high) if isinstance(self.high, Quantity) else Quantity
        return _joined(kind, self.low, "–", self.high)


@dataclass(frozen=True, eq=False)
class AtMost(Limit[N]):
    """The largest value is `most` or less."""

    most: N

    def judge(self, measured: N | Sequence[N], run: Run) -> Verdict:
        """The largest value decides."""
        values = _items(measured)
        if not values:
            return Verdict(False, "", self.window(run))
        worst = max(values, key=_badness)
        return Verdict(
            worst <= self.most, _one(worst), self.window(run), place_of(worst), length_of(worst)
        )

    def window(self, run: Run) -> str:
        """Up to the limit."""
        return f"≤ {_one(self.most)}"


@dataclass(frozen=True, eq=False)
class AtLeast(Limit[N]):
    """The smallest value is `least` or more."""

    least: N

    def judge(self, measured: N | Sequence[N], run: Run) -> Verdict:
        """The smallest value decides."""
        values = _items(measured)
        if not values:
            return Verdict(False, "", self.window(run))
        worst = max(values, key=lambda value: _badness(-value))
        return Verdict(
            worst >= self.least, _one(worst), self.window(run), place_of(worst), length_of(worst)
        )

    def window(self, run: Run) -> str:
        """From the limit up."""
        return f"≥ {_one(self.least)}"


@dataclass(frozen=True, eq=False)
class Exactly(Limit[P]):
    """The value, or the whole sequence in its order, is equal to `of`."""

    of: Expected[P]

    def judge(self, measured: P | Sequence[P], run: Run) -> Verdict:
        """The verdict shows both sequences from their first difference on."""
        values, wanted = _items(measured), _items(_expected(self.of, run))
        if values == wanted:
            return Verdict(True, _text(values), _text(wanted))
        pairs = enumerate(zip(values, wanted, strict=False))
        first = next((i for i, (v, w) in pairs if v != w), min(len(values), len(wanted)))
        start = max(0, first - 2)
        ends = *values[first : first + 1], *wanted[first : first + 1]
        place = next((at for at in map(place_of, ends) if at is not None), None)
        return Verdict(False, _text(values, start), _text(wanted, start), place)

    def window(self, run: Run) -> str:
        """All of it."""
        return _text(_items(_expected(self.of, run)))


@dataclass(frozen=True, eq=False)
class Never(Limit[Moment | Text]):
    """Something does not happen. The check returns the moments (or lines) at which it did. `what`
    is its name in English; empty in a lab that tells it in both languages (its `figures`)."""

    what: str

    def judge(self, measured: Moment | Text | Sequence[Moment | Text], run: Run) -> Verdict:
        """The verdict shows the first moment."""
        moments: list[Moment | Text] = _items(measured)
        if not moments:
            return Verdict(True, "0 ×", self.window(run))
        shown = f"{len(moments)} ×, {moments[0]}"
        shown = f"{self.what}: {shown}" if self.what else shown
        return Verdict(False, shown, self.window(run), place_of(moments[0]))

    def window(self, run: Run) -> str:
        """Zero times, and what."""
        return f"0 × {self.what}".rstrip()


def _expected(of: Expected[T], run: Run) -> T | Sequence[T]:
    return of(run) if callable(of) else of


def _items(value: T | Sequence[T]) -> list[T]:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return [value]  # a str is a Sequence, yet one value


def _pair(measured: T | Sequence[T], target: T | Sequence[T]) -> tuple[list[T], list[T]]:
    """Values and their targets; a single target is the target of all values."""
    values, targets = _items(measured), _items(target)
    single = len(targets) == 1 and not isinstance(target, Sequence)
    return values, targets * len(values) if single else targets


def _joined(kind: type[Quantity], one: float, sign: str, other: float) -> str:
    """Two numbers with a sign between them; their unit stands once, where both have the same."""
    texts, unit = [kind.figure(one), kind.figure(other)], f" {kind.unit}"
    if all(text.endswith(unit) for text in texts):
        texts[0] = texts[0].removesuffix(unit)
    return f" {sign} ".join(texts)


def _counted(count: int, index: int, shown: object) -> str:
    """How many there are, and which one is shown; without one, only how many."""
    return f"{count} ×" + ("" if shown is None else f", #{index + 1}: {shown}")


def _badness(excess: float) -> tuple[bool, float]:
    """The sort key of an excess: nan, which compares with nothing, is the worst."""
    return excess != excess, excess


def _one(value: object) -> str:
    return number(value) if type(value) is float else str(value)


def _text(values: Sequence[object], start: int = 0) -> str:
    return shortened(("… " if start else "") + " ".join(_one(value) for value in values[start:]))


def shortened(text: str) -> str:
    """A text cut to the length that feedback shows. It is cut after a whole word or number: a part
    of a number is another number. Only a word as long as half of that is cut inside."""
    if len(text) <= LONGEST_TEXT:
        return text
    room = LONGEST_TEXT - 2
    cut = text[:room]
    whole = _PART_OF_WORD.sub("", cut) if _PART_OF_WORD.match(text[room]) else cut
    return (whole.rstrip() if len(whole) > room / 2 else cut) + " …"
