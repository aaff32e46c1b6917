"""What a terminal of 80 columns shows of a grading run."""

import io

from rich.console import Console

from grader.grading.outcome import Outcome
from grader.grading.report import print_class, print_problems
from grader.lab import LABS

SLUGS = sorted(place.name for place in LABS.iterdir() if (place / "lab.toml").is_file())


def shown(width: int = 80) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width), out


def test_nothing_of_an_id_or_a_lab_is_left_out_of_a_narrow_table() -> None:
    console, out = shown()
    ids = [f"trainee{number:02}" for number in range(3)]
    print_class(console, [Outcome(who, lab, "error") for who in ids for lab in SLUGS], SLUGS)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    columns = [[cell.strip() for cell in line.split(line[0])[1:-1]] for line in lines]
    texts = ["".join(column) for column in zip(*filter(None, columns), strict=True)]
    assert all(who in texts[0] for who in ids)
    assert all(any(lab in text for text in texts) for lab in SLUGS)


def test_of_a_submission_that_makes_thousands_of_notes_some_are_told() -> None:
    console, out = shown()
    notes = tuple(f"note {number}" for number in range(3000))
    print_problems(console, [Outcome("mallory", "buttons", "graded", notes=notes)])
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[-1] == "note: buttons mallory: 2990 more notes"
