"""The levels of the pins of a board at its prompt, read without changing anything.

`Pin(n)` without a mode changes no pin in MicroPython's ports for ESP32 and RP2 (`mp_pin_make_new`
in their machine_pin.c), but its `value()` is 0, too, where the pad's input is off: after a reset
of the ESP32, and under an ADC. So the registers are read (machine.mem32), also the one that says
whether the input is on; on the ESP32, it also says whether the pad is a GPIO. A pin that a
peripheral drives (PWM) has no level that one look could tell.

Registers: ESP32 TRM 4.12.2 (GPIO), 4.12.3 (IO_MUX) and 4.10 (order of its pads); RP2040 datasheet
2.3.1.7 (SIO), 2.19.6 (IO_BANK0, PADS_BANK0).
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from hardware.boards import BoardType
from hardware.wire.board import Board

ESP32_PADS = (
    *(36, 37, 38, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 13, 15, 2, 0, 4, 16, 17),
    *(9, 10, 11, 6, 7, 8, 5, 18, 19, 20, 21, 22, 3, 1, 23, 24),
)
"""The pads of the words behind IO_MUX."""
READ = {
    "ESP32": (
        "(lambda m:print((m[0x3FF4403C]|m[0x3FF44040]<<32,m[0x3FF44020]|m[0x3FF4402C]<<32,"
        "sum((m[0x3FF49004+4*n]>>9&57==17)<<n for n in range(36)),"
        "sum((m[0x3FF44530+4*n]&511==256)<<n for n in range(40)))))"
        "(__import__('machine').mem32)"
    ),
    "RP2040": (
        "(lambda m:print((m[0xD0000004],m[0xD0000020],"
        "sum((m[0x4001C004+4*n]>>6&1)<<n for n in range(30)),"
        "sum((m[0x40014004+8*n]&31 in(5,31))<<n for n in range(30)))))"
        "(__import__('machine').mem32)"
    ),
}
"""By chip: code that makes no name, and prints four masks: levels, outputs, inputs that are on (in
the order of the registers), and pins that no peripheral drives."""
LONGEST = 200
"""Characters of an answer."""


@dataclass(frozen=True)
class PinLevel:
    """A GPIO as one look found it."""

    output: bool
    peripheral: bool
    """Driven by PWM or another peripheral, and not by `Pin`."""
    level: bool | None
    """None: not known."""


def read_levels(board: Board, kind: BoardType) -> Mapping[int, PinLevel] | None:
    """The GPIOs of a board of this kind, by number. None: not now, because a program runs or the
    board is in use; or the chip is not known here. From any thread."""
    code = READ.get(kind.mcu)
    answer = board.peek(code) if code else None
    masks = _masks(answer) if answer else None
    if masks is None:
        return None
    levels, outputs, inputs_on, plain = masks
    places = ESP32_PADS if kind.mcu == "ESP32" else range(64)
    on = {gpio for place, gpio in enumerate(places) if inputs_on >> place & 1}
    found = {}
    for gpio in kind.gpios:
        peripheral = not plain >> gpio & 1
        known = gpio in on and not peripheral
        level = bool(levels >> gpio & 1) if known else None
        found[gpio] = PinLevel(bool(outputs >> gpio & 1), peripheral, level)
    return found


def _masks(answer: str) -> tuple[int, int, int, int] | None:
    """The numbers of an answer. A program on the board may have replaced `print`."""
    try:
        match ast.literal_eval(answer) if len(answer) <= LONGEST else None:
            case (int(a), int(b), int(c), int(d)) if min(a, b, c, d) >= 0:
                return a, b, c, d
    except (SyntaxError, ValueError):
        pass
    return None
