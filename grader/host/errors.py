"""What a check meets in place of an answer of host code."""

from typing import Literal

Kind = Literal["missing", "raised", "time", "memory", "forbidden", "answer"]
"""No such function; it raised or ended its process; it used up its time; its memory; it tried what
the sandbox refuses; its result is no plain data, or not of the shape that was asked for."""

LONGEST_DETAIL = 200


class HostError(Exception):
    """Host code gave no answer. A check lets it pass: the item is missed as `host_failed`."""

    def __init__(self, name: str, kind: Kind, detail: str = "") -> None:
        super().__init__(": ".join(filter(None, (f"{name}()", kind, detail)))[:LONGEST_DETAIL])
        self.kind = kind
