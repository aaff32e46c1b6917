"""Every rule of the wiring lint: a file here holds rules on one subject, and nothing registers
them.
"""

import importlib
import pkgutil
from functools import cache
from typing import Any

from hardware.bench.lint.rule import FileRule, Rule


@cache
def _all() -> tuple[Rule[Any], ...]:
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (
        member
        for name in modules
        for member in vars(importlib.import_module(f"{__name__}.{name}")).values()
        if isinstance(member, Rule)
    )
    return tuple(dict.fromkeys(found))  # a rule may stand in a second file that asks it


def file_rules() -> tuple[FileRule, ...]:
    """The rules on the file as it stands."""
    return tuple(found for found in _all() if isinstance(found, FileRule))


def circuit_rules() -> tuple[Rule[Any], ...]:
    """The rules on a wiring with its power on."""
    return tuple(found for found in _all() if not isinstance(found, FileRule))
