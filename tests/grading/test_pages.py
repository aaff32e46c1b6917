"""The feedback page in a real browser: its content on a wide screen, a telephone and paper, and
the escaping of text from a submission."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nbconvert.filters import markdown2html

from grader.lab.lab import LABS, find
from grader.notebook.lesson import source_notebook
from grader.reports.feedback_data import FeedbackData, FeedbackItem
from grader.reports.feedback_page import feedback_page
from grader.reports.html_page import static
from tests.support.call_count import calls
from tests.support.feedback_pages import (
    EVIL,
    OVERFLOWS,
    PALE,
    WIDTHS,
    Opened,
    browser,
    feedback_data,
    full,
    missed,
    show,
)

PAPER_PX = (186 / 25.4 * 96, 271 / 25.4 * 96)
"""The area of A4 inside our margins, in CSS pixels."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One browser for the whole file."""
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


MARKS = feedback_data(full("a"), missed("b", 2.5), missed("c"), number=3)
COMMENT = f"# {'الملف الأول ناقص، والثاني كامل. ' * 9}"
PREDICTED = FeedbackItem(
    replace(full("p").card, predicted=COMMENT, reason=COMMENT, observed=missed("p").card.message),
    2,
    2,
)
LETTER = """
const range = document.createRange(), words = document.querySelector('.compared code').firstChild;
const left = (at) => {
  range.setStart(words, at);
  range.setEnd(words, at + 1);
  return range.getBoundingClientRect().left;
};
"""


PARTED = """
const range = document.createRange();
return [...document.querySelectorAll('.why .en code')].map(code => {
  range.setStart(code.nextSibling, 0);
  range.setEnd(code.nextSibling, 1);
  return range.getBoundingClientRect().top > code.getBoundingClientRect().bottom;
});
"""
"""Of each code in the English of a message whether the sign behind it is in the next line."""


@pytest.fixture
def page(opened: Opened, tmp_path: Path) -> Opened:
    """The page of a third submission in a wide window."""
    opened.paper("")
    opened.resize(1400)
    return show(opened, tmp_path, feedback_page(MARKS))


def test_points_values_and_misconception_are_in_both_languages(page: Opened) -> None:
    item = page.texts("#item-b")[0]
    for text in (
        "2.5 / 4",
        "48.9 ms",
        "20 ± 5 ms",
        "القياس",
        "measured",
        "المتوقّع",
        "expected",
        "تتأخر الأطوار",
        "The phases are late",
        "t = 4 s",
    ):
        assert text in item
    assert "6.5 / 12" in page.texts(".total")
    assert "submission 3" in page.texts(".facts")[0]
    assert "3.1" in page.texts(".mastery")[0]  # 9.6 are 16/20 of 12
    assert page.texts("#item-a .why") == []


def test_the_waveform_shows_the_stimulus_and_the_place_of_the_error(page: Opened) -> None:
    words = page.texts("#item-b svg text")
    assert {"btn1", "LED_G", "812.5 ms"} <= set(words)
    assert page.texts("#item-a svg") == []


@pytest.mark.parametrize(("number", "hints"), [(1, 0), (2, 0), (3, 2), (7, 2)])
def test_hints_come_from_the_third_submission_on(number: int, hints: int) -> None:
    html = feedback_page(replace(MARKS, number=number))
    assert html.count("Reckon from the last deadline.") == hints
    assert html.count("احسب من الموعد السابق.") == hints


def test_progress_between_submissions_is_shown(page: Opened) -> None:
    assert [text[0] for text in page.texts(".history li b")] == ["1", "2", "3"]
    assert 'class="history"' not in feedback_page(feedback_data(full("a")))


def test_an_event_is_no_misconception() -> None:
    html = feedback_page(feedback_data(missed("b"), missed("c", key="exception")))
    assert html.count("the idea that is probably wrong") == html.count("what happened") == 1


def test_the_program_s_lines_have_the_numbers_of_the_cell(page: Opened) -> None:
    assert page.texts(".program li")[:2] == ["%%board main.py", "from machine import Pin"]


def test_mastery_and_late_penalty_are_separate() -> None:
    late = replace(feedback_data(full("a"), full("b")), penalty=3)
    html = feedback_page(late)
    assert late.mastered and late.total == 5
    assert "mastery reached" in html and "−3" in html


def test_manual_points_and_comments_are_on_the_page(page: Opened, tmp_path: Path) -> None:
    marks = replace(
        feedback_data(
            replace(missed("b", 1), points=4, by_hand=True),
            replace(full("w"), points=0, waits=True),
        ),
        comments=("أحسنت\nsee line 12",),
    )
    show(page, tmp_path, feedback_page(marks))
    assert "points given by a person" in page.texts("#item-b")[0]
    assert "waits for a person" in page.texts("#item-w")[0]
    assert page.texts("blockquote")[0].startswith("أحسنت")


def test_nbgraders_comment_on_an_empty_cell_is_no_comment_of_the_instructor() -> None:
    html = feedback_page(replace(MARKS, comments=("No response.",)))
    assert "خلايا بلا إجابة" in html and "No response" not in html
    assert "what the instructor wrote" not in html
    both = feedback_page(replace(MARKS, comments=("أحسنت", "No response.")))
    assert "what the instructor wrote" in both and both.count("<blockquote") == 1


def test_a_notebook_without_a_program_cell_gets_a_note() -> None:
    silent = replace(missed("a").card, key="no_ready")
    none = replace(feedback_data(replace(missed("a"), card=silent)), program=None)
    html = feedback_page(none)
    assert "No cell of the notebook has" in html and "فلم يكن على اللوحة برنامج" in html
    assert "No cell of the notebook has" not in feedback_page(replace(none, program="x = 1"))


def test_the_time_in_a_caption_stays_in_one_line(page: Opened) -> None:
    times = "[...document.querySelectorAll('figcaption bdi')]"
    for width in range(300, 420, 10):
        page.resize(width)
        lines = page.driver.execute_script(f"return {times}.map(e => e.getClientRects().length)")
        assert set(lines) == {1}


def test_a_sign_stays_with_the_short_code_before_it(opened: Opened, tmp_path: Path) -> None:
    english = " ".join(f"{'m' * (n % 7)} (`-`), `{n} s`." for n in range(99))
    entry = missed("b")
    entry = replace(entry, card=replace(entry.card, message={**entry.card.message, "en": english}))
    show(opened, tmp_path, feedback_page(feedback_data(entry)))
    for width in range(700, 800, 10):
        opened.resize(width)
        parted = opened.js(PARTED)
        assert len(parted) == 2 * 99 and not any(parted)


def test_a_word_with_a_hyphen_in_an_arabic_lesson_stays_in_one_line(
    opened: Opened, tmp_path: Path
) -> None:
    text = source_notebook(LABS / "buttons", find("buttons").maxima).cells[0].source
    show(opened, tmp_path, f"<style>{static('rtl.css')}</style>{markdown2html(text)}")
    words = "[...document.querySelectorAll('bdi')].filter(e => e.textContent === 'pull-up')"
    for width in range(200, 420, 10):
        opened.resize(width)
        assert opened.js(f"return {words}.map(e => e.getClientRects().length)") == [1]


def test_code_in_arabic_sentences_stays_in_one_line(opened: Opened, tmp_path: Path) -> None:
    cells = source_notebook(LABS / "framed_link", find("framed_link").maxima).cells
    written = '{"poly": 7, "init": 0}'
    text = next(cell.source for cell in cells if f"`{written}`" in cell.source)
    show(opened, tmp_path, f"<style>{static('rtl.css')}</style>{markdown2html(text)}")
    lines = f"""const range = document.createRange();
        const code = [...document.querySelectorAll("[dir='rtl'] code")];
        range.selectNodeContents(code.find(one => one.textContent === '{written}'));
        return range.getClientRects().length"""
    for width in range(250, 450, 10):
        opened.resize(width)
        assert opened.js(lines) == 1


def test_code_in_an_arabic_table_of_functions_wraps_from_its_left_edge(
    opened: Opened, tmp_path: Path
) -> None:
    cells = source_notebook(LABS / "servo_gate", find("servo_gate").maxima).cells
    text = next(cell.source for cell in cells if "line_in.register" in cell.source)
    show(opened, tmp_path, f"<style>{static('rtl.css')}</style>{markdown2html(text)}")
    lefts = """return [...document.querySelectorAll("td:first-child code")].map(code => {
        const range = document.createRange();
        range.selectNodeContents(code);
        return [...range.getClientRects()].map(line => Math.round(line.left));
    })"""
    opened.resize(600)
    lines = opened.js(lefts)
    assert any(len(of_one) > 1 for of_one in lines)
    assert all(len(set(of_one)) == 1 for of_one in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_element_overflows_the_window(page: Opened, tmp_path: Path, width: int) -> None:
    long = replace(MARKS, program="x" * 3000, comments=("y" * 500,))
    page.resize(width)
    for marks in (MARKS, replace(long, entries=(missed("b", measured="z" * 200), PREDICTED))):
        show(page, tmp_path, feedback_page(marks))
        assert page.js(OVERFLOWS) <= 0
    assert page.js(f"{LETTER} return left(0) > left(2)"), "an Arabic comment begins at the right"


def test_arabic_is_right_to_left_and_figures_left_to_right(page: Opened) -> None:
    assert page.js("return [document.documentElement.dir, document.documentElement.lang]") == [
        "rtl",
        "ar",
    ]
    assert page.style(".en, code, .wave, .program ol, bdi[dir=ltr]", "direction") == {"ltr"}
    assert page.style("bdi, code, .en", "unicodeBidi") == {"isolate"}
    assert page.style("h1, .why p.ar", "direction") == {"rtl"}
    # The Arabic text is to the right of the English one.
    arabic, english = page.js(
        "return ['ar', 'en'].map(l => document.querySelector('#item-b .why p.' + l)"
        ".getBoundingClientRect().left)"
    )
    assert arabic > english


def test_text_has_contrast_and_repeats_the_meaning_of_colours(page: Opened) -> None:
    page.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.js(PALE) == []
    page.js("document.body.insertAdjacentHTML('beforeend', '<p style=color:#999>pale</p>')")
    assert [text for text, _ in page.js(PALE)] == ["pale"]
    assert page.texts(".item .points .state") == [
        "✓ كاملة full",
        "◐ جزئية in part",
        "✗ لم تتحقق missed",
    ]
    assert page.js("return [...document.querySelectorAll('[role=img]')].every(e => e.ariaLabel)")
    heads = "return document.querySelectorAll('.summary thead th[scope=col]').length"
    assert page.js(heads) == 4
    assert page.js("return document.querySelectorAll('.summary tbody th[scope=row]').length") == 3


def test_no_item_is_split_between_printed_pages(page: Opened, tmp_path: Path) -> None:
    show(
        page,
        tmp_path,
        feedback_page(feedback_data(*(missed(item) for item in "abcdef"), number=4)),
    )
    page.paper("print")
    page.resize(round(PAPER_PX[0]), round(PAPER_PX[1]))
    assert page.style(".item, figure, .result", "breakInside") == {"avoid"}
    heights = page.js("return [...document.querySelectorAll('.item')].map(e => e.offsetHeight)")
    assert max(heights) < PAPER_PX[1] / 2  # two items on a printed page
    inside = (
        "return [...document.querySelectorAll('.wave')].every(e => e.scrollWidth <= e.clientWidth)"
    )
    assert page.js(inside)
    assert page.js(OVERFLOWS) <= 0
    assert page.style(".program", "display") == {"none"}


def hostile() -> FeedbackData:
    """A submission with markup and direction marks in all its texts."""
    entry = missed("b", measured=EVIL)
    return replace(
        feedback_data(entry, number=3, student="s1"), name=EVIL, program=EVIL, comments=(EVIL,)
    )


def test_text_of_a_submission_is_escaped(opened: Opened, tmp_path: Path) -> None:
    show(opened, tmp_path, feedback_page(hostile()))
    assert opened.js("return window.pwned ?? null") is None
    assert opened.js("return document.querySelectorAll('script, img, iframe, link').length") == 0
    body = opened.js("return document.body.textContent")
    assert body.count("<script>window.pwned=1</script>") == 4
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", body)
    assert "\\u202eevil\\u2066" in body


def test_a_page_is_short_for_any_submission() -> None:
    endless = replace(MARKS, program="y" * 100_000 + "\nz = 1" * 50_000)
    html = feedback_page(endless)
    assert len(html) < 100_000
    assert "y" * 200 + "…" in html and "y" * 201 not in html


def test_a_page_loads_nothing_and_runs_no_script() -> None:
    html = feedback_page(hostile())
    assert "script-src 'none'" in html
    assert not re.search(r'(src|href)="(?!#)', html)
    assert "url(" not in html and "@import" not in html


def test_a_page_is_made_with_little_work() -> None:
    marks = feedback_data(*(missed(item) for item in "abcdefg"), number=4)
    feedback_page(marks)  # what is read once
    assert calls(lambda: feedback_page(marks)) < 4000
