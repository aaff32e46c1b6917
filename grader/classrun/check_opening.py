"""Opens the check of a module for trainees, for `warsha check`."""

import filecmp
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.classrun.grading import secret_of
from grader.disk import report_disk_full
from grader.errors import CourseError
from grader.lab.class_list import unknown_id_cure
from grader.lab.course import Course
from grader.nbgrader import commands, config, folders
from grader.nbgrader.course_marks import TraineeMarks, course_marks
from grader.nbgrader.database import course_lock
from grader.nbgrader.module_checks import Opening, read_openings, write_openings
from grader.score.card import number
from grader.seeds import check_lab
from hardware.i18n import _


def open_check(
    course: Course, trainees: Sequence[str], module: int, *, gate: bool = True
) -> list[Opening]:
    """Open the check of a module, counted from 1, for all of these trainees or for none, and
    release what they hand in. Without `gate` the marks of the labs do not matter.

    Raises: CourseError, in which every refusal is named.
    """
    gated = [place for place, one in enumerate(course.modules, 1) if one.gate]
    if module not in gated:
        raise CourseError(
            _("module {module} has no check").format(module=module),
            _("choose one of: {names}").format(names=", ".join(map(str, gated)) or "-"),
        )
    with (
        report_disk_full(course.root),
        course_lock(course.root, config.coursedir(course.root)),
    ):
        known = {row.person.student: row for row in course_marks(course)}
        earlier = read_openings(course.root)
        _require_allowed(course, trainees, module, known, gate)
        labs, secret = course.modules[module - 1].labs, secret_of(course)
        opened = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        made = []
        for trainee in dict.fromkeys(trainees):
            place = check_lab(
                secret, course=course.slug, module=module, trainee=trainee, count=len(labs)
            )
            made.append(Opening(trainee, module, labs[place], opened))
        for one in {one.assignment: one for one in made}.values():
            _release(course.root, one)
        write_openings(course.root, [*earlier, *made])
    return made


def _require_allowed(
    course: Course,
    trainees: Sequence[str],
    module: int,
    known: dict[str, TraineeMarks],
    gate: bool,
) -> None:
    """Raises: CourseError when one of the trainees may not take the check."""
    refused, cures = [], dict[str, None]()
    for trainee in trainees:
        if (row := known.get(trainee)) is None:
            refused.append(_("{student} is not in the gradebook").format(student=trainee))
            cures[unknown_id_cure(trainee, known, course.slug)] = None
            continue
        state = next(check for check in row.checks if check.module == module)
        if state.opening:
            text = _("{student} had the check of module {module} at {time} UTC")
            time = state.opening.opened
            refused.append(text.format(student=trainee, module=module, time=time))
            cures[_("there is one check for each module")] = None
        elif gate and state.missing:
            text = _("{student} has not reached the gate of module {module}: {labs}")
            labs = ", ".join(f"{lab} {_points(row, lab)}" for lab in state.missing)
            refused.append(text.format(student=trainee, module=module, labs=labs))
            least = number(course.modules[module - 1].gate)
            cure = _("each lab needs {points} points; --without-gate opens the check all the same")
            cures[cure.format(points=least)] = None
    if refused:
        raise CourseError(_("; ").join(refused), _("; ").join(cures))


def _points(row: TraineeMarks, lab: str) -> str:
    return number(row.marks[lab].earned) if lab in row.marks else "–"


def _release(root: Path, opening: Opening) -> None:
    """Release the lab under the name of the check, if it is not there or has changed."""
    name = f"{opening.lab}.ipynb"
    source = folders.source_folder(root, opening.lab) / name
    place = folders.source_folder(root, opening.assignment) / name
    if not place.is_file() or not filecmp.cmp(source, place, shallow=False):
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, place)
        commands.generate_release(root, opening.assignment)
        if config.is_own_exchange(root):
            commands.release_assignment(root, opening.assignment)
