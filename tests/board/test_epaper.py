"""An e-paper display, driven as its data sheet says."""

import numpy as np
import pytest

from hardware.bench.drawing.bench_picture import draw
from tests.support.parts_bench import Parts, stage

PARTS: Parts = {"d": ("board-epaper-2in9", {})}
WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:CLK", "b:23 d:DIN", "b:5 d:CS"]
WIRES += ["b:4 d:RST", "b:2 d:DC", "b:15 d:BUSY"]
DRIVER = """
from machine import Pin, SPI
import framebuf, time
spi = SPI(2, baudrate=4_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs, dc, rst, busy = Pin(5, Pin.OUT, value=1), Pin(2, Pin.OUT), Pin(4, Pin.OUT, value=1), Pin(15)
def send(is_data, data):
    dc(is_data); cs(0); spi.write(data); cs(1)
def cmd(code, *values):
    send(0, bytes([code]))
    if values:
        send(1, bytes(values))
def wait():
    begin = time.ticks_ms()
    while busy():
        time.sleep_ms(5)
    return time.ticks_diff(time.ticks_ms(), begin)
def begin(entry=3):
    rst(0); time.sleep_ms(2); rst(1); wait()
    cmd(0x12); wait()
    cmd(0x01, 0x27, 0x01, 0x00)
    cmd(0x11, entry)
    cmd(0x44, 0, 15); cmd(0x45, 0, 0, 0x27, 0x01)
    cmd(0x4E, 0); cmd(0x4F, 0, 0)
buffer = bytearray(b'\\xff' * 4736)
frame = framebuf.FrameBuffer(buffer, 128, 296, framebuf.MONO_HLSB)
frame.fill_rect(8, 20, 30, 40, 0)
def show(control=0xF7):
    cmd(0x24); send(1, buffer)
    cmd(0x22, control); cmd(0x20)
"""
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
    with stage(PARTS, WIRES, DRIVER + program, until_ms=9000) as seen:
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
    with stage(PARTS, WIRES, DRIVER + program, until_ms=5000) as seen:
        black = seen.pixels("d") > 0
        assert black[9, 16:28].all() and black[8, 24:32].all()
        assert np.count_nonzero(black) == 12 + 8
