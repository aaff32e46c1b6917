"""The scenario that a trainee writes: played on right and wrong programs, in grading and in
practice, and refused when it would do more than that."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from grader.classrun.task import Task, score_lab
from grader.lab.cells import scenario_of
from grader.lab.lab import Lab, find, load
from grader.lab.own_scenario import OwnScenario
from grader.lab.prediction import OwnPrediction
from grader.notebook.course_build import PRIVATE
from grader.score.card import Card
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End, Trace
from hardware.errors import BenchError

HEAD = "name: t\nversion: 1\nsteps:\n"


@pytest.fixture(scope="module")
def buttons() -> Lab:
    """The lab whose item t asks for a scenario."""
    return find("buttons")


@pytest.fixture
def trainees_copy(tmp_path: Path, buttons: Lab) -> Lab:
    """The lab as trainees get it."""
    place = tmp_path / "labs" / "buttons"
    copytree(buttons.folder, place, ignore=ignore_patterns(*PRIVATE))
    return load(place)


def own(lab: Lab, steps: str, program: bytes = b"") -> OwnScenario:
    """A scenario of these steps on the lab's first board."""
    board = lab.board()
    return OwnScenario(
        HEAD + steps, lab.folder, board.diagram, lab.board_files(board), {"main.py": program}
    )


def test_the_text_of_the_cell_counts() -> None:
    assert scenario_of("\n%%scenario\nname: t\n") == "name: t\n"
    assert scenario_of("%%scenario now\nname: t\n") is None
    assert scenario_of("%%host\nx = 1\n") is None


@pytest.mark.parametrize(
    "step, what",
    [
        ("  - press: btn1", "%%scenario:5"),
        ("  - take-screenshot: { part-id: led_r, save-to: /tmp/x.png }", "take-screenshot"),
        *(
            (f"  - warsha: {{ expect-serial: {{ match: '{pattern}' }} }}", "is not searched")
            for pattern in (
                r"(a+)+b",
                r"a*b",
                r"[^a]+b",
                r"\D+b",
                r".?.?.?b",
                r"(.|..)b",
                r"\\+b",
                r"\d+\d+\d+b",
            )
        ),
        ("  - delay: 1ms\n" * 201, "more than 200 steps"),
        ("  - delay: 1ms\n" + "#" * 20_001, "more than 20000 characters"),
        ("  - &a [*a]", "%%scenario:5"),
        ("  - write-serial: [3]", "control characters"),
    ],
)
def test_what_is_not_a_plain_test_is_not_played(buttons: Lab, step: str, what: str) -> None:
    scenario = own(buttons, step)
    assert what in scenario.fault
    assert not scenario.is_playable
    assert scenario.why().startswith("bad_scenario %%scenario")


def test_a_pattern_with_one_repetition_is_played(buttons: Lab) -> None:
    scenario = own(buttons, "  - warsha: { expect-serial: { match: 'READY L\\d{1,2}|NEVER' } }")
    assert not scenario.fault
    assert not scenario.blamed
    assert float(scenario.caught()) == 0


def test_without_the_reference_the_own_program_is_the_right_one(trainees_copy: Lab) -> None:
    steps = "  - wait-serial: READY L03\n  - wait-serial: MINE\n    warsha: { timeout: 1s }"
    good = own(trainees_copy, steps, b"print('READY L03')\nprint('MINE')")
    assert not good.blamed
    assert float(good.caught("no_debounce")) == 100, "mutants stay with the instructor"
    (message,) = own(trainees_copy, steps, b"print('READY L03')").blamed
    assert message.startswith("%%scenario:6: wait-serial: 'MINE' was not received")


def cards(lab: Lab, scenario: str | None) -> Iterator[Card]:
    """Item t of the reference with a scenario."""
    program, board = (lab.folder / "reference.py").read_text(), next(iter(lab.boards))
    written = OwnPrediction("twelve")
    task = Task(lab.slug, lab.digest, board, program, None, written, (1,), scenario=scenario)
    yield from (card for card in score_lab(lab, task) if card.item == "t")


def test_the_card_names_the_step_that_failed_on_a_right_program(buttons: Lab) -> None:
    steps = "  - wait-serial: READY L03\n  - wait-serial: HELLO\n    warsha: { timeout: 1s }\n"
    (card,) = cards(buttons, HEAD + steps)
    assert (card.points, card.key) == (0, "blames_right")
    assert "%%scenario:6: wait-serial: 'HELLO' was not received" in card.message["ar"]


def test_a_notebook_without_a_scenario_is_told_so(buttons: Lab) -> None:
    (card,) = cards(buttons, None)
    assert (card.points, card.key) == (0, "no_scenario")


def test_the_cell_as_released_is_no_scenario(buttons: Lab) -> None:
    (card,) = cards(buttons, HEAD + "# write here\n")
    assert (card.points, card.key) == (0, "no_scenario")


def test_a_fault_of_the_machine_is_no_fault_of_the_scenario(
    buttons: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trace, "ended", lambda _trace: End(1, frames.END_KILLED, ""))
    with pytest.raises(BenchError, match="a board ended while a scenario was played"):
        _ = own(buttons, "  - wait-serial: READY L03\n  - delay: 7ms").blamed
