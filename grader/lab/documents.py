"""JSON in what a board said, sent or stored."""

import json
from typing import Any

from grader.host.answer import check, integer, no_number, real


def document(text: str | bytes) -> Any:
    """A text read as JSON, strictly: NaN and Infinity are none, nor is what no check should meet:
    numbers that no column holds, half characters, depths that end a recursion. Raises: ValueError.
    """
    try:
        value = json.loads(text, parse_int=integer, parse_float=real, parse_constant=no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    check(value)
    return value
