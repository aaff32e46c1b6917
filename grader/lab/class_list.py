"""The class list: a CSV file with the column `id` and optional columns `first_name`, `last_name`
and `email`, or one that Moodle exports, in English or Arabic (participants, or the gradebook).
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CourseError
from grader.lab.course import course_command
from grader.spreadsheet import read_sheet
from hardware.i18n import _

COLUMNS = ("id", "first_name", "last_name", "email")
_MOODLE = {
    "id number": "id",
    "رقم المعرف": "id",
    "first name": "first_name",
    "الاسم الاول": "first_name",
    "last name": "last_name",
    "surname": "last_name",
    "الاسم الاخير": "last_name",
    "email address": "email",
    "عنوان البريد الالكتروني": "email",
}
"""The columns of Moodle that are used, without vowel marks and forms of letters (`_plain`)."""
_BAD_ID = re.compile(
    r"[/\\+*?\[\]{}:<>\"\s\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|^\."
)
"""What an id must not contain: it is the name of a folder, and nbgrader uses it as a pattern, and
writes it into pages and scripts of Formgrader as it is. Direction marks are invisible, and lone
surrogates cannot be written into a gradebook."""
MOST_ID_BYTES = 200
"""In UTF-8: a file's name has at most 255, and an id is a part of it."""
_NO_TEXT = re.compile(r"[<>\r\n]")
"""What a name or an address must not contain: Formgrader and other programs show them in HTML, and
each is one line."""

_ALIKE = str.maketrans("oil٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹أإآىة", "011" + 2 * "0123456789" + "اااي" + "ه")


@dataclass(frozen=True)
class Trainee:
    """One row of the class list."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """The first and the last name; "" when the list has none."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class ClassList:
    """A file, and how it was understood."""

    trainees: list[Trainee]
    columns: Mapping[str, str]
    """Our names of the columns in Moodle's file; empty for a file with our names."""
    unused: Sequence[str]
    """The columns of Moodle's file that are not used."""


def read_class_list(file: Path) -> list[Trainee]:
    """All trainees of the file. Raises: CourseError that lists every wrong row."""
    return parse_class_list(file).trainees


def parse_class_list(file: Path) -> ClassList:
    """The file, with its columns. Raises: CourseError that lists every wrong row."""
    names, header, rows = _table(file)
    trainees: dict[str, Trainee] = {}
    problems: list[str] = []
    for line, cells in rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        problem = _problem(row, len(cells), len(header), trainees)
        if problem:
            problems.append(_("line {line}: {problem}").format(line=line, problem=problem))
            continue
        trainee = Trainee(**{name: row.get(name, "") for name in COLUMNS})
        trainees[_normalized(trainee.id)] = trainee
    if problems:
        raise CourseError(
            f"{file}: " + _("; ").join(problems),
            _("nothing was changed: correct these rows and try again"),
        )
    columns = dict(zip(names, header, strict=True)) if names != header else {}
    used = {name: ours for name, ours in columns.items() if ours}
    return ClassList(list(trainees.values()), used, [name for name in columns if name not in used])


def id_problem(name: str) -> str:
    """Why a text cannot be a trainee's id, in a class list or as the name of a folder; "" when it
    can."""
    if not name:
        return _("no id")
    if match := _BAD_ID.search(name):
        return _("the id {id!r} contains {character!r}").format(id=name, character=match[0])
    if len(name.encode("utf-8", "replace")) > MOST_ID_BYTES:
        text = _("the id {id!r} is too long: at most {n} bytes; an Arabic letter has two")
        return text.format(id=name[:20] + "…", n=MOST_ID_BYTES)
    return ""


def nearest(name: str, ids: Iterable[str]) -> str:
    """The id that is most similar to a text; "" when none is, or two are. Characters that look
    alike count as one: O and 0, and the forms of an Arabic letter."""
    known: dict[str, list[str]] = {}
    for one in ids:
        known.setdefault(_normalized(one).translate(_ALIKE), []).append(one)
    typed = _normalized(name).translate(_ALIKE)
    found = difflib.get_close_matches(typed, known, n=2)
    near = [difflib.SequenceMatcher(None, one, typed).ratio() for one in found]
    is_clear = found and near[:1] != near[1:] and len(known[found[0]]) == 1
    return known[found[0]][0] if is_clear else ""


def unknown_id_cure(student: str, known: Iterable[str], course: str) -> str:
    """What to do about an id that is not in the gradebook of a course, whose ids are `known`."""
    if meant := nearest(student, known):
        return _("is {id} meant?").format(id=meant)
    return _("run: {command}").format(command=course_command("roster", course))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(text.casefold().split())


def _normalized(trainee: str) -> str:
    """A key to compare ids: it is the same for ids that only differ in case or Unicode form."""
    return unicodedata.normalize("NFC", trainee).casefold()


def _table(file: Path) -> tuple[list[str], list[str], Sequence[tuple[int, list[str]]]]:
    """The columns as they are in the file, our names of them ("": not used), and the rows."""
    sheet = read_sheet(file)
    names = [name.strip() for name in sheet.rows[0][1]] if sheet.rows else []
    header = [name.lower() for name in names]
    if "id" in header:
        names = header
    else:
        header = [_MOODLE.get(_plain(name), "") for name in names]
    used = [name for name in header if name]
    if "id" not in used or not set(used) <= set(COLUMNS) or len(set(used)) != len(used):
        cure = _("it must name the columns {names} (only id is needed), or Moodle's ID number")
        raise CourseError(
            _("{file}: the first line is {header!r}").format(file=file, header=sheet.first),
            cure.format(names=", ".join(COLUMNS)),
        )
    return names, header, sheet.rows[1:]


def _problem(row: dict[str, str], found: int, expected: int, known: dict[str, Trainee]) -> str:
    """What is wrong with a row; "" when nothing is."""
    name = row.get("id", "")
    email = row.get("email", "")
    if found > expected:
        return _("{found} cells, expected {expected}").format(found=found, expected=expected)
    if problem := id_problem(name):
        return problem
    if _normalized(name) in known:
        return _("the id {id!r} is there twice").format(id=name)
    for column in COLUMNS[1:]:
        if match := _NO_TEXT.search(value := row.get(column, "")):
            text = _("{column} {value!r} contains {character!r}")
            return text.format(column=column, value=value, character=match[0])
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        return _("{email!r} is not an e-mail address").format(email=email)
    return ""
