"""The marks of a whole course as a page and as a CSV table, for `warsha course marks`: labs and
tries, module checks and what is missing before them, projects, the total."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from grader.disk import report_disk_full
from grader.html_text import LATIN, auto_direction, latin
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader.course_marks import (
    AssignmentMark,
    CheckState,
    TraineeMarks,
    course_marks,
)
from grader.reports.class_page import shade
from grader.reports.html_page import html_page, label, titled
from grader.score.card import number
from grader.spreadsheet import csv_text, guarded
from hardware.atomic_file import write_atomically

CHECK_STATES = {
    "closed": ("دون حد دخول الاختبار", "below the gate"),
    "allowed": ("يحق له الاختبار", "may take it"),
    "open": ("مفتوح حتى", "open until"),
    "no_mark": ("بلا درجة", "no mark"),
    "waiting": ("ينتظر تصحيح المدرب", "waits for a person"),
    "graded": ("صُحِّح", "graded"),
}
"""Where a trainee stands with a module check."""


def write_course(course: Course) -> tuple[list[TraineeMarks], list[Path]]:
    """Write page and table into `class/`. Returns their content and their paths.

    Raises: CourseError; DiskFull.
    """
    rows = course_marks(course)
    texts = {"html": marks_page(course, rows), "csv": marks_table(course, rows)}
    place = course.root / "class"
    with report_disk_full(course.root):
        place.mkdir(exist_ok=True)
        files = [place / f"course.{kind}" for kind in texts]
        for file, text in zip(files, texts.values(), strict=True):
            write_atomically(file, text)
    return rows, files


def state_of(check: CheckState) -> str:
    """The name of the state, from `CHECK_STATES`."""
    if check.opening is None:
        return "closed" if check.missing else "allowed"
    if check.mark is None:
        return "no_mark" if check.is_over else "open"
    return "waiting" if check.mark.waits else "graded"


def marks_table(course: Course, rows: Sequence[TraineeMarks]) -> str:
    """A row for each trainee: points and tries of each lab, for each module with a gate the points
    of the check, its lab, its state and the labs that are missing, then the total out of 100."""
    head = ["id", "name", "email"]
    for lab in course.labs:
        head += [lab, f"{lab}_tries"]
    for module in (place for place, one in enumerate(course.modules, 1) if one.gate):
        head += [f"check_{module}{part}" for part in ("", "_lab", "_state", "_missing")]
    return csv_text([*head, "total", "waits"], (_csv_row(course, row) for row in rows))


def _csv_row(course: Course, row: TraineeMarks) -> list[str]:
    cells = [guarded(text) for text in (row.person.student, row.person.name, row.person.email)]
    for lab in course.labs:
        mark = row.marks.get(lab)
        cells += [_points(mark), str(mark.tries) if mark else "0"]
    for check in row.checks:
        lab = check.opening.lab if check.opening else ""
        cells += [_points(check.mark), lab, state_of(check), " ".join(check.missing)]
    total = "" if row.total is None else number(row.total)
    return [*cells, total, "yes" if row.waits else ""]


def _points(mark: AssignmentMark | None) -> str:
    return number(mark.points) if mark and not mark.waits else ""


def marks_page(course: Course, rows: Sequence[TraineeMarks]) -> str:
    """The page as HTML."""
    names = {lab: find(lab).id for lab in course.labs}
    heads = [_head(label("المتدرب", "trainee"))]
    if course.weights:
        heads.append(_head(label("المجموع", "total") + f"<small>{LATIN.format('/ 100')}</small>"))
    places = list(enumerate(course.modules, 1)) if course.modules else []
    columns: list[str | int] = []
    for place, module in places:
        columns += [*module.labs, *[place] * bool(module.gate)]
    columns = columns or [*course.labs]
    for column in columns:
        words = LATIN.format(escape(names[column])) if isinstance(column, str) else ""
        heads.append(_head(words or label(f"اختبار الوحدة {column}", f"check {column}")))
    body = "".join(_row(row, columns, names) for row in rows)
    about = label("درجات المقرر", "marks of the course")
    note = label(
        "الرقم الصغير عدد التسليمات؛ وتحت الاختبار المعامل التي درجتها دون حد دخول الاختبار",
        "the small number counts the submissions; below a check stand the labs that are short of "
        "the gate",
    )
    main = (
        f'<main class="class whole"><header><div class="title"><h1>{about}</h1></div>'
        f'<p class="course">{titled(course.title)}</p></header>{_weights(course)}'
        f'<section class="heat wide"><p class="note">{note}</p>'
        '<div class="scroll" tabindex="0"><table>'
        f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{body}</tbody></table></div></section>"
        "</main>"
    )
    return html_page(course.title["ar"], main, ("page.css", "class.css"), "class.js")


def _weights(course: Course) -> str:
    words = {
        "labs": label("وزن المعامل", "labs"),
        "checks": label("وزن اختبارات الوحدات", "module checks"),
        "projects": label("وزن المشروعات", "projects"),
    }
    boxes = "".join(
        f"<div><dt>{words[kind]}</dt><dd>{LATIN.format(f'{number(weight)} %')}</dd></div>"
        for kind, weight in course.weights.items()
    )
    return f'<section><dl class="numbers">{boxes}</dl></section>' if boxes else ""


def _head(words: str) -> str:
    sort = f'<span class="sort" role="button" tabindex="0">{words}</span>'
    return f'<th scope="col" aria-sort="none">{sort}</th>'


def _row(row: TraineeMarks, columns: Sequence[str | int], names: dict[str, str]) -> str:
    checks = {check.module: check for check in row.checks}
    cells = "".join(
        _lab_cell(row.marks.get(column))
        if isinstance(column, str)
        # A course without modules has no column of a check.
        else _check_cell(checks[column], names)
        for column in columns
    )
    person = auto_direction(row.person.name) if row.person.name else ""
    who = f"{person} <small>{latin(row.person.student)}</small>"
    total = ""
    if row.total is not None:
        words = number(row.total) + (" + …" if row.waits else "")
        total = f'<td class="total" data-sort="{row.total}">{LATIN.format(words)}</td>'
    sort = escape(row.person.student)
    return f'<tr><th scope="row" data-sort="{sort}">{who}</th>{total}{cells}</tr>'


def _lab_cell(mark: AssignmentMark | None) -> str:
    if mark is None:
        return '<td class="hn" data-sort="-1">–</td>'
    points = "…" if mark.waits else number(mark.points)
    return (
        f'<td class="{shade(mark.share)}" data-sort="{mark.points}">{points} '
        f"<small>{mark.tries}</small></td>"
    )


def _check_cell(check: CheckState, names: dict[str, str]) -> str:
    state = state_of(check)
    arabic, english = CHECK_STATES[state]
    words = f'<small>{arabic}<br><span class="en" lang="en" dir="ltr">{english}</span></small>'
    if state == "open" and check.opening:
        words += f"<br>{LATIN.format(f'{check.opening.end:%H:%M} UTC')}"
    if state == "closed":
        words += "<br>" + LATIN.format(" ".join(names[lab] for lab in check.missing))
    if check.opening:
        words += f"<br>{LATIN.format(names[check.opening.lab])}"
    if check.mark and not check.mark.waits:
        words = f"{number(check.mark.points)} {words}"
    tone = shade(check.mark.share) if check.mark else "hn"
    sort = check.mark.points if check.mark else -len(check.missing)
    return f'<td class="{tone}" data-sort="{sort}">{words}</td>'
