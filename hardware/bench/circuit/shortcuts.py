"""Shortcuts: ways to do less work for the same result. A test switches them off, one by one and
all, and compares traces and states."""

from typing import NamedTuple


class Shortcuts(NamedTuple):
    """What the bench may leave out."""

    silent_outputs: bool = True
    """The board need not ask after a write that no program can notice (`reach.py`)."""
    ask_at_read: bool = True
    """The board need not ask after a write until it reads a pin, where only levels can follow."""
    lazy_registers: bool = True
    """Chains of shift registers and of display drivers are worked out when somebody looks
    (`lazy_registers.py`)."""
    same_readings: bool = True
    """The board need not ask again what its ADC reads where nothing has changed."""
    waves: bool = True
    """The circuit is not worked out at each step of an announced answer (`waves.py`)."""
    read_slots: bool = True
    """The board need not ask what a chip on a 1-Wire bus sends (`read_slots.py`)."""


ALL = Shortcuts()
NONE = Shortcuts(*[False] * len(ALL))
WITHOUT_ONE = [ALL._replace(**{name: False}) for name in Shortcuts._fields]
