"""JSON from programs that nobody trusts: what a board sent, and what host code returned.

`parse_json` refuses a text as a whole when a check could not handle a value in it: NaN and
Infinity, integers longer than 64 bits, texts that cannot be written as UTF-8, too many values, and
nesting that is too deep for a recursion.
"""

import json
from collections.abc import Callable
from typing import Any

DEEPEST = 32
MOST_VALUES = 200_000
INTEGER = 1 << 63
"""Integers lie from -INTEGER to INTEGER - 1, as in SQLite and numpy."""

Pairs = list[tuple[str, Any]]


def parse_json(text: str | bytes, mapping: Callable[[Pairs], Any] = dict) -> Any:
    """The value of a JSON text. `mapping` makes the value of a JSON object from its keys and
    values. Raises: ValueError."""
    try:
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_no_number,
            object_pairs_hook=mapping,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    _check_bounds(value)
    return value


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -INTEGER <= (value := int(digits)) < INTEGER:
        raise ValueError("an integer is longer than 64 bits")
    return value


def _real(text: str) -> float:
    value = float(text)
    if value - value != 0:
        raise ValueError("a number is too large")
    return value


def _no_number(text: str) -> float:
    """NaN and Infinity, which Python's reader accepts."""
    raise ValueError(f"it holds {text}")


def _check_bounds(value: Any) -> None:
    """Check the number of values, their depth, and that each text can be written as UTF-8."""
    todo, seen = [(value, 0)], 0
    while todo:
        value, depth = todo.pop()
        seen += 1
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        if seen > MOST_VALUES:
            raise ValueError("it has too many values")
        if isinstance(value, str):
            value.encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
        elif isinstance(value, list):
            todo += [(item, depth + 1) for item in value]
        elif isinstance(value, dict):
            todo += [(item, depth + 1) for pair in value.items() for item in pair]
