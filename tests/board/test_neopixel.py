"""NeoPixels of all shapes show the data of real board programs."""

import numpy as np
import pytest

from tests.support.parts_bench import Parts, stage

RED, GREEN, DARK = [255, 0, 0], [0, 40, 0], [0, 0, 0]
FILL = """
from machine import Pin
import neopixel
lamps = neopixel.NeoPixel(Pin(23), {count})
for n in range({count}):
    lamps[n] = (255, 0, 0) if n % 2 == 0 else (0, 40, 0)
lamps.write()
"""
CHAIN: Parts = {
    "one": ("wokwi-neopixel", {}),
    "ring": ("wokwi-led-ring", {"pixels": "3"}),
    "strip": ("wokwi-led-strip", {"pixels": "4"}),
}
CHAIN_WIRES = [
    "b:5V one:VDD",
    "b:GND.1 one:VSS",
    "b:5V ring:VCC",
    "b:GND.1 ring:GND",
    "b:5V strip:VDD",
    "b:GND.1 strip:VSS",
    "b:23 one:DIN",
    "one:DOUT ring:DIN",
    "ring:DOUT strip:DIN",
]


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_pixel_passes_the_rest_of_a_frame_on(family: str) -> None:
    wires = CHAIN_WIRES
    if family == "rp2":
        wires = [w.replace("b:5V", "b:VBUS").replace("b:23", "b:GP2") for w in wires]
    program = FILL.format(count=6).replace("Pin(23)", "Pin(2)" if family == "rp2" else "Pin(23)")
    with stage(CHAIN, wires, program, until_ms=200, family=family) as seen:
        assert seen.pixels("one").tolist() == [[RED]]
        assert seen.pixels("ring").tolist() == [[GREEN, RED, GREEN]]
        assert seen.pixels("strip").tolist() == [[RED, GREEN, DARK, DARK]]


def test_pixels_after_a_dead_pixel_stay_dark() -> None:
    with stage(CHAIN, CHAIN_WIRES, FILL.format(count=8)) as seen:
        seen.bench.control("ring", "dead", 1)
        seen.run(200)
        assert seen.pixels("ring").tolist() == [[GREEN, DARK, DARK]]
        assert seen.pixels("strip").tolist() == [[DARK] * 4]


def test_pixels_without_power_are_dark_and_pass_nothing_on() -> None:
    wires = [wire for wire in CHAIN_WIRES if wire != "b:5V one:VDD"]
    with stage(CHAIN, wires, FILL.format(count=8), until_ms=200) as seen:
        assert not any(seen.pixels(part).any() for part in CHAIN)


@pytest.mark.parametrize(("layout", "place"), [("", (1, 0)), ("serpentine", (1, 2))])
def test_rows_of_a_matrix(layout: str, place: tuple[int, int]) -> None:
    matrix: Parts = {"m": ("wokwi-led-matrix", {"rows": "2", "cols": "3", "layout": layout})}
    wires = ["b:5V m:VDD", "b:GND.1 m:VSS", "b:23 m:DIN"]
    program = """
from machine import Pin
import neopixel
lamps = neopixel.NeoPixel(Pin(23), 6)
lamps[3] = (1, 2, 3)
lamps.write()
"""
    with stage(matrix, wires, program, until_ms=200) as seen:
        assert np.argwhere(seen.pixels("m").any(axis=2)).tolist() == [list(place)]


@pytest.mark.parametrize(
    ("kind", "supply", "count"),
    [
        ("wokwi-splendida", ["b:5V p:VDD", "b:GND.1 p:VSS"], 256),
        ("wokwi-neopixel-canvas", ["b:5V p:VDD", "b:GND.1 p:VSS"], 64),
        ("wokwi-neopixel-serial", ["b:5V p:VDD", "b:GND.1 p:VSS"], 8),
        ("wokwi-neopixel-meter", [], 8),
    ],
)
def test_more_shapes_of_the_same_lamps(kind: str, supply: list[str], count: int) -> None:
    program = FILL.format(count=count)
    with stage({"p": (kind, {})}, [*supply, "b:23 p:DIN"], program, until_ms=300) as seen:
        shown = seen.pixels("p").reshape(-1, 3).tolist()
        assert shown == [RED, GREEN] * (count // 2)
