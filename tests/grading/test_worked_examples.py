"""The worked example in each lab's last hint is a whole program: it runs on the lab's boards."""

import pytest

from grader.lab.lab import find
from hardware.bench.diagram import load
from hardware.headless import run_program
from tests.support.lesson_hints import LABS_WITH_HINTS, hints_of

SECONDS = 13.0
"""Longer than the examples that end."""
ENDLESS = "while True:"

ON_BOARDS = [(slug, name) for slug in LABS_WITH_HINTS for name in find(slug).boards]


@pytest.mark.parametrize(("slug", "name"), ON_BOARDS)
def test_a_worked_example_runs_without_an_error(slug: str, name: str) -> None:
    lab = find(slug)
    board = lab.board(name)
    (program,) = next(hint.programs for hint in hints_of(slug) if hint.level == 3)
    files = {**lab.board_files(board), "main.py": program.encode()}
    printed = bytearray()
    done = run_program(files, load(board.diagram), seconds=SECONDS, on_output=printed.extend)
    text = printed.decode()
    assert not done.over_time
    assert not done.raised, text
    assert not done.faults
    if ENDLESS not in program:
        output, _banner, after = text.partition("MicroPython v")
        assert output.strip(), "it prints what it does"
        assert after, "it ends, and the prompt comes"
