"""The instructor's book and the handouts: what is in them, in which language, and as PDF."""

import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from grader.authoring import course_book
from grader.authoring.course_book import write_book
from grader.lab.course import CourseModule, load_course
from grader.lab.lab import find

COURSE = replace(
    load_course(),
    labs=("buttons", "climate_log"),
    modules=(
        CourseModule({"ar": "الأولى", "en": "First"}, ("buttons",)),
        CourseModule({"ar": "الثانية", "en": "Second"}, ("climate_log",)),
    ),
)
ARABIC = re.compile("[\u0600-\u06ff]")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages in both languages, by name."""
    folder = tmp_path_factory.mktemp("book")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course_book, "browser", lambda: None)
        files = [*write_book(COURSE, folder, "ar"), *write_book(COURSE, folder, "en")]
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def test_there_is_a_book_and_a_handout_of_each_module(pages: dict[str, str]) -> None:
    assert sorted(pages) == [
        f"{name}.{language}.html"
        for name in ("instructor", "module_1", "module_2")
        for language in ("ar", "en")
    ]
    assert 'dir="rtl"' in pages["module_1.ar.html"].splitlines()[1]
    assert 'dir="ltr"' in pages["module_1.en.html"].splitlines()[1]


def test_the_book_has_goals_mistakes_and_answers(pages: dict[str, str]) -> None:
    lab, page = find("buttons"), pages["instructor.ar.html"]
    assert lab.goal["ar"] in page
    assert "no_debounce" in page
    assert "COUNT" in page
    assert "class Button:" in page, "the reference"
    assert "if is_open and not was_open:" in page, "the answer of the warm-up"
    assert "Presses are counted" in page, "the scenario"


def test_a_handout_has_the_lesson_without_its_answers(pages: dict[str, str]) -> None:
    page = pages["module_1.ar.html"]
    assert "كود اللوحة" in page
    assert "class Button:" not in page
    assert "never-serial: { match: &quot;COUNT|LONG&quot;" not in page
    assert "climate_log" not in page


def test_hints_stand_open_behind_the_lessons(pages: dict[str, str]) -> None:
    page = pages["module_1.en.html"]
    lesson, *hints = page.partition("The hints of this lab are at the end of the handout.")
    assert "<details" not in page
    assert "a worked example of a similar task" not in lesson
    titles = re.findall(r"<h3>(Hint \d: .*?)</h3>", "".join(hints))
    assert len(titles) == 3 and titles[2] == "Hint 3: a worked example of a similar task"
    assert "التلميح 3: مثال محلول لمهمة مشابهة" in pages["module_1.ar.html"]


def test_a_page_has_one_language(pages: dict[str, str]) -> None:
    english = re.sub(r"(?s)<(pre|style|title)\b.*?</\1>", "", pages["module_1.en.html"])
    assert not ARABIC.search(english)
    assert "Board code." not in pages["module_1.ar.html"]


def test_chromium_prints_the_arabic_pages(tmp_path: Path) -> None:
    if course_book.browser() is None:
        pytest.skip("Chromium is not installed")
    files = write_book(replace(COURSE, labs=("buttons",), modules=()), tmp_path, "ar")
    (book, handout) = (file for file in files if file.suffix == ".pdf")
    for file in (book, handout):
        document = pypdfium2.PdfDocument(file)
        assert len(document) > 1
        width, height = document[0].get_size()
        assert (round(width), round(height)) == (595, 842), "A4 in points"
