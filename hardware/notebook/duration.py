"""Lengths of time as people write them in a magic: `80ms`, `1.5s`, `2`."""

import re

from hardware.errors import HardwareError
from hardware.i18n import _

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0}


def seconds(text: str) -> float:
    """Seconds of `80ms`, `1.5s`, `250us`, or of a bare number.

    Raises:
        HardwareError: it is no length of time.
    """
    match = _LENGTH.fullmatch(text.strip())
    if not match:
        raise HardwareError(
            _("{text!r} is no length of time.").format(text=text), _("Write it as 80ms or 1.5s.")
        )
    return float(match[1]) * _SECONDS[match[2]]
