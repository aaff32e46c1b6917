"""`@check` and `@gate`: what a lab's checks.py declares.

An item is a letter; its checks are its parts: `@check("d.long", ...)` and `@check("d.held", ...)`
make up item d. A gate earns nothing: when it fails, its item is 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.lab.limits import Limit
from grader.lab.run import Run

T = TypeVar("T")

Why = Callable[[Run], str]
"""Tells the misconception from the run; "" when it cannot. What follows the key behind a space
completes its text (`{detail}`)."""


@dataclass(frozen=True)
class Check:
    """One measured part of an item and its limits. Made by `@check` and `@gate`."""

    id: str
    points: float
    measure: Callable[[Run], Any]
    expect: Limit[Any]
    ladder: tuple[tuple[Limit[Any], float], ...]
    """Limits for partial credit with their points, best first."""
    on_miss: str
    """The misconception that a miss most likely shows: a key that has a text."""
    why: Why | None
    """Finds a more specific one; it is asked first."""
    episodes: tuple[str, ...]
    """Where it measures: the worst of them counts. Empty: the first episode."""
    safety: bool
    """The minimum over seeds counts instead of the mean."""
    after: tuple[str, ...]
    """Items or parts that must have earned something on this seed."""
    stated: tuple[float, ...] = ()
    """Further numbers that decide it, which the lesson states with its item."""

    @property
    def item(self) -> str:
        """The item that it is a part of."""
        return self.id.partition(".")[0]

    @property
    def is_gate(self) -> bool:
        """Whether it only guards its item."""
        return self.points == 0


def check(
    id: str,
    *,
    points: float,
    expect: Limit[T],
    on_miss: str,
    why: Why | None = None,
    partial: Mapping[Limit[T], float] | None = None,
    episode: str | Sequence[str] = (),
    safety: bool = False,
    after: str | Sequence[str] = (),
    stated: Sequence[float] = (),
) -> Callable[[Callable[[Run], T | Sequence[T] | None]], Check]:
    """Declare a part of an item. The function measures one run; None means nothing to measure."""
    if points <= 0:
        raise ValueError(f"check {id}: points must be more than 0 (see @gate)")
    steps = sorted((partial or {}).items(), key=lambda step: -step[1])
    if any(not 0 < worth < points for _, worth in steps):
        raise ValueError(f"check {id}: partial points must lie between 0 and {points}")
    if safety and steps:
        raise ValueError(f"check {id}: a safety item is all or nothing")

    def declare(measure: Callable[[Run], T | Sequence[T] | None]) -> Check:
        return Check(
            id=id,
            points=points,
            measure=measure,
            expect=expect,
            ladder=tuple(steps),
            on_miss=on_miss,
            why=why,
            episodes=_names(episode),
            safety=safety,
            after=_names(after),
            stated=tuple(stated),
        )

    return declare


def gate(
    id: str,
    *,
    expect: Limit[T],
    on_miss: str,
    why: Why | None = None,
    episode: str | Sequence[str] = (),
    stated: Sequence[float] = (),
) -> Callable[[Callable[[Run], T | Sequence[T] | None]], Check]:
    """Declare a condition without which an item is 0."""

    def declare(measure: Callable[[Run], T | Sequence[T] | None]) -> Check:
        return Check(
            id, 0, measure, expect, (), on_miss, why, _names(episode), False, (), tuple(stated)
        )

    return declare


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
