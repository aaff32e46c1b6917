"""A course of plain nbgrader, with every kind of cell in a gradebook, and its rows as plain
data."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Base, Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, select
from sqlalchemy.exc import SAWarning

from grader.nbgrader import commands, config
from grader.nbgrader.folders import timestamp_of
from grader.nbgrader.grade_writer import GradeWriter
from grader.nbgrader.notebook_marks import NotebookMarks, was_executed

ASSIGNMENT = "week1"
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "plain"
"""
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "given": ("code", {"locked": True}),
    "answer": ("code", {"solution": True}),
    "test": ("code", {"grade": True, "locked": True, "points": 3}),
    "second": ("code", {"grade": True, "locked": True, "points": 2.5}),
    "code": ("code", {"grade": True, "solution": True, "points": 2}),
    "essay": ("markdown", {"grade": True, "solution": True, "points": 4}),
    "task": ("markdown", {"task": True, "locked": True, "points": 5}),
}
"""The type and the true flags of each cell, by grade id."""


def source() -> NotebookNode:
    """The instructor's notebook."""
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook: NotebookNode = new_notebook(metadata={"kernelspec": kernel})
    notebook.cells.append(new_markdown_cell("# A lesson"))
    for name, (kind, flags) in KINDS.items():
        make: Any = new_code_cell if kind == "code" else new_markdown_cell
        cell = make(f"{name} = 0" if kind == "code" else f"Say about {name}")
        plain = {"grade": False, "solution": False, "locked": False, "task": False}
        cell.metadata.nbgrader = {"schema_version": 3, "grade_id": name, **plain, **flags}
        notebook.cells.append(cell)
    return notebook


def make_course(root: Path, settings: str = "", notebooks: Iterable[str] = (ASSIGNMENT,)) -> None:
    """A course with one released assignment, with one notebook for each given name."""
    place = root / "source" / ASSIGNMENT
    place.mkdir(parents=True)
    (root / config.NAME).write_text(CONFIG + settings, encoding="utf-8")
    for name in notebooks:
        nbformat.write(source(), place / f"{name}.ipynb")
    commands.generate_release(root, ASSIGNMENT)


def handed_in(released: NotebookNode, texts: dict[str, str], outputs: dict[str, Any]) -> None:
    """Fill in a released notebook: the texts and the outputs of its cells by their grade ids."""
    for cell in released.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = texts.get(name, cell.source)
        if name in outputs:
            cell.outputs = outputs[name]


def result(text: str) -> list[NotebookNode]:
    """The output of a cell whose value has this text."""
    return [new_output("execute_result", {"text/plain": text}, execution_count=1)]


def open_book(root: Path) -> Any:
    """The course's Gradebook."""
    coursedir = config.coursedir(root)
    return Gradebook(coursedir.db_url, coursedir.course_id)


def api_autograde(root: Path, assignment: str = ASSIGNMENT, student: str = "*") -> None:
    """Run `nbgrader autograde` through its API, for all submissions or for one."""
    settings = config.load(root)
    settings.NbGraderAPI.log_level = "ERROR"
    api = NbGraderAPI(CourseDirectory(config=settings), config=settings)
    with warnings.catch_warnings(action="ignore", category=SAWarning):  # of its own code
        done = api.autograde(assignment, student, force=True, create=True)
    assert done["success"], done["log"][-1000:]


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every table of a gradebook, with readable keys in place of random ids."""
    engine = create_engine(url)
    labels: dict[Any, str] = {}
    found: dict[str, list[dict[str, Any]]] = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            plain = [dict(row) for row in connection.execute(select(table)).mappings()]
            for row in plain:
                others = [labels.get(row[c.name], row[c.name]) for c in table.c if c.foreign_keys]
                names = [row[key] for key in ("name", "type") if key in row]
                labels.setdefault(row["id"], "/".join(map(str, [*others, *names])) or row["id"])
            found[table.name] = sorted(
                ({key: _label(labels, value) for key, value in row.items()} for row in plain),
                key=repr,
            )
    engine.dispose()
    return found


def _label(labels: dict[Any, str], value: Any) -> Any:
    return labels.get(value, value) if isinstance(value, str) else value


ERROR = [new_output("error", ename="E", evalue="x", traceback=["x"])]


STDERR = [new_output("stream", name="stderr", text="warned"), *result("3")]


LONG = [new_output("stream", name="stdout", text="line\n" * 9), *result("2.25")]


FULL: dict[str, Any] = {"test": result("3"), "second": result("2.5")}


OUTPUTS: dict[str, dict[str, Any]] = {
    "full": FULL,
    "part": {"test": result("1.5"), "second": result("0")},
    "error": {"test": ERROR, "second": [*result("1"), *ERROR]},
    "stderr": {"test": STDERR, "second": LONG},
    "odd": {"test": result("-1"), "second": result("'words'")},
    "none": {},
    "nan": {"test": result("nan"), "second": result("1e-3")},
}


ANSWERS = {"answer": "answer = 1", "essay": "It blinks.", "code": "code = 1"}


ON_TIME, LATE = "2026-01-15 10:00:00 UTC", "2026-02-15 10:00:00.5 UTC"


def notebook_of(root: Path, texts: dict[str, str], outputs: dict[str, Any]) -> NotebookNode:
    released = root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook: NotebookNode = nbformat.read(released, as_version=4)
    handed_in(notebook, texts, outputs)
    return notebook


def put(root: Path, student: str, notebook: NotebookNode, at: str | None) -> None:
    """Put a submission into `submitted/`."""
    folder = root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")
    if at:
        (folder / "timestamp.txt").write_text(at + "\n")


def _read_marks(file: Path) -> NotebookMarks:
    notebook = nbformat.read(file, as_version=4)
    return NotebookMarks.of(notebook, was_run=was_executed(notebook))


def record_all(root: Path) -> dict[str, NotebookNode]:
    """Write the marks of all submissions as `warsha grade` does."""
    graded = {}
    with GradeWriter(root) as recorder:
        sanitizer = recorder.sanitizer(ASSIGNMENT)
        for folder in sorted((root / "submitted").iterdir()):
            place, student = folder / ASSIGNMENT, folder.name
            notebook = nbformat.read(place / f"{ASSIGNMENT}.ipynb", as_version=4)
            notebook = sanitizer.finish(sanitizer.sanitize(notebook, student), student)
            others: dict[str, NotebookMarks | None] = {}
            if (root / "release" / ASSIGNMENT / "report.ipynb").is_file():
                file = place / "report.ipynb"
                others["report"] = _read_marks(file) if file.is_file() else None
            marks = NotebookMarks.of(notebook)
            recorder.record(marks, ASSIGNMENT, student, timestamp_of(place), others)
            graded[student] = notebook
    return graded
