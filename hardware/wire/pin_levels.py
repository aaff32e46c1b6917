"""The levels of the pins of a board at its prompt, read without changing anything.

`Pin(n)` without a mode changes no pin in MicroPython's ports for ESP32 and RP2 (`mp_pin_make_new`
in their machine_pin.c), but its `value()` is 0, too, where the pad's input is off: after a reset
of the ESP32, and under an ADC. So the registers are read (machine.mem32), also the one that says
whether the input is on; on the ESP32, it also says whether the pad is a GPIO. A pin that a
peripheral drives (PWM) has no level that one look could tell.

Registers: ESP32 TRM 4.12.2 (GPIO), 4.12.3 (IO_MUX) and 4.10 (order of its pads); TRM of ESP32-S2,
S3, C3 and C6, "IO MUX and GPIO Matrix"; RP2040 datasheet 2.3.1.7 (SIO), 2.19.6 (IO_BANK0,
PADS_BANK0); RP2350 datasheet, the same sections' names.
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
"""The pads of the words behind IO_MUX of the ESP32; on the other chips they are in order."""


WORDS = ((0x3C, 0x40), (0x20, 0x2C))
"""GPIO_IN_REG, GPIO_ENABLE_REG, each with the one for the pins from 32 on."""


def _read_esp(
    gpio: int, io_mux: int, pads: int, pins: int, select: int, none: int, function: int
) -> str:
    """The code for a chip of the ESP32 series.

    Args:
        gpio, io_mux: addresses of the registers.
        pads, pins: how many words there are behind IO_MUX, and how many pins.
        select: the offset of the words that say what drives a pin.
        none: what is in such a word when no peripheral drives it.
        function: the function of a pad that is the GPIO.
    """
    masks = [f"m[{gpio + low}]" + f"|m[{gpio + high}]<<32" * (pins > 32) for low, high in WORDS]
    return (
        f"(lambda m:print(({','.join(masks)},"
        f"sum((m[{io_mux + 4}+4*n]>>9&57=={1 + 8 * function})<<n for n in range({pads})),"
        f"sum((m[{gpio + select}+4*n]&{2 * none - 1}=={none})<<n for n in range({pins})))))"
        "(__import__('machine').mem32)"
    )


def _read_pico(enabled: int, pads: int, controls: int) -> str:
    """The code for a Pico's chip: the addresses of GPIO_OE, GPIO0 of PADS_BANK0, GPIO0_CTRL."""
    return (
        f"(lambda m:print((m[0xD0000004],m[{enabled}],"
        f"sum((m[{pads}+4*n]>>6&1)<<n for n in range(30)),"
        f"sum((m[{controls}+8*n]&31 in(5,31))<<n for n in range(30)))))"
        "(__import__('machine').mem32)"
    )


READ = {
    "ESP32": _read_esp(0x3FF44000, 0x3FF49000, 36, 40, 0x530, 256, 2),
    "ESP32S2": _read_esp(0x3F404000, 0x3F409000, 47, 47, 0x554, 256, 1),
    "ESP32S3": _read_esp(0x60004000, 0x60009000, 49, 49, 0x554, 256, 1),
    "ESP32C3": _read_esp(0x60004000, 0x60009000, 22, 22, 0x554, 128, 1),
    "ESP32C6": _read_esp(0x60091000, 0x60090000, 31, 31, 0x554, 128, 1),
    "RP2040": _read_pico(0xD0000020, 0x4001C004, 0x40014004),
    "RP2350": _read_pico(0xD0000030, 0x40038004, 0x40028004),
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
