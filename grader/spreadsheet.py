"""CSV files, to and from spreadsheets.

Files that are written are UTF-8 with a byte order mark and CRLF, so that a spreadsheet shows
Arabic. An apostrophe is put before text that a spreadsheet would take for a formula (OWASP, "CSV
Injection"), also after a semicolon, because many spreadsheets split cells there.

Files that are read have commas or semicolons, with or without a byte order mark.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import CourseError
from grader.html_text import visible
from hardware.i18n import _, reason

_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@＝＋－＠])")
_GUARD = re.compile(r"(^|;)'(?=\s*[=+\-@＝＋－＠])")


class Sheet(NamedTuple):
    """A CSV file as it was read."""

    first: str
    """The first line as it is in the file."""
    rows: list[tuple[int, list[str]]]
    """The rows that are not empty, each with the number of its first line; the first row names the
    columns."""


def read_sheet(file: Path) -> Sheet:
    """Read a CSV file. Raises: CourseError when that is not possible."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"{file}: {reason(error)}", _("give the path of a CSV file")) from error
    except UnicodeDecodeError as error:
        raise CourseError(
            _("{file}: byte {at} is not UTF-8").format(file=file, at=error.start),
            _('save it from the spreadsheet as "CSV UTF-8"'),
        ) from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        place = _("{file}, line {line}").format(file=file, line=line)
        cause = _('a quote " is opened and not closed, or text follows a closed one')
        cure = _('write a quote inside of a quoted cell twice: "5"" display"')
        raise CourseError(f"{place}: {cause}", cure) from error
    return Sheet(first, rows)


def guarded(text: str) -> str:
    """Foreign text that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", visible(text))


def unguarded(text: str) -> str:
    """The text that `guarded` made safe."""
    return _GUARD.sub(r"\1", text)


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The content of a CSV file. Foreign texts must be `guarded`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()
