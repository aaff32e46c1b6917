"""Every part type. One file here is one part; it is found by the `TYPES` of its class, and nothing
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
    """The class for a part type of a diagram; None when the type is not simulated."""
    return _registry().get(part_type)


def types() -> tuple[str, ...]:
    """Every part type that is simulated."""
    return tuple(sorted(_registry()))
