"""JSON from programs that nobody trusts: what a board sent, and what host code returned.

`parse_json` refuses a text as a whole when a check could not handle a value in it: NaN and
Infinity, numbers that no column holds, texts that cannot be written as UTF-8, too many values, and
depths that end a recursion.
"""

import json
from typing import Any

DEEPEST = 32
MOST_VALUES = 200_000
INTEGER = 1 << 63
"""Integers lie from -INTEGER to INTEGER - 1, as in SQLite and numpy."""


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises: ValueError."""
    try:
        value = json.loads(text, parse_int=integer, parse_float=real, parse_constant=no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    check_bounds(value)
    return value


def integer(digits: str) -> int:
    """A JSON integer. Raises: ValueError for one of more than 64 bits."""
    if len(digits) > 20 or not -INTEGER <= (value := int(digits)) < INTEGER:
        raise ValueError("an integer is longer than 64 bits")
    return value


def real(text: str) -> float:
    """A JSON number with a fraction or exponent. Raises: ValueError when it is infinite as a
    float."""
    value = float(text)
    if value - value != 0:
        raise ValueError("a number is too large")
    return value


def no_number(text: str) -> float:
    """NaN and Infinity, which Python's reader accepts. Raises: ValueError."""
    raise ValueError(f"it holds {text}")


def check_bounds(value: Any) -> None:
    """Check the number of values, their depth, and that each text can be written as UTF-8.

    Raises: ValueError.
    """
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
