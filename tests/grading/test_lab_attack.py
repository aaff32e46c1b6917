"""`warsha lab attack`: what generic cheats earn, and who is found when a check can be cheated."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from grader.authoring import lab_attack
from grader.authoring.cheats import NO_WORK, replayed_run
from grader.authoring.half_work import HALF_WORK, by_the_clock, nudged
from grader.authoring.lab_attack import CheatGain, attack, knowledge, tasks
from grader.authoring.lab_report import attack_and_print
from grader.cli import app
from grader.errors import LabError
from grader.lab.lab import LABS, Lab, find, load, slugs
from grader.score.score import score
from tests.support.project import DOCS

BOARD = "pi_pico"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the smallest lab for changes."""
    left_out = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(LABS / "blinker", tmp_path / "blinker", ignore=left_out))


@pytest.fixture(scope="module")
def gains() -> list[CheatGain]:
    """What all cheats earn in the smallest lab, with one seed."""
    return list(attack(tasks(find("blinker"), BOARD, 1)))


def test_every_cheat_that_fits_the_lab_is_run(gains: list[CheatGain]) -> None:
    names = {gain.task.cheat for gain in gains}
    # The lab has no inputs, no given functions and no PWM, and prints nothing.
    never = {"driven_input", "replayed_inputs", "replies_in_order", "without_lines"}
    never |= {"without_a_function", "without_interrupts", "nudged"}
    assert names == {cheat.__name__ for cheat in (*NO_WORK, *HALF_WORK)} - never
    assert [str(gain) for gain in gains if gain.is_too_much] == []


def test_a_replay_is_right_on_the_seed_that_it_knows() -> None:
    """A cheat whose program has an error would earn nothing and prove nothing."""
    lab = find("blinker")
    known = knowledge(lab, lab.board(BOARD))
    ((_episode, program),) = replayed_run(known)
    assert score(lab, BOARD, program, [0]).points == 18
    assert score(lab, BOARD, program, [5]).points == 0


@pytest.mark.parametrize("slug", ["first_contact", "traffic_light"])
def test_a_replay_of_lines_is_right_on_the_seed_that_it_knows(slug: str) -> None:
    lab = find(slug)
    known = knowledge(lab, lab.board(BOARD))
    earned = [score(lab, BOARD, program, [0]).points for _name, program in replayed_run(known)]
    assert max(earned) >= 9


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_lamp_by_the_clock_is_right_only_on_the_seed_that_it_knows(family: str) -> None:
    lab = find("voltmeter")
    programs = dict(by_the_clock(knowledge(lab, lab.board(family))))
    program = programs["LED_R, cross"]
    assert score(lab, family, program, [0]).points == 18
    marks = score(lab, family, program, [5, 6])
    assert marks.items["d"].points == 0 and marks.points == 15


def test_a_gate_that_moves_a_little_at_each_order_earns_only_the_refusals() -> None:
    lab = find("servo_gate")
    ((_name, program),) = nudged(knowledge(lab, lab.board(BOARD)))
    marks = score(lab, BOARD, program, [5, 6])
    assert {item for item, result in marks.items.items() if result.points} == {"e"}
    assert marks.points == 3


def test_a_check_that_needs_no_work_is_found(copy: Path) -> None:
    file = copy / "checks.py"
    text = file.read_text(encoding="utf-8")
    easy = "expect=Within(ms(10), of=planned_on)"
    assert easy in text
    file.write_text(text.replace(easy, "expect=Within(ms(900), of=planned_on)"), encoding="utf-8")
    out = Console(record=True, width=160)
    assert not attack_and_print(out, load(copy), [BOARD], 1)
    assert "replayed run" in out.export_text()


def test_a_pin_that_no_check_needs_is_found(copy: Path) -> None:
    for name in ("pins.pico.py", "pins.esp32.py"):
        pins = copy / name
        pins.write_text(pins.read_text(encoding="utf-8") + "LED_Y = 12\n", encoding="utf-8")
    program = copy / "reference.py"
    text = program.read_text(encoding="utf-8")
    program.write_text(text.replace("import LED_G", "import LED_G, LED_Y"), encoding="utf-8")
    found = [task for task in tasks(load(copy), BOARD, 1) if task.variant == "LED_Y"]
    (gain,) = [gain for gain in attack(found) if gain.task.cheat == "without_a_pin"]
    assert gain.is_too_much


@pytest.mark.parametrize("text", ["", "[attack]\n", "[attack]\nmost = -1\n", "[attack]\nmust = 5"])
def test_a_lab_must_say_what_a_cheat_may_earn(copy: Path, text: str) -> None:
    (copy / "expected.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match=r"expected.toml, attack.most: must be the most points"):
        tasks(load(copy), BOARD, 1)


def test_the_verb_names_the_cheats_and_has_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(
        app, ["lab", "attack", "blinker", "--board", "rp2", "--seeds", "1"], env={"COLUMNS": "160"}
    )
    assert result.exit_code == 0, result.output
    assert "memorised runs" in result.output and "esp32" not in result.output
    limited = lab_attack.tasks

    def none_allowed(lab: Lab, board: str, seeds: int) -> list[lab_attack.CheatTask]:
        return [replace(task, most=-1) for task in limited(lab, board, seeds)]

    monkeypatch.setattr("grader.authoring.lab_report.tasks", none_allowed)
    assert CliRunner().invoke(app, ["lab", "attack", "blinker", "--seeds", "1"]).exit_code == 1


def test_the_page_has_every_lab_and_cheat() -> None:
    page = (DOCS / "measured" / "cheats.md").read_text(encoding="utf-8")
    for name in (*slugs(), *(cheat.__name__ for cheat in (*NO_WORK, *HALF_WORK))):
        assert f"| {name.replace('_', ' ')} |" in page


@pytest.mark.parametrize("slug", [pytest.param(slug, marks=pytest.mark.long) for slug in slugs()])
def test_no_cheat_earns_more_than_the_lab_declares(slug: str) -> None:
    lab = find(slug)
    found = [task for board in lab.boards for task in tasks(lab, board, 1)]
    assert [str(gain) for gain in attack(found) if gain.is_too_much] == []
