"""The arguments and results of host functions as bytes.

Arguments are Python literals: the child trusts us. Results are JSON from an untrusted child, which
`parse` turns into None, bool, int, float, str, bytes, list and dict with text keys, or refuses.
"""

import json
from collections.abc import Mapping
from math import isfinite
from types import GenericAlias, NoneType, UnionType
from typing import Any, get_args, get_origin

from grader.strict_json import Pairs, parse_json

BYTES = "$"
"""`{"$": hexadecimal}` is bytes; a key that begins with "$" gets one more."""

Shape = type[Any] | GenericAlias | UnionType | None


def to_plain(value: Any) -> Any:
    """An argument in Python's own types, whose `repr` is a literal; numpy values become lists and
    numbers. Raises: TypeError for any other type."""
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        value = value.tolist()
    if value is None or type(value) in (bool, str, bytes):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and isfinite(value):
        return float(value)
    if isinstance(value, Mapping):
        return {to_plain(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    raise TypeError(f"a host function cannot be called with {value!r}")


def parse(data: bytes) -> Any:
    """The value of an answer. Raises: ValueError that says in a few words what is wrong."""
    try:
        return parse_json(data.decode("utf-8"), _mapping)
    except json.JSONDecodeError as error:
        raise ValueError("it is no JSON") from error


def fits(value: Any, shape: Shape) -> bool:
    """Whether a parsed value has a shape: `int`, `list[str]`, `dict[str, list[float]]`,
    `int | None`. An int also fits `float`; a bool fits neither."""
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


def _mapping(pairs: Pairs) -> Any:
    """The value of a JSON object: a dictionary, or bytes."""
    if len(pairs) == 1 and pairs[0][0] == BYTES:
        if not isinstance(pairs[0][1], str):
            raise ValueError("its bytes are no hexadecimal text")
        return bytes.fromhex(pairs[0][1])
    found = {key.removeprefix(BYTES): value for key, value in pairs}
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
