"""Measurements of PWM of real programs: a dimmed LED, and a moving servo."""

import pytest

from grader.lab.limits import Between, Within
from grader.lab.run import Run
from grader.lab.units import Hertz, Micros, Percent, us
from grader.measure.pulses import pulses
from grader.measure.pwm import pwm, with_pulses
from tests.support.measured_run import MS, Hand, measured
from tests.support.parts_bench import Parts

FAMILIES = pytest.mark.parametrize("family", ["esp32", "rp2"])
PARTS: Parts = {"s": ("wokwi-servo", {})}
GATE = """
from machine import Pin, PWM
import time
servo = PWM(Pin(SERVO), freq=FREQ, duty_u16=0)
def width(us):
    servo.duty_u16(us * FREQ * 65535 // 1000000)
width(600)
print('READY')
time.sleep_ms(500)
for us in range(600, 1601, STEP):
    width(us)
    time.sleep_ms(STEP)
time.sleep_ms(200)
servo.deinit()
while True:
    time.sleep(1)
"""
BY_HAND = """
from machine import Pin
import time
servo = Pin(SERVO, Pin.OUT, value=0)
print('READY')
while True:
    servo(1); time.sleep_us(1500); servo(0); time.sleep_us(18500)
"""


def gate(program: str, family: str = "esp32", freq: int = 50, step: int = 20) -> Run:
    pin = {"esp32": 13, "rp2": 18}[family]
    wires = [f"b:{'GP' if family == 'rp2' else ''}{pin} s:PWM", "s:V+ b:VBUS", "s:GND b:GND.1"]
    wires = [wire.replace("VBUS", "5V") if family == "esp32" else wire for wire in wires]
    head = f"FREQ, STEP = {freq}, {step}\n"
    return measured(PARTS, wires, head + program, {"SERVO": pin}, family=family, until_ms=3000)


@FAMILIES
def test_a_servo_that_moves_step_by_step(family: str) -> None:
    run = gate(GATE, family)
    seen = pwm(run, "SERVO")
    assert Within(percent=1, of=Hertz(50)).judge(seen.frequencies(), run).ok
    assert Between(us(500), us(2400)).judge(seen.widths(), run).ok
    assert seen.widths()[0].at_ns == 0  # the setting at READY is the first one
    assert seen.width_at(100 * MS) == pytest.approx(600, abs=2)
    assert seen.width_at(1600 * MS) == pytest.approx(1600, abs=2)
    assert seen.duty_at(1600 * MS) == pytest.approx(8, abs=0.01)
    assert (seen.width_at(2500 * MS), seen.frequency_at(2500 * MS)) == (None, None)
    moving = seen.between(510 * MS, 1490 * MS)
    slopes = (moving.width_us[1:] - moving.width_us[:-1]) / (
        (moving.at_ns[1:] - moving.at_ns[:-1]) / MS
    )
    assert slopes[1:] == pytest.approx(1.0, abs=0.15)  # µs of pulse per ms


def test_a_jump_and_a_wrong_frequency_measure_differently() -> None:
    jump = pwm(gate(GATE, step=1000), "SERVO")
    assert max(jump.width_us[1:] - jump.width_us[:-1]) == pytest.approx(1000, abs=2)
    fast = gate(GATE, freq=500)
    verdict = Within(percent=1, of=Hertz(50)).judge(pwm(fast, "SERVO").frequencies(), fast)
    assert not verdict.ok and verdict.measured in ("499 Hz", "500 Hz")  # the chip's own steps


@FAMILIES
def test_the_pulses_of_a_pwm_and_those_made_by_hand(family: str) -> None:
    made = with_pulses(gate(GATE, family), "SERVO")
    assert made is not None
    servo = pulses(made, True).between(0, 500 * MS)
    assert len(servo) in (24, 25)
    assert servo.widths() == pytest.approx([600] * len(servo), abs=2)
    run = gate(BY_HAND, family)
    by_hand = with_pulses(run, "SERVO")
    assert by_hand is not None
    assert len(pwm(run, "SERVO")) == 0
    widths = pulses(by_hand, True).widths()
    assert len(widths) > 100 and all(isinstance(width, Micros) for width in widths)
    assert widths == pytest.approx([1500] * len(widths), abs=30)


def test_millions_of_pulses_are_not_expanded() -> None:
    assert with_pulses(gate(GATE.replace("FREQ", "1000000")), "SERVO") is None


DIM = """
from machine import ADC, Pin, PWM
import time
lamp = PWM(Pin(LED_G), freq=1000, duty_u16=0)
pot = ADC(Pin(AIN_1))
if hasattr(pot, 'atten'):
    pot.atten(ADC.ATTN_11DB)
print('READY')
while True:
    lamp.duty_u16(pot.read_u16() // SCALE)
    time.sleep_ms(20)
"""


@pytest.mark.parametrize(("scale", "duty"), [(1, 91), (64, 1.4)])
def test_a_led_that_follows_a_knob(scale: int, duty: float) -> None:
    parts: Parts = {"p": ("wokwi-potentiometer", {}), "l": ("wokwi-led", {})}
    wires = ["b:34 p:SIG", "p:VCC b:3V3", "p:GND b:GND.1", "b:27 l:A", "l:C b:GND.1"]
    pins = {"AIN_1": 34, "LED_G": 27}
    hands = [Hand(500, "p", "position", 0.9)]
    run = measured(parts, wires, f"SCALE = {scale}\n" + DIM, pins, hands, until_ms=1000)
    seen = pwm(run, "LED_G")
    assert seen.duty_at(400 * MS) == pytest.approx(0, abs=0.1)
    assert seen.duty_at(700 * MS) == pytest.approx(duty, abs=5)
    assert Within(percent=1, of=Hertz(1000)).judge(seen.frequencies(), run).ok
    assert isinstance(seen.duties()[-1], Percent)
