"""The warm-ups: the answer of each passes on each board, its trap does not, and lines that were
not given are told."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from grader.lab.lab import LABS, find
from grader.notebook import practice
from grader.notebook.course_build import PRIVATE
from grader.notebook.lesson import source_notebook
from grader.notebook.parsons import ANSWER, FILE, Parsons, verdict

WITH_WARM_UP = sorted(file.parent.name for file in LABS.glob(f"*/{FILE}"))
TRAPS = {
    "first_contact": ('    print("LEN", len(text))', 'print("LEN", text)', "LEN 5"),
    "traffic_light": ("    start = start + 2000", "    start = now()", "500 ms"),
    "buttons": ("    if is_open and not was_open:", "    if is_open:", "OPEN"),
    "emergency_stop": (
        "    parts += 1",
        '    parts += 1\n    print("part number", parts)',
        "short",
    ),
    "voltmeter": ("    elif heat < 50:", "    else:", "must stay as it was"),
    "servo_gate": ("    if stop.value() == 0: goal = 0", "", "stop button"),
    "tank_level": ("    metres = 343 * seconds", "    metres = 343 * seconds / 2", "1.029 km"),
    "climate_log": ("        bad += 1", "        pass", "no numbers"),
    "operator_display": ("while True:", "while True:\n    told = None", "No box has come"),
    "barometer": ('int.from_bytes(data, "big")', 'int.from_bytes(data, "little")', "comes first"),
}
"""By lab: a line of the answer, what stands there in a wrong one, and a word of what is said."""


@pytest.mark.parametrize("slug", WITH_WARM_UP)
def test_the_answer_passes_and_the_trap_does_not(
    slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")
    lab = find(slug)
    problem, answer = Parsons(lab.folder), (lab.folder / ANSWER).read_text(encoding="utf-8")
    old, new, said = TRAPS[slug]
    assert old in answer
    for board in lab.boards.values():
        files = lab.board_files(board)
        assert problem.complaint(answer) == ""
        assert verdict(problem.run(board, files, answer)) == ""
        assert said in verdict(problem.run(board, files, answer.replace(old, new)))


@pytest.mark.parametrize("slug", WITH_WARM_UP)
def test_trainees_get_the_lines_and_not_the_answer(slug: str) -> None:
    lab = find(slug)
    answer = (lab.folder / ANSWER).read_text(encoding="utf-8").splitlines()
    (cell,) = [
        cell.source
        for cell in source_notebook(lab.folder, lab.maxima).cells
        if cell.source.startswith("%%parsons")
    ]
    lines = cell.splitlines()[1:]
    assert set(answer) < set(lines), "some are too many"
    assert [line for line in lines if line in answer] != answer, "they are in another order"
    assert ANSWER in PRIVATE


@pytest.mark.parametrize(
    "cell, what",
    [
        ("metres = 343 * seconds", "the blanks at the beginning"),
        ("    metres = 343\n", "not among the given ones"),
        ("    return metres / 1000\n" * 2, "2 times"),
        ("# nothing\n", "no lines"),
        ("    metres = 343 * seconds", "the first line begins with blanks"),
    ],
)
def test_lines_that_were_not_given_are_told(
    cell: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "en")
    assert what in Parsons(LABS / "tank_level").complaint(cell)


def test_the_magic_says_whether_the_order_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "session", practice.PracticeSession(lab=find("tank_level")))
    shell, answer = InteractiveShell(), (LABS / "tank_level" / ANSWER).read_text()
    practice.load_ipython_extension(shell)
    with capture_output() as shown:
        shell.run_cell(f"%%parsons\n{answer}")
        shell.run_cell("%%parsons\nprint(1)")
    first, second = shown.stdout.splitlines()
    assert (first[0], second[0]) == ("✓", "✗")
