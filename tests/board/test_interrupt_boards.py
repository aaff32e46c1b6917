"""Ctrl-C at any moment leaves a board that answers; tools/interrupt_boards.py tries thousands."""

import pytest

from tools import interrupt_boards

COUNT = 4


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool asks for an answer within a second; a test only asks for one."""
    monkeypatch.setattr(interrupt_boards, "ANSWER_S", 60.0)


@pytest.mark.parametrize("family", interrupt_boards.FAMILIES)
@pytest.mark.parametrize("program", interrupt_boards.PROGRAMS)
def test_an_interrupted_board_answers(family: str, program: str) -> None:
    tally = interrupt_boards.interrupt_program(family, program, COUNT, seed=2)
    assert tally.wrong == []
    assert len(tally.answers_s) == COUNT


@pytest.mark.parametrize("family", interrupt_boards.FAMILIES)
def test_a_reset_ends_a_loop_without_interrupts(family: str) -> None:
    assert interrupt_boards.reset_without_interrupts(family, 1).wrong == []
