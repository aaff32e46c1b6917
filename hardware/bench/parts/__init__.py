"""Every part type: one file here is one part, found by the `TYPES` of its class; nothing
registers it.
"""

import importlib
import inspect
import pkgutil
from functools import cache

from hardware.bench.parts.common.part import Part


@cache
def _registry() -> dict[str, type[Part]]:
    """Part type in a diagram to the class that simulates it."""
    found: dict[str, type[Part]] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        members = vars(importlib.import_module(f"{__name__}.{module}")).values()
        for member in members:
            if inspect.isclass(member) and issubclass(member, Part) and "TYPES" in vars(member):
                found |= dict.fromkeys(member.TYPES, member) if member is not Part else {}
    return found


def find(part_type: str) -> type[Part] | None:
    """The class for a part type of a diagram, None when there is none."""
    return _registry().get(part_type)


def types() -> tuple[str, ...]:
    """Every part type that is simulated."""
    return tuple(sorted(_registry()))
