"""A HUB75 panel that board programs drive pin by pin."""

import pytest

from hardware.bench.drawing.live_picture import what_is_seen
from tests.support.parts_bench import BOARDS, Parts, stage

PINS = {
    "esp32": {
        "data": (25, 26, 27, 14, 12, 13),
        "address": (23, 19, 5, 17, 18),
        "rest": (16, 4, 15),
    },
    "rp2": {"data": (2, 3, 4, 5, 6, 7), "address": (8, 9, 10, 11, 12), "rest": (13, 14, 15)},
}
NAMES = {"data": "R1 G1 B1 R2 G2 B2", "address": "A B C D E", "rest": "CLK LAT OE"}
DRIVER = """
from machine import Pin
import time
data, address, (clk, lat, oe) = ([Pin(n, Pin.OUT, value=0) for n in group] for group in PINS)
def light(row, colour, us):
    for x in range(COLUMNS):
        for pin, on in zip(data, colour(x, row) + colour(x, row + ROWS // 2)):
            pin(on)
        clk(1); clk(0)
    oe(1)
    for n, pin in enumerate(address):
        pin(row >> n & 1)
    lat(1); lat(0)
    oe(0)
    time.sleep_us(us)
    oe(1)
"""


def panel(family: str, rows: int, columns: int) -> tuple[Parts, list[str], str]:
    """The panel at a board, its wires, and the beginning of a program."""
    names = {group: NAMES[group].split() for group in NAMES}
    pin = "b:GP{}" if family == "rp2" else "b:{}"
    wires = ["m:GND.1 b:GND.1"] + [
        f"{pin.format(gpio)} m:{name}"
        for group, gpios in PINS[family].items()
        for gpio, name in zip(gpios, names[group], strict=True)
    ]
    driver = DRIVER.replace("COLUMNS", str(columns)).replace("ROWS", str(rows))
    driver = driver.replace("PINS", str(tuple(PINS[family].values())))
    parts: Parts = {"m": ("wokwi-hub75-matrix", {"rows": str(rows), "cols": str(columns)})}
    return parts, wires, driver


@pytest.mark.parametrize("family", BOARDS)
def test_a_picture_that_is_refreshed_row_by_row(family: str) -> None:
    parts, wires, driver = panel(family, 16, 32)
    program = f"""{driver}
while True:
    for row in range(8):
        light(row, lambda x, y: (x == y, y == 15, x == 31), 100)
"""
    with stage(parts, wires, program, until_ms=1000, family=family) as seen:
        dots = seen.pixels("m")
        words = what_is_seen(seen.circuit)
    assert dots.shape == (16, 32, 3)
    expected = [
        [(255 * (x == y), 255 * (y == 15), 255 * (x == 31)) for x in range(32)] for y in range(16)
    ]
    assert dots.tolist() == [[list(dot) for dot in row] for row in expected]
    assert "15 × red" in words and "30 × green" in words and "15 × blue" in words


def test_shades_by_the_time_for_which_a_dot_is_on() -> None:
    """Binary code modulation: the higher bit shines for three times as long as the lower one."""
    parts, wires, driver = panel("esp32", 16, 8)
    program = f"""{driver}
def bit(n):
    return lambda x, y: (x % 4 >> n & 1, 0, 0)
while True:
    for row in range(8):
        light(row, bit(0), 1000)
        light(row, bit(1), 3000)
"""
    with stage(parts, wires, program, until_ms=1000) as seen:
        red = seen.pixels("m")[3, :4, 0].tolist()
    assert red == [
        0,
        pytest.approx(255 * 0.25 ** (1 / 2.2), abs=6),
        pytest.approx(224, abs=6),
        255,
    ]


def test_a_program_that_stops_leaves_one_pair_of_rows_or_nothing() -> None:
    parts, wires, driver = panel("esp32", 32, 8)
    program = f"""{driver}
for row in range(16):
    light(row, lambda x, y: (1, 1, 1), 10)
oe(0)
time.sleep(1)
oe(1)
time.sleep(1)
"""
    with stage(parts, wires, program) as seen:
        lit = []
        for until_ms in (800, 2000):
            seen.run(until_ms)
            lit.append([row for row, dots in enumerate(seen.pixels("m")) if dots.any()])
    assert lit == [[15, 31], []]
