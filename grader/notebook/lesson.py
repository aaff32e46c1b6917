"""Makes nbgrader's source notebook from `labs/<slug>/lesson.md`.

`docs/reference/lesson-format.md` describes the format.
"""

import base64
import mimetypes
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from grader.errors import CourseError
from grader.lab import cells
from grader.lab.lab import PREDICT
from grader.notebook.parsons import Parsons
from hardware.bench.drawing.png import to_png
from hardware.i18n import _

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}

OWN_CELLS = ("setup", "predict", "program", "host", "explain", "scenario")
"""The names of cells with a meaning."""

_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_MARKED = re.compile(r'[\u0600-\u06ff]|<div[^>]* lang="')
_CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)
_UNITS = "ns|µs|ms|s|min|h|k?Hz|MHz|[µm]?V|[µm]?A|m?W|k?Wh|k?Ω|°C|%|[mc]?m|k?g|[KM]B|bytes|baud"
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))")
_PICTURE = re.compile(r"!\[([^\]]*)\]\((?![a-z]+:)([^)\s]+)\)")


def source_notebook(folder: Path, points: Mapping[str, float]) -> NotebookNode:
    """The instructor's notebook of a lab, with the solution and nbgrader's metadata (schema v3).

    `points` are the maximum points of the lab's items, including "p" if it has that.
    Raises: CourseError with the file and the cell.
    """
    lesson = folder / "lesson.md"
    try:
        notebook: NotebookNode = jupytext.reads(lesson.read_text(encoding="utf-8"), fmt="md")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{lesson}: {error}", _("a lab needs a lesson.md in UTF-8")) from error
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info={"name": "python"})
    counts: Counter[str] = Counter()
    for number, cell in enumerate(notebook.cells, 1):
        fail = _fail_at(lesson, number)
        if cell.cell_type == "markdown":
            _check_text(cell.source, fail)
            _attach_pictures(cell, folder, fail)
            _mark_english(cell)
            _add_text_metadata(cell, points, counts, fail)
            cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or f"text-{number}"
        else:
            _add_code_metadata(cell, folder, points, counts, fail)
            cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or f"code-{number}"
    wanted = ["setup", "program", *points]
    if PREDICT in points:
        wanted.append("predict")
    if (folder / cells.HOST_REFERENCE).is_file():
        wanted.append("host")
    if (folder / cells.SCENARIO_REFERENCE).is_file():
        wanted.append("scenario")
    _check_complete(lesson, counts, wanted, points)
    return notebook


def solution_lines(notebook: NotebookNode) -> set[str]:
    """The secret lines of a notebook, stripped, of 12 characters or more: those in a solution
    region or in the model answer of a manually graded text, unless they are also given."""
    inside: set[str] = set()
    given: set[str] = set()
    for cell in notebook.cells:
        hidden = cell.cell_type == "markdown" and "nbgrader" in cell.metadata
        for line in cell.source.splitlines():
            if cells.BEGIN in line or cells.END in line:
                hidden = cells.BEGIN in line
                continue
            is_answer = cell.metadata.get("nbgrader", {}).get("solution", False)
            if hidden:
                inside.add(line.strip())
            elif is_answer:
                given.add(line.strip())
    return {line for line in inside - given if len(line) >= 12}


Fail = Callable[[str, str], CourseError]


def _fail_at(lesson: Path, number: int) -> Fail:
    def fail(cause: str, cure: str) -> CourseError:
        place = _("{lesson}: cell {number}").format(lesson=lesson, number=number)
        return CourseError(f"{place}: {cause}", cure)

    return fail


def _check_text(text: str, fail: Fail) -> None:
    if text.count("<div") != text.count("</div>"):
        raise fail(
            _("a <div> is not closed in its cell"),
            _("two blank lines end a text cell: leave only one blank line inside a <div>"),
        )


def _mark_english(cell: NotebookNode) -> None:
    """Mark an English text, as lesson.md marks an Arabic one: JupyterLab can then show one
    language. A text that the trainee writes has no mark. No line ends between a number and its
    unit; code has plain spaces, as a trainee may copy it."""
    if not (_MARKED.search(cell.source) or cell.metadata or cells.is_notes(cell.source)):
        pieces = _CODE.split(cell.source)  # every second one is code
        pieces[::2] = [_BEFORE_UNIT.sub("\u00a0", text) for text in pieces[::2]]
        cell.source = f'<div dir="ltr" lang="en">\n\n{"".join(pieces)}\n\n</div>'


def _attach_pictures(cell: NotebookNode, folder: Path, fail: Fail) -> None:
    """Attach local pictures to the cell, so that a notebook which is copied still shows them."""
    attachments: dict[str, dict[str, str]] = {}

    def attach(match: re.Match[str]) -> str:
        file = folder / match[2]
        mime = mimetypes.guess_type(file.name)[0] or ""
        if not file.is_file() or not mime.startswith("image/"):
            what = _("there is no picture {file}").format(file=match[2])
            raise fail(what, _("put the file into {folder}").format(folder=folder))
        data = file.read_bytes()
        if mime == "image/svg+xml":  # JupyterLab shows no SVG that is attached
            mime, data = "image/png", to_png(data.decode())
        attachments[file.name] = {mime: base64.b64encode(data).decode("ascii")}
        return f"![{match[1]}](attachment:{file.name})"

    cell.source = _PICTURE.sub(attach, cell.source)
    if attachments:
        cell.attachments = attachments


def _metadata(grade_id: str, **flags: Any) -> NotebookNode:
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return NotebookNode({"schema_version": 3, "grade_id": grade_id, **plain, **flags})


def _add_text_metadata(
    cell: NotebookNode, points: Mapping[str, float], counts: Counter[str], fail: Fail
) -> None:
    """Give a text that a person grades its nbgrader metadata. Such a text is marked with
    `<!-- #region manual="why" points=4 -->`."""
    about, cell.metadata = cell.metadata, NotebookNode()
    name, worth = about.get("manual"), about.get("points")
    if name is None:
        return
    counts[name] += 1
    taken = name in {*OWN_CELLS, *points} or counts[name] > 1
    if not _NAME.fullmatch(str(name)) or taken:
        what = _("{name!r} cannot be the name of a manual cell").format(name=name)
        raise fail(what, _("use another word, of letters and digits"))
    if not isinstance(worth, int | float) or worth <= 0:
        what = _("the manual cell {name!r} has no points").format(name=name)
        raise fail(what, _("write points=4 after its name"))
    cell.metadata.nbgrader = _metadata(name, grade=True, solution=True, points=worth)


def _add_code_metadata(
    cell: NotebookNode,
    folder: Path,
    points: Mapping[str, float],
    counts: Counter[str],
    fail: Fail,
) -> None:
    """Give a code cell its nbgrader metadata. Its text shows what it is."""
    cell.metadata = NotebookNode()
    program = cells.program_of(cell.source)
    item = cells.item_of(cell.source)
    if item is not None:
        _check_item(item, folder, points, fail)
        counts[item] += 1
        cell.metadata.nbgrader = _metadata(item, grade=True, locked=True, points=points[item])
    elif cells.is_setup(cell.source):
        counts["setup"] += 1
        cell.metadata.nbgrader = _metadata("setup", locked=True)
    elif cells.answer_of(cell.source) is not None:
        _check_item(PREDICT, folder, points, fail)
        counts["predict"] += 1
        _check_region(cell.source, fail)
        cell.metadata.nbgrader = _metadata("predict", solution=True)
    elif cells.reason_of(cell.source) is not None:
        counts["explain"] += 1
        _check_region(cell.source, fail)
        cell.metadata.nbgrader = _metadata("explain", solution=True)
    elif cells.host_of(cell.source) is not None:
        counts["host"] += 1
        _check_region(cell.source, fail)
        cell.source = _with_reference(cell.source, folder / cells.HOST_REFERENCE, fail)
        cell.metadata.nbgrader = _metadata("host", solution=True)
    elif cell.source.strip() == "%%parsons":
        cell.source = "\n".join(["%%parsons", *Parsons(folder).lines])
    elif cells.scenario_of(cell.source) is not None:
        counts["scenario"] += 1
        _check_region(cell.source, fail)
        cell.source = _with_reference(cell.source, folder / cells.SCENARIO_REFERENCE, fail)
        cell.metadata.nbgrader = _metadata("scenario", solution=True)
    elif program and program[0] == cells.PROGRAM and cells.BEGIN in cell.source:
        counts["program"] += 1
        _check_region(cell.source, fail)
        cell.source = _with_reference(cell.source, folder / "reference.py", fail)
        cell.metadata.nbgrader = _metadata("program", solution=True)


def _check_item(item: str, folder: Path, points: Mapping[str, float], fail: Fail) -> None:
    if item not in points:
        what = _("lab {lab} has no item {item!r}").format(lab=folder.name, item=item)
        raise fail(what, _("choose one of: {names}").format(names=", ".join(points)))


def _check_region(source: str, fail: Fail) -> None:
    marks = [
        line.strip() for line in source.splitlines() if cells.BEGIN in line or cells.END in line
    ]
    if not marks or marks != [cells.BEGIN, cells.END] * (len(marks) // 2):
        raise fail(
            _("the solution region is missing or not closed"),
            _("put the answer between {begin} and {end}").format(begin=cells.BEGIN, end=cells.END),
        )


def _with_reference(source: str, reference: Path, fail: Fail) -> str:
    """The program cell with the lines of the reference in the place of `### REFERENCE`."""
    if cells.REFERENCE not in source:
        return source
    before, _begin, rest = source.partition(cells.BEGIN)
    _region, _end, after = rest.partition(cells.END)
    given = [line.rstrip() for line in before.splitlines()[1:]]
    closing = [line.rstrip() for line in after.splitlines()]
    body = [line.rstrip() for line in _without_docstring(reference.read_text(encoding="utf-8"))]
    head, tail = _match_length(given, body), _match_length(closing[::-1], body[::-1])
    if head is None or tail is None or head + tail > len(body):
        raise fail(
            _("the given lines are not the first and last lines of {file}").format(
                file=reference.name
            ),
            _("begin the cell with the first lines of the reference, without its docstring"),
        )
    solution = "\n".join(body[head : len(body) - tail]).strip("\n")
    return f"{before}{cells.BEGIN}\n{solution}\n{cells.END}{after}"


def _without_docstring(text: str) -> list[str]:
    return re.sub(r'\A\s*"""(?:.|\n)*?"""\s*', "", text).strip("\n").splitlines()


def _match_length(given: list[str], body: list[str]) -> int | None:
    """The number of lines at the start of `body` that match the given lines, blank lines ignored;
    None when they differ."""
    at = 0
    for line in filter(None, given):
        while at < len(body) and not body[at]:
            at += 1
        if at == len(body) or body[at] != line:
            return None
        at += 1
    return at


def _check_complete(
    lesson: Path, counts: Counter[str], wanted: Sequence[str], points: Mapping[str, float]
) -> None:
    for name in wanted:
        if counts[name] != 1:
            what = f'grade("{name}")' if name in points else name
            cause = _("{lesson}: {count} {what} cells")
            raise CourseError(
                cause.format(lesson=lesson, count=counts[name], what=what),
                _(
                    "a lesson has one set-up and one program cell, one grade cell for every item,"
                    " and one predict cell if item p is there"
                ),
            )
