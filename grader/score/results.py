"""Results: the points of each item, what was measured, and why points were missed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.lab.run import Run


@dataclass(frozen=True)
class ItemResult:
    """The result of one item or of one part of it, on one seed or over all seeds. Plain data."""

    id: str
    points: float
    max_points: float
    measured: str = ""
    """The value that decided, as text; empty when nothing was measured."""
    expected: str = ""
    key: str = ""
    """The key of the misconception; empty with full points."""
    detail: str = ""
    """What the message of the key needs: the last line of a traceback, or the item that must have
    points first."""
    timed_out: bool = False
    """Whether a time limit of this machine ended a run: a faster or slower machine may give
    another mark."""
    episode: str = ""
    at_ns: int | None = None
    """The time in that episode (ns since t = 0); None: no particular time."""
    length_ns: int = 0
    """How long the value is, if it is a time."""
    part: str = ""
    """For an item: the check whose values it shows (`d.long`)."""
    also: tuple["ItemResult", ...] = ()
    """For an item: its other parts that were missed, one for each reason."""


@dataclass(frozen=True)
class SeedResult:
    """The result of a program on one seed."""

    seed: int
    items: Mapping[str, ItemResult]
    parts: Mapping[str, ItemResult]
    """The result of every check and gate, by its id."""
    episodes: tuple[str, ...]
    """The names of the episodes, in the order of the scenario."""

    @property
    def points(self) -> float:
        """The sum of the items."""
        return round(sum(item.points for item in self.items.values()), 2)


class Observer(Protocol):
    """Sees what a program did, while it is in memory: no result keeps the runs."""

    def add_run(self, run: Run, missed: Sequence[ItemResult]) -> None:
        """Gets each run of a seed. `missed`: for each item that shows this run, the part that was
        missed. After an error of ours an episode may come once more."""

    def add_seed(self, seed: SeedResult) -> None:
        """Gets the result of a seed, after its runs."""


@dataclass(frozen=True)
class LabScore:
    """The mark of a program: the mean over its seeds, or the minimum for checks of safety."""

    items: Mapping[str, ItemResult]
    seeds: tuple[SeedResult, ...]

    @property
    def points(self) -> float:
        """The sum of the items."""
        return round(sum(item.points for item in self.items.values()), 2)

    @property
    def max_points(self) -> float:
        """The most points that the lab gives."""
        return sum(item.max_points for item in self.items.values())
