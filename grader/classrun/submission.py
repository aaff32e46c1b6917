"""The trust boundary: read a submitted notebook as text, and rebuild it on the released one.

Only three things of an untrusted notebook are used: the text of its cells, in their order, the
grade id that says which released cell each of them is, and the pictures that were pasted into an
answer (`pasted_pictures.py`). Outputs, other metadata, kernels and cell ids are ignored.
"""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode

from grader.classrun.pasted_pictures import Attachments, pictures_in
from grader.classrun.submission_folder import find_notebook, notebooks_in, read_file
from grader.errors import NothingHandedIn, SubmissionError
from grader.lab import cells
from grader.lab.class_list import id_problem
from grader.lab.prediction import OwnPrediction, prediction_in
from hardware.i18n import _

MAX_CELLS = 2000
MAX_CELL_CHARACTERS = 250_000
"""As UTF-8 such a cell still fits into the smallest flash, next to the given files."""


class HandedInCell(NamedTuple):
    """What is used of a cell."""

    kind: str
    source: str
    grade_id: str | None
    attachments: object = None
    """As they were handed in: not checked."""


@dataclass(frozen=True)
class Submission:
    """One notebook of a submission, as far as it is used for grading."""

    lab: str
    student: str
    program: str | None
    """The text of the last `%%board main.py` cell."""
    host: str | None
    """The text of the last `%%host` cell."""
    scenario: str | None
    """The text of the last `%%scenario` cell."""
    prediction: OwnPrediction
    """The answers to the "predict" question."""
    notebook: NotebookNode
    """The submission's cells, with the released cells' own metadata and without outputs."""
    notes: tuple[str, ...]
    """Remarks for the instructor on the file and its cells."""
    file: str
    """The name of the file that was handed in."""
    file_notes: tuple[str, ...]
    """Those of the notes that are about the file."""
    sha256: str
    """The hash of the file's bytes."""


def read_submission(
    folder: Path,
    lab: str,
    student: str,
    released: NotebookNode,
    neighbours: Collection[str] = (),
    *,
    exact: bool = False,
) -> Submission:
    """Find and read the notebook `lab` in a trainee's folder, or only its program: a `main.py`
    in a folder without notebooks.

    `neighbours` are the other notebooks of the assignment. With `exact` the file's name must begin
    with the lab's name (see `find_notebook`).
    Raises: SubmissionError when there is nothing to grade; NothingHandedIn.
    """
    if problem := id_problem(student):
        cure = _("rename that folder to the trainee's id, as it is in the class list")
        raise SubmissionError(problem, cure)
    file, file_notes = _find(folder, lab, neighbours, exact=exact)
    raw = read_file(file)
    notes = list(file_notes)
    is_program = file.name == cells.PROGRAM
    found = _with_program(raw, released) if is_program else _cells(file, raw)
    notebook = _rebuild(found, released, notes)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    program = _program_of(sources, notes)
    return Submission(
        lab=lab,
        student=student,
        program=program,
        host=_last(cells.host_of, sources, _("{count} host cells: the last one counts"), notes),
        scenario=_last(
            cells.scenario_of, sources, _("{count} scenario cells: the last one counts"), notes
        ),
        prediction=_prediction(sources, released),
        notebook=notebook,
        notes=tuple(notes),
        file=file.name,
        file_notes=tuple(file_notes),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _find(
    folder: Path, lab: str, neighbours: Collection[str], *, exact: bool
) -> tuple[Path, Sequence[str]]:
    """The file that is graded, and notes on the choice."""
    try:
        return find_notebook(folder, lab, neighbours, exact=exact, compare=_compare_programs)
    except NothingHandedIn:
        file = folder / cells.PROGRAM
        if exact or notebooks_in(folder) or not file.is_file():
            raise
        return file, [_("no notebook: main.py is graded")]


def _prediction(sources: Sequence[str], released: NotebookNode) -> OwnPrediction:
    """The last answer to the "predict" question, and the last reason for it."""
    answer, reason = (
        next((text for text in map(text_of, reversed(sources)) if text is not None), None)
        for text_of in (cells.answer_of, cells.reason_of)
    )
    question, reason_question = (released_question(released, it) for it in cells.QUESTIONS)
    return prediction_in(answer, question, reason, reason_question)


def show_as_typed(notebook: NotebookNode, released: NotebookNode | None) -> None:
    """Change a trainee's notebook that nbgrader has sanitised: its texts are shown as typed, as in
    a notebook of `read_submission`. What was released stays as it is."""
    texts = _texts(released) if released else {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cell.cell_type = "markdown"  # nbconvert writes raw cells into the page as they are
            cell.source = _fenced(cell.source, texts)


def _program_of(sources: Iterable[str], notes: list[str]) -> str | None:
    found = [
        text
        for name, text in filter(None, map(cells.program_of, sources))
        if name == cells.PROGRAM
    ]
    if not found:
        notes.append(_("there is no cell that begins with %%board main.py"))
        return None
    if len(found) > 1:
        notes.append(_("{count} program cells: the last one counts").format(count=len(found)))
    return found[-1]


def _last(
    text_of: Callable[[str], str | None], sources: Iterable[str], note: str, notes: list[str]
) -> str | None:
    """The text of the last cell of a kind; a note if there are several."""
    found = [text for text in map(text_of, sources) if text is not None]
    if len(found) > 1:
        notes.append(note.format(count=len(found)))
    return found[-1] if found else None


def _compare_programs(files: Sequence[Path]) -> str:
    """Whether the programs in several notebooks differ."""
    try:
        programs = {_program_in(file) for file in files}
    except SubmissionError as error:
        return str(error)
    return _("the same program") if len(programs) == 1 else _("the programs differ")


def _program_in(file: Path) -> str | None:
    sources = [cell.source for cell in _cells(file, read_file(file)) if cell.kind == "code"]
    return _program_of(sources, [])


def _with_program(raw: bytes, released: NotebookNode) -> list[HandedInCell]:
    """The cells of the released notebook with a program that was handed in alone."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        cause = _("{name} is not a text in UTF-8").format(name=cells.PROGRAM)
        raise SubmissionError(cause, _("save it as UTF-8 and submit it again")) from error
    source = _limited(f"%%board {cells.PROGRAM}\n{text}")
    found = [
        HandedInCell(
            cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}).get("grade_id")
        )
        for cell in released.cells
    ]
    names = [cells.program_of(cell.source) if cell.kind == "code" else None for cell in found]
    place = next((n for n, it in enumerate(names) if it and it[0] == cells.PROGRAM), None)
    if place is None:
        return [*found, HandedInCell("code", source, None)]
    found[place] = HandedInCell("code", source, found[place].grade_id)
    return found


def released_question(released: NotebookNode, magic: str) -> str:
    """The question of `%%predict` or `%%explain` in the released notebook: the text before its
    cell, and the cell; "" when there is no such cell."""
    texts: list[str] = []
    for cell in released.cells:
        if cell.cell_type != "code":
            texts.append(cell.source)
        elif (answer := cells.body_of(cell.source, f"%%{magic}")) is not None:
            return cells.question_text("\n".join([*texts, answer]))
        else:
            texts = []
    return ""


def _cells(file: Path, raw: bytes) -> list[HandedInCell]:
    """The cells of a notebook. Raises: SubmissionError."""
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            _("{name} is not a notebook ({why})").format(name=file.name, why=type(error).__name__),
            _("download it again with File > Download and submit that"),
        ) from error
    found = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise SubmissionError(
            _("{name} is not a notebook of format 4").format(name=file.name),
            _("open it in JupyterLab and save it"),
        )
    if len(found) > MAX_CELLS:
        raise SubmissionError(
            _("too many cells: {count}").format(count=len(found)),
            _("submit the lab's own notebook"),
        )
    return [cell for cell in map(_cell, found) if cell]


def _cell(cell: Any) -> HandedInCell | None:
    if not isinstance(cell, dict):
        return None
    kind, source = cell.get("cell_type"), cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(kind, str) or not isinstance(source, str):
        return None
    # A lone surrogate cannot be encoded when the notebook is written.
    source = _limited(source).encode("utf-8", "replace").decode("utf-8")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    known_id = grade_id if isinstance(grade_id, str) else None
    return HandedInCell(kind, source, known_id, cell.get("attachments"))


def _limited(source: str) -> str:
    if len(source) > MAX_CELL_CHARACTERS:
        raise SubmissionError(
            _("a cell is too long: {count} characters").format(count=len(source)),
            _("submit the lab's own notebook"),
        )
    return source


def _rebuild(
    handed_in: Sequence[HandedInCell], released: NotebookNode, notes: list[str]
) -> NotebookNode:
    """A notebook of the released cells with the submitted text.

    When a cell is there twice, the last one counts. Deleted graded cells are put back.
    """
    originals = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in released.cells
        if "nbgrader" in cell.metadata
    }
    texts = _texts(released)
    rebuilt: list[NotebookNode] = []
    seen, duplicates = set[str](), set[str]()
    for kind, source, grade_id, attachments in reversed(handed_in):
        if grade_id is not None and grade_id in originals and grade_id not in seen:
            seen.add(grade_id)
            cell = copy.deepcopy(originals[grade_id])
            if cell.metadata.nbgrader.solution:
                if cell.cell_type == "code":
                    cell.source = source
                else:
                    _answer_with(cell, _fenced(source, texts), attachments, notes)
        else:
            if grade_id in seen:
                duplicates.add(grade_id)
            cell = _code_cell(source) if kind == "code" else _text_cell(source, texts)
        rebuilt.append(cell)
    rebuilt.reverse()
    twice = _("cell {id} is there twice: the last one counts")
    notes += [twice.format(id=grade_id) for grade_id in sorted(duplicates)]
    restored = _("the graded cell {id} was deleted: it was put back")
    for grade_id, original in originals.items():
        if original.metadata.nbgrader.grade and grade_id not in seen:
            notes.append(restored.format(id=grade_id))
            rebuilt.append(copy.deepcopy(original))
    for number, cell in enumerate(rebuilt):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    without_cells = {name: value for name, value in released.items() if name != "cells"}
    result = NotebookNode(copy.deepcopy(without_cells))
    result.cells = rebuilt
    return result


# nbformat's own constructors validate each cell against the schema: a millisecond each.


def _code_cell(source: str) -> NotebookNode:
    return NotebookNode(
        cell_type="code", metadata=NotebookNode(), source=source, outputs=[], execution_count=None
    )


def _text_cell(source: str, released: Mapping[str, Attachments]) -> NotebookNode:
    cell = NotebookNode(
        cell_type="markdown", metadata=NotebookNode(), source=_fenced(source, released)
    )
    if pictures := released.get(source):
        cell.attachments = copy.deepcopy(pictures)
    return cell


def _answer_with(cell: NotebookNode, text: str, attachments: object, notes: list[str]) -> None:
    """Put an answer into its cell, and below it the pictures that were pasted into it."""
    pictures, refused = pictures_in(attachments)
    notes += [f"{cell.metadata.nbgrader.grade_id}: {reason}" for reason in refused]
    cell.source = "\n\n".join([text, *(f"![{name}](attachment:{name})" for name in pictures)])
    cell.attachments = NotebookNode(pictures)


def _texts(released: NotebookNode) -> Mapping[str, Attachments]:
    """The texts that were released, with their pictures."""
    texts = (cell for cell in released.cells if cell.cell_type == "markdown")
    return {cell.source: cell.get("attachments", {}) for cell in texts}


def _fenced(source: str, released: Collection[str]) -> str:
    """A text, in a fence unless it was released: nbconvert passes HTML and `javascript:` links on,
    and the instructor's browser would run them."""
    if source in released:
        return source
    fence = "~" * (3 + max(map(len, re.findall("~+", source)), default=0))
    return f"{fence}\n{source}\n{fence}"
