"""An e-paper display, driven as its data sheet says."""

import numpy as np
import pytest

from hardware.bench.drawing.bench_picture import draw
from tests.support.parts_bench import stage
from tests.support.screens import EPAPER, EPAPER_DRIVER, EPAPER_WIRES

BOX = 30 * 40


@pytest.mark.parametrize(
    ("program", "printed", "black"),
    [
        ("begin(); show(); print(wait() // 100)", ["20"], BOX),
        ("begin(); show(0xFF); print(wait() // 100)", ["3"], BOX),
        ("begin(); cmd(0x24); send(1, buffer)", [], 0),  # not yet shown
        ("begin(); cmd(0x21, 8); show(); wait()", [], 128 * 296 - BOX),
        ("begin(); show(); frame.fill(1); show()", [], BOX),  # it was busy
        ("begin(); show(); wait(); frame.fill(1); cmd(0x10, 1); show()", [], BOX),
        ("begin(); show(); wait(); frame.fill(1); begin(); show(); wait()", [], 0),
    ],
)
def test_a_picture_appears_after_an_update(program: str, printed: list[str], black: int) -> None:
    with stage(EPAPER, EPAPER_WIRES, EPAPER_DRIVER + program, until_ms=9000) as seen:
        assert seen.printed_lines() == printed
        assert int((seen.pixels("d") > 0).sum()) == black
        if black == BOX:
            assert seen.pixels("d")[20:60, 8:38].all()
        draw(seen.circuit)


def test_a_window_and_the_other_direction() -> None:
    program = (
        "begin(1)\ncmd(0x44, 2, 3); cmd(0x45, 9, 0, 8, 0); cmd(0x4E, 2); cmd(0x4F, 9, 0)\n"
        "cmd(0x24); send(1, b'\\x00\\x0f\\xff\\x00'); cmd(0x22, 0xF7); cmd(0x20); wait()"
    )
    with stage(EPAPER, EPAPER_WIRES, EPAPER_DRIVER + program, until_ms=5000) as seen:
        black = seen.pixels("d") > 0
        assert black[9, 16:28].all() and black[8, 24:32].all()
        assert np.count_nonzero(black) == 12 + 8
