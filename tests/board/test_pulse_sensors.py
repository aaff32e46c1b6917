"""Sensors with a pulse or a timed level as output: HC-SR04 and PIR, read by a program."""

import pytest

from tests.support.parts_bench import lines, play
from tests.support.rig import Hand

SR = {"u": ("wokwi-hc-sr04", {"distance": "100"})}
SR_WIRES = ["b:5 u:TRIG", "b:35 u:ECHO", "u:VCC b:3V3", "u:GND b:GND.1"]
SR_PROGRAM = """
from machine import Pin, time_pulse_us
import time
trig, echo = Pin(5, Pin.OUT, value=0), Pin(35, Pin.IN)
def ping(width=12, wait=300000):
    trig(1); time.sleep_us(width); trig(0)
    return time_pulse_us(echo, 1, wait)
"""
PINGS = SR_PROGRAM + "for _ in range(4):\n    print(ping()); time.sleep_ms(500)\n"


def test_an_echo_is_58_us_per_cm_or_as_long_as_sound_travels() -> None:
    hands = [Hand(200, "u", "distance", 2.5), Hand(700, "u", "distance", 400)]
    hands += [Hand(1200, "u", "temperature", 20)]
    got = [int(line) for line in lines(SR, SR_WIRES, PINGS, hands=hands)]
    assert got == pytest.approx([5800, 145, 23200, 2 * 4 / 343.42 * 1e6], abs=3)


def test_a_trigger_that_is_too_short_is_ignored() -> None:
    short = "def short(t):\n    t(1); t(0)\n    return time_pulse_us(echo, 1, 60000)\n"
    program = SR_PROGRAM + short + "print(short(trig), ping() // 100)\n"
    assert lines(SR, SR_WIRES, program) == ["-2 58"]


def test_faults_of_an_echo() -> None:
    hands = [Hand(0, "u", "silent", 1), Hand(400, "u", "silent", 0), Hand(400, "u", "stuck", 1)]
    hands += [Hand(1100, "u", "stuck", 0), Hand(1100, "u", "out_of_range", 1)]
    hands += [Hand(1700, "u", "out_of_range", 0), Hand(1700, "u", "ghost", 20)]
    silent, stuck, far, ghost = (int(x) for x in lines(SR, SR_WIRES, PINGS, hands=hands))
    assert silent == -2 and 150_000 <= stuck <= 250_000
    assert far == pytest.approx(38_000, abs=3) and ghost == pytest.approx(1160, abs=3)


def test_faults_of_an_echo_end_after_their_count() -> None:
    hands = [Hand(0, "u", "fault_count", 2), Hand(0, "u", "silent", 1)]
    hands += [Hand(2000, "u", "fault_count", 1), Hand(2000, "u", "ghost", 20)]
    got = lines(
        SR, SR_WIRES, PINGS.replace("(4)", "(5)").replace("ping()", "ping() // 10"), hands=hands
    )
    assert got == ["-1", "-1", "580", "116", "580"]


def test_an_echo_of_5_v_is_too_much_for_the_board() -> None:
    wires = [wire.replace("b:3V3", "b:5V") for wire in SR_WIRES]
    trace = play(SR, wires, PINGS)
    assert [(fault.gpio, fault.detail) for fault in trace.faults()][:1] == [(35, 5000)]


def test_an_echo_needs_power() -> None:
    assert lines(SR, SR_WIRES[:2] + SR_WIRES[3:], SR_PROGRAM + "print(echo() in (0, 1))\n") == [
        "True"
    ]
    program = SR_PROGRAM.replace("Pin(35", "Pin(27").replace("IN)", "IN, Pin.PULL_DOWN)")
    wires = ["b:5 u:TRIG", "b:27 u:ECHO", "u:VCC b:3V3"]
    assert lines(SR, wires, program + "print(ping())\n") == ["-2"]


PIR = """
from machine import Pin
import time
out = Pin(27, Pin.IN)
t0 = time.ticks_ms()
was = 0
while time.ticks_diff(time.ticks_ms(), t0) < 19000:
    if out() != was:
        was = out()
        print(was, round(time.ticks_ms() / 1000, 1))
"""
PIR_WIRES = ["b:27 p:OUT", "p:VCC b:5V", "p:GND b:GND.1"]


@pytest.mark.parametrize(
    "retrigger, want",
    [
        ("", ["1 1.0", "0 8.0", "1 10.0", "0 12.5"]),
        ("0", ["1 1.0", "0 3.0", "1 4.2", "0 6.2", "1 10.0", "0 12.0"]),
    ],
)
def test_motion_holds_the_output_high_and_is_then_ignored_for_a_time(
    retrigger: str, want: list[str]
) -> None:
    """Motion from 1 s to 6 s, too short to count while it rests at 8.5 s (7 s), again at 10 s."""
    parts = {"p": ("wokwi-pir-motion-sensor", {"delayTime": "2", "retrigger": retrigger})}
    moves = [(1, 1), (6, 0), (10, 1), (10.5, 0)]
    hands = [Hand(1000 * t, "p", "motion", value) for t, value in moves]
    assert lines(parts, PIR_WIRES, PIR, until_ms=25_000, hands=hands) == want
