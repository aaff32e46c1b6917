"""The report of a grading run in a terminal of 80 columns."""

import io
import itertools

import pytest
from rich.console import Console

from grader.classrun.grading_report import print_class, print_problems, print_run
from grader.classrun.outcome import Outcome
from grader.lab.lab import LABS, find
from grader.score.card import Card
from hardware.i18n import ISOLATES

SLUGS = sorted(place.name for place in LABS.iterdir() if (place / "lab.toml").is_file())


def shown(width: int = 80) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width), out


def test_the_table_of_a_class_is_whole_in_a_narrow_terminal() -> None:
    console, out = shown()
    ids = [f"trainee{number:02}" for number in range(3)]
    graded = [
        Outcome(who, lab, "graded", (Card("a", 3, 5),))
        for who, lab in itertools.product(ids, SLUGS)
    ]
    print_class(console, graded, SLUGS)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    rows = [[cell.strip() for cell in line[1:-1].split(line[0])] for line in lines]
    heads = [cell for row in rows if row[0] == "trainee" for cell in row[1:]]
    assert heads == [find(lab).id for lab in SLUGS], "all labs, in as many tables as needed"
    for who in ids:
        assert [c for row in rows if row[0] == who for c in row[1:]] == ["3"] * len(SLUGS)


def test_a_long_id_leaves_the_table_of_a_lab_whole_in_a_narrow_terminal() -> None:
    console, out = shown()
    marks = tuple(Card(item, 12.5, 20) for item in "abcdefgp")
    long = "abdulrahman.alsayed.mohammed.ibrahim.section.b"
    graded = [Outcome(who, "buttons", "graded", marks) for who in (long, "s1")]
    print_run(console, graded, (), 1.0)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80 and "…" not in out.getvalue()
    rows = [[cell.strip() for cell in line[1:-1].split("│")] for line in lines if "│" in line]
    assert rows[-1] == ["s1", *["12.5"] * 8, "100"]
    names = [row[0] for row in rows[:-1]]
    assert "".join(names) == long and min(map(len, names[:-1])) >= 12


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "graded 1/2 submissions in 1.9 s; 1 not graded, 0 of them by an error of Warsha",
        ),
        ("ar", "التسليمات المصححة: 1 من 2، الثواني: 1.9؛ لم تُصحَّح: 1، منها بسبب خطأ في ورشة: 0"),
    ],
)
def test_the_last_line_is_in_the_reader_s_language(
    monkeypatch: pytest.MonkeyPatch, language: str, line: str
) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    console, out = shown()
    refused = Outcome("s2", "buttons", "unreadable", reason="no notebook")
    print_run(console, [Outcome("s1", "buttons", "unchanged"), refused], (), 1.94)
    marks = dict.fromkeys(map(ord, ISOLATES))
    assert out.getvalue().splitlines()[-1].translate(marks) == line


def test_the_last_line_tells_of_errors_only_if_a_submission_is_not_graded() -> None:
    console, out = shown()
    print_run(console, [Outcome("s1", "buttons", "unchanged")], (), 1.94)
    assert out.getvalue().splitlines()[-1] == "graded 1/1 submissions in 1.9 s"


def test_some_of_thousands_of_notes_are_printed() -> None:
    console, out = shown()
    notes = tuple(f"note {number}" for number in range(3000))
    print_problems(console, [Outcome("mallory", "buttons", "graded", notes=notes)])
    lines = out.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[-1] == "note: buttons mallory: 2990 more notes"
