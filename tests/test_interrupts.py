"""Ctrl-C at any moment leaves a board that answers; `tests/interrupts.py` tries thousands."""

import interrupts
import pytest

COUNT = 4


@pytest.mark.parametrize("family", interrupts.FAMILIES)
@pytest.mark.parametrize("program", interrupts.PROGRAMS)
def test_an_interrupted_board_answers(family: str, program: str) -> None:
    tally = interrupts.interrupt_program(family, program, COUNT, seed=2)
    assert tally.wrong == []
    assert len(tally.answers_s) == COUNT


@pytest.mark.parametrize("family", interrupts.FAMILIES)
def test_a_reset_ends_a_loop_without_interrupts(family: str) -> None:
    assert interrupts.reset_without_interrupts(family, 1).wrong == []
