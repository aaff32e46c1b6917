"""The class list: a CSV file with `id` and, where known, `first_name`, `last_name`, `email`.

Spreadsheets write it with a comma or a semicolon, with or without a byte order mark; both are
read.
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CourseError
from hardware.i18n import _, reason

COLUMNS = ("id", "first_name", "last_name", "email")
_BAD_ID = re.compile(
    r"[/\\+*?\[\]{}:\s\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|^\."
)
"""An id names a folder, and nbgrader reads it as a pattern; invisible direction marks would make
two of one; what is no text has no place in a gradebook."""

_ALIKE = str.maketrans("oil٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹أإآىة", "011" + 2 * "0123456789" + "اااي" + "ه")


@dataclass(frozen=True)
class Trainee:
    """One row of the class list."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def read_class_list(file: Path) -> list[Trainee]:
    """All trainees of the file. Raises CourseError that lists every bad row, so that one pass
    repairs the file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"{file}: {reason(error)}", _("give the path of a CSV file")) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            _("{file}: byte {at} is not UTF-8").format(file=file, at=error.start),
            _('save it from the spreadsheet as "CSV UTF-8"'),
        ) from error
    header, rows = _table(file, text)
    trainees: dict[str, Trainee] = {}
    problems: list[str] = []
    for line, cells in rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        problem = _problem(row, len(cells), len(header), trainees)
        if problem:
            problems.append(_("line {line}: {problem}").format(line=line, problem=problem))
            continue
        trainee = Trainee(**{name: row.get(name, "") for name in COLUMNS})
        trainees[_folded(trainee.id)] = trainee
    if problems:
        raise CourseError(
            f"{file}: " + "; ".join(problems),
            _("nothing was changed: mend these rows and try again"),
        )
    return list(trainees.values())


def id_problem(name: str) -> str:
    """What keeps a text from being a trainee's id, in a class list and as a folder's name; or an
    empty text."""
    if not name:
        return _("no id")
    if match := _BAD_ID.search(name):
        return _("the id {id!r} has {character!r} in it").format(id=name, character=match[0])
    return ""


def nearest(name: str, ids: Iterable[str]) -> str:
    """The id that a text is most like, O and 0 being one as they look, and so are forms of an
    Arabic letter; "" when none is near, or two are."""
    known: dict[str, list[str]] = {}
    for one in ids:
        known.setdefault(_folded(one).translate(_ALIKE), []).append(one)
    typed = _folded(name).translate(_ALIKE)
    found = difflib.get_close_matches(typed, known, n=2)
    near = [difflib.SequenceMatcher(None, one, typed).ratio() for one in found]
    is_clear = found and near[:1] != near[1:] and len(known[found[0]]) == 1
    return known[found[0]][0] if is_clear else ""


def _folded(trainee: str) -> str:
    """Two ids that a person or a file system takes for one are one."""
    return unicodedata.normalize("NFC", trainee).casefold()


def _table(file: Path, text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    first = text.partition("\n")[0]
    reader = csv.reader(
        text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    header = [name.strip().lower() for name in next(reader, [])]
    unknown = sorted(set(header) - set(COLUMNS))
    if "id" not in header or unknown or len(set(header)) != len(header):
        raise CourseError(
            _("{file}: the first line is {header!r}").format(file=file, header=first),
            _("it must name the columns: {names} (only id is needed)").format(
                names=", ".join(COLUMNS)
            ),
        )
    return header, ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))


def _problem(row: dict[str, str], found: int, expected: int, known: dict[str, Trainee]) -> str:
    """What is wrong with a row, or an empty text."""
    name = row.get("id", "")
    email = row.get("email", "")
    if found > expected:
        return _("{found} cells, expected {expected}").format(found=found, expected=expected)
    if problem := id_problem(name):
        return problem
    if _folded(name) in known:
        return _("the id {id!r} is there twice").format(id=name)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        return _("{email!r} is no e-mail address").format(email=email)
    return ""
