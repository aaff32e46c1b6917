"""Shortcuts: ways to do less work for the same result. A test switches them off, one by one and
all, and compares traces and states."""

from enum import Flag, auto


class Shortcut(Flag):
    """What the bench may leave out."""

    SILENT_OUTPUTS = auto()
    """The board need not ask after a write that no program can notice (`reach.py`)."""
    ASK_AT_READ = auto()
    """The board need not ask after a write until it reads a pin, where only levels can follow."""
    LAZY_REGISTERS = auto()
    """Chains of shift registers and of display drivers are worked out when somebody looks
    (`lazy_registers.py`)."""
    SAME_READINGS = auto()
    """The board need not ask again what its ADC reads where nothing has changed."""
    WAVES = auto()
    """The circuit is not worked out at each step of an announced answer (`waves.py`)."""
    READ_SLOTS = auto()
    """The board need not ask what a chip on a 1-Wire bus sends (`read_slots.py`)."""


ALL = ~Shortcut(0)
