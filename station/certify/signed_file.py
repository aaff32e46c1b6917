"""A signed JSON file: `{"content": …, "signature": "…"}`, for certificates and lists of keys.

The signature (Ed25519, RFC 8032) is over the canonical form of the content: JSON with sorted keys,
without spaces, in UTF-8. This is RFC 8785 for the values that we write: whole numbers are
integers, others have few decimals, keys are ASCII. The file itself has one form, too (indented),
and a reader refuses any other: so not one byte of the file can be changed.

The content names the key and its holder (`signed_by`), so they are signed, too.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.strict_json import Pairs, parse_json
from hardware.i18n import _, reason
from station.errors import StationError

LONGEST = 1 << 20
"""Bytes of a signed file; a certificate of a Pico with its jig has about 30 KB."""
Content = dict[str, Any]


class NotGenuine(StationError):
    """A signed file is not what it says: changed, or signed by a key that is not believed."""


def canonical(content: Content) -> bytes:
    """The bytes that are signed."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def file_text(content: Content, signature: bytes) -> str:
    """The only form of the file."""
    whole = {"content": content, "signature": signature.hex()}
    return json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read_file(file: Path, form: str) -> tuple[Content, bytes]:
    """The content and the signature of a file, which is not verified yet.

    Raises: NotGenuine when it has another form; StationError when it cannot be read.
    """
    try:
        with file.open("rb") as source:
            data = source.read(LONGEST + 1)
    except OSError as error:
        cure = _("Give the path of a file that exists.")
        raise StationError(f"{file}: {reason(error)}", cure) from error
    return parse(data, form, str(file))


def parse(data: bytes, form: str, name: str) -> tuple[Content, bytes]:
    """As `read_file`, of bytes. Raises: NotGenuine."""
    try:
        if len(data) > LONGEST:
            raise ValueError("it is too long")
        whole = parse_json(data.decode(), _without_repetition)
        content, signature = whole["content"], bytes.fromhex(whole["signature"])
        if content["format"] != form:
            raise ValueError(f"its format is not {form!r}")
        if not isinstance(content["signed_by"]["key"], str):
            raise ValueError("it names no key")
    except (ValueError, KeyError, TypeError) as error:
        cause = _("{file}: this is no file of the form {form!r}")
        raise NotGenuine(cause.format(file=name, form=form), _sent_again()) from error
    if file_text(content, signature).encode() != data:
        raise NotGenuine(_("{file}: this file was changed").format(file=name), _sent_again())
    return content, signature


def now_text() -> str:
    """This moment as signed files write it: `2026-11-28T07:30:00Z`."""
    return moment_text(datetime.now(UTC))


def moment_text(moment: datetime) -> str:
    """A moment as signed files write it, which sorts by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sent_again() -> str:
    return _("Get the file again from who made it.")


def _without_repetition(pairs: Pairs) -> dict[str, Any]:
    """A JSON object. Raises: ValueError when a key is there twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is there twice")
    return made
