"""Build a course: nbgrader's folder with source and release, the class list, and what trainees
get.

What trainees get holds the notebooks, the benches and the checks (practice needs them), and no
reference, no mutants, no expected marks and no solution; the build looks for lines of the
solution in it and refuses to go on when it finds one.
"""

import base64
import filecmp
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import nbformat

from grader import cells
from grader.archive.store import Store
from grader.course import Course
from grader.disk import write_whole
from grader.errors import CourseError
from grader.gradebook import commands, config, marks
from grader.grading.submission import released_answer
from grader.lab import LABS, Lab, find
from grader.notebook.lesson import solution_lines, source_notebook
from grader.pages.template import write_template
from grader.roster import read_roster
from hardware.say import _

PRIVATE = ("lesson.md", "reference.py", cells.HOST_REFERENCE, "mutants", "expected.toml")
"""What of a lab's folder stays with the instructor."""

CONFIG = """\
# Made by `warsha course build`; what you add below the last line of it is kept.
from pathlib import Path

import nbgrader

from grader.grading.boards import steps
from grader.pages.hook import FeedbackPage

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
    """Make `build/course/<slug>/`; returns it. Raises CourseError or LabError. Marks and
    submissions stay, so do labs of earlier releases in the store, and work in `trainee/`."""
    root = course.root
    worked_in = _is_worked_in(course.trainee, root / "release")
    (root / "exchange").mkdir(parents=True, exist_ok=True)
    write_settings(root, course.slug)
    write_template(root / "templates" / "feedback")
    trainees = read_roster(course.roster) if course.roster else []
    kept = _unused(course.trainee) if worked_in else None
    with _fresh(course.trainee, kept) as trainee:
        for slug in course.labs:
            lab = find(slug, LABS)
            release_lab(root, lab)
            hand_out(root, lab, trainee)
            Store(course.store).add_lab(lab)
            say(_("released {lab}").format(lab=slug))
        for place in (
            root,
            trainee,
        ):  # practice looks upwards for it, so does stock autograde's kernel
            shutil.copyfile(course.folder / "course.toml", place / "course.toml")
    marks.enrol(root, trainees)
    if kept:
        told = _("somebody worked in {folder}: that is kept as {kept}")
        say(told.format(folder=course.trainee.name, kept=kept))
    return root


def write_settings(root: Path, course: str) -> None:
    """nbgrader's settings; what an instructor added below our part stays. Raises: CourseError."""
    ours = CONFIG.format(course=course, stub=cells.STUB, text=cells.TEXT_STUB)
    last = ours.splitlines()[-1]
    file = (root / config.NAME).resolve()  # it may be a link to where settings are kept
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    _ours, found, own = before.partition(last + "\n")
    if before and not found:
        raise CourseError(
            _("{file}: the line {line!r} is gone: what is yours?").format(file=file, line=last),
            _("put that line above your own settings, then build again"),
        )
    write_whole(file, ours + own)


def _is_worked_in(trainee: Path, release: Path) -> bool:
    """Whether anything lies there that was not handed out: `make lab` opens that folder."""
    for file in trainee.rglob("*"):
        name = file.relative_to(trainee)
        ours = name.parts[0] in ("labs", "course.toml") or ".ipynb_checkpoints" in name.parts
        if ours or not file.is_file():
            continue
        if not (release / name).is_file() or not filecmp.cmp(file, release / name, shallow=False):
            return True
    return False


def _unused(folder: Path) -> Path:
    """A name beside a folder that nothing has."""
    names = (folder.with_name(f"{folder.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


@contextmanager
def _fresh(folder: Path, kept: Path | None) -> Iterator[Path]:
    """A folder that takes the old one's place only when all of it is made; the old one gets
    another name, or goes."""
    new = folder.with_name(f".{folder.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(parents=True)
    yield new
    if kept:
        folder.rename(kept)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def release_lab(root: Path, lab: Lab) -> None:
    """Source and release of one lab, and a look for the solution in the release. Raises:
    CourseError."""
    source = source_notebook(lab.folder, lab.maxima)
    place, file = root / "source" / lab.slug, f"{lab.slug}.ipynb"
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    nbformat.write(source, place / file)
    commands.generate_release(root, lab.slug)
    released = (root / "release" / lab.slug / file).read_text(encoding="utf-8")
    if found := leaks(json.loads(released), solution_lines(source)):
        raise CourseError(
            _("{lab}: the release shows a line of the solution: {line}").format(
                lab=lab.slug, line=found[0]
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
    shutil.copyfile(root / "release" / lab.slug / notebook.name, notebook)
    place = trainee / "labs" / lab.slug
    shutil.copytree(
        lab.folder, place, ignore=shutil.ignore_patterns("__pycache__", ".*", *PRIVATE)
    )
    released = nbformat.read(notebook, as_version=4)
    (place / cells.ANSWER_FILE).write_text(released_answer(released), encoding="utf-8")
