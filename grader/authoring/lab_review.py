"""Reviews a lab before it is released: its texts in two languages, its circuits, its release.

No program is run here; `grader.authoring.lab_check` checks the marks of reference and mutants.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.authoring import lesson_review
from grader.authoring.lab_check import is_right, programs
from grader.errors import CourseError
from grader.lab.cells import BEGIN, HOST_REFERENCE, SCENARIO_REFERENCE
from grader.lab.lab import Lab, LabBoard
from grader.nbgrader import config
from grader.notebook import course_build, release
from grader.notebook.lesson import solution_lines, source_notebook
from grader.score.misconceptions import known
from hardware.bench import diagram
from hardware.bench.lint.lint import lint_file
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.paths import ROOT

LONG_LINE = 12
"""Shorter lines of the reference are in other texts by chance."""
MISCONCEPTION = "# Misconception: "
"""The start of a mutant's first line."""


def review(lab: Lab) -> Iterator[str]:
    """Everything that has to be corrected in a lab's folder, one line each."""
    yield from review_files(lab)
    try:
        yield from review_release(lab)
    except CourseError as error:
        yield f"{error}. {error.cure}"


def review_files(lab: Lab) -> Iterator[str]:
    """Problems in the lab's texts, programs and circuits."""
    yield from _texts(lab)
    yield from _mutants(lab)
    for board in lab.boards.values():
        yield from _circuit(board)
    # An invalid lesson is reported by `review_release`.
    with suppress(CourseError):
        yield from lesson_review.remarks(lab, source_notebook(lab.folder, lab.maxima).cells)


def _texts(lab: Lab) -> Iterator[str]:
    """Problems in titles, items, figures, misconceptions and hints, in both languages."""
    named = {
        "title": lab.title,
        **{f"items.{key}": texts for key, texts in lab.items.items()},
        **{f"figures.{key}": texts for key, texts in lab.figures.items()},
        **{f"misconceptions.{key}": texts for key, texts in lab.misconceptions.items()},
        **{f"misconceptions.{key}.hint": texts for key, texts in lab.hints.items()},
    }
    for key, texts in named.items():
        yield from (f"lab.toml, {key}: {problem}" for problem in lesson_review.problems(texts))
    for check in lab.checks:
        if not known(lab, check.on_miss):
            text = _("checks.py, {id}: there is no text for the misconception {key!r}")
            yield text.format(id=check.id, key=check.on_miss)


def _mutants(lab: Lab) -> Iterator[str]:
    for name, file in programs(lab).items():
        if is_right(name) or file.suffix == ".ipynb":
            continue
        if not file.read_text(encoding="utf-8").startswith(MISCONCEPTION):
            text = _("mutants/{file}: its first line does not begin with {start!r}")
            yield text.format(file=file.name, start=MISCONCEPTION)


def _circuit(board: LabBoard) -> Iterator[str]:
    """The findings of lint, without hints, and the pins that are connected to nothing."""
    name = board.diagram.name
    try:
        for finding in lint_file(board.diagram):
            if finding.level != "info":
                where = " ".join(filter(None, (finding.part, finding.pin)))
                yield f"{name}: {where + ': ' if where else ''}{finding.text} ({finding.rule})"
        wires = diagram.load(board.diagram).connections
    except HardwareError as error:
        yield f"{name}: {error}"
        return
    ends = {end.pin for wire in wires for end in (wire.a, wire.b)}
    for role, gpio in board.pins.items():
        if board.type.pin_of(gpio) not in ends:
            text = _("{file}: {role} is pin {pin}, but no wire is connected to it")
            yield text.format(file=name, role=role, pin=board.type.pin_of(gpio))


def secrets(lab: Lab) -> set[str]:
    """The lines of the solution in the lesson, and of the references, except given ones."""
    source = source_notebook(lab.folder, lab.maxima)
    given = {
        line.strip()
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
        for line in cell.source.partition(BEGIN)[0].splitlines()
    }
    names = ("reference.py", HOST_REFERENCE, SCENARIO_REFERENCE)
    files = [lab.folder / name for name in names]
    texts = (file.read_text(encoding="utf-8") for file in files if file.is_file())
    lines = {line.strip() for text in texts for line in text.splitlines()} - given
    return solution_lines(source) | {line for line in lines if len(line) >= LONG_LINE}


def review_release(lab: Lab) -> Iterator[str]:
    """Lines of the solution that a release of this lab would show. Raises: CourseError."""
    hidden = secrets(lab)
    with TemporaryDirectory(prefix="warsha-release-") as place:
        root, trainee = Path(place), Path(place, "trainee")
        trainee.mkdir()
        config.write_settings(root, "labcheck")
        release.release_lab(root, lab)
        course_build.copy_for_trainees(root, lab, trainee)
        notebook = json.loads((trainee / lab.slug / f"{lab.slug}.ipynb").read_text("utf-8"))
        for line in release.leaks(notebook, hidden):
            yield _("the release shows a line of the reference: {line}").format(line=line)
        for file in sorted((trainee / "labs" / lab.slug).rglob("*")):
            if file.is_file() and _has_most(file.read_bytes().decode("utf-8", "ignore"), hidden):
                text = _("trainees get {file}, which contains most of the reference")
                yield text.format(file=file.relative_to(trainee / "labs" / lab.slug))


def type_errors(lab: Lab) -> Iterator[str]:
    """What mypy finds in the lab's checks and scenario; nothing when mypy is not installed."""
    if find_spec("mypy") is None:
        return
    names = ("checks.py", "scenario.py")
    files = [str(lab.folder / name) for name in names if (lab.folder / name).is_file()]
    options = ("--config-file", "pyproject.toml", "--no-error-summary", "--no-color-output")
    command = [sys.executable, "-m", "mypy", *options, *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if ": error:" in line:
            yield line.removeprefix(f"{os.path.relpath(lab.folder, ROOT)}/")
    if done.returncode > 1:
        yield _("mypy did not run: {why}").format(why=(done.stderr.splitlines() or [""])[-1])


def _has_most(text: str, hidden: set[str]) -> bool:
    """Whether a text has most of the hidden lines; single lines may be there by chance."""
    return sum(line in text for line in hidden) * 2 > len(hidden)
