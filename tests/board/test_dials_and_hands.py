"""A telephone dial, a clockwork of two stepper motors, and the kinds of motion sensors."""

import pytest

from hardware.bench.drawing.bench_picture import draw
from hardware.bench.parts.biaxial_stepper import BiaxialStepper
from tests.support.parts_bench import Parts, lines, stage
from tests.support.rig import Hand


def test_a_program_reads_the_digits_of_a_dial() -> None:
    program = """
from machine import Pin
import time
dial, pulse = Pin(25, Pin.IN, Pin.PULL_UP), Pin(26, Pin.IN, Pin.PULL_UP)
for _ in range(3):
    while dial():
        time.sleep_ms(1)
    count, last = 0, 0
    while not dial():
        now = pulse()
        count += now and not last
        last = now
        time.sleep_ms(5)
    print(count % 10)
"""
    wires = ["d:GND b:GND.1", "d:DIAL b:25", "d:PULSE b:26"]
    hands = [
        *(Hand(200, "d", "3", level) for level in (1, 0)),
        Hand(2000, "d", "0", 1),
        Hand(2100, "d", "0", 0),
        Hand(2500, "d", "7", 1),  # the dial still runs
        Hand(2600, "d", "7", 0),
        Hand(6000, "d", "1", 1),
    ]
    got = lines({"d": ("wokwi-rotary-dialer", {})}, wires, program, hands=hands, until_ms=8000)
    assert got == ["3", "0", "1"]


def test_two_hands_turn_on_their_own() -> None:
    program = """
from machine import Pin
import time
outer = [Pin(n, Pin.OUT) for n in (25, 26, 27, 14)]
inner = [Pin(n, Pin.OUT) for n in (18, 19, 21, 22)]
FIELDS = ((1, 0, 1, 0), (0, 1, 1, 0), (0, 1, 0, 1), (1, 0, 0, 1))
def step(pins, way, count):
    at = 0
    for _ in range(count + 1):
        for pin, level in zip(pins, FIELDS[at % 4]):
            pin(level)
        at += way
        time.sleep_ms(2)
step(outer, 1, 50)
step(inner, -1, 25)
"""
    names = ("A1+", "A1-", "B1+", "B1-", "A2+", "A2-", "B2+", "B2-")
    wires = [
        f"m:{name} b:{pin}"
        for name, pin in zip(names, (25, 26, 27, 14, 18, 19, 21, 22), strict=True)
    ]
    parts: Parts = {"m": ("wokwi-biaxial-stepper", {"innerHandShape": "ornate"})}
    with stage(parts, wires, program, until_ms=1000) as seen:
        motor = seen.parts["m"]
        assert isinstance(motor, BiaxialStepper)
        angles = motor.angle("outer"), motor.angle("inner")
        assert sorted(map(abs, angles)) == pytest.approx([45, 90], abs=2)
        assert angles[0] * angles[1] < 0
        draw(seen.circuit)


@pytest.mark.parametrize(
    ("kind", "supply", "pulse_ms"),
    [
        ("wokwi-pir-motion-sensor", ("VCC", "5V"), 5000),
        ("warsha-am312", ("VCC", "3V3"), 2000),
        ("warsha-rcwl-0516", ("VIN", "5V"), 2000),
    ],
)
def test_the_pulse_of_a_motion_sensor(kind: str, supply: tuple[str, str], pulse_ms: int) -> None:
    program = """
from machine import Pin, time_pulse_us
print(round(time_pulse_us(Pin(25), 1, 10_000_000) / 1000))
"""
    wires = [f"s:{supply[0]} b:{supply[1]}", "s:GND b:GND.1", "s:OUT b:25"]
    hands = [Hand(1000, "s", "motion", 1), Hand(1100, "s", "motion", 0)]
    got = lines({"s": (kind, {})}, wires, program, hands=hands, until_ms=9000)
    assert [int(ms) for ms in got] == pytest.approx([pulse_ms + 100], abs=1)
