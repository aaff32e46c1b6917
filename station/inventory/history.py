"""What happened to a board, as sentences in the reader's language.

An event has a kind and texts. The sentence is made when somebody reads it, so that it is in the
language of the reader and not of the person who caused it.
"""

import json
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hardware.i18n import _, arabic, both, language
from station.inventory.tables import BoardRow, EventRow

Kind = Literal[
    "added",
    "changed",
    "lent",
    "lending undone",
    "returned",
    "return undone",
    "fault found",
    "fault mended",
    "retired",
    "flash begun",
    "flashed",
    "image found",
    "certified",
    "wiped",
    "into kit",
    "out of kit",
    "counted",
]

_TEXTS: dict[str, str] = {
    "added": both("added to the inventory"),
    "changed": both("changed: {what}"),
    "lent": both("lent to {trainee} ({course}), due: {due}"),
    "lending undone": both("the lending to {trainee} was undone"),
    "returned": both("returned by {trainee}"),
    "return undone": both("the return by {trainee} was undone"),
    "fault found": both("fault: {what}"),
    "fault mended": both("mended: {what}"),
    "retired": both("retired: {why}"),
    "flash begun": both("flashing with {image} begun"),
    "flashed": both("flashed with {image}, result: {result}"),
    "image found": both("{image} was on the board already, and was read back"),
    "certified": both("certified, result: {result}"),
    "wiped": both("wiped, bytes erased and read back: {bytes}"),
    "into kit": both("put into kit {kit}"),
    "out of kit": both("taken out of kit {kit}"),
    "counted": both("{part}: {before} before, {after} now"),
}


def packed(detail: Mapping[str, str]) -> str:
    """The texts of an event as it is stored."""
    return json.dumps(detail, ensure_ascii=False)


def events(session: Session, board: BoardRow) -> list[EventRow]:
    """All that happened to a board, the oldest first."""
    found = select(EventRow).where(EventRow.mac == board.mac).order_by(EventRow.id)
    return list(session.scalars(found))


def _result_word(result: str) -> str:
    """The result of a flash or of a test, as the commands print it."""
    words = {
        "pass": _("PASS"),
        "fail": _("FAIL"),
        "error": _("NOT TESTED"),
        "good": _("GOOD"),
        "half-written": _("HALF-WRITTEN"),
        "failed": _("NOT FLASHED"),
    }
    return words.get(result, result)


def sentence(event: EventRow) -> str:
    """What happened. A kind that this version does not know is shown as it is stored."""
    detail: dict[str, str] = json.loads(event.detail)
    text = _TEXTS.get(event.kind, "")
    text = arabic(text) if language() == "ar" else text
    if "result" in detail:
        detail["result"] = _result_word(detail["result"])
    return text.format(**detail) if text else f"{event.kind} {event.detail}"
