"""The devices of the chip that work by calls (buses, radio, sockets, sound): one file for each.
The `CALLS` of its class say which calls it answers; it need not be registered."""

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
