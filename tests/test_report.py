"""What a terminal of 80 columns shows of a grading run."""

import io

from rich.console import Console

from grader.grading.outcome import Outcome
from grader.grading.report import print_problems


def shown(width: int = 80) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width), out


def test_of_a_submission_that_makes_thousands_of_notes_some_are_told() -> None:
    console, out = shown()
    notes = tuple(f"note {number}" for number in range(3000))
    print_problems(console, [Outcome("mallory", "buttons", "graded", notes=notes)])
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[-1] == "note: buttons mallory: 2990 more notes"
