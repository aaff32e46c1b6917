"""Colour displays, drawn on by real board programs as drivers do it."""

from collections.abc import Mapping

import numpy as np
import pytest

from hardware.bench.drawing.bench_picture import draw
from hardware.bench.parts.common.display import Pixels
from hardware.bench.scenario.player import play
from hardware.bench.scenario.scenario import parse
from hardware.errors import ScenarioError
from tests.support.parts_bench import Parts, Stage, lines, stage
from tests.support.rig import MS
from tests.support.screens import ILI, ILI_DRIVER, ILI_WIRES

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


def boxes(seen: Stage | Pixels) -> Mapping[str, tuple[int, int, int, int]]:
    """Left, top, width and height of what has each colour."""
    pixels = seen.pixels("d") if isinstance(seen, Stage) else seen
    found = {}
    for name, colour in COLOURS.items():
        rows, columns = np.nonzero((pixels == colour).all(axis=2))
        if len(rows):
            wide, high = np.ptp(columns) + 1, np.ptp(rows) + 1
            found[name] = (int(columns.min()), int(rows.min()), int(wide), int(high))
    return found


@pytest.mark.parametrize(
    ("order", "red", "green"),
    [
        (0x48, (10, 20, 30, 40), (100, 200, 5, 6)),  # upright
        (0x88, (200, 260, 30, 40), (135, 114, 5, 6)),  # turned by 180 degrees
        (0x28, (180, 10, 40, 30), (34, 100, 6, 5)),  # lying
        (0xE8, (20, 280, 40, 30), (200, 215, 6, 5)),  # lying, the other way
    ],
)
def test_a_picture_is_where_the_access_order_puts_it(
    order: int, red: tuple[int, ...], green: tuple[int, ...]
) -> None:
    program = (
        ILI_DRIVER + f"begin({order})\nfill(10, 20, 30, 40, RED)\nfill(100, 200, 5, 6, GREEN)"
    )
    with stage(ILI, ILI_WIRES, program, until_ms=600) as seen:
        assert seen.pixels("d").shape == (320, 240, 3)
        assert boxes(seen) == {"red": red, "green": green}
        assert "data:image/png" in draw(seen.circuit)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("cmd(0x28)", {}),
        ("cmd(0x10)", {}),
        ("cmd(0x36, 0x40)", {"red": (0, 0, 10, 10)}),
        ("rst(0)", {}),
        ("cmd(0x01); cmd(0x11); cmd(0x29)", {}),
    ],
)
def test_commands_change_what_the_panel_shows(
    more: str, shown: dict[str, tuple[int, ...]]
) -> None:
    program = ILI_DRIVER + "begin(0x48)\nfill(0, 0, 10, 10, BLUE)\n" + more
    with stage(ILI, ILI_WIRES, program, until_ms=600) as seen:
        assert boxes(seen) == shown


def test_a_picture_is_inverted_and_scrolled() -> None:
    program = ILI_DRIVER + "begin(0x48)\nfill(0, 0, 10, 10, BLUE)\n"
    with stage(ILI, ILI_WIRES, program + "cmd(0x21)", until_ms=600) as seen:
        assert seen.pixels("d")[0, [0, 20]].tolist() == [[255, 255, 0], [255, 255, 255]]
    scroll = "cmd(0x33, 0, 0, 320 >> 8, 320 & 255, 0, 0); cmd(0x37, 0, 4)"
    with stage(ILI, ILI_WIRES, program + scroll, until_ms=600) as seen:
        blue = (seen.pixels("d")[:, 0] == (0, 0, 255)).all(axis=1)
        assert blue.tolist() == [True] * 6 + [False] * 310 + [True] * 4


def test_a_frame_buffer_with_text_and_colours_of_18_bits() -> None:
    program = (
        ILI_DRIVER
        + """
begin(0x48)
buffer = bytearray(2 * 40 * 8)
frame = framebuf.FrameBuffer(buffer, 40, 8, framebuf.RGB565)
frame.text('Hi', 0, 0, 0x00F8)  # swapped: red
window(100, 50, 40, 8)
data(buffer)
cmd(0x3A, 0x66)
window(0, 0, 2, 1)
data(b'\\xfc\\x00\\x00\\x00\\xfc\\x00')
"""
    )
    with stage(ILI, ILI_WIRES, program, until_ms=600) as seen:
        pixels = seen.pixels("d")
        assert pixels[0, :2].tolist() == [[255, 0, 0], [0, 255, 0]]
        text = (pixels[50:58, 100:140] == (255, 0, 0)).all(axis=2)
        assert 15 < text.sum() < 60


def test_a_display_hears_the_board_without_a_wire_back() -> None:
    wires = [wire for wire in ILI_WIRES if "MISO" not in wire]
    program = ILI_DRIVER + "begin(0x48)\nfill(10, 20, 30, 40, RED)"
    with stage(ILI, wires, program, until_ms=600) as seen:
        assert boxes(seen) == {"red": (10, 20, 30, 40)}
    read = "\ndc(0); cs(0); spi.write(b'\\x04'); dc(1); print(spi.read(4).hex()); cs(1)"
    assert lines(ILI, wires, program + read) == ["ffffffff"]


def test_the_controller_tells_what_it_is() -> None:
    program = ILI_DRIVER + (
        "begin(0x48)\ndc(0); cs(0); spi.write(b'\\x04'); dc(1); print(spi.read(4).hex()); cs(1)"
    )
    assert lines(ILI, ILI_WIRES, program) == ["00009341"]


def test_the_square_display_needs_its_inversion() -> None:
    parts: Parts = {"d": ("board-st7789", {})}
    wires = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:SCL", "b:23 d:SDA", "b:5 d:CS"]
    wires += ["b:4 d:RST", "b:2 d:DC", "b:27 d:BL"]
    program = ILI_DRIVER + "begin(0x00, 0x21)\nfill(10, 20, 30, 40, RED)"
    with stage(parts, wires, program, until_ms=600) as seen:
        assert seen.pixels("d").shape == (240, 240, 3)
        assert boxes(seen) == {"red": (10, 20, 30, 40)}
    turned = ILI_DRIVER + "begin(0xC0, 0x21)\nfill(10, 100, 30, 40, RED)"
    with stage(parts, wires, turned, until_ms=600) as seen:
        assert boxes(seen) == {"red": (200, 180, 30, 40)}


def test_a_small_display_and_colours_of_12_bits() -> None:
    parts: Parts = {"d": ("wokwi-il9163", {})}
    wires = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:18 d:SCL", "b:23 d:SDA", "b:5 d:CS"]
    wires += ["b:4 d:RST", "b:2 d:D/C"]
    program = ILI_DRIVER + (
        "begin(0)\ncmd(0x3A, 0x53)\nwindow(0, 0, 2, 1)\ndata(b'\\xf0\\x00')\ndata(b'\\xf0')"
    )
    with stage(parts, wires, program, until_ms=600) as seen:
        assert seen.pixels("d").shape == (128, 128, 3)
        assert seen.pixels("d")[0, :2].tolist() == [[255, 0, 0], [0, 255, 0]]


TOUCH: Parts = {"d": ("board-ili9341-cap-touch", {})}
TOUCH_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:22 d:SCL", "b:21 d:SDA"]
TOUCH_PROGRAM = """
from machine import Pin, I2C
import time
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400_000)
print(i2c.readfrom_mem(0x38, 0xA3, 1)[0], i2c.readfrom_mem(0x38, 0xA8, 1)[0])
last = None
while True:
    data = i2c.readfrom_mem(0x38, 2, 5)
    now = None
    if data[0]:
        now = (data[1] & 15) << 8 | data[2], (data[3] & 15) << 8 | data[4]
    if now != last:
        print(now)
    last = now
    time.sleep_ms(10)
"""
TOUCHES = """
name: touches
version: 1
steps:
  - wait-serial: "6 17"
  - touch: { part-id: d, x: 30, y: 300 }
  - wait-serial: "(30, 300)"
  - wait-serial: "None"
  - touch: { part-id: d, x: 1, y: 2, duration: 200ms, wait: true }
  - delay: 50ms
  - touch-press: { part-id: d, x: 239, y: 319 }
  - wait-serial: "(239, 319)"
  - touch-move: { part-id: d, x: 0, y: 0 }
  - wait-serial: "(0, 0)"
  - touch-release: { part-id: d }
  - wait-serial: "None"
"""


def test_a_scenario_touches_the_display() -> None:
    with stage(TOUCH, TOUCH_WIRES, TOUCH_PROGRAM) as seen:
        play(parse(TOUCHES), seen.bench, seen.circuit, 5000 * MS)
        shown = ["(30, 300)", "None", "(1, 2)", "None", "(239, 319)", "(0, 0)"]
        assert seen.printed_lines() == ["6 17", *shown, "None"]
        seen.circuit.set_control("d", "touched", 1)
        assert "#2f6fd6" in draw(seen.circuit)


def test_only_a_touch_display_can_be_touched() -> None:
    text = "name: t\nversion: 1\nsteps:\n  - touch: { part-id: d, x: 1, y: 1 }"
    with stage(ILI, ILI_WIRES, "") as seen, pytest.raises(ScenarioError, match="be touched"):
        play(parse(text), seen.bench, seen.circuit, 1000 * MS)
