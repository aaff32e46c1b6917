"""A plug-in of pytest that puts our autograder into nbgrader's own tests: our step instead of
Execute, our sanitising, and our writer in the place of nbgrader's."""

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
from traitlets.config import Config

from grader.classrun.autograde_step import steps
from grader.nbgrader.database import open_book
from grader.nbgrader.late import Late
from grader.nbgrader.released import Released
from grader.nbgrader.rows import SubmissionRows
from grader.nbgrader.steps import Steps

PLACE = ("assignment", "notebook", "student")


def _sanitising(stock: Any) -> Any:
    """A step of nbgrader that reads the gradebook itself, and hands what it read to ours."""

    class Ours(stock):  # type: ignore[misc]
        def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
            place = resources.get("nbgrader", {"db_url": ""})
            released: Any = None
            if stock is not CheckCellMetadata:
                with Gradebook(place["db_url"]) as book:
                    released = Released.read(book, place["assignment"], place["notebook"])
            mine = {name: getattr(self, name) for name in self.trait_names(config=True)}
            settings = Config({stock.__name__: mine})
            ours = Steps([stock], settings, released, place["db_url"])
            return ours.run(nb, *(place.get(name, "") for name in PLACE)), resources

    Ours.__name__ = stock.__name__
    return Ours


def _rows_of(place: Any, do: Any) -> None:
    course = SimpleNamespace(db_url=place["db_url"], course_id="default_course")
    with open_book(course) as book, book.engine.begin() as connection:
        rows = SubmissionRows(connection, place["assignment"], place["student"], None)
        do(rows, rows.notebook(place["notebook"]))


class _Save(SaveAutoGrades):
    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        _rows_of(resources["nbgrader"], lambda rows, row: rows.save(row, nb.cells))
        return nb, resources


class _Late(AssignLatePenalties):
    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        place = resources["nbgrader"]
        late = Late(self.config)
        _rows_of(place, lambda rows, row: late.penalise(rows, row, place["student"]))
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
        "autograde_preprocessors": steps(),
    }.items():
        traits[name].default_args = ([OURS.get(step, step) for step in stock],)
    for stock, ours in OURS.items():
        setattr(nbgrader.preprocessors, stock.__name__, ours)


_install()
