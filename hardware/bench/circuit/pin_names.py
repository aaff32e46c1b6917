"""Names of pins that mean the same: `VDD` is `VCC`, and `GPIO9` of a board is its pin `9`."""

import re
from collections.abc import Iterable

from hardware.boards import BoardType

GROUND = frozenset(("GND", "VSS", "G", "-", "0V"))
LOW_SUPPLY = frozenset(("3V3", "3.3V", "3V", "VCC", "VDD"))
HIGH_SUPPLY = frozenset(("5V", "VIN", "VBUS", "USB", "V5"))
SUPPLY = LOW_SUPPLY | HIGH_SUPPLY | {"V+", "+"}
DATA = frozenset(("SDA", "DATA", "DAT", "OUT", "SIG", "S"))
CLOCK = frozenset(("SCL", "SCK", "CLK"))
CATHODE = frozenset(("C", "K"))
SAME = (GROUND, LOW_SUPPLY, HIGH_SUPPLY, SUPPLY, DATA, CLOCK, CATHODE)
"""Names of pins that mean the same, the narrow sets first."""
GPIO = re.compile(r"(?:GPIO|GP|IO|D|P|G)?(\d+)", re.IGNORECASE)


def meant(
    word: str,
    pins: Iterable[str],
    *,
    supply: tuple[str, str, float] | None = None,
    board: BoardType | None = None,
) -> str | None:
    """The pin that another name means beyond doubt.

    Args:
        word: the name that no pin has.
        pins: the pins of the part.
        supply: of a part: `Part.supply`.
        board: what has these pins, if it is a board.
    """
    stems: dict[str, str] = {}
    for name in pins:
        stems.setdefault(name.split(".")[0].upper(), name)
    words = {word.upper(), word.upper().split(".")[0]}
    for one in words & stems.keys():
        return stems[one]
    if supply:
        for group, fed in zip((SUPPLY, GROUND), supply, strict=False):
            if words & group:
                return str(fed)
    for group in SAME:
        found = [name for known, name in stems.items() if known in group]
        if words & group and len(found) == 1:
            return found[0]
    number = GPIO.fullmatch(word)
    if not (board and number):
        return None
    gpio = int(number[1])
    return next((each.name for each in board.pins.values() if each.gpio == gpio), None)
