"""The class page and its tables: trainees who need help, and misconceptions, in a browser, for a
spreadsheet and for Moodle."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring.lab_check import program_text
from grader.classrun.grading import Grading
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import enrolment
from grader.reports.class_page import class_page
from grader.reports.class_register import ClassRegister, register_of
from grader.reports.class_writer import write_class
from grader.reports.csv_tables import moodle_table, plain_table
from grader.reports.feedback_writer import FeedbackWriter
from tests.support.call_count import calls
from tests.support.classroom import LAB, HandIn
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
    register,
    row,
    show,
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One browser for the whole file."""
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


GOOD = (full("a"), full("b"), full("c"))
BAD = (full("a"), missed("b", key="drift"), missed("c", 2, key="after"))
CLASS = register(
    row("good", *GOOD),
    row("bad", *BAD),
    row("stuck", *BAD, number=4),
    row("absent"),
    row("unread", not_graded="two notebooks lie there. Leave one"),
)
STUCK = replace(
    CLASS.rows[2].feedback or pytest.fail(), history=((1, 4.0), (2, 6.0), (3, 6.0), (4, 6.0))
)
CLASS = replace(
    CLASS,
    rows=tuple(
        replace(one, feedback=STUCK) if one.student == "stuck" else one for one in CLASS.rows
    ),
)


def big(size: int) -> ClassRegister:
    """A class of this size."""
    kinds = (GOOD, BAD, (missed("a", key="order"), *GOOD[1:]))
    return register(*(row(f"s{n:03}", *kinds[n % 3], number=1 + n % 4) for n in range(size)))


@pytest.fixture
def page(opened: Opened, tmp_path: Path) -> Opened:
    """The page of the small class in a wide window."""
    opened.paper("")
    opened.resize(1400)
    return show(opened, tmp_path, class_page(CLASS))


def test_trainees_who_need_help_come_first_with_the_reasons(page: Opened) -> None:
    assert page.texts(".heat tbody th small") == ["stuck", "absent", "unread", "bad", "good"]
    reasons = page.texts(".heat tbody td:last-child")
    for place, words in enumerate(
        (
            ("below mastery", "many submissions", "no progress"),
            ("nothing handed in",),
            ("not graded",),
            ("below mastery",),
            (),
        )
    ):
        assert all(text in reasons[place] for text in words)
        assert len(page.texts(f".heat tbody tr:nth-child({place + 1}) li")) == len(words)


def test_every_cell_shows_points_and_colour(page: Opened) -> None:
    cells = page.texts(".heat tbody tr:nth-child(1) td")
    assert [text[0] for text in cells[:3]] == ["4", "0", "2"]
    assert "6" in cells[3] and "4 → 6 → 6 → 6" in cells[5]
    assert page.texts(".heat tbody tr:nth-child(2) td")[:3] == ["–"] * 3


def test_misconceptions_are_counted_with_text_and_trainees(page: Opened) -> None:
    (idea,) = page.texts(".ideas tbody tr")  # that an item waits for another one is none
    for text in ("تتأخر الأطوار", "The phases are late", "drift", "علي حسن"):
        assert text in idea
    assert page.texts(".ideas .count b") == ["2"]
    assert page.texts("#idea-1 a[href='#who-bad']") and page.texts("#idea-1 a[href='#who-stuck']")


def test_ungraded_submissions_are_listed_with_a_reason(page: Opened) -> None:
    (line,) = page.texts(".waiting li")
    assert "unread" in line and "two notebooks lie there" in line


def test_the_distribution_of_points_is_shown(page: Opened) -> None:
    assert page.texts(".spread li b") == ["", "", "", "", "", "2", "", "", "", "1"]
    assert page.texts(".numbers dd")[:4] == ["5", "3", "1", "4"]


def test_a_click_or_a_key_sorts_by_a_column(page: Opened) -> None:
    names = ".heat tbody th small"
    page.js("document.querySelector('.heat thead th:nth-child(5) .sort').click()")
    totals = page.js(
        "return [...document.querySelectorAll('.heat tbody tr')]"
        ".map(r => +r.children[4].dataset.sort)"
    )
    assert totals == sorted(totals)
    assert (
        page.js("return document.querySelector('.heat th:nth-child(5)').ariaSort") == "ascending"
    )
    page.js(
        "document.querySelector('.heat thead .sort').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))"
    )
    assert page.texts(names) == sorted(page.texts(names))


@pytest.mark.parametrize("width", WIDTHS)
def test_two_hundred_fit_into_the_window(opened: Opened, tmp_path: Path, width: int) -> None:
    opened.paper("")
    opened.resize(width)
    show(opened, tmp_path, class_page(big(200)))
    assert opened.js(OVERFLOWS) <= 0
    assert len(opened.texts(".heat tbody tr")) == 200
    if width >= 1400:
        height = opened.js("return document.querySelector('.heat tbody tr').offsetHeight")
        assert height < 45  # a line or two each


@pytest.mark.parametrize("width", [1100, 1250])
def test_a_table_of_many_items_scrolls_by_itself(
    opened: Opened, tmp_path: Path, width: int
) -> None:
    items = [*"abcdefgh", "demonstration", "report", "review"]
    found = register(row("t001", *(missed(item, key="drift") for item in items), number=4))
    found = replace(found, items={item: ({"ar": "بند", "en": "item"}, 4.0) for item in items})
    opened.resize(width)
    show(opened, tmp_path, class_page(found))
    assert opened.js(OVERFLOWS) <= 0


def test_the_text_has_contrast_and_tables_have_headers(page: Opened) -> None:
    assert page.js(PALE) == []
    bare = (
        "return [...document.querySelectorAll('table')].filter(t => !t.querySelector('th[scope]'))"
    )
    assert page.js(bare) == []
    assert page.style(".heat td", "direction") == {"rtl"}
    assert page.style("bdi[dir=ltr], .en", "direction") == {"ltr"}


def test_every_printed_page_has_the_table_header(page: Opened, tmp_path: Path) -> None:
    show(page, tmp_path, class_page(big(60)))
    page.paper("print")
    page.resize(1030)
    assert page.style(".heat thead", "display") == {"table-header-group"}
    assert page.style(".heat tr", "breakInside") == {"avoid"}
    # Elements between a heading and its table stay with them, too.
    assert page.style(".heat h2, .heat .note", "breakAfter") == {"avoid"}
    assert page.js(OVERFLOWS) <= 0


def test_names_and_reasons_are_escaped(opened: Opened, tmp_path: Path) -> None:
    evil = register(row("s1", missed("b", measured=EVIL), first_name=EVIL, not_graded=EVIL))
    opened.paper("")
    show(opened, tmp_path, class_page(evil))
    assert opened.js("return window.pwned ?? null") is None
    assert opened.js("return document.querySelectorAll('img').length") == 0
    assert opened.js("return document.querySelectorAll('script').length") == 1  # the sort column
    assert "\u202e" not in opened.js("return document.body.textContent")


def test_trainees_of_the_same_name_are_shown_with_their_ids(
    opened: Opened, tmp_path: Path
) -> None:
    same = register(row("s1", *BAD), row("s2", *BAD), row("s3", *BAD, first_name="منى"))
    opened.paper("")
    show(opened, tmp_path, class_page(same))
    for who in opened.texts(".ideas tbody td:last-child"):
        assert [id_ in who for id_ in ("s1", "s2", "s3")] == [True, True, False]
        assert "منى حسن" in who


def test_a_late_penalty_shows_in_the_colour_and_the_reasons() -> None:
    late = row("late", *GOOD)
    late = replace(late, feedback=replace(late.feedback or pytest.fail(), penalty=12.0))
    page = class_page(register(late, row("good", *GOOD)))
    assert late.needs == ("late",)
    assert '<td class="total part" data-sort="0.0">' in page
    assert "late: points were taken off" in page
    assert "mastered, before late penalties" in page
    assert "before late penalties" not in class_page(register(row("good", *GOOD)))


def read(table: str) -> list[list[str]]:
    """The rows of a table, as a spreadsheet reads them."""
    assert table.startswith("\ufeff") and table.endswith("\r\n")
    return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def test_the_csv_table_has_all_columns() -> None:
    head, *rows = read(plain_table(CLASS))
    assert head == [
        "id",
        "name",
        "email",
        "a",
        "b",
        "c",
        "total",
        "late_penalty",
        "late_hours",
        "tries",
        "misconceptions",
        "state",
        "remarks",
    ]
    by_id = {line[0]: line for line in rows}
    assert by_id["stuck"][3:] == [
        "4",
        "0",
        "2",
        "6",
        "0",
        "0",
        "4",
        "b:drift c:after",
        "graded",
        "",
    ]
    assert by_id["absent"][3:] == ["", "", "", "", "", "", "", "", "not handed in", ""]
    assert by_id["unread"][-2] == "not graded"
    assert by_id["good"][1] == "علي حسن"


def test_the_moodle_file_has_only_trainees_with_marks() -> None:
    head, *rows = read(moodle_table(CLASS))
    assert head[:4] == ["First name", "Last name", "ID number", "Email address"]
    assert head[4] == "L02 Blink"
    assert [line[2] for line in rows] == ["good", "bad", "stuck"]
    arabic, english = rows[1][5].split("\n")
    assert rows[1][4] == "6"
    assert arabic.startswith("البنود b، c: تتأخر الأطوار"), "items with the same text share it"
    assert english.startswith("items b, c: The phases are late")
    assert "|" not in arabic + english


def test_unusual_conditions_of_a_mark_are_shown(opened: Opened, tmp_path: Path) -> None:
    odd = replace(feedback_data(*GOOD), remarks=("no_sandbox", "timed_out"))
    made = register(replace(row("odd", *GOOD), feedback=odd), row("usual", *GOOD))
    assert [line[-1] for line in read(plain_table(made))] == [
        "remarks",
        "no_sandbox timed_out",
        "",
    ]
    opened.paper("")
    opened.resize(1400)
    show(opened, tmp_path, class_page(made))
    for place, words in enumerate(("graded without a sandbox", "machine's limits of time")):
        assert words in opened.texts(".waiting li")[place]
        assert words in opened.texts("#who-odd td:last-child")[0]
    assert opened.texts(".waiting a[href='#who-odd']") and not opened.texts("#who-usual li")
    assert opened.js(OVERFLOWS) <= 0
    assert opened.js(PALE) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", " =", "\t=", "\r="])
def test_a_spreadsheet_evaluates_no_text(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    made = register(row("s1", *BAD, first_name=evil, email=evil))
    for table in (plain_table(made), moodle_table(made)):
        for cell in read(table)[1]:
            assert not cell.lstrip().startswith(tuple("=+-@＝"))


def test_a_spreadsheet_that_splits_at_semicolons_evaluates_no_text() -> None:
    evil = "amina;=HYPERLINK(1); +2;y"
    made = register(row("s1;-3", *BAD, first_name=evil, email=evil))
    for table in (plain_table(made), moodle_table(made)):
        for cell in csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"):
            assert not [one for one in cell if one.lstrip().startswith(tuple("=+-@"))]


def test_the_work_for_a_page_grows_with_the_class_and_not_faster() -> None:
    small, large = big(100), big(200)
    assert calls(lambda: class_page(large)) < 2.2 * calls(lambda: class_page(small))


def test_a_real_class(course: Course, hand_in: HandIn) -> None:
    enrolment.enrol(course.root, [Trainee("s1", "سارة", "فوزي", "s1@example.org"), Trainee("s9")])
    hand_in("s1", program_text(find(LAB), "pong_same"))
    folder = hand_in("s2", "x = 1")
    (folder / f"{LAB}.ipynb").write_text("no notebook")
    hand_in("s3", "print('READY L01')")
    grading = Grading(course, LAB)
    assert {o.student: o.state for o in grading.run(grading.submissions())}["s2"] == "unreadable"
    list(FeedbackWriter(course, LAB).run())
    hand_in("s3", "print('READY L01') #", at="2026-01-16 10:00:00 UTC")
    found = {one.student: one for one in register_of(course, LAB).rows}
    assert sorted(found) == ["s1", "s2", "s3", "s9"]
    assert found["s1"].feedback and found["s1"].name == "سارة فوزي"
    assert "pong_same" in {entry.card.key for entry in found["s1"].feedback.entries}
    assert found["s2"].feedback is None and "notebook" in found["s2"].not_graded
    page = class_page(register_of(course, LAB))
    assert "is not a notebook" in page and "ليس دفترًا" in page and "u2068" not in page
    assert found["s3"].feedback and "warsha grade" in found["s3"].not_graded
    assert found["s9"].needs == ("absent",)
    data, files = write_class(course, LAB)
    assert len(data.rows) == 4 and [file.exists() for file in files] == [True] * 3
    assert (files[0].parent / found["s1"].page).is_file()
    assert f'href="{found["s1"].page}"' in files[0].read_text(encoding="utf-8")
    (course.store / "marks" / LAB / "s1" / "1.json").write_text("{")
    damaged, *others = register_of(course, LAB).rows
    assert damaged.feedback and damaged.feedback.total == found["s1"].feedback.total
    assert "1.json is damaged" in damaged.not_graded
    assert others == list(data.rows[1:])
