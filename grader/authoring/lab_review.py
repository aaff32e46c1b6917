"""Whether a lab can be handed out: its texts in two languages, its circuits, its release.

Nothing of it is run here; that reference and mutants get what they should is
`grader.authoring.lab_check`.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.authoring import lesson_review
from grader.authoring.lab_check import programs
from grader.errors import CourseError
from grader.lab.cells import BEGIN, HOST_REFERENCE
from grader.lab.lab import Lab, LabBoard
from grader.notebook import release
from grader.notebook.lesson import solution_lines, source_notebook
from grader.score.misconceptions import known
from hardware.bench import diagram
from hardware.bench.lint.lint import lint_file
from hardware.errors import HardwareError
from hardware.i18n import _

LONG_LINE = 12
"""A shorter line of the reference stands in many a text by chance."""
MISCONCEPTION = "# Misconception: "
"""So begins a mutant."""


def review(lab: Lab) -> Iterator[str]:
    """What is to be mended in a lab's folder, a line each."""
    yield from written(lab)
    try:
        yield from handed_out(lab)
    except CourseError as error:
        yield f"{error}. {error.cure}"


def written(lab: Lab) -> Iterator[str]:
    """What is to be mended in its texts, programs and circuits."""
    yield from _texts(lab)
    yield from _mutants(lab)
    for board in lab.boards.values():
        yield from _circuit(board)
    # A lesson that is no notebook is told when it is released.
    with suppress(CourseError):
        yield from lesson_review.remarks(lab, source_notebook(lab.folder, lab.maxima).cells)


def _texts(lab: Lab) -> Iterator[str]:
    """Titles, items, figures, misconceptions and hints, in both languages."""
    named = {
        "title": lab.title,
        **{f"items.{key}": texts for key, texts in lab.items.items()},
        **{f"figures.{key}": texts for key, texts in lab.figures.items()},
        **{f"misconceptions.{key}": texts for key, texts in lab.misconceptions.items()},
        **{f"misconceptions.{key}.hint": texts for key, texts in lab.hints.items()},
    }
    for key, texts in named.items():
        yield from (f"lab.toml, {key}: {told}" for told in lesson_review.lacks(texts))
    for check in lab.checks:
        if not known(lab, check.on_miss):
            told = _("checks.py, {id}: there is no text for the misconception {key!r}")
            yield told.format(id=check.id, key=check.on_miss)


def _mutants(lab: Lab) -> Iterator[str]:
    for name, file in programs(lab).items():
        if name == "reference" or file.suffix != ".py":
            continue
        if not file.read_text(encoding="utf-8").startswith(MISCONCEPTION):
            told = _("mutants/{file}: its first line does not begin with {start!r}")
            yield told.format(file=file.name, start=MISCONCEPTION)


def _circuit(board: LabBoard) -> Iterator[str]:
    """What lint says of the circuit, hints aside, and the pins that are wired to nothing."""
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
            told = _("{file}: {role} is pin {pin}, and no wire goes there")
            yield told.format(file=name, role=role, pin=board.type.pin_of(gpio))


def secrets(lab: Lab) -> set[str]:
    """Lines of the solution in the lesson, and of the references beyond what is given."""
    source = source_notebook(lab.folder, lab.maxima)
    given = {
        line.strip()
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
        for line in cell.source.partition(BEGIN)[0].splitlines()
    }
    files = (lab.folder / "reference.py", lab.folder / HOST_REFERENCE)
    texts = (file.read_text(encoding="utf-8") for file in files if file.is_file())
    lines = {line.strip() for text in texts for line in text.splitlines()} - given
    return solution_lines(source) | {line for line in lines if len(line) >= LONG_LINE}


def handed_out(lab: Lab) -> Iterator[str]:
    """What a release of this lab, made now, tells of its solution. Raises: CourseError."""
    hidden = secrets(lab)
    with TemporaryDirectory(prefix="warsha-release-") as place:
        root, trainee = Path(place), Path(place, "trainee")
        trainee.mkdir()
        release.write_settings(root, "labcheck")
        release.release_lab(root, lab)
        release.hand_out(root, lab, trainee)
        notebook = json.loads((trainee / lab.slug / f"{lab.slug}.ipynb").read_text("utf-8"))
        for line in release.leaks(notebook, hidden):
            yield _("the release shows a line of the reference: {line}").format(line=line)
        for file in sorted((trainee / "labs" / lab.slug).rglob("*")):
            if file.is_file() and _tells(file.read_bytes().decode("utf-8", "ignore"), hidden):
                told = _("trainees get {file}, and it holds most of the reference")
                yield told.format(file=file.relative_to(trainee / "labs" / lab.slug))


def _tells(text: str, hidden: set[str]) -> bool:
    """Whether a text has most of the hidden lines: a single one may be anybody's."""
    return sum(line in text for line in hidden) * 2 > len(hidden)
