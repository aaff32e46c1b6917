"""Which build of a virtual board runs here: a mark says by which one it was made."""

import hashlib
from functools import cache

from hardware import paths
from hardware.errors import BenchError
from hardware.i18n import _


@cache
def port_build(family: str) -> str:
    """SHA-256 of the port's program of a board family (`esp32` or `rp2`). Raises: BenchError."""
    program = paths.port_program(family)
    try:
        return hashlib.sha256(program.read_bytes()).hexdigest()
    except OSError as error:
        cause = _("The virtual board {family} is not built: {program} is missing.")
        cure = _("Run `make setup` in the Warsha folder.")
        raise BenchError(cause.format(family=family, program=program), cure) from error
