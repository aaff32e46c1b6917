"""What an instructor should know of a class that was graded: ids that no class list has, and
submissions that do not say when they came. All of it is graded all the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from grader.classrun.outcome import Outcome
from grader.lab.class_list import nearest
from grader.nbgrader.folders import submitted, timestamp_of
from grader.nbgrader.marks import listed
from hardware.i18n import _

MOST = 10
"""So many are named; the rest is counted."""


def class_notes(
    root: Path, assignment: str, folders: Mapping[str, Path], outcomes: Iterable[Outcome]
) -> list[str]:
    """The notes on an assignment, a line each."""
    graded = {outcome.student for outcome in outcomes if outcome.is_graded}
    students = [student for student in folders if student in graded]
    undated = [student for student in students if timestamp_of(folders[student]) is None]
    known = listed(root)
    strangers = [student for student in students if known and student not in known]
    absent = known - submitted(root, assignment).keys()
    return [*_strangers(assignment, strangers, absent), *_undated(assignment, undated)]


def _strangers(assignment: str, strangers: Sequence[str], absent: Collection[str]) -> list[str]:
    """Who is in no class list; it may be somebody who else has handed in nothing."""
    notes = []
    for student in strangers[:MOST]:
        told = _("in no class list: put the id there, then run warsha roster")
        if meant := nearest(student, absent):
            told = _("in no class list; if {id} is meant, rename the folder, else add the id")
            told = told.format(id=meant)
        notes.append(_note(f"{assignment} {student}", told))
    if len(strangers) > MOST:
        told = _("{count} more are in no class list").format(count=len(strangers) - MOST)
        notes.append(_note(assignment, told))
    return notes


def _undated(assignment: str, students: Sequence[str]) -> list[str]:
    """Who handed in without a time stamp: one line, for it may be the whole class."""
    if not students:
        return []
    names = ", ".join(students[:MOST]) + (", …" if len(students) > MOST else "")
    told = _(
        "{count} without a time stamp, so not late, unless an earlier try had one: {names}; "
        "put timestamp.txt beside the notebook, as 2026-01-15 10:00:00 UTC"
    )
    return [_note(assignment, told.format(count=len(students), names=names))]


def _note(place: str, note: str) -> str:
    return _("note: {place}: {note}").format(place=place, note=note)
