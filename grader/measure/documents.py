"""JSON in what a board said, sent or stored."""

import json
from typing import Any, NoReturn


def document(text: str | bytes) -> Any:
    """A text read as JSON, strictly: NaN and Infinity are none. Raises: ValueError."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
