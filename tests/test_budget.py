"""What one submission may use of the machine, over all of its seeds and episodes."""

from dataclasses import replace

import pytest

from grader import lab as labs
from grader.scoring import budget
from grader.scoring.budget import Budget
from grader.scoring.score import score
from hardware.bench.limits import Limits

COMPUTES = b"print('READY L02')\nn = 0\nwhile True:\n    n = sum(range(100))\n"


def test_an_honest_submission_has_the_usual_limits() -> None:
    assert Budget().limits() == Limits()
    assert not Budget().is_spent


@pytest.mark.parametrize("left_s", [29.0, 3.0, -50.0])
def test_less_is_left_for_who_used_much(left_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Budget()
    monkeypatch.setattr(budget, "CPU_S", left_s)
    limits = mine.limits()
    assert mine.is_spent
    assert limits.cpu_s is not None and limits.wall_s is not None
    assert 1 <= limits.cpu_s <= max(1, left_s)
    assert 4 <= limits.wall_s <= 4 * 29


def test_episodes_without_time_are_a_fail_and_never_our_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A virtual hour of computing takes far more than the second that is left."""
    lab = labs.find("traffic_light")
    scenario = lab.scenario
    lab = replace(
        lab,
        scenario=lambda seed, board: [
            replace(episode, seconds=3600) for episode in scenario(seed, board)
        ],
    )
    monkeypatch.setattr(budget, "CPU_S", 0.0)
    marks = score(lab, "rp2", {"main.py": COMPUTES}, [1])
    assert marks.points == 0
    assert {item.key for name, item in marks.items.items() if name != "p"} == {"board_died"}
    assert {item.timed_out for name, item in marks.items.items() if name != "p"} == {True}


def test_only_what_this_machines_seconds_ended_is_said_to_hang_on_them() -> None:
    """A flood ends at a count of bytes, which is the same on every machine."""
    flood = b"print('READY L02')\nwhile True:\n    print('x' * 999)\n"
    for program in (flood, b"", b"print('READY L02')\n"):
        marks = score(labs.find("traffic_light"), "rp2", {"main.py": program}, [1])
        assert not any(item.timed_out for item in marks.items.values())
