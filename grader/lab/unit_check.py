"""Whether a check measures in the unit of its limit. A lab where they differ is not loaded: 5 V
would count as 5 A."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_type_hints

from grader.lab.check import Check
from grader.lab.limits import Limit
from grader.lab.units import Quantity


def unit_conflict(check: Check) -> tuple[str, str] | None:
    """The units of the measurement and of the first limit with other units, for people; None when
    they agree, or when one of them has no unit.

    A measurement has the units in the function's return type. A limit has those of its values, or
    of the return type of a function for the expected value.
    """
    measured = set(_of_result(check.measure))
    for limit in (check.expect, *(limit for limit, _points in check.ladder)):
        expected = set(_of_limit(limit))
        if measured and expected and not measured & expected:
            return _shown(measured), _shown(expected)
    return None


def _of_limit(limit: Limit[Any]) -> Iterator[str]:
    for value in vars(limit).values():
        yield from _of_result(value) if callable(value) else _of_value(value)


def _of_value(value: object) -> Iterator[str]:
    if isinstance(value, Quantity):
        yield value.unit
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for one in value:
            yield from _of_value(one)


def _of_result(function: Callable[..., Any]) -> Iterator[str]:
    """The units in a function's return type. A function that says no type has none."""
    try:
        hints: Mapping[str, Any] = get_type_hints(function)
    except (NameError, TypeError):  # a name for type checkers only, or an object without types
        return
    yield from _of_type(hints.get("return"))


def _of_type(hint: object) -> Iterator[str]:
    if isinstance(hint, type) and issubclass(hint, Quantity):
        yield hint.unit
    for inner in get_args(hint):
        yield from _of_type(inner)


def _shown(units: set[str]) -> str:
    return ", ".join(sorted(unit or "1" for unit in units))
