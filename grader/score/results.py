"""What a mark is made of: of each item the points, what was measured, and why it was missed."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.lab.run import Run


@dataclass(frozen=True)
class ItemResult:
    """One item, or one part of it, on one seed or over all seeds. Plain data."""

    id: str
    points: float
    max_points: float
    measured: str = ""
    """The value that decided, for people; empty when nothing was measured."""
    expected: str = ""
    key: str = ""
    """The misconception; empty with full points."""
    detail: str = ""
    """What the key's text needs: the last line of a traceback, the item that it depends on."""
    timed_out: bool = False
    """Whether a limit in seconds of this machine had a part in it: another machine, faster or
    slower, may give another mark."""
    episode: str = ""
    at_ns: int | None = None
    """Where in that episode, since t = 0; None: nowhere in particular."""
    part: str = ""
    """Of an item: the check that speaks for it (`d.long`)."""


@dataclass(frozen=True)
class SeedResult:
    """A program on one seed."""

    seed: int
    items: Mapping[str, ItemResult]
    parts: Mapping[str, ItemResult]
    """Every check and gate by itself."""
    runs: Mapping[str, Run]
    """The episodes, for waveforms."""

    @property
    def points(self) -> float:
        """The sum of the items."""
        return round(sum(item.points for item in self.items.values()), 2)


@dataclass(frozen=True)
class LabScore:
    """A program's mark: the mean over its seeds, and the minimum for what is safety."""

    items: Mapping[str, ItemResult]
    seeds: tuple[SeedResult, ...]

    @property
    def points(self) -> float:
        """The sum of the items."""
        return round(sum(item.points for item in self.items.values()), 2)

    @property
    def max_points(self) -> float:
        """What could be had."""
        return sum(item.max_points for item in self.items.values())
