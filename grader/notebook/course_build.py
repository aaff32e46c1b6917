"""Build a course: nbgrader's folder with source and release of each lab, the class list, and the
folder that trainees get.

What trainees get holds the notebooks, the benches and the checks (practice needs them). It has no
reference, no mutants, no expected marks and no solution.
"""

import filecmp
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import nbformat

from grader.archive.store import Store, StoreError
from grader.classrun.submission import released_question
from grader.disk import (
    atomic_folder,
    close_to_others,
    is_disk_full,
    report_disk_full,
    restore_folder,
)
from grader.errors import CourseError, GraderError, LabError
from grader.lab import cells
from grader.lab.class_list import read_class_list
from grader.lab.course import Course
from grader.lab.lab import LABS, Lab, find
from grader.lab.own_scenario import RIGHT
from grader.nbgrader import commands, config, due_times, enrolment, folders
from grader.nbgrader.course_marks import require_reachable_gates
from grader.nbgrader.database import (
    Database,
    gradebook_file,
    loss,
    lost_gradebook,
    open_url,
)
from grader.nbgrader.templates import write_templates
from grader.notebook import parsons, progress
from grader.notebook.course_page.trainee_course import DUE_FILE
from grader.notebook.lab_changes import lab_changes
from grader.notebook.release import release_lab
from hardware.i18n import _

PRIVATE = (
    "lesson.md",
    "reference.py",
    cells.HOST_REFERENCE,
    cells.SCENARIO_REFERENCE,
    "mutants",
    RIGHT,
    parsons.ANSWER,
    "expected.toml",
)
"""The files of a lab's folder that trainees do not get."""


OURS = ("labs", "course.toml", config.NAME, progress.FOLDER)
"""What the build writes into the trainees' folder beside the notebooks, and their progress."""


def build_course(course: Course, notify: Callable[[str], None] = lambda _line: None) -> Path:
    """Make `build/course/<slug>/` and return it; `notify` gets a line of text for each lab.

    Marks and submissions are kept, and so are earlier releases in the store and work in
    `trainee/`. Nobody can grade meanwhile.
    Raises: GraderError. When some labs cannot be released, it names them all; the other labs are
    released, and the earlier releases of these are kept.
    """
    root = course.root
    trainees = read_class_list(course.roster) if course.roster else []
    with report_disk_full(root):
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        (root / "exchange").mkdir(exist_ok=True)
        config.write_settings(root, course.slug)
        coursedir = config.coursedir(root)
        _replace_lost_gradebook(coursedir, notify)
        with closing(Database(root, coursedir)):
            _close(root, coursedir, notify)
            write_templates(root / "templates")
            problems = _release_all(course, notify)
            _hand_out(course)
            enrolment.enrol(root, trainees)
            due_times.publish(root)
            try:
                require_reachable_gates(course)
            except CourseError as error:
                problems.append(error)
    if problems:
        *others, last = problems
        lines = [line for one in others for line in (str(one), one.cure)]
        raise CourseError("\n".join([*lines, str(last)]), last.cure)
    return root


def _replace_lost_gradebook(coursedir: Any, notify: Callable[[str], None]) -> None:
    """Make a new gradebook when that of a built course was lost, and say what this costs."""
    if cause := lost_gradebook(coursedir):
        text = _(
            "{cause}. A new gradebook is made: {loss}. If you have a copy of the old one, put it "
            "in its place; else run warsha roster and warsha grade LAB"
        )
        notify(text.format(cause=cause, loss=loss()))
        open_url(coursedir.db_url, coursedir.course_id).close()


def _close(root: Path, coursedir: Any, notify: Callable[[str], None]) -> None:
    """Let nobody else read the course: it has names, marks and solutions. nbgrader's setting
    `groupshared` keeps what the group may do."""
    if close_to_others(root, keep_group=coursedir.groupshared):
        text = _(
            "only you can open {root} now; if trainees reach the exchange from accounts of their "
            "own, set c.Exchange.root to a folder outside of it"
        )
        notify(text.format(root=root))
    file = gradebook_file(coursedir)
    if file and file.is_file():  # a copy of it is closed, too
        close_to_others(file, keep_group=coursedir.groupshared)


def _release_all(course: Course, notify: Callable[[str], None]) -> list[GraderError]:
    """Release every lab and copy it for the trainees. Returns the errors of those that failed."""
    problems: list[GraderError] = []
    restore_folder(course.trainee)
    backup = _backup_of(course.trainee, folders.release_folder(course.root, "-").parent)
    with atomic_folder(course.trainee) as trainee:
        for slug in course.labs:
            restore_folder(folders.release_folder(course.root, slug))
            try:
                lab = _release(course, slug, notify)
            except (CourseError, LabError) as error:
                if is_disk_full(error):
                    raise
                problems.append(error)
                try:
                    if earlier := _earlier(course, slug):
                        copy_for_trainees(course.root, earlier, trainee)
                except StoreError as lost:
                    problems.append(lost)
            else:
                copy_for_trainees(course.root, lab, trainee)
                notify(_("released {lab}").format(lab=slug))
        # In both folders: practice, and the kernel of stock autograde, look for it in the parents.
        for place in (course.root, trainee):
            shutil.copyfile(course.folder / "course.toml", place / "course.toml")
        _prepare_jupyter(course, trainee)
        if backup:
            course.trainee.rename(backup)
    if backup:
        text = _("files in {folder} were changed: it is kept as {kept}")
        notify(text.format(folder=course.trainee.name, kept=backup))
    return problems


def _release(course: Course, slug: str, notify: Callable[[str], None]) -> Lab:
    lab, store = find(slug, LABS), Store(course.store)
    try:
        lab.board(course.board or "")
    except LabError as error:
        place = f"{course.folder / 'course.toml'}, board"
        raise CourseError(f"{place}: {error}", error.cure) from error
    release_lab(course.root, lab)
    for change in lab_changes(store, lab):
        notify(change)
    store.add_lab(lab)
    return lab


def _earlier(course: Course, slug: str) -> Lab | None:
    """The earlier release of a lab; None when there is none."""
    store, place = Store(course.store), folders.release_folder(course.root, slug)
    is_there = store.has_released(slug) and (place / f"{slug}.ipynb").is_file()
    return store.lab(store.released(slug)) if is_there else None


def copy_for_trainees(root: Path, lab: Lab, trainee: Path) -> None:
    """Copy a lab for the trainees: the released notebook, and its folder without private files."""
    notebook = trainee / lab.slug / f"{lab.slug}.ipynb"
    notebook.parent.mkdir()
    shutil.copyfile(folders.release_folder(root, lab.slug) / notebook.name, notebook)
    place = trainee / "labs" / lab.slug
    shutil.copytree(
        lab.folder, place, ignore=shutil.ignore_patterns("__pycache__", ".*", *PRIVATE)
    )
    released = nbformat.read(notebook, as_version=4)
    for magic in cells.QUESTIONS:
        question = released_question(released, magic)
        (place / f"{magic}.txt").write_text(question, encoding="utf-8")


def _prepare_jupyter(course: Course, trainee: Path) -> None:
    """Write what JupyterLab and the course page need into the new folder; keep the progress."""
    config.write_trainee_settings(course.root, trainee)
    (trainee / "labs").mkdir(exist_ok=True)
    due, _extended = due_times.in_gradebook(course.root)
    (trainee / "labs" / DUE_FILE).write_text(json.dumps(due), encoding="utf-8")
    if (practised := course.trainee / progress.FOLDER).is_dir():
        shutil.copytree(practised, trainee / progress.FOLDER)


def _hand_out(course: Course) -> None:
    """Put the labs into an exchange that is in the course's folder: so a trainee on this machine
    hands in from JupyterLab. Into an exchange that others reach, an instructor puts each lab when
    its time comes."""
    if config.is_own_exchange(course.root):
        for slug in course.labs:
            if (folders.release_folder(course.root, slug) / f"{slug}.ipynb").is_file():
                commands.release_assignment(course.root, slug)


def _backup_of(trainee: Path, release: Path) -> Path | None:
    """A free name to keep the trainees' folder under, because somebody worked in it (`make lab`
    opens this folder); None when nobody did. `release` holds the notebooks as released."""
    if not _has_own_work(trainee, release):
        return None
    names = (trainee.with_name(f"{trainee.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _has_own_work(trainee: Path, release: Path) -> bool:
    """Whether any file there differs from what was released."""
    for file in trainee.rglob("*"):
        name = file.relative_to(trainee)
        ours = name.parts[0] in OURS or ".ipynb_checkpoints" in name.parts
        if ours or not file.is_file():
            continue
        if not (release / name).is_file() or not filecmp.cmp(file, release / name, shallow=False):
            return True
    return False
