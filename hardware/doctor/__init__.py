"""What works on this machine: the checks of `warsha doctor`.

`machine.py` looks at what Warsha needs, `boards.py` at each board on USB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class CheckResult:
    """The result of one check; `cure` is empty when all is well."""

    name: str
    state: State
    found: str
    cure: str = ""


Check = Callable[[], CheckResult]
