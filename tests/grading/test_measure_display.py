"""The content of displays over time, from the trace: the same as on the bench at any moment."""

import numpy as np
import pytest

from grader.measure import i2c
from grader.measure.display import Screen
from grader.measure.glyphs import drawn, font, read
from hardware.bench.parts.common.display import Display, Pixels
from tests.support import screens
from tests.support.display_programs import (
    BACKPACK,
    CLOCK,
    CLOCK_WIRES,
    FULL,
    I2C,
    I2C_WIRES,
    MATRIX_WIRES,
    PARALLEL,
    PINS,
    POWER,
    SEND,
    TALK,
    started,
)
from tests.support.measured_run import MS, measured, run_of
from tests.support.parts_bench import Parts, stage

OLED: Parts = {"d": ("board-ssd1306", {})}
OLED_WIRES = ["b:3V3 d:VCC", "b:GND.1 d:GND", "b:22 d:SCL", "b:21 d:SDA"]
BUS = {"SCL": 22, "SDA": 21}
PAGE = """
from machine import Pin, I2C
import ssd1306, time
oled = ssd1306.SSD1306_I2C(128, 64, I2C(0, scl=Pin(SCL), sda=Pin(SDA), freq=400_000))
def page(volts):
    if CLEAN:
        oled.fill(0)
    oled.text('V=%.2f' % volts, 0, 16)
    oled.fill_rect(13, 32, int(volts * 4), 10, 1)
    oled.show()
print('READY')
page(12.34)
for n in range(20):
    time.sleep_ms(50)
    if FLOOD:
        page(12.34)
page(7.5)
"""


def screen(clean: bool = True, flood: bool = False, more: str = "") -> Screen:
    program = f"CLEAN, FLOOD = {clean}, {flood}\n" + PAGE + more
    run = measured(OLED, OLED_WIRES, program, BUS, until_ms=1500)
    return Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"})


def volts(display: Display) -> str:
    return read(display.pixels(), 0, 16, 7)


def test_text_and_dots_of_an_oled_over_time() -> None:
    seen = screen()
    assert not seen.pixels(0).any()
    assert read(seen.pixels(500 * MS), 0, 16, 7) == "V=12.34"
    bar = seen.pixels(500 * MS)[32:42] > 0
    assert bar.sum() == 10 * 49 and bar[:, 13 : 13 + 49].all()
    assert read(seen.pixels(1400 * MS), 0, 16, 7) == "V=7.50 "
    assert read(seen.pixels(500 * MS), 0, 16, 7) == "V=12.34"  # and back again
    later = seen.first(lambda display: volts(display) == "V=7.50 ", 500 * MS, 1400 * MS)
    assert later is not None and 500 < later < 540
    assert seen.first(lambda display: volts(display) == "V=7.50 ", 0, 900 * MS) is None
    assert seen.first(lambda display: volts(display) == "V=12.34", 500 * MS, 600 * MS) == 0.0


def test_a_page_that_was_not_cleared_reads_differently() -> None:
    seen = screen(clean=False)
    assert read(seen.pixels(500 * MS), 0, 16, 7) == "V=12.34"
    assert read(seen.pixels(1400 * MS), 0, 16, 7) != "V=7.50 "


@pytest.mark.parametrize(("flood", "frames"), [(False, 0), (True, 9)])
def test_what_a_display_costs_on_its_bus(flood: bool, frames: int) -> None:
    program = f"CLEAN, FLOOD = True, {flood}\n" + PAGE
    run = measured(OLED, OLED_WIRES, program, BUS, until_ms=1500)
    load = i2c.traffic(i2c.transfers(run, 0x3C))
    assert load.between(200 * MS, 900 * MS) >= frames * 1024
    assert (load.between(200 * MS, 900 * MS) == 0) == (not flood)


def test_a_board_that_resets_itself_leaves_the_picture_one_that_loses_power_does_not() -> None:
    more = (
        "import machine\nif machine.reset_cause() == machine.PWRON_RESET:\n    machine.reset()\n"
    )
    again = "if machine.reset_cause() != machine.PWRON_RESET:\n    time.sleep(9)\n"
    head = "import machine, time\n" + again
    run = measured(OLED, OLED_WIRES, head + "CLEAN, FLOOD = 1, 0\n" + PAGE + more, BUS)
    seen = Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"})
    assert run.trace.boots()[1] - run.zero_ns < 1400 * MS
    assert read(seen.pixels(2000 * MS), 0, 16, 7) == "V=7.50 "
    with stage(OLED, OLED_WIRES, "CLEAN, FLOOD, SCL, SDA = 1, 0, 22, 21\n" + PAGE) as bench:
        bench.run(1500)
        bench.bench.reset()
        bench.run(1510)
        run = run_of(bench.bench.trace, BUS)
        off = Screen(run, "board-ssd1306", {"SCL": "SCL", "SDA": "SDA"})
        assert off.pixels(1490 * MS - run.zero_ns).any()
        np.testing.assert_array_equal(off.pixels(1505 * MS - run.zero_ns), bench.pixels("d"))
        assert not bench.pixels("d").any()


def test_the_font_is_the_board_s_own() -> None:
    assert len(font()) == 95
    assert drawn("Ab").shape == (8, 16) and not drawn(" ").any()
    picture: Pixels = np.zeros((64, 128), np.uint8)
    picture[3:11, 5:21] = 255 * drawn("Ab")
    assert read(picture, 5, 3, 2) == "Ab" and read(picture, 6, 3, 2) != "Ab"
    assert read(picture, 124, 0, 1) == "\ufffd"


@pytest.mark.parametrize("bus", ["i2c", "wires"])
def test_the_text_of_a_character_display(bus: str) -> None:
    on_i2c = bus == "i2c"
    parallel = PARALLEL.format(data=(27, 14, 12, 13), start=(3, 3, 3, 2), function="0x28")
    program = BACKPACK + "text('On wires'); send(0xC0); text('2')" if on_i2c else parallel
    wires = [*POWER, "b:GND.2 d:RW", *(f"b:{gpio} d:{pin}" for pin, gpio in PINS.items())]
    with stage(I2C if on_i2c else FULL, I2C_WIRES if on_i2c else wires, program, 400) as bench:
        roles = BUS if on_i2c else PINS
        run = run_of(bench.bench.trace, roles)
        pins = {pin: pin for pin in roles}
        seen = Screen(run, "wokwi-lcd1602", pins, {"pins": "i2c"} if on_i2c else None)
        assert seen.text(400 * MS) == bench.text("d").splitlines()
        np.testing.assert_array_equal(seen.pixels(400 * MS), bench.pixels("d"))
    assert seen.text(400 * MS)[0] == "On wires"
    assert seen.text(1 * MS) in ([""], ["", ""], [])


def test_digits_and_a_matrix() -> None:
    more = "talk(0x40); talk(0xC0, 6, 0xDB, 0x4F, 0x66); talk(0x8F)"
    with stage(CLOCK, CLOCK_WIRES, TALK + more, until_ms=200) as bench:
        run = run_of(bench.bench.trace, {"CLK": 25, "DIO": 26})
    clock = Screen(run, "wokwi-tm1637-7segment", {"CLK": "CLK", "DIO": "DIO"})
    assert clock.text(200 * MS) == ["12:34"]
    parts: Parts = {"m": ("wokwi-max7219-matrix", {"layout": "fc16"})}
    with stage(parts, MATRIX_WIRES, SEND + started(1) + "\nsend(0x0301)", until_ms=200) as bench:
        run = run_of(bench.bench.trace, {"DIN": 23, "CLK": 18, "CS": 5})
        pins = {pin: pin for pin in ("DIN", "CLK", "CS")}
        matrix = Screen(run, "wokwi-max7219-matrix", pins, {"layout": "fc16"})
        np.testing.assert_array_equal(matrix.pixels(200 * MS), bench.pixels("m"))
        assert matrix.pixels(200 * MS).any()


@pytest.mark.parametrize(
    ("parts", "wires", "program", "bus"),
    [
        (
            screens.ILI,
            screens.ILI_WIRES,
            screens.ILI_DRIVER + "begin(0x48)\nfill(10, 20, 30, 40, RED)\ncs(1); spi.write(b'x')",
            {"SCK": 18, "MOSI": 23, "CS": 5, "D/C": 2, "RST": 4},
        ),
        (
            screens.NOKIA,
            screens.NOKIA_WIRES,
            screens.NOKIA_DRIVER + "reset(); begin(); show()",
            {"CLK": 18, "DIN": 23, "CE": 5, "DC": 2, "RST": 4},
        ),
        (
            screens.EPAPER,
            screens.EPAPER_WIRES,
            screens.EPAPER_DRIVER + "begin(); show(0xFF); wait(); fill = 1",
            {"CLK": 18, "DIN": 23, "CS": 5, "DC": 2, "RST": 4},
        ),
    ],
)
def test_displays_on_spi(
    parts: Parts, wires: list[str], program: str, bus: dict[str, int]
) -> None:
    with stage(parts, wires, program, until_ms=900) as bench:
        run = run_of(bench.bench.trace, bus)
        seen = Screen(run, parts["d"][0], {pin: pin for pin in bus})
        np.testing.assert_array_equal(seen.pixels(900 * MS), bench.pixels("d"))
        assert seen.pixels(900 * MS).any() and not seen.pixels(1 * MS).any()
