"""Every command of a scenario: one file here holds one, or a few that belong together; found by
the `KEY` of its class, nothing registers it.
"""

import importlib
import inspect
import pkgutil
from functools import cache

from hardware.bench.scenario.command import Command


@cache
def all_commands() -> dict[str, type[Command]]:
    """Key to the class that reads and runs it."""
    found: dict[str, type[Command]] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for member in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if inspect.isclass(member) and issubclass(member, Command) and member.KEY:
                found[member.KEY] = member
    return found
