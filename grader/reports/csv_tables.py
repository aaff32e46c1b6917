"""A class as CSV: a plain table, and one that Moodle's gradebook imports."""

from math import ceil

from grader.reports.class_register import ClassRegister, TraineeRow
from grader.reports.feedback_data import FeedbackData
from grader.score.card import number
from grader.spreadsheet import csv_text, guarded


def plain_table(register: ClassRegister) -> str:
    """A row for each trainee: every item, the total, the late penalty, the hours after the due
    date, the number of submissions, the misconceptions as `item:key`, the state, and remarks on
    the mark (`Record.remarks`; `second_look`: a person gave points before the last grading).

    An item that waits for a person is empty, and so is the total then.
    """
    head = ["id", "name", "email", *register.items]
    rows = [_plain(register, row) for row in register.rows]
    more = ["total", "late_penalty", "late_hours", "tries", "misconceptions", "state", "remarks"]
    return csv_text([*head, *more], rows)


def _plain(register: ClassRegister, row: TraineeRow) -> list[str]:
    who = [guarded(row.student), guarded(row.name), guarded(row.email)]
    state = "graded" if row.feedback else "not handed in"
    if row.not_graded:
        state = "not graded"
    elif row.missing:
        state = "missing"
    if row.feedback is None:
        return [*who, *[""] * len(register.items), "", "", "", "", "", state, ""]
    feedback = row.feedback
    if feedback.waiting and state == "graded":
        state = "waiting"
    points = {entry.card.item: entry.points for entry in feedback.entries if not entry.waits}
    items = [number(points[item]) if item in points else "" for item in register.items]
    keys = " ".join(f"{e.card.item}:{e.card.key}" for e in feedback.entries if e.card.key)
    total = "" if feedback.waiting else number(feedback.total)
    late = number(ceil(feedback.seconds_late / 36) / 100)
    totals = [total, number(feedback.penalty), late, str(feedback.number)]
    remarks = [*feedback.remarks, *["second_look"] * feedback.second_look]
    return [*who, *items, *totals, guarded(keys), state, " ".join(remarks)]


def moodle_table(register: ClassRegister) -> str:
    """For "Import > CSV file" of Moodle's gradebook: map the ID number or the e-mail address.

    Trainees without a mark are left out, so that the import overwrites nothing of theirs. While a
    text waits for a person, there is no mark.
    """
    title = f"{register.lab} {register.title.get('en', register.slug)}"
    head = ["First name", "Last name", "ID number", "Email address", title, f"{title} (Feedback)"]
    rows = [
        _moodle(row, row.feedback)
        for row in register.rows
        if row.feedback and not row.feedback.waiting
    ]
    return csv_text(list(map(guarded, head)), rows)


def _moodle(row: TraineeRow, feedback: FeedbackData) -> list[str]:
    who = [row.first_name, row.last_name, row.student, row.email]
    words = (("ar", "البند", "البنود", "، "), ("en", "item", "items", ", "))
    texts = [_feedback(feedback, *word) for word in words]
    return [*map(guarded, who), number(feedback.total), "\n".join(filter(None, texts))]


def _feedback(feedback: FeedbackData, language: str, one: str, several: str, comma: str) -> str:
    """What was wrong, in one language, as one line. It begins with a word of that language, so
    that a program which shows it finds its direction. Items with the same text share it."""
    items: dict[str, list[str]] = {}
    for card in (entry.card for entry in feedback.entries if entry.card.key):
        items.setdefault(card.message.get(language, ""), []).append(card.item)
    texts = (
        f"{one if len(names) == 1 else several} {comma.join(names)}: {text}"
        for text, names in items.items()
    )
    return guarded(" | ".join(texts).replace("`", ""))
