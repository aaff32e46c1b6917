"""What a hand scanner reads. A scanner is a keyboard: it types a code and presses Enter.

The QR code on a board's label is its MAC without colons, in capital letters (`label_code`): the
MAC never changes, and letters and digits alone need the smallest QR code (its alphanumeric mode)
and any keyboard layout that has Latin letters. A person may also type the asset tag or the MAC
with colons. Kits are scanned by their name, and trainees by the id of the class list.
"""

import re
import unicodedata
from datetime import date

from hardware.i18n import ISOLATES, _
from station.errors import Refused
from station.inventory.tables import CODE

UNDO = "UNDO"
"""Takes back the last scan; typed, or printed as a QR code beside the scanner."""

_MAC = re.compile(r"[0-9A-F]{12}|[0-9A-F]{16}")


def normalized(code: str) -> str:
    """A code as codes are compared: capital letters, one Unicode form, no space around."""
    return unicodedata.normalize("NFC", code).strip().upper()


def mac_of(text: str) -> str | None:
    """The MAC in a text, as `24:0a:c4:00:01:10`; None when it is none. Separators may be `:`, `-`
    or nothing. Eight bytes are the `unique_id()` of a Pico."""
    digits = re.sub("[:-]", "", normalized(text))
    if not _MAC.fullmatch(digits):
        return None
    return ":".join(re.findall("..", digits.lower()))


def label_code(mac: str) -> str:
    """The text of the QR code on a board's label."""
    return mac.replace(":", "").upper()


def checked_mac(text: str) -> str:
    """The MAC in a text. Raises: Refused when it is none, or that of an empty memory (all bits
    0, or all 1)."""
    mac = mac_of(text)
    if mac and set(mac) not in ({"0", ":"}, {"f", ":"}):
        return mac
    cause = _("{text!r} is not a MAC").format(text=text)
    raise Refused(cause, _("write six bytes: 24:0a:c4:00:01:10 (of a Pico: the 8 of unique_id())"))


def checked_code(text: str) -> str:
    """An asset tag or a kit's name, in capital letters. Raises: Refused when it cannot be one."""
    code = normalized(text)
    if not code or len(code) > CODE or any(c.isspace() or not c.isprintable() for c in code):
        cause = _("{text!r} cannot be on a label").format(text=text)
        raise Refused(cause, _("use 1 to {most} characters without spaces").format(most=CODE))
    if mac_of(code) or code == UNDO:
        raise Refused(_("{text!r} means something else to a scanner").format(text=text))
    return code


def checked_day(text: str) -> date:
    """A date that somebody typed. Raises: Refused when it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        cause = _("{text!r} is not a date").format(text=text)
        raise Refused(cause, _("write it as 2026-12-20")) from error


def plain(text: str, most: int) -> str:
    """A text of a person, or a message of ours, on one line. Raises: Refused when a database
    cannot keep it, or when it is longer than `most` characters."""
    text = "".join(c for c in text if c not in ISOLATES).strip()
    if len(text) > most:
        cause = _("a text is too long: {text}…").format(text=text[:20])
        raise Refused(cause, _("write at most {most} characters").format(most=most))
    if odd := next((c for c in text if not c.isprintable()), ""):
        raise Refused(
            _("{text!r} contains {character!r}").format(text=text, character=odd),
            _("write it on one line, without control characters"),
        )
    return text
