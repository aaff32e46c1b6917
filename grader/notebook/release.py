"""Build a course: nbgrader's folder with source and release, the class list, and what trainees
get.

What trainees get holds the notebooks, the benches and the checks (practice needs them), and no
reference, no mutants, no expected marks and no solution; the build looks for lines of the
solution in it and refuses to go on when it finds one.
"""

import base64
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import find_all_files

from grader.archive.store import Store, StoreError
from grader.classrun.submission import released_answer
from grader.disk import (
    atomic_folder,
    is_disk_full,
    replace_folder,
    report_disk_full,
    restore_folder,
    write_atomically,
)
from grader.errors import CourseError, GraderError, LabError
from grader.lab import cells
from grader.lab.class_list import read_class_list
from grader.lab.course import Course
from grader.lab.lab import LABS, Lab, find
from grader.nbgrader import commands, config, folders, marks
from grader.nbgrader.database import Database
from grader.notebook.lesson import solution_lines, source_notebook
from grader.notebook.release_guard import check_kept
from grader.notebook.worked import kept_place
from grader.reports.templates import write_templates
from hardware.i18n import _

PRIVATE = ("lesson.md", "reference.py", cells.HOST_REFERENCE, "mutants", "expected.toml")
"""What of a lab's folder stays with the instructor."""

CONFIG = """\
# Made by `warsha course build`; what you add below the last line of it is kept.
from pathlib import Path

import nbgrader

from grader.classrun.autograde_step import steps
from grader.reports.feedback_step import FeedbackPage

HERE = Path(__file__).parent
c = get_config()
c.CourseDirectory.course_id = {course!r}
c.Exchange.root = str(HERE / "exchange")
c.ClearSolutions.code_stub = {{"python": {stub!r}}}
c.ClearSolutions.text_stub = {text!r}
c.Execute.timeout = 300
c.Autograde.autograde_preprocessors = steps()
c.HTMLExporter.extra_template_basedirs = [
    str(HERE / "templates"),
    str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
]
c.GenerateFeedback.preprocessors.append(FeedbackPage)
c.FeedbackPage.store = str(HERE / "store")
# ---- your own settings ----
"""


def build_course(course: Course, say: Callable[[str], None] = lambda _line: None) -> Path:
    """Make `build/course/<slug>/`; returns it. Marks and submissions stay, so do labs of earlier
    releases in the store, and work in `trainee/`. Nobody grades meanwhile.

    Raises: GraderError; when labs cannot be released, one error of all of them, after the others
    were made and the earlier releases of these were kept.
    """
    root = course.root
    trainees = read_class_list(course.roster) if course.roster else []
    with report_disk_full(root):
        (root / "exchange").mkdir(parents=True, exist_ok=True)
        write_settings(root, course.slug)
        with closing(Database(root, config.coursedir(root))):
            write_templates(root / "templates")
            problems = _release_all(course, say)
            marks.enrol(root, trainees)
    if problems:
        *others, last = problems
        told = [line for one in others for line in (str(one), one.cure)]
        raise CourseError("\n".join([*told, str(last)]), last.cure)
    return root


def _release_all(course: Course, say: Callable[[str], None]) -> list[GraderError]:
    """Release and hand out every lab; why some were not released."""
    problems: list[GraderError] = []
    restore_folder(course.trainee)
    kept = kept_place(course.trainee, folders.release_place(course.root, "-").parent)
    with atomic_folder(course.trainee) as trainee:
        for slug in course.labs:
            restore_folder(folders.release_place(course.root, slug))
            try:
                lab = find(slug, LABS)
                release_lab(course.root, lab)
                Store(course.store).add_lab(lab)
            except (CourseError, LabError) as error:
                if is_disk_full(error):
                    raise
                problems.append(error)
                try:
                    if earlier := _earlier(course, slug):
                        hand_out(course.root, earlier, trainee)
                except StoreError as lost:
                    problems.append(lost)
            else:
                hand_out(course.root, lab, trainee)
                say(_("released {lab}").format(lab=slug))
        for place in (
            course.root,
            trainee,
        ):  # practice looks upwards for it, so does stock autograde's kernel
            shutil.copyfile(course.folder / "course.toml", place / "course.toml")
        if kept:
            course.trainee.rename(kept)
    if kept:
        told = _("somebody worked in {folder}: that is kept as {kept}")
        say(told.format(folder=course.trainee.name, kept=kept))
    return problems


def _earlier(course: Course, slug: str) -> Lab | None:
    """A lab as it was released before, if it was."""
    store, place = Store(course.store), folders.release_place(course.root, slug)
    is_there = store.has_released(slug) and (place / f"{slug}.ipynb").is_file()
    return store.lab(store.released(slug)) if is_there else None


def write_settings(root: Path, course: str) -> None:
    """nbgrader's settings; what an instructor added below our part stays. Raises: CourseError."""
    ours = CONFIG.format(course=course, stub=cells.STUB, text=cells.TEXT_STUB)
    last = ours.splitlines()[-1]
    file = (root / config.NAME).resolve()  # it may be a link to where settings are kept
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    _ours, found, own = before.partition(last)
    if before and not found:
        raise CourseError(
            _("{file}: the line {line!r} is gone: what is yours?").format(file=file, line=last),
            _("put that line above your own settings, then build again"),
        )
    write_atomically(file, ours + own.removeprefix("\n"))


def release_lab(root: Path, lab: Lab) -> None:
    """Source and release of one lab, with what an instructor has put beside it in source/.

    All of it is made aside first: when something is wrong, the earlier release and the gradebook
    stay as they were. Raises: CourseError.
    """
    notebook, name = source_notebook(lab.folder, lab.maxima), f"{lab.slug}.ipynb"
    source = folders.source_place(root, lab.slug)
    release = folders.release_place(root, lab.slug)
    with _aside(root) as aside:
        new_source, new_release = (aside / step / lab.slug for step in ("source", "release"))
        new_source.mkdir(parents=True)
        _copy_files(source, new_source, config.coursedir(root).ignore)
        nbformat.write(notebook, new_source / name)
        commands.generate_release(root, lab.slug, aside.name, save=False)
        _check_told(lab.slug, new_release / name, solution_lines(notebook))
        check_kept(root, lab.slug, new_release)
        commands.generate_release(root, lab.slug, aside.name)
        source.mkdir(parents=True, exist_ok=True)
        (new_source / name).replace(source / name)
        release.parent.mkdir(parents=True, exist_ok=True)
        replace_folder(new_release, release)


@contextmanager
def _aside(root: Path) -> Iterator[Path]:
    """A folder in the course to make something in; one that a killed build left goes."""
    aside = root / ".new"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _copy_files(folder: Path, place: Path, ignored: list[str]) -> None:
    """Copy what nbgrader would release of a source folder."""
    if folder.exists():
        for file in map(Path, find_all_files(str(folder), ignored)):
            copy = place / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)


def _check_told(lab: str, file: Path, secrets: Collection[str]) -> None:
    """Look for the solution in a release. Raises: CourseError."""
    if found := leaks(json.loads(file.read_text(encoding="utf-8")), secrets):
        raise CourseError(
            _("{lab}: the release shows a line of the solution: {line}").format(
                lab=lab, line=found[0]
            ),
            _("take it out of lesson.md, or give it in the program cell outside of the solution"),
        )


def leaks(notebook: Any, secrets: Collection[str]) -> list[str]:
    """The secrets that stand anywhere in a notebook: source, metadata, outputs or attachments."""
    texts = list(_texts(notebook))
    return sorted(secret for secret in secrets if any(secret in text for text in texts))


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, attachments also decoded."""
    if isinstance(value, Mapping):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        yield "".join(part for part in value if isinstance(part, str))
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
        with suppress(ValueError):
            yield base64.b64decode(value, validate=True).decode("utf-8", "ignore")


def hand_out(root: Path, lab: Lab, trainee: Path) -> None:
    """The lab as trainees get it: the released notebook, and the folder without what is
    private."""
    notebook = trainee / lab.slug / f"{lab.slug}.ipynb"
    notebook.parent.mkdir()
    shutil.copyfile(folders.release_place(root, lab.slug) / notebook.name, notebook)
    place = trainee / "labs" / lab.slug
    shutil.copytree(
        lab.folder, place, ignore=shutil.ignore_patterns("__pycache__", ".*", *PRIVATE)
    )
    released = nbformat.read(notebook, as_version=4)
    (place / cells.ANSWER_FILE).write_text(released_answer(released), encoding="utf-8")
