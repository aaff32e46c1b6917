"""Servo, relay and stepper, driven by real board programs."""

import pytest

from hardware.bench.parts.servo import Servo
from hardware.bench.parts.stepper_motor import StepperMotor
from tests.support.parts_bench import Parts, Stage, stage
from tests.support.rig import edge_ms

SERVO: Parts = {"s": ("wokwi-servo", {})}
SERVO_WIRES = ["b:5V s:V+", "b:GND.1 s:GND", "b:18 s:PWM"]


def angle(seen: Stage) -> float:
    servo = seen.parts["s"]
    assert isinstance(servo, Servo)
    return servo.angle


@pytest.mark.parametrize(
    ("pulse_us", "degrees"), [(500, 0), (1000, 45), (1500, 90), (2500, 180), (2650, 180), (100, 0)]
)
def test_a_servo_turns_to_the_angle_of_its_pulse(pulse_us: int, degrees: float) -> None:
    program = f"""
from machine import Pin, PWM
PWM(Pin(18), freq=50, duty_ns={pulse_us * 1000})
"""
    with stage(SERVO, SERVO_WIRES, program, until_ms=500) as seen:
        assert angle(seen) == pytest.approx(degrees, abs=0.2)


def test_a_servo_needs_time_to_turn_and_stays_without_pulses() -> None:
    program = """
from machine import Pin, PWM
import time
pwm = PWM(Pin(18), freq=50, duty_ns=2_500_000)
time.sleep_ms(100)
pwm.deinit()
"""
    with stage(SERVO, SERVO_WIRES, program) as seen:
        seen.run(60)
        assert 20 < angle(seen) < 40  # 600 degrees a second, after the boot
        seen.run(800)
        assert angle(seen) == pytest.approx(180)


def test_a_servo_takes_pulses_that_a_program_makes_itself() -> None:
    program = """
from machine import Pin
import time
pin = Pin(18, Pin.OUT)
for _ in range(10):
    pin(1); time.sleep_us(1000); pin(0); time.sleep_ms(19)
"""
    with stage(SERVO, SERVO_WIRES, program, until_ms=400) as seen:
        assert angle(seen) == pytest.approx(45, abs=2)


def test_a_servo_that_is_stuck_or_has_no_power_does_not_turn() -> None:
    program = """
from machine import Pin, PWM
PWM(Pin(18), freq=50, duty_ns=1_500_000)
"""
    with stage(SERVO, SERVO_WIRES[1:], program, until_ms=300) as seen:
        assert angle(seen) == 0
    with stage(SERVO, SERVO_WIRES, program) as seen:
        seen.bench.control("s", "stuck", 1)
        seen.run(300)
        assert angle(seen) == 0
        seen.bench.control("s", "stuck", 0)
        seen.run(600)
        assert angle(seen) == pytest.approx(90, abs=0.1)


RELAY_WIRES = ["b:5V r:VCC", "b:GND.1 r:GND", "b:19 r:IN", "b:3V3 r:COM", "r:NO b:32"]


@pytest.mark.parametrize("transistor", ["npn", "pnp"])
def test_a_relay_closes_7_ms_after_its_input_and_opens_3_ms_after(transistor: str) -> None:
    program = f"""
from machine import Pin
import time
contact = Pin(32, Pin.IN, Pin.PULL_DOWN)
coil = Pin(19, Pin.OUT, value={transistor == "pnp":d})
time.sleep_ms(50)
coil.toggle()
time.sleep_ms(50)
coil.toggle()
time.sleep_ms(50)
"""
    parts: Parts = {"r": ("wokwi-relay-module", {"transistor": transistor})}
    with stage(parts, RELAY_WIRES, program, until_ms=300) as seen:
        coil = seen.bench.trace.edges(19)
        contact = seen.bench.trace.edges(32)
        on, off = (int(t) for t in coil.t_ns[-2:])
        assert contact.rising().tolist() == [on + 7_000_000]
        assert contact.falling().tolist() == [off]


def test_a_welded_relay_stays_as_it_is() -> None:
    program = "from machine import Pin\nPin(32, Pin.IN, Pin.PULL_DOWN)\nPin(19, Pin.OUT, value=1)"
    with stage({"r": ("wokwi-relay-module", {})}, RELAY_WIRES, program) as seen:
        seen.bench.control("r", "stuck", 1)
        seen.run(100)
        assert edge_ms(seen.bench.trace, "esp32", "BTN", rising=True) == []
        seen.bench.control("r", "stuck", 0)
        seen.run(200)
        assert edge_ms(seen.bench.trace, "esp32", "BTN", rising=True) == [107.0]


MOTOR: Parts = {"m": ("wokwi-stepper-motor", {"display": "angle"})}
MOTOR_WIRES = ["b:26 m:A+", "b:25 m:A-", "b:27 m:B+", "b:14 m:B-"]
FULL = ("1000", "0010", "0100", "0001")
HALF = ("1000", "1010", "0010", "0110", "0100", "0101", "0001", "1001")


@pytest.mark.parametrize(
    ("sequence", "count", "steps"), [(FULL, 51, -50), (HALF, 51, -25), (FULL[::-1], 21, 20)]
)
def test_a_motor_follows_its_windings(sequence: tuple[str, ...], count: int, steps: float) -> None:
    program = f"""
from machine import Pin
import time
pins = [Pin(pin, Pin.OUT) for pin in (26, 25, 27, 14)]
for step in range({count}):
    for pin, level in zip(pins, {sequence}[step % {len(sequence)}]):
        pin(int(level))
    time.sleep_ms(2)
"""
    with stage(MOTOR, MOTOR_WIRES, program, until_ms=300) as seen:
        motor = seen.parts["m"]
        assert isinstance(motor, StepperMotor)
        assert motor.steps == steps
        assert motor.text() == f"{steps * 1.8 % 360:.1f}°"
