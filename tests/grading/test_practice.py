"""Practice in a notebook: `%lab`, `%%predict`, `grade`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from grader.errors import CourseError, LabError
from grader.lab import cells
from grader.lab.course import Course
from grader.lab.lab import LABS, PREDICT, find, slugs
from grader.lab.prediction import prediction_in
from grader.notebook import practice
from grader.score.card import number
from grader.seeds import PUBLIC_SEED
from hardware.notebook.cell_failure import show_known_errors
from hardware.notebook.session import blank_lines
from hardware.notebook.session import current as bench
from hardware.notebook.session import programs as saved
from tests.support.classroom import LAB

REFERENCE = (LABS / LAB / "reference.py").read_text(encoding="utf-8")
ITEMS = {"a": 1.0, "b": 2.0, "c": 1.0, "d": 5.0, "e": 9.0, "p": 0.0}


@pytest.fixture
def shell(course: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A notebook kernel in the course of a trainee, without saved files."""
    monkeypatch.chdir(course.trainee / LAB)
    monkeypatch.setattr(practice, "session", practice.PracticeSession())
    saved.clear()
    blank_lines.clear()
    shell = InteractiveShell()
    practice.load_ipython_extension(shell)
    yield shell
    saved.clear()


def run(shell: InteractiveShell, cell: str) -> object:
    return shell.run_cell(cell).result


def test_the_reference_gets_full_marks(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    assert {item: run(shell, f'grade("{item}")') for item in ITEMS} == ITEMS
    assert run(shell, "grade()") == 18


def test_a_mark_is_a_number_for_nbgrader_and_a_card_for_people(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE.replace("+ 1", "")
    mark = run(shell, 'grade("d")')
    assert isinstance(mark, practice.Points)
    assert float(repr(mark)) == 3
    assert "القياس" in mark._repr_html_()
    total = run(shell, "grade()")
    assert isinstance(total, practice.Points)
    assert f"{number(total)} / 20" in total._repr_html_()


def test_an_answer_counts_when_it_is_the_trainees_own(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    handed_out = practice.handed_out_question(find(LAB).folder, "predict")
    assert handed_out == practice.handed_out_question(practice.session.lab.folder, "predict")  # type: ignore[union-attr]
    assert "Which Python runs the cell" in handed_out
    for nothing in (
        handed_out,
        "\n   ",
        ".",
        "x",
        "....",
        "python",
        "Which Python runs the cell?",
    ):
        assert not cells.predicted(nothing, handed_out)
    run(shell, f"%%predict\n{handed_out}")
    assert run(shell, 'grade("p")') == 0
    run(shell, "%%predict\nلغة بايثون على الحاسب")
    assert run(shell, 'grade("p")') == 1


@pytest.mark.parametrize("slug", [slug for slug in slugs() if PREDICT in find(slug).items])
def test_the_answer_of_each_lesson_counts(slug: str) -> None:
    lesson = (LABS / slug / "lesson.md").read_text(encoding="utf-8")
    answers = {}
    for magic in cells.QUESTIONS:
        cell = lesson.partition(f"\n%%{magic}\n")[2].partition("```")[0]
        answers[magic] = cell.partition(cells.BEGIN)[2].partition(cells.END)[0]
    questions = [practice.handed_out_question(LABS / slug, magic) for magic in cells.QUESTIONS]
    found = prediction_in(answers["predict"], questions[0], answers["explain"], questions[1])
    assert found.text and found.reason


def test_the_prediction_stands_beside_what_the_run_showed(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    run(shell, "%%predict\nthe chip on the board")
    shown = explained(shell, "%%explain\n# لماذا؟")
    assert "the chip on the board" in shown and "micropython esp32" in shown
    assert "وأظهر التشغيل" in shown and "the run showed" in shown
    assert "your reason is not there yet" in shown
    assert run(shell, 'grade("p")') == 1
    copied = explained(shell, "%%explain\nthe chip on the board")
    assert "your reason is not there yet" in copied
    shown = explained(shell, "%%explain\nthere was no <b>magic</b> in that cell")
    assert "not there yet" not in shown and "no &lt;b&gt;magic&lt;/b&gt;" in shown
    mark = run(shell, 'grade("p")')
    assert mark == 2
    page = mark._repr_html_()  # type: ignore[attr-defined]
    assert "the chip on the board" in page and "micropython esp32" in page


def explained(shell: InteractiveShell, cell: str) -> str:
    """What a cell `%%explain` prints and shows."""
    shown: list[str] = []
    with (
        capture_output() as printed,
        patch.object(practice, "display", lambda html: shown.append(html.data)),
    ):
        shell.run_cell(cell)
    return "".join(shown) + str(printed.stdout)


def test_the_first_mark_of_a_try_has_the_comparison_and_a_later_reason_makes_no_new_try(
    shell: InteractiveShell,
) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    run(shell, "%%predict\nthe chip on the board")
    first = run(shell, 'grade("a")')._repr_html_()  # type: ignore[attr-defined]
    assert "the chip on the board" in first
    seed = practice.session.seed
    explained(shell, "%%explain\nthere was no magic")
    second = run(shell, 'grade("b")')._repr_html_()  # type: ignore[attr-defined]
    assert "the chip on the board" not in second
    assert run(shell, 'grade("p")') == 2
    assert practice.session.seed == seed


def test_a_reason_needs_a_lab(shell: InteractiveShell) -> None:
    with pytest.raises(CourseError, match="no lab is selected"):
        practice.explain("", "because")


def test_a_program_is_run_once_for_all_its_items(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    run(shell, 'grade("a")')

    def fail(*_: object) -> None:
        raise AssertionError("scored twice")

    monkeypatch.setattr(practice, "score_lab", fail)
    assert run(shell, 'grade("b")') == 2


def test_each_try_has_a_new_seed_and_names_it(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE.replace("+ 1", "")
    first = run(shell, "grade()")
    seed = practice.session.seed
    page = first._repr_html_()  # type: ignore[attr-defined]
    assert f"grade(seed={seed})" in page
    shown = page.partition("القياس")[2]
    assert shown  # the measured values of the items are there, too
    run(shell, 'grade("d")')
    assert practice.session.seed == seed
    run(shell, "grade()")
    assert practice.session.seed != seed
    again = run(shell, f"grade(seed={seed})")._repr_html_()  # type: ignore[attr-defined]
    assert again == page
    saved["main.py"] = REFERENCE
    run(shell, 'grade("d")')
    assert practice.session.seed != seed


@pytest.mark.parametrize("execution", ["autograde", "validate"])
def test_nbgrader_runs_the_public_seed(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, execution: str
) -> None:
    monkeypatch.setenv(practice.NBGRADER, execution)
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    run(shell, "grade()")
    assert practice.session.seed == PUBLIC_SEED


def test_without_a_program_there_are_no_points(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB} pi_pico")
    assert run(shell, "grade()") == 0


@pytest.mark.parametrize(
    "wrong",
    [lambda: practice.grade("a"), lambda: practice.lab(""), lambda: practice.lab("no_such_lab")],
)
def test_a_missing_part_is_an_error_with_a_cure(shell: InteractiveShell, wrong: object) -> None:
    with pytest.raises(CourseError) as caught:
        wrong()  # type: ignore[operator]
    assert caught.value.cure


def test_a_mark_before_any_program_names_the_cell_to_run(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, f"%lab {LAB}")
    assert run(shell, 'grade("a")') == 0
    assert "run the cell that begins with %%board main.py" in capsys.readouterr().out
    saved["main.py"] = REFERENCE
    run(shell, 'grade("a")')
    assert "no program" not in capsys.readouterr().out


def test_a_stray_arabic_mark_is_named_on_the_card(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"] = "x = [1، 2]\n"
    mark = run(shell, 'grade("a")')
    assert isinstance(mark, practice.Points)
    assert "السطر 2، العمود 7: فاصلة عربية" in mark._repr_html_()


def test_a_line_of_the_cell_counts_the_blank_ones_above_its_magic(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    saved["main.py"], blank_lines["main.py"] = "\n1 / 0\n", 2
    page = run(shell, 'grade("a")')._repr_html_()  # type: ignore[attr-defined]
    assert "in line 5 of the cell (line 2 of <code" in page
    saved["main.py"] = "x = [1، 2]\n"
    page = run(shell, 'grade("a")')._repr_html_()  # type: ignore[attr-defined]
    assert "line 4, column 7: an Arabic comma" in page


def test_an_unknown_item_lists_the_known_ones(shell: InteractiveShell) -> None:
    practice.lab(LAB)
    with pytest.raises(CourseError) as caught:
        practice.grade("z")
    assert "a, b, c" in caught.value.cure


def test_after_a_restart_the_saved_notebook_is_graded(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = "\n\n%%board main.py --detach\n" + REFERENCE
    codes = [f"%load_ext warsha\n%lab {LAB}", "%%predict\nlow 12 14 91", "%%board\n1", program]
    codes.append("%%explain\nno pull-up was there")
    saved_cells = [{"cell_type": "code", "source": code} for code in codes]
    notebook = tmp_path / "notebook.ipynb"
    notebook.write_text(json.dumps({"cells": saved_cells}))
    monkeypatch.setenv(practice.NOTEBOOK, str(notebook))
    assert run(shell, "grade()") == 20
    assert "saved notebook" in capsys.readouterr().out
    assert blank_lines["main.py"] == 2
    saved["main.py"] = "x"
    assert run(shell, "grade()") == 2, "a cell that has run comes first"


def test_after_a_restart_a_board_cell_runs_on_the_bench_of_the_saved_lab(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cells = [{"cell_type": "code", "source": f"%load_ext warsha\n%lab {LAB}"}]
    (tmp_path / "notebook.ipynb").write_text(json.dumps({"cells": cells}))
    monkeypatch.setenv(practice.NOTEBOOK, str(tmp_path / "notebook.ipynb"))
    for name, value in (("proposed", False), ("find_lab", practice._find_lab)):
        monkeypatch.setattr(bench, name, value)
    try:
        bench.need_board()
        assert not bench.is_bare()
        assert f"the lab is {LAB}, as in the saved notebook" in capsys.readouterr().out
    finally:
        bench.close()


def test_without_a_saved_notebook_the_lab_is_asked_for(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for content in ("", "[]", '{"cells": 3}'):
        (tmp_path / "notebook.ipynb").write_text(content)
        monkeypatch.setenv(practice.NOTEBOOK, str(tmp_path / "notebook.ipynb"))
        with pytest.raises(CourseError, match="no lab is selected"):
            practice.grade()


def test_a_wrong_name_of_a_lab_shows_no_line_of_ours(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    show_known_errors(shell, CourseError)
    run(shell, "%lab first_contract")
    shown = capsys.readouterr().out
    assert "first_contract" in shown and "Did you mean 'first_contact'?" in shown
    assert "get_ipython" not in shown


def test_a_lab_that_is_refused_leaves_the_one_before(shell: InteractiveShell) -> None:
    run(shell, f"%lab {LAB}")
    board = practice.session.board
    saved["main.py"] = REFERENCE
    with pytest.raises(LabError, match="no_such_board"):
        practice.lab(f"{LAB} no_such_board")
    assert practice.session.board == board
    assert run(shell, 'grade("a")') == ITEMS["a"]


@pytest.mark.parametrize("seed", ["'x'", "-1", "1.5", "True"])
def test_a_seed_that_is_no_whole_number_is_refused(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], seed: str
) -> None:
    show_known_errors(shell, CourseError)
    run(shell, f"%lab {LAB}")
    run(shell, f"grade(seed={seed})")
    shown = capsys.readouterr().out
    assert "a seed is a whole number" in shown and "grade(seed=4711)" in shown


def test_a_stopped_try_is_told_in_one_line(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    show_known_errors(shell, CourseError)
    run(shell, f"%lab {LAB}")
    saved["main.py"] = REFERENCE
    monkeypatch.setattr(practice, "score_lab", stopped)
    run(shell, "grade()")
    shown = capsys.readouterr().out
    assert "the grading was stopped" in shown and "score_lab" not in shown


def test_host_code_counts_its_lines_as_the_cell_does(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice, "get_ipython", lambda: shell)
    with capture_output() as captured:
        shell.run_cell("%%host\nvalue = 1 / 0\n")
    plain = re.sub(r"\x1b\[[\d;]*m", "", captured.stdout)
    assert "----> 2 value = 1 / 0" in plain


def test_a_scenario_is_played_for_a_minute_with_the_lines_of_its_cell(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[tuple[int, float]] = []
    monkeypatch.setattr(
        practice, "play", lambda found, seconds: played.append((found.steps[0].line, seconds))
    )
    text = "name: t\nversion: 1\nsteps:\n  - wait-serial: late\n"
    run(shell, f"%%scenario\n{text}")
    assert played == [(5, 60)]
    assert practice.session.scenario == text
    with pytest.raises(CourseError, match="below the first line"):
        practice.scenario("--seconds 90", text)
