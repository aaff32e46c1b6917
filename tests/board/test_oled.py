"""The OLED shows the drawing of a real board program and executes the controller's commands."""

from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from hardware.bench.limits import Limits
from hardware.bench.parts.common.display import Pixels
from hardware.bench.svg.frame import frame_png
from tests.support.engine_programs import BUSY_HOUR, SECOND
from tests.support.parts_bench import Parts, stage

OLED: Parts = {"d": ("board-ssd1306", {})}
OLED_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:22 d:SCL", "b:21 d:SDA"]
OPEN = """
from machine import Pin, I2C
import ssd1306, time
i2c = I2C(0, scl=Pin(22), sda=Pin(21), freq=400_000)
"""
DRAW = (
    OPEN
    + """
oled = ssd1306.SSD1306_I2C(128, 64, i2c)
oled.pixel(0, 0, 1)
oled.fill_rect(100, 50, 20, 10, 1)
oled.show()
"""
)


def picture(*lit: tuple[slice, slice]) -> Pixels:
    """Rows by columns, lit in these rectangles."""
    dots = np.zeros((64, 128), np.uint8)
    for place in lit:
        dots[place] = 255
    return dots


DRAWN = ((slice(0, 1), slice(0, 1)), (slice(50, 60), slice(100, 120)))


@pytest.mark.parametrize(
    ("more", "change"),
    [
        ("", lambda dots: dots),
        ("oled.invert(1)", lambda dots: 255 - dots),
        ("oled.poweroff()", lambda dots: 0 * dots),
        ("oled.poweroff(); oled.poweron()", lambda dots: dots),
        ("oled.rotate(False); oled.show()", lambda dots: dots[::-1, ::-1]),
        ("oled.write_cmd(0x40 | 50)", lambda dots: np.roll(dots, -50, axis=0)),
        ("oled.write_cmd(0xD3); oled.write_cmd(8)", lambda dots: np.roll(dots, -8, axis=0)),
        ("oled.write_cmd(0xA5)", lambda dots: 0 * dots + 255),
    ],
)
def test_the_oled_shows_the_frame_buffer_and_executes_commands(
    more: str, change: Callable[[Pixels], Pixels]
) -> None:
    with stage(OLED, OLED_WIRES, DRAW + more, until_ms=400) as seen:
        assert seen.printed_lines() == []
        np.testing.assert_array_equal(seen.pixels("d"), change(picture(*DRAWN)))


def test_half_the_rows_are_the_lower_half_of_the_panel() -> None:
    more = "oled.write_cmd(0xA8); oled.write_cmd(31)"
    with stage(OLED, OLED_WIRES, DRAW + more, until_ms=400) as seen:
        first_dot = picture((slice(32, 33), slice(0, 1)))
        np.testing.assert_array_equal(seen.pixels("d"), first_dot)


def test_a_frame_as_png_has_the_same_pixels() -> None:
    with stage(OLED, OLED_WIRES, DRAW, until_ms=400) as seen:
        dots = seen.pixels("d")
    assert np.array_equal(np.asarray(Image.open(BytesIO(frame_png(dots)))), dots)
    colours = np.dstack([dots, dots // 2, dots])
    assert np.array_equal(np.asarray(Image.open(BytesIO(frame_png(colours)))), colours)


@pytest.mark.parametrize(
    ("commands", "count", "place"),
    [
        # page 2, column 16 in page mode, as the controller begins
        ("0xB2, 0x00, 0x11", 3, (slice(16, 24), slice(16, 19))),
        # a window of two columns and two pages, by column
        ("0x20, 1, 0x21, 10, 11, 0x22, 3, 4", 2, (slice(24, 40), slice(10, 11))),
        # and by row
        ("0x20, 0, 0x21, 10, 12, 0x22, 3, 4", 3, (slice(24, 32), slice(10, 13))),
        ("0x20, 0, 0x21, 10, 12, 0x22, 3, 4", 6, (slice(24, 40), slice(10, 13))),
    ],
)
def test_addressing_modes(commands: str, count: int, place: tuple[slice, slice]) -> None:
    program = f"""{OPEN}
for byte in (0x8D, 0x14, 0xA1, 0xC8, 0xAF, {commands}):
    i2c.writeto(0x3c, bytes((0x80, byte)))
i2c.writeto(0x3c, b'\\x40' + b'\\xff' * {count})
"""
    with stage(OLED, OLED_WIRES, program, until_ms=200) as seen:
        np.testing.assert_array_equal(seen.pixels("d"), picture(place))


def test_a_scroll_moves_the_picture_until_it_is_stopped() -> None:
    program = (
        DRAW
        + """
for byte in (0x26, 0, 0, 7, 7, 0, 255, 0x2F):
    oled.write_cmd(byte)
time.sleep_ms(500)
oled.write_cmd(0x2E)
"""
    )
    with stage(OLED, OLED_WIRES, program) as seen:
        seen.run(250)
        moved = seen.pixels("d")
        assert moved.sum() == picture(*DRAWN).sum() and not np.array_equal(moved, picture(*DRAWN))
        seen.run(800)
        np.testing.assert_array_equal(seen.pixels("d"), picture(*DRAWN))


def test_without_the_charge_pump_or_supply_it_stays_dark() -> None:
    with stage(OLED, OLED_WIRES, DRAW.replace("i2c)", "i2c, external_vcc=True)"), 400) as seen:
        assert not seen.pixels("d").any()
    with stage(OLED, OLED_WIRES[1:], DRAW, until_ms=400) as seen:
        assert not seen.pixels("d").any() and "ENODEV" in " ".join(seen.printed_lines())


def test_a_disconnected_display_does_not_answer() -> None:
    with stage(OLED, OLED_WIRES, OPEN + "time.sleep_ms(50)\nprint(i2c.scan())") as seen:
        seen.bench.control("d", "silent", 1)
        seen.run(200)
        assert seen.printed_lines() == ["[]"]
    program = OPEN + "print(i2c.scan(), i2c.readfrom(0x3d, 1))"
    address: Parts = {"d": ("board-ssd1306", {"i2cAddress": "0x3d"})}
    with stage(address, OLED_WIRES, program, until_ms=200) as seen:
        assert seen.printed_lines() == ["[61] b'@'"]


def test_the_trace_holds_an_hour_of_ten_pictures_a_second() -> None:
    """Here a tenth of the hour takes at most a tenth of the limit."""
    with ExitStack() as stack:
        bench = BUSY_HOUR.start(stack, BUSY_HOUR.circuit())
        bench.run(360 * SECOND)
        assert bench.ended is None
        assert 10 * len(bench.board.recorder) <= (Limits().records or 0)
