"""Small sensors with a voltage or a level as their output, read by real board programs."""

import pytest

from tests.support.parts_bench import Parts, lines
from tests.support.rig import Hand

VOLTS = """
from machine import ADC, Pin
import time
adc = ADC(Pin(34), atten=ADC.ATTN_11DB)
def volts():
    return round(adc.read_uv() / 1e6, 2)
"""
FED = ["s:VCC b:3V3", "s:GND b:GND.1"]
ANALOG = [*FED, "s:AOUT b:34", "s:DOUT b:25"]


def test_a_flame_pulls_the_analog_output_down_and_switches_the_other_one() -> None:
    program = VOLTS + "dout = Pin(25)\nfor _ in range(3):\n print(volts(), dout())\n time.sleep(1)"
    hands = [Hand(700, "s", "flame", 0.4), Hand(1700, "s", "flame", 0.9)]
    got = lines({"s": ("wokwi-flame-sensor", {})}, ANALOG, program, hands=hands)
    seen = [tuple(map(float, line.split())) for line in got]
    assert [level for _volts, level in seen] == [1, 1, 0]
    shares = (0.98, 0.60, 0.125)
    assert [at for at, _ in seen] == pytest.approx([3.3 * share for share in shares], abs=0.12)


@pytest.mark.parametrize("kind", ["wokwi-big-sound-sensor", "wokwi-small-sound-sensor"])
def test_sound_swings_around_half_of_the_supply(kind: str) -> None:
    program = (
        VOLTS
        + """
dout = Pin(25)
for _ in range(2):
    seen = []
    for _ in range(200):
        seen.append(volts()); time.sleep_us(100)
    print(min(seen), max(seen), dout())
    time.sleep(1)
"""
    )
    got = lines({"s": (kind, {})}, ANALOG, program, hands=[Hand(900, "s", "sound", 0.8)])
    quiet, loud = [tuple(map(float, line.split())) for line in got]
    assert quiet == pytest.approx((1.65, 1.65, 0), abs=0.03)
    assert loud == pytest.approx((0.33, 2.97, 1), abs=0.15)


def test_a_program_counts_the_beats_of_a_heart() -> None:
    program = (
        VOLTS
        + """
while True:
    beats, above, end = 0, False, time.ticks_add(time.ticks_ms(), 10_000)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        now = volts() > 2.1
        beats += now and not above
        above = now
        time.sleep_ms(10)
    print(beats * 6)
"""
    )
    wires = [*FED, "s:OUT b:34"]
    hands = [Hand(10_350, "s", "bpm", 120), Hand(20_400, "s", "bpm", 0)]
    parts: Parts = {"s": ("wokwi-heart-beat-sensor", {"bpm": "60"})}
    got = lines(parts, wires, program, hands=hands, until_ms=31_500)
    assert [int(line) for line in got] == pytest.approx([60, 120, 0], abs=6)


def test_a_tilt_switch_is_closed_upright_and_bounces() -> None:
    program = """
from machine import Pin
import time
edges = 0
def edge(pin):
    global edges
    edges += 1
pin = Pin(25, Pin.IN)
pin.irq(edge)
print(pin()); time.sleep(1); print(pin(), edges > 5)
"""
    wires = [*FED, "s:OUT b:25"]
    hands = [Hand(900, "s", "tilted", 1)]
    assert lines({"s": ("wokwi-tilt-switch", {})}, wires, program, hands=hands) == ["0", "1 True"]


@pytest.mark.parametrize(
    ("kind", "supply", "at_24", "at_minus_10"),
    [
        ("board-lm35", "5V", 0.24, 0.1),
        ("board-lm35", "3V3", 0.14, 0.14),  # no output; the converter has this least value
        ("warsha-tmp36", "3V3", 0.74, 0.4),
    ],
)
def test_a_temperature_is_a_voltage(
    kind: str, supply: str, at_24: float, at_minus_10: float
) -> None:
    program = VOLTS + "print(volts())\ntime.sleep(1)\nprint(volts())"
    cold = -10 if "36" in kind else 10
    wires = [f"s:VCC b:{supply}", "s:GND b:GND.1", "s:OUT b:34", "s:OUT r:1", "r:2 b:GND.1"]
    parts: Parts = {"s": (kind, {}), "r": ("wokwi-resistor", {"value": "100000"})}
    got = lines(parts, wires, program, hands=[Hand(900, "s", "temperature", cold)])
    assert [float(volts) for volts in got] == pytest.approx([at_24, at_minus_10], abs=0.1)


def test_a_bare_capsule_gives_a_small_signal() -> None:
    program = (
        VOLTS
        + """
for _ in range(2):
    seen = [adc.read_uv() for _ in range(300)]
    print((max(seen) - min(seen)) // 1000, volts())
    time.sleep(1)
"""
    )
    parts: Parts = {"m": ("wokwi-microphone", {}), "r": ("wokwi-resistor", {"value": "2200"})}
    wires = ["r:1 b:3V3", "r:2 m:1", "m:2 b:GND.1", "m:1 b:34"]
    got = lines(parts, wires, program, hands=[Hand(900, "m", "sound", 1)])
    quiet, loud = [tuple(map(float, line.split())) for line in got]
    assert quiet == pytest.approx((0, 1.65), abs=0.03)
    assert loud[0] == pytest.approx(2 * 0.03 * 1650, rel=0.1)
