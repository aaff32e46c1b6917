"""Hostile bytes to plain data: None, bool, int, float, str, bytes, list, dict with text keys.

What is refused is refused whole, because a check must not meet it: numbers that are none or that
no column holds, texts that cannot be written, keys that are there twice, depths that end a
recursion.
"""

import json
from collections.abc import Sequence
from types import GenericAlias, NoneType, UnionType
from typing import Any, get_args, get_origin

DEEPEST = 32
MOST_VALUES = 200_000
INTEGER = 1 << 63
"""Integers lie from -INTEGER to INTEGER - 1, as SQLite's and numpy's do."""
BYTES = "$"
"""`{"$": hexadecimal}` is bytes; a key that begins with it has one more."""

Shape = type[Any] | GenericAlias | UnionType | None


def parse(data: bytes) -> Any:
    """The value of an answer. Raises: ValueError that says in a few words what is wrong."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_int=integer,
            parse_float=real,
            parse_constant=no_number,
            object_pairs_hook=_mapping,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError("it is no JSON") from error
    check(value)
    return value


def fits(value: Any, shape: Shape) -> bool:
    """Whether a parsed value has a shape: `int`, `list[str]`, `dict[str, list[float]]`,
    `int | None`. An int is a float, too; a bool is neither."""
    if isinstance(shape, UnionType):
        return any(fits(value, one) for one in get_args(shape))
    kind, inner = get_origin(shape) or shape, get_args(shape)
    if kind is Any:
        return True
    if kind in (None, NoneType):
        return value is None
    if kind is float:
        return type(value) in (int, float)
    if type(value) is not kind:
        return False
    if kind is list and inner:
        return all(fits(item, inner[0]) for item in value)
    if kind is dict and inner:
        return all(fits(item, inner[1]) for item in value.values())
    return True


def integer(digits: str) -> int:
    """Raises: ValueError for one of more than 64 bits."""
    if len(digits) > 20 or not -INTEGER <= (value := int(digits)) < INTEGER:
        raise ValueError("an integer is longer than 64 bits")
    return value


def real(text: str) -> float:
    """Raises: ValueError for one that is infinite as a float."""
    value = float(text)
    if value - value != 0:
        raise ValueError("a number is too large")
    return value


def no_number(text: str) -> float:
    """NaN and Infinity. Raises: ValueError."""
    raise ValueError(f"it holds {text}")


def _mapping(pairs: Sequence[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and pairs[0][0] == BYTES:
        if not isinstance(pairs[0][1], str):
            raise ValueError("its bytes are none")
        return bytes.fromhex(pairs[0][1])
    found = {key.removeprefix(BYTES): value for key, value in pairs}
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def check(value: Any) -> None:
    """Bounds the number of values and their depth, and lets no half character through. Raises:
    ValueError."""
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
