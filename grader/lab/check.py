"""`@check` and `@gate`: the decorators with which a lab's checks.py declares its checks.

An item is a letter, and its checks are its parts: `@check("d.long", ...)` and
`@check("d.held", ...)` together are item d. A gate gives no points: when it fails, its item gets
none, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from grader.lab.limits import Limit
from grader.lab.line_form import LineForm
from grader.lab.run import Run

T = TypeVar("T")

Why = Callable[[Run], str]
"""Finds the misconception in a run and returns its key, or "" when it finds none. A text behind
the key and a space fills `{detail}` in the message."""


@dataclass(frozen=True)
class Check:
    """One measured part of an item and its limits. Made by `@check` and `@gate`."""

    id: str
    points: float
    measure: Callable[[Run], Any]
    expect: Limit[Any]
    ladder: tuple[tuple[Limit[Any], float], ...]
    """Limits for partial credit with their points, most points first."""
    on_miss: str
    """The key of the most likely misconception behind a miss; it has a message."""
    why: Why | None
    """Finds a more specific misconception; it is asked first."""
    episodes: tuple[str, ...]
    """The episodes that it measures; the worst one counts. Empty: the first episode."""
    safety: bool
    """Whether the minimum over the seeds counts, not the mean."""
    after: tuple[str, ...]
    """Items or parts that must have points on this seed; without them this check has none."""
    stated: tuple[float, ...] = ()
    """Other numbers that decide the check. The lesson must state them with its item."""
    reads: LineForm | None = None
    """The form of the lines that it reads. Without such a line the feedback shows the nearest."""
    on_error: Why | None = None
    """Finds the misconception behind an exception, when the lab can explain it better than the
    text of the exception does (see `Run.raised`)."""

    @property
    def item(self) -> str:
        """The item to which it belongs."""
        return self.id.partition(".")[0]

    @property
    def is_gate(self) -> bool:
        """Whether it is a gate: a condition of its item, without points."""
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
    reads: LineForm | None = None,
    on_error: Why | None = None,
) -> Callable[[Callable[[Run], T | Sequence[T] | None]], Check]:
    """Declare a part of an item. The decorated function measures one run; it returns None when
    there is nothing to measure. Raises: ValueError for points that do not fit together."""
    if points <= 0:
        raise ValueError(f"check {id}: points must be more than 0 (see @gate)")
    ladder = sorted((partial or {}).items(), key=lambda step: -step[1])
    if any(not 0 < step < points for _, step in ladder):
        raise ValueError(f"check {id}: partial points must lie between 0 and {points}")
    if safety and ladder:
        raise ValueError(f"check {id}: a safety item is all or nothing")

    def declare(measure: Callable[[Run], T | Sequence[T] | None]) -> Check:
        return Check(
            id=id,
            points=points,
            measure=measure,
            expect=expect,
            ladder=tuple(ladder),
            on_miss=on_miss,
            why=why,
            episodes=_names(episode),
            safety=safety,
            after=_names(after),
            stated=tuple(stated),
            reads=reads,
            on_error=on_error,
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
    reads: LineForm | None = None,
    on_error: Why | None = None,
) -> Callable[[Callable[[Run], T | Sequence[T] | None]], Check]:
    """Declare a condition of an item: when it fails, the item gets 0 points."""

    def declare(measure: Callable[[Run], T | Sequence[T] | None]) -> Check:
        return Check(
            id=id,
            points=0,
            measure=measure,
            expect=expect,
            ladder=(),
            on_miss=on_miss,
            why=why,
            episodes=_names(episode),
            safety=False,
            after=(),
            stated=tuple(stated),
            reads=reads,
            on_error=on_error,
        )

    return declare


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
