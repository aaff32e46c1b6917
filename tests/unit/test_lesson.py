"""A lesson becomes nbgrader's source notebook, or a one-line error that names the cell."""

import re
from pathlib import Path

import pytest

from grader.authoring.lesson_review import ARABIC
from grader.errors import CourseError
from grader.lab.lab import LABS
from grader.notebook.lesson import solution_lines, source_notebook
from tests.support.tiny_lesson import LESSON, POINTS, cell_named, write_lab


def build(folder: Path, lesson: str = LESSON):  # type: ignore[no-untyped-def]
    return source_notebook(write_lab(folder, lesson), POINTS)


def test_cells_get_their_part_from_their_text(tmp_path: Path) -> None:
    notebook = build(tmp_path)
    kinds = {
        cell.metadata.nbgrader.grade_id: (
            cell.metadata.nbgrader.grade,
            cell.metadata.nbgrader.solution,
            cell.metadata.nbgrader.get("points"),
        )
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert kinds == {
        "setup": (False, False, None),
        "predict": (False, True, None),
        "explain": (False, True, None),
        "program": (False, True, None),
        "a": (True, False, 4.0),
        "b": (True, False, 5.0),
        "p": (True, False, 2.0),
    }


def test_a_lab_without_item_p_has_no_predict_cell(tmp_path: Path) -> None:
    points = {item: most for item, most in POINTS.items() if item != "p"}
    lesson = LESSON.replace('```python\ngrade("p")\n```\n', "")
    with pytest.raises(CourseError, match="has no item 'p'"):
        source_notebook(write_lab(tmp_path, lesson), points)
    without = re.sub(r"```python\n%%predict\n.*?```\n", "", lesson, flags=re.DOTALL)
    notebook = source_notebook(write_lab(tmp_path, without), points)
    assert "%%predict" not in "".join(cell.source for cell in notebook.cells)


def test_arabic_and_english_are_cells_of_their_own(tmp_path: Path) -> None:
    texts = [cell.source for cell in build(tmp_path).cells if cell.cell_type == "markdown"]
    assert texts[0].startswith('<div dir="rtl" lang="ar">\n\n#')
    assert texts[0].endswith("\n\n</div>")
    assert texts[1].startswith('<div dir="ltr" lang="en">\n\n# Blink')
    assert texts[1].endswith("\n\n</div>")


def test_an_english_number_and_its_unit_stay_on_one_line(tmp_path: Path) -> None:
    written = "Every 500 ms `sleep_ms(500 ms)` waits for 500 minutes."
    (text,) = (
        cell.source
        for cell in build(tmp_path, LESSON.replace("Every 500 ms.", written, 1)).cells
        if "minutes" in cell.source
    )
    assert "Every 500\u00a0ms `sleep_ms(500 ms)` waits for 500 minutes." in text


def test_the_reference_completes_what_is_given(tmp_path: Path) -> None:
    program = cell_named(build(tmp_path), "program").source
    assert program.startswith(
        "%%board main.py\nfrom machine import Pin\n\n### BEGIN SOLUTION\nled ="
    )
    assert program.count("from machine import Pin") == 1
    assert program.endswith("    led.toggle()\n### END SOLUTION")


def test_solution_lines_leave_out_what_is_given(tmp_path: Path) -> None:
    assert solution_lines(build(tmp_path)) == {
        "led = Pin(2, Pin.OUT)",
        'print("READY L00")',
        "led.toggle()",
        "twenty times in ten seconds",
        "each flash and its pause take half a second",
    }


def test_the_same_lesson_gives_the_same_notebook(tmp_path: Path) -> None:
    assert build(tmp_path) == build(tmp_path)


def test_a_picture_travels_with_its_cell(tmp_path: Path) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    (tmp_path / "wiring.svg").write_text(svg)
    lesson = LESSON.replace("Every 500 ms.", "![wiring](wiring.svg)")
    cell = build(tmp_path, lesson).cells[1]
    assert "(attachment:wiring.svg)" in cell.source
    assert list(cell.attachments["wiring.svg"]) == ["image/png"]  # what JupyterLab shows


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('```python\ngrade("b")\n```\n', "", '0 grade("b") cells'),
        ('grade("b")', 'grade("a")', '2 grade("a") cells'),
        ('grade("b")', 'grade("z")', "no item 'z'"),
        ("%%predict", "%%prediction", "0 predict cells"),
        ("%load_ext warsha\n", "", "0 setup cells"),
        ("### END SOLUTION\n```\n\n```python\ngrade()", "```\n\n```python\ngrade()", "not closed"),
        ("وميض كل", "\n\nوميض كل", "<div> is not closed"),
        ("Every 500 ms.", "![x](lost.png)", "no picture lost.png"),
        ("from machine import Pin", "from machine import ADC", "not the first and last lines"),
    ],
)
def test_an_error_in_a_lesson_has_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in LESSON
    with pytest.raises(CourseError) as caught:
        build(tmp_path, LESSON.replace(old, new, 1))
    assert message in str(caught.value)
    assert "lesson.md" in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("lesson", sorted(LABS.glob("*/lesson.md")), ids=str)
def test_a_latin_word_with_a_hyphen_in_arabic_is_isolated(lesson: Path) -> None:
    lines = [
        line for line in lesson.read_text(encoding="utf-8").splitlines() if ARABIC.search(line)
    ]
    bare = (re.sub("<bdi.*?</bdi>|`.*?`|<.*?>|\\]\\(.*?\\)", "", line) for line in lines)
    assert [word for line in bare for word in re.findall("[A-Za-z]+-[A-Za-z0-9]+", line)] == []
