"""Displays of one colour besides the SSD1306: SH1107, SH1106 and the Nokia 5110."""

import numpy as np
import pytest

from hardware.bench.drawing.bench_picture import draw
from tests.support.parts_bench import stage
from tests.support.screens import NOKIA, NOKIA_DRIVER, NOKIA_WIRES

I2C_WIRES = ["b:3V3 d:VCC", "b:22 d:SCL", "b:21 d:SDA", "b:GND.1 d:GND"]
GROVE_WIRES = ["b:3V3 d:VCC", "b:22 d:SCL.1", "b:21 d:SDA", "b:GND.1 d:GND.1"]
PAGED = """
from machine import Pin, I2C
import framebuf
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400_000)
def cmd(*codes):
    for code in codes:
        i2c.writeto(0x3c, bytes([0x80, code]))
def show(first):
    for page in range(pages):
        cmd(0xB0 | page, first & 15, 0x10 | first >> 4)
        i2c.writevto(0x3c, (b'\\x40', memoryview(buffer)[128 * page:128 * page + 128]))
def begin(n):
    global pages, buffer, frame
    pages, buffer = n, bytearray(128 * n)
    frame = framebuf.FrameBuffer(buffer, 128, 8 * n, framebuf.MONO_VLSB)
    frame.fill_rect(3, 10, 20, 5, 1)
"""
BOX = (3, 10, 20, 5)


def box(pixels: np.ndarray) -> tuple[int, ...]:
    """Left, top, width and height of what is lit."""
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return ()
    wide, high = np.ptp(columns) + 1, np.ptp(rows) + 1
    return int(columns.min()), int(rows.min()), int(wide), int(high)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("", BOX),
        ("cmd(0xA1)", (105, 10, 20, 5)),
        ("cmd(0xC8)", (3, 113, 20, 5)),
        ("cmd(0xDC, 4)", (3, 6, 20, 5)),
        ("cmd(0xAE)", ()),
        ("cmd(0xAD, 0x8A)", ()),
    ],
)
def test_the_square_oled_takes_pages(more: str, shown: tuple[int, ...]) -> None:
    program = PAGED + "begin(16); cmd(0xAF); show(0)\n" + more
    with stage({"d": ("board-grove-oled-sh1107", {})}, GROVE_WIRES, program, until_ms=300) as seen:
        assert seen.printed_lines() == []
        assert seen.pixels("d").shape == (128, 128)
        assert box(seen.pixels("d")) == shown
        draw(seen.circuit)


def test_a_column_of_the_square_oled_in_the_vertical_mode() -> None:
    program = PAGED + "begin(16); cmd(0xAF, 0x21, 0, 0x10, 0xB0)\n"
    program += "i2c.writeto(0x3c, b'\\x40' + b'\\xff' * 17)"
    with stage({"d": ("board-grove-oled-sh1107", {})}, GROVE_WIRES, program, until_ms=300) as seen:
        lit = seen.pixels("d") > 0
        assert lit[:, 0].all() and lit[:8, 1].all() and lit.sum() == 136


def test_the_larger_oled_begins_at_its_third_column() -> None:
    for first, left in ((2, 3), (0, 1)):
        program = PAGED + f"begin(8); cmd(0xA1, 0xC8, 0xAF); show({first})"
        with stage({"d": ("warsha-sh1106", {})}, I2C_WIRES, program, until_ms=300) as seen:
            assert seen.pixels("d").shape == (64, 128)
            assert box(seen.pixels("d")) == (left, *BOX[1:])


@pytest.mark.parametrize(
    ("program", "lit"),
    [
        ("reset(); begin(); show()", 100),
        ("begin(); show()", 0),  # without the pulse at RST
        ("reset(); begin(); show(); cmd(0x0D)", 84 * 48 - 100),
        ("reset(); begin(); show(); cmd(0x09)", 84 * 48),
        ("reset(); begin(); show(); cmd(0x24)", 0),
        ("reset(); begin(); show(); cmd(0x21, 0x90, 0x20)", 0),
        ("reset(); begin(); cmd(0x22, 0xD3, 0x45); send(1, b'\\xff\\x0f')", 12),
    ],
)
def test_the_nokia_display(program: str, lit: int) -> None:
    with stage(NOKIA, NOKIA_WIRES, NOKIA_DRIVER + program, until_ms=300) as seen:
        pixels = seen.pixels("d")
        assert int((pixels > 0).sum()) == lit
        if lit == 100:
            assert box(pixels) == BOX
        if lit == 12:
            assert pixels[40:48, 83].all() and pixels[0:4, 0].all()
        draw(seen.circuit)
