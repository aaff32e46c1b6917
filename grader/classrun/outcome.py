"""The results of one submission: `Graded` has to be saved, `Outcome` is reported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from grader.archive.record import Record
from grader.nbgrader.notebook_marks import NotebookMarks
from grader.score.card import Card

State = Literal["graded", "unchanged", "missing", "unreadable", "refused", "error"]


@dataclass(frozen=True)
class Graded:
    """A graded submission whose marks are not in the gradebook yet. A worker process makes it: its
    record is in the store, and its notebooks are in `new_folder`. It holds only what the process
    that saves it needs: sending whole notebooks would take that process longer than saving them.
    """

    student: str
    record: Record | None
    """Without the cards' pictures. None: the lab is missing. The extra notebooks are saved all the
    same."""
    notes: tuple[str, ...]
    """Remarks for the instructor."""
    marks: NotebookMarks | None = None
    """None when the lab is missing, and in a dry run."""
    timestamp: datetime | None = None
    """When it was handed in (UTC), if that is known."""
    new_folder: Path | None = None
    """The folder that will replace the one in `autograded/`; None in a dry run."""
    extra: Mapping[str, NotebookMarks | None] = field(default_factory=dict)
    """The marks of the extra notebooks by name; None: it was not handed in."""


@dataclass(frozen=True)
class Outcome:
    """The marks of a submission, or why it has none."""

    student: str
    lab: str
    state: State
    marks: tuple[Card, ...] = ()
    reason: str = ""
    """Why it was not graded, and what to do."""
    notes: tuple[str, ...] = ()
    """Remarks for the instructor."""
    assignment: str = ""
    """The assignment it was handed in for, if its name is not the lab's."""
    earlier: float | None = None
    """The points in the gradebook before this run, if there were any."""

    @property
    def total(self) -> float:
        """The points of this run, summed over all items."""
        return sum(mark.points for mark in self.marks)

    @property
    def is_graded(self) -> bool:
        """Whether the gradebook has the marks of this submission: from this run, or from an
        earlier one; a missing lab has zero points there."""
        return self.state in ("graded", "unchanged", "missing")
