"""Every command of a scenario. A file here has one command, or a few that belong together.
Commands are found by the `KEY` of their class, and nothing registers them.
"""

import importlib
import inspect
import pkgutil
from functools import cache

from hardware.bench.scenario.command import Command


@cache
def all_commands() -> dict[str, type[Command]]:
    """Key of each command to the class that reads and runs it."""
    found: dict[str, type[Command]] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for member in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if inspect.isclass(member) and issubclass(member, Command) and member.KEY:
                found[member.KEY] = member
    return found
