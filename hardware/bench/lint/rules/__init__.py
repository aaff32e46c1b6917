"""Every rule of the wiring lint. A file here has the rules on one subject; the rules are found by
their type, and nothing registers them.
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
    return tuple(dict.fromkeys(found))  # a second file may import a rule to use it


def file_rules() -> tuple[FileRule, ...]:
    """The rules on the circuit file."""
    return tuple(found for found in _all() if isinstance(found, FileRule))


def circuit_rules() -> tuple[Rule[Any], ...]:
    """The rules on the wiring, with power on."""
    return tuple(found for found in _all() if not isinstance(found, FileRule))
