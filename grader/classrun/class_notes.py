"""Notes on a graded class: ids that are in no class list, submissions without a time stamp, and
points of a person from before. They are graded all the same."""

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from grader.classrun.outcome import Outcome
from grader.lab.class_list import nearest
from grader.lab.course import course_command
from grader.nbgrader.enrolment import listed
from grader.nbgrader.folders import submitted, timestamp_of
from grader.nbgrader.standings import second_looks
from hardware.i18n import _

MAX_NAMES = 10
"""Ids that are named; the others are counted."""


def class_notes(
    root: Path, assignment: str, folders: Mapping[str, Path], outcomes: Iterable[Outcome]
) -> list[str]:
    """The notes on an assignment, one line each."""
    graded = {outcome.student for outcome in outcomes if outcome.is_graded}
    students = [student for student in folders if student in graded]
    undated = [student for student in students if timestamp_of(folders[student]) is None]
    known = listed(root)
    not_listed = [student for student in students if known and student not in known]
    absent = known - submitted(root, assignment).keys()
    return [
        *_not_listed(root, assignment, not_listed, absent),
        *_together(
            assignment,
            undated,
            _(
                "{count} without a time stamp, so not late, unless an earlier try had one: "
                "{names}; put timestamp.txt next to the notebook, as 2026-01-15 10:00:00 UTC"
            ),
        ),
        *_together(
            assignment,
            second_looks(root, assignment),
            _(
                "{count} with points that a person gave before the last grading, perhaps to other "
                "work: {names}; look at them in Formgrader"
            ),
        ),
    ]


def _not_listed(
    root: Path, assignment: str, not_listed: Sequence[str], absent: Collection[str]
) -> list[str]:
    """Ids that are in no class list. Such an id may be a misspelling of one in `absent`: the
    trainees who handed in nothing."""
    notes = []
    roster = course_command("roster", root.name)
    for student in not_listed[:MAX_NAMES]:
        text = _("in no class list: put the id there, then run {command}").format(command=roster)
        if meant := nearest(student, absent):
            text = _(
                "in no class list; if {id} is meant, rename the folder, then run in {folder}: "
                "{command}; else add the id"
            )
            remove = f"nbgrader db student remove {shlex.quote(student)} --force"
            text = text.format(id=meant, folder=root, command=remove)
        notes.append(_note(f"{assignment} {student}", text))
    if len(not_listed) > MAX_NAMES:
        text = _("{count} more are in no class list").format(count=len(not_listed) - MAX_NAMES)
        notes.append(_note(assignment, text))
    return notes


def _together(assignment: str, students: Sequence[str], text: str) -> list[str]:
    """One line for all of them, because it may be the whole class."""
    if not students:
        return []
    names = ", ".join(students[:MAX_NAMES]) + (", …" if len(students) > MAX_NAMES else "")
    return [_note(assignment, text.format(count=len(students), names=names))]


def _note(place: str, note: str) -> str:
    return _("note: {place}: {note}").format(place=place, note=note)
