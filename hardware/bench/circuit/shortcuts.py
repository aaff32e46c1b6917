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
    """The board need not ask what a chip on a 1-Wire bus sends (`private_lines.py`)."""
    private_lines: bool = True
    """The circuit is not worked out at each edge of a 1-Wire line (`private_lines.py`)."""
    read_tables: bool = True
    """The board need not ask for the levels that follow from its own writes, where a table tells
    them (`read_tables.py`)."""
    pulse_answers: bool = True
    """The board need not ask how a sensor answers its pulse (`pulse_answers.py`)."""
    posted_calls: bool = True
    """The board need not wait for the answer to a call that it knows (POSTED in frames.toml)."""


ALL = Shortcuts()
NONE = Shortcuts(*[False] * len(ALL))
WITHOUT_ONE = [ALL._replace(**{name: False}) for name in Shortcuts._fields]
