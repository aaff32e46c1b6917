"""The magic `%run_scenario` in a real IPython, on a real virtual board."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from hardware.notebook.magics import BoardMagics
from hardware.notebook.scenario_magic import ScenarioMagics
from hardware.notebook.session import current
from tests.support.notebook_shell import shell_with
from tests.support.project import LABS

FOLLOW = """\
%%board main.py --detach
from machine import Pin
import time
button, lamp = Pin(32, Pin.IN, Pin.PULL_UP), Pin(25, Pin.OUT)
print("ready")
while True:
    lamp.value(not button.value())
    time.sleep_ms(5)
"""
STEPS = """\
name: follow
version: 1
steps:
  - wait-serial: "ready"
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - delay: 100ms
  - name: the lamp follows
    expect-pin: { part-id: esp, pin: '25', value: 1 }
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.chdir(tmp_path)
    Path("follow.yaml").write_text(STEPS)
    with shell_with(BoardMagics, ScenarioMagics) as shell:
        current.connect(f"bench:{LABS / 'buttons' / 'diagram.json'}")
        yield shell


def run(shell: InteractiveShell, cell: str) -> tuple[str, int]:
    """What a cell prints, and the number of its pictures."""
    with capture_output() as shown:
        shell.run_cell(cell)
    pictures = [output for output in shown.outputs if "image/png" in output.data]
    return str(shown.stdout + shown.stderr), len(pictures)


def test_each_step_is_shown_and_the_board_of_the_cells_goes_on(shell: InteractiveShell) -> None:
    assert "no main.py on this bench yet" in run(shell, "%run_scenario follow.yaml")[0]
    run(shell, FOLLOW)
    told, pictures = run(shell, "%run_scenario follow.yaml")
    lines = told.splitlines()
    assert [(line[:8], line.split(" · ")[-1]) for line in lines[:3]] == [
        ("✓ line 4", "wait-serial"),
        ("✓ line 5", "set-control"),
        ("✓ line 6", "delay"),
    ]
    assert lines[-1] == "· all steps passed: 4"
    assert pictures == 1
    assert current.bench is not None
    assert current.bench.snapshot().controls["btn1"]["pressed"] == 0, "not on the cells' bench"


def test_a_failed_step_is_shown_with_its_lines(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, FOLLOW.replace("not button", "button"))
    told, pictures = run(shell, "%run_scenario follow.yaml")
    *_, name, step, why, last = told.splitlines()
    assert name == "    - name: the lamp follows"
    assert step == "      expect-pin: { part-id: esp, pin: '25', value: 1 }"
    assert why == "    esp:25 is 0, expected 1"
    assert "follow.yaml:7: a step of the scenario failed: the lamp follows" in last
    assert pictures == 1
    monkeypatch.setenv("WARSHA_LANG", "ar")
    told, _pictures = run(shell, "%run_scenario follow.yaml")
    assert "لم تنجح خطوة من السيناريو" in told.splitlines()[-1]


def test_an_exception_of_the_program_has_the_line_of_its_cell(shell: InteractiveShell) -> None:
    run(shell, FOLLOW.replace("while True:", "1 / 0\nwhile True:"))
    told, _pictures = run(shell, "%run_scenario follow.yaml")
    assert "  cell line 6\n    1 / 0\nZeroDivisionError: divide by zero\n" in told


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "Write: %run_scenario FILE.yaml"),
        ("follow.yaml --fast", "Write: %run_scenario FILE.yaml"),
        ("nope.yaml", "nope.yaml: there is no such file"),
        ("torn.yaml", "torn.yaml:1"),
    ],
)
def test_a_wrong_line_or_file_shows_cause_and_cure(
    shell: InteractiveShell, line: str, message: str
) -> None:
    Path("torn.yaml").write_text("name: torn\n")
    told = run(shell, f"%run_scenario {line}")[0]
    assert message in told
    assert len(told.strip().splitlines()) <= 2
