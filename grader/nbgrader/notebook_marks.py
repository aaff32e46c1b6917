"""What the gradebook takes from a graded notebook, as plain data: so a worker process reads the
notebook, and the one that writes the gradebook needs no notebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

NO_ANSWER = "No response."
"""nbgrader's comment for a cell that was not changed."""


@dataclass(frozen=True)
class NotebookMarks:
    """The marks and comments of one notebook, by the grade ids of its cells."""

    scores: Mapping[str, float | None]
    """None: a person has to grade the cell."""
    comments: Mapping[str, str | None]

    @classmethod
    def of(cls, notebook: NotebookNode, *, was_run: bool = True) -> Self:
        """As nbgrader's `SaveAutoGrades`: the scores from the outputs, the cells that need manual
        grading, and comments. For nbgrader a test without output has passed; when the notebook was
        not run (`was_run`), such a cell needs manual grading instead.

        Raises: ValueError when an output gives more than the cell is worth.
        """
        return cls(
            {
                _id(cell): determine_grade(cell)[0] if was_run or is_solution(cell) else None
                for cell in notebook.cells
                if is_grade(cell)
            },
            {
                _id(cell): _comment(cell)
                for cell in notebook.cells
                if is_solution(cell) or is_task(cell)
            },
        )


def was_executed(notebook: NotebookNode) -> bool:
    """Whether a kernel has executed a notebook."""
    return any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader["grade_id"])


def _comment(cell: NotebookNode) -> str | None:
    as_released = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return NO_ANSWER if as_released and not is_task(cell) else None
