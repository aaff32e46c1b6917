"""Changes single values in a JSON text. Everything else keeps its characters: unknown keys, the
order, the spaces and the line ends.

    text = put(text, ("parts", 2, "left"), 40)
    text = append(text, ("connections",), ["esp:2", "led1:A", "green", []])
    text = remove(text, ("parts", 2, "attrs", "color"))

A path names members by their keys and elements by their numbers. Where a key is given twice, the
last one counts, as for `json.loads`. The text must be valid JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Path = Sequence[str | int]

_SPACE = " \t\n\r"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Item:
    """An element of an array, or a member of an object with its key."""

    key: str | int
    start: int
    """Where it begins: for a member, its key."""
    value: int
    """Where its value begins."""
    end: int
    """Behind its last character."""


def put(text: str, path: Path, value: Any) -> str:
    """Replace the value at a path. A member that is missing is added to its object."""
    *above, key = path
    found = _child(text, _find(text, above), key)
    if found:
        return text[: found.value] + written(value) + text[found.end :]
    return _insert(text, _find(text, above), f"{written(str(key))}: {written(value)}")


def append(text: str, path: Path, value: Any) -> str:
    """Add an element to the end of an array."""
    return _insert(text, _find(text, path), written(value))


def remove(text: str, path: Path) -> str:
    """Remove a member or an element, with the comma that belongs to it. Without one, nothing
    happens."""
    *above, key = path
    start = _find(text, above)
    found = items(text, start)
    at = next((n for n in reversed(range(len(found))) if found[n].key == key), None)
    if at is None:
        return text
    if len(found) == 1:
        return text[: start + 1] + text[_skip(text, found[0].end) :]
    if at:
        return text[: found[at - 1].end] + text[found[at].end :]
    return text[: found[0].start] + text[found[1].start :]


def written(value: Any) -> str:
    """A new value as Wokwi's editor writes it, in one line: `{ "value": "220" }`."""
    if isinstance(value, dict) and value:
        inner = ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(map(written, value))} ]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def items(text: str, start: int) -> list[Item]:
    """The items of the array or object that begins here; none for another value."""
    found: list[Item] = []
    if text[start] not in "[{":
        return found
    at = _skip(text, start + 1)
    while text[at] not in "]}":
        begin, key = at, len(found)
        if text[start] == "{":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # the colon
        _value, end = _DECODER.raw_decode(text, at)
        found.append(Item(key, begin, at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _find(text: str, path: Path) -> int:
    """Where the value at a path begins. Raises: KeyError."""
    start = _skip(text, 0)
    for key in path:
        if (found := _child(text, start, key)) is None:
            raise KeyError(key)
        start = found.value
    return start


def _child(text: str, start: int, key: str | int) -> Item | None:
    return next((item for item in reversed(items(text, start)) if item.key == key), None)


def _insert(text: str, start: int, new: str) -> str:
    """Add an item behind the last one of the array or object that begins here, with the same
    space before it."""
    if found := items(text, start):
        last = found[-1]
        if len(found) > 1:
            space = text[text.index(",", found[-2].end) + 1 : last.start]
        else:
            space = text[start + 1 : last.start] or " "
        return f"{text[: last.end]},{space}{new}{text[last.end :]}"
    closing = _skip(text, start + 1)
    if text[start] == "{":
        return f"{text[: start + 1]} {new} {text[closing:]}"
    outer = _line_start(text, start) if "\n" in text[:start] else ""
    inner = f"{outer}  " if outer else ""
    return f"{text[: start + 1]}{inner}{new}{outer}{text[closing:]}"


def _line_start(text: str, at: int) -> str:
    """The line end of this text, and the spaces at the start of the line."""
    begin = text.rfind("\n", 0, at) + 1
    newline = "\r\n" if text[begin - 2 : begin] == "\r\n" else "\n"
    return newline + text[begin : _skip(text, begin)]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
