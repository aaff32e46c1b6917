"""A class as CSV: a plain table, and one that Moodle's gradebook imports.

UTF-8 with a byte order mark and CRLF, so that a spreadsheet shows Arabic; text that a spreadsheet
would take for a formula begins with an apostrophe (OWASP, "CSV Injection"), behind a semicolon,
too: many of them split there.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from grader.html_text import visible
from grader.reports.class_register import ClassRegister, TraineeRow
from grader.reports.feedback_data import FeedbackData
from grader.score.card import number

_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@＝＋－＠])")


def plain_table(register: ClassRegister) -> str:
    """A row for each trainee: every item, the total as it counts, what was taken off for being
    late, the number of submissions, the misconceptions as `item:key`, the state, and what there is
    to know of how the mark came about (`Record.remarks`)."""
    head = ["id", "name", "email", *register.items]
    rows = [_plain(register, row) for row in register.rows]
    rest = ["total", "late_penalty", "tries", "misconceptions", "state", "remarks"]
    return _csv([*head, *rest], rows)


def _plain(register: ClassRegister, row: TraineeRow) -> list[str]:
    who = [guarded(row.student), guarded(row.name), guarded(row.email)]
    state = "graded" if row.sheet else "not handed in"
    if row.waits:
        state = "not graded"
    elif row.missing:
        state = "missing"
    if row.sheet is None:
        return [*who, *[""] * len(register.items), "", "", "", "", state, ""]
    sheet = row.sheet
    points = {entry.card.item: entry.points for entry in sheet.entries}
    items = [number(points[item]) if item in points else "" for item in register.items]
    ideas = " ".join(f"{e.card.item}:{e.card.key}" for e in sheet.entries if e.card.key)
    return [*who, *items, number(sheet.total), number(sheet.penalty), str(sheet.number),
            guarded(ideas), state, " ".join(sheet.remarks)]  # fmt: skip


def moodle_table(register: ClassRegister) -> str:
    """For "Import > CSV file" of Moodle's gradebook: map the ID number or the e-mail address.

    Who has no mark is left out, so that nothing in Moodle is overwritten by it.
    """
    title = f"{register.lab} {register.title.get('en', register.slug)}"
    head = ["First name", "Last name", "ID number", "Email address", title, f"{title} (Feedback)"]
    rows = [_moodle(row, row.sheet) for row in register.rows if row.sheet]
    return _csv(list(map(guarded, head)), rows)


def _moodle(row: TraineeRow, sheet: FeedbackData) -> list[str]:
    who = [row.first_name, row.last_name, row.student, row.email]
    told = [_said(sheet, *words) for words in (("ar", "البند"), ("en", "item"))]
    return [*map(guarded, who), number(sheet.total), "\n".join(filter(None, told))]


def _said(sheet: FeedbackData, language: str, word: str) -> str:
    """What was wrong, in one language: a line that begins with a letter of its own, by which
    whoever shows it finds its direction."""
    missed = [entry.card for entry in sheet.entries if entry.card.key]
    texts = (f"{word} {card.item}: {card.message.get(language, '')}" for card in missed)
    return guarded(" | ".join(texts).replace("`", ""))


def guarded(text: str) -> str:
    """Text of others that no spreadsheet computes."""
    return _FORMULA.sub(r"\1'", visible(text))


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()
