"""The time budget of one submission, over all of its seeds and episodes."""

from dataclasses import replace

import pytest

from grader.lab import lab as labs
from grader.lab.run import Run
from grader.score import budget
from grader.score.budget import Budget
from grader.score.run_episodes import run_lab
from grader.score.score import score
from hardware.bench.limits import Limits

COMPUTES = b"print('READY L02')\nn = 0\nwhile True:\n    n = sum(range(100))\n"


def test_an_honest_submission_has_the_usual_limits() -> None:
    assert Budget().limits() == Limits()


@pytest.mark.parametrize("left_s", [29.0, 3.0, -50.0])
def test_a_submission_that_used_much_time_gets_less(
    left_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Budget()
    monkeypatch.setattr(budget, "CPU_S", left_s)
    limits = mine.limits()
    assert limits.cpu_s is not None and limits.wall_s is not None
    assert 1 <= limits.cpu_s <= max(1, left_s)
    assert 4 <= limits.wall_s <= 4 * 29


def test_a_submission_that_changed_many_modes_may_change_few_more() -> None:
    lab = labs.find("traffic_light")
    pin = next(iter(lab.board("rp2").pins.values()))
    flood = f"from machine import Pin\nprint('READY L02')\np = Pin({pin}, Pin.OUT)\nwhile True:\n"
    flood += "    p.init(Pin.IN)\n    p.init(Pin.OUT)\n"
    mine = Budget()
    mine.set_ups = budget.SET_UPS - 30_000
    ends: list[str] = []

    class Ends:
        def add_run(self, run: Run, _missed: object) -> None:
            end = run.early_end()
            ends.append(end.detail if end else "")

        def add_seed(self, _seed: object) -> None: ...

    found = run_lab(lab, lab.board("rp2"), {"main.py": flood.encode()}, 1, None, mine, Ends())
    few = f"more than {budget.LEAST_SET_UPS} changes of pin modes"
    assert ends == ["more than 30000 changes of pin modes", *[few] * (len(ends) - 1)]
    assert {item.key for item in found.items.values()} == {"board_died"}
    assert not any(item.timed_out for item in found.items.values())


def test_episodes_without_time_fail_without_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A virtual hour of computing takes far more than the remaining second."""
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


def test_an_internal_error_costs_a_submission_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first attempt of a check uses more than the whole budget, and raises. Only the check
    moves the CPU time, so the result is the same on every machine."""
    lab = labs.find("traffic_light")
    reference = (lab.folder / "reference.py").read_bytes()
    full = score(lab, "rp2", {"main.py": reference}, [1])
    first, calls = lab.checks[0], []
    cpu_s = 1000.0

    def measure(run: Run) -> object:
        nonlocal cpu_s
        calls.append(run)
        cpu_s += 1
        if len(calls) == 1:
            cpu_s += budget.CPU_S
            raise OSError("a fault of ours")
        return first.measure(run)

    lab = replace(lab, checks=(replace(first, measure=measure), *lab.checks[1:]))
    monkeypatch.setattr(budget, "_cpu_s", lambda: cpu_s)
    mine = Budget()
    faulty = run_lab(lab, lab.board("rp2"), {"main.py": reference}, 1, None, mine)
    assert len(calls) == 2
    assert sum(item.points for item in faulty.items.values()) == full.points
    assert mine.used_s == 1


def test_only_runs_that_a_time_limit_ended_are_marked_so() -> None:
    """A flood ends at a count of bytes, which is the same on every machine."""
    flood = b"print('READY L02')\nwhile True:\n    print('x' * 999)\n"
    for program in (flood, b"", b"print('READY L02')\n"):
        marks = score(labs.find("traffic_light"), "rp2", {"main.py": program}, [1])
        assert not any(item.timed_out for item in marks.items.values())
