"""What a board says of itself: its chip, firmware, clock, memory and flash."""

import ast
from typing import NamedTuple

ASK = """
def _info():
    import gc, os, sys
    def of(ask):
        try:
            return ask()
        except (AttributeError, ImportError, OSError, ValueError):
            return None
    def hertz():
        import machine
        return machine.freq()
    def chip():
        import machine, binascii
        return binascii.hexlify(machine.unique_id()).decode()
    gc.collect()
    flash = of(lambda: os.statvfs('/'))
    version = of(lambda: os.uname()[3]) or sys.version
    machine = getattr(sys.implementation, '_machine', sys.platform)
    print((machine, 'MicroPython ' + version, of(hertz), of(chip),
        gc.mem_free(), gc.mem_free() + gc.mem_alloc(),
        flash and flash[0] * flash[3], flash and flash[1] * flash[2]))
_info()
del _info
"""
"""Code for the board; `parse_info` reads what it prints."""


class BoardInfo(NamedTuple):
    """None: the board cannot say it. Sizes are in bytes."""

    machine: str
    """For example `Raspberry Pi Pico with RP2040`."""
    version: str
    hertz: int | None
    unique_id: str | None
    """Hexadecimal."""
    free: int
    heap: int
    flash_free: int | None
    flash: int | None

    @property
    def mcu(self) -> str:
        """The chip, as MicroPython names it."""
        return self.machine.rpartition(" with ")[2]


def parse_info(printed: str) -> BoardInfo:
    """What `ASK` has printed. Raises: ValueError when that is something else."""
    try:
        match ast.literal_eval(printed):
            case (str(), str(), int() | None, str() | None, int(), int(), *_) as said if len(
                said
            ) == len(BoardInfo._fields):
                return BoardInfo(*said)
    except (SyntaxError, TypeError) as error:
        raise ValueError("no board says this") from error
    raise ValueError("no board says this")
