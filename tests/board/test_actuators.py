"""Servo, relay and stepper, driven by real board programs."""

import pytest

from hardware.bench.drawing.live_picture import LivePicture, what_is_seen
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


BUZZER: Parts = {"horn": ("wokwi-buzzer", {})}
BUZZER_WIRES = ["b:18 horn:2", "b:GND.1 horn:1"]
ITSELF = """
import time
pin = Pin(18, Pin.OUT)
while True:
    pin(1); time.sleep_us({high}); pin(0); time.sleep_us({low})
"""


@pytest.mark.parametrize(
    ("action", "heard"),
    [
        ("PWM(Pin(18), freq=440, duty_u16=983)", "sounds at 440 Hz"),  # 1.5 %
        # 99 % duty; 1499 Hz is the nearest that its timer makes
        ("PWM(Pin(18), freq=1500, duty_u16=64900)", "sounds at 1499 Hz"),
        (ITSELF.format(high=20, low=1980), "sounds at 49"),  # the loop needs time, too
        (ITSELF.format(high=1000, low=1000), "sounds at 49"),
        ("Pin(18, Pin.OUT, value=1)", "sounds"),
        ("PWM(Pin(18), freq=440, duty_u16=65535)", "sounds"),
        ("Pin(18, Pin.OUT, value=0)", "silent"),
        ("PWM(Pin(18), freq=440, duty_u16=0)", "silent"),
        ("PWM(Pin(18), freq=38_000, duty_u16=32768)", "silent"),
        ("pass", "silent"),
    ],
)
def test_a_person_hears_each_audible_tone_at_any_duty(action: str, heard: str) -> None:
    with stage(BUZZER, BUZZER_WIRES, f"from machine import Pin, PWM\n{action}\n", 500) as seen:
        words = what_is_seen(seen.circuit).split("horn: ")[1]
        assert words.startswith(heard) and (words == heard or words.endswith(" Hz"))
        tone = heard.partition(" at ")[2]
        picture = LivePicture(seen.circuit)
        picture.update()
        assert (f">horn {tone}" in picture.svg) == bool(tone)
        assert ("#ee8a1d" in picture.svg) == (heard != "silent")


def test_a_buzzer_tells_each_note_of_a_melody_and_through_a_transistor() -> None:
    program = """
from machine import Pin, PWM
import time
for pin in (18, 19):
    pwm = PWM(Pin(pin), freq=262, duty_u16=1000)
    time.sleep_ms(300)
    pwm.freq(330)
    time.sleep_ms(300)
    pwm.deinit()
    Pin(pin, Pin.OUT, value=0)
    time.sleep_ms(300)
"""
    parts: Parts = {**BUZZER, "loud": ("wokwi-buzzer", {}), "q": ("warsha-mosfet", {})}
    wires = [*BUZZER_WIRES, "b:19 q:G", "q:S b:GND.1", "q:D loud:1", "b:5V loud:2"]
    with stage(parts, wires, program) as seen:
        heard = list[str]()
        for at_ms in range(200, 2100, 50):
            seen.run(at_ms)
            words = what_is_seen(seen.circuit)
            heard += [words] if words not in heard[-1:] else []
    assert heard == [
        "horn: sounds at 262 Hz; loud: silent",
        "horn: sounds at 330 Hz; loud: silent",
        "horn: silent; loud: silent",
        "horn: silent; loud: sounds at 262 Hz",
        "horn: silent; loud: sounds at 330 Hz",
        "horn: silent; loud: silent",
    ]


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
