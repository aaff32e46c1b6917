"""A plug-in of pytest that puts our autograder into nbgrader's own tests: our step instead of
Execute, our sanitising, and our writer in the place of nbgrader's."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbgrader.preprocessors
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from sqlalchemy import make_url
from traitlets.config import Config

from grader.classrun.autograde_step import autograde_preprocessors
from grader.nbgrader.database import open_book
from grader.nbgrader.grade_writer import LatePenalty
from grader.nbgrader.notebook_marks import NotebookMarks
from grader.nbgrader.released_cells import ReleasedCells
from grader.nbgrader.rows import SubmissionRows
from grader.nbgrader.sanitizer import Preprocessors

PLACE = ("assignment", "notebook", "student")


def _sanitising(stock: Any) -> Any:
    """A step of nbgrader that reads the gradebook itself, and hands what it read to ours."""

    class Ours(stock):  # type: ignore[misc]
        def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
            place = resources.get("nbgrader", {"db_url": ""})
            released: Any = None
            if stock is not CheckCellMetadata:
                with Gradebook(place["db_url"]) as book:
                    released = ReleasedCells.read(book, place["assignment"], place["notebook"])
            mine = {name: getattr(self, name) for name in self.trait_names(config=True)}
            settings = Config({stock.__name__: mine})
            ours = Preprocessors([stock], settings, released, place["db_url"])
            return ours.run(nb, *(place.get(name, "") for name in PLACE)), resources

    Ours.__name__ = stock.__name__
    return Ours


def _rows_of(place: Any, do: Any) -> None:
    root = Path(make_url(place["db_url"]).database or "").parent
    course = SimpleNamespace(db_url=place["db_url"], course_id="default_course", root=root)
    with open_book(course) as book, book.engine.begin() as connection:
        rows = SubmissionRows(connection, place["assignment"], place["student"], None)
        do(rows, place["notebook"])


class _Save(SaveAutoGrades):
    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        marks = NotebookMarks.of(nb)
        _rows_of(resources["nbgrader"], lambda rows, name: rows.save(name, marks))
        return nb, resources


class _Late(AssignLatePenalties):
    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        place = resources["nbgrader"]
        late = LatePenalty(self.config)
        _rows_of(place, lambda rows, name: late.apply(rows, name, place["student"]))
        return nb, resources


OURS: dict[Any, Any] = {
    **{stock: _sanitising(stock) for stock in (OverwriteKernelspec, OverwriteCells)},
    CheckCellMetadata: _sanitising(CheckCellMetadata),
    SaveAutoGrades: _Save,
    AssignLatePenalties: _Late,
}


def _install() -> None:
    traits: Any = Autograde.class_traits()
    for name, stock in {
        "sanitize_preprocessors": traits["sanitize_preprocessors"].default(),
        "autograde_preprocessors": autograde_preprocessors(),
    }.items():
        traits[name].default_args = ([OURS.get(step, step) for step in stock],)
    for stock, ours in OURS.items():
        setattr(nbgrader.preprocessors, stock.__name__, ours)


_install()
