"""The far side of every device of the chip that makes calls: one file here is one of them, found
by the `CALLS` of its class; nothing registers it.
"""

import importlib
import inspect
import pkgutil
from functools import cache

from hardware.bench.peripherals.peripheral import Peripheral


@cache
def _registry() -> dict[int, type[Peripheral]]:
    """A `CALL_…` to the class that answers it."""
    found: dict[int, type[Peripheral]] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        for member in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if inspect.isclass(member) and issubclass(member, Peripheral) and member.CALLS:
                found |= dict.fromkeys(member.CALLS, member)
    return found


def find(op: int) -> type[Peripheral] | None:
    """The class for a call, None when there is none."""
    return _registry().get(op)
