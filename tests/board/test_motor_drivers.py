"""Published drivers run unchanged: servo, stepper, relay, and an MQTT client."""

import pytest

from hardware.bench.parts.servo import Servo
from hardware.bench.parts.stepper_motor import StepperMotor
from tests.support.network_bench import AP, JOIN
from tests.support.parts_bench import Parts
from tests.support.third_party_drivers import run_with_driver


@pytest.mark.parametrize("name", ["micropython-servo", "diyables-micropython-servo"])
def test_servo(name: str) -> None:
    module = {"micropython-servo": "servo"}.get(name, "DIYables_MicroPython_Servo")
    program = f"""
from {module} import Servo
import time
servo = Servo(18)
move = servo.write if hasattr(servo, 'write') else servo.move_to_angle
for degrees in (30, 120, 90):
    move(degrees)
    time.sleep(1)
"""
    pin = "18" if module == "servo" else "GP18"
    shortest, longest = (544, 2400) if module == "servo" else (600, 2450)
    wires = ["b:VBUS s:V+" if pin != "18" else "b:5V s:V+", "b:GND.1 s:GND", f"b:{pin} s:PWM"]
    with run_with_driver(name, {"s": ("wokwi-servo", {})}, wires, program, 0) as shown:
        servo = shown.parts["s"]
        assert isinstance(servo, Servo)
        for second, degrees in enumerate((30, 120, 90)):
            shown.run(900 + 1000 * second)
            pulse = shortest + (longest - shortest) * degrees / 180
            assert servo.angle == pytest.approx((pulse - 500) * 180 / 2000, abs=0.2)


def test_micropython_stepper() -> None:
    program = """
from stepper import Stepper
import time
motor = Stepper(2, 3, steps_per_rev=200, speed_sps=100)
motor.target_deg(90)
time.sleep(1)
motor.target_deg(-45)
time.sleep(2)
print(motor.get_pos())
"""
    parts: Parts = {"d": ("wokwi-a4988", {}), "m": ("wokwi-stepper-motor", {})}
    wires = ["b:GP2 d:STEP", "b:GP3 d:DIR", "d:RESET d:SLEEP", "b:3V3 d:VDD", "b:GND.1 d:GND"]
    wires += ["b:VBUS d:VMOT", "b:GND.1 d:GND.1"]
    wires += ["d:1A m:B+", "d:1B m:B-", "d:2A m:A+", "d:2B m:A-"]
    with run_with_driver("micropython-stepper", parts, wires, program, 900) as shown:
        motor = shown.parts["m"]
        assert isinstance(motor, StepperMotor)
        assert motor.steps == 50
        shown.run(3500)
        assert motor.steps == -25
        assert shown.printed_lines() == ["-25"]


def test_four_relay() -> None:
    program = """
from SimpleIO import Switch
from machine import Pin
import time
relay, contact = Switch(19), Pin(32, Pin.IN, Pin.PULL_DOWN)
for act in (relay.turn_on, relay.toggle, relay.toggle, relay.turn_off):
    act()
    time.sleep_ms(20)
    print(contact())
"""
    wires = ["b:5V r:VCC", "b:GND.1 r:GND", "b:19 r:IN", "b:3V3 r:COM", "r:NO b:32"]
    parts: Parts = {"r": ("wokwi-relay-module", {})}
    with run_with_driver("four-relay", parts, wires, program) as shown:
        assert shown.printed_lines() == ["1", "0", "1", "0"]


def test_umqtt_simple() -> None:
    """From the files on the board, not from the frozen module of the same name."""
    program = (
        JOIN
        + """
import umqtt.simple
print(umqtt.simple.__file__)
client = umqtt.simple.MQTTClient('lamp', 'broker.warsha', keepalive=20)
client.set_callback(lambda topic, message: print(topic, message))
client.connect()
client.subscribe(b'lamp/#')
client.publish(b'lamp/1', b'on', qos=1)
client.wait_msg()
client.disconnect()
"""
    )
    with run_with_driver(
        "micropython-umqtt.simple", {"ap": ("wokwi-wifi-ap", AP)}, [], program, 9000
    ) as shown:
        assert shown.printed_lines() == ["umqtt/simple.py", "b'lamp/1' b'on'"]
        assert shown.bench.trace.mqtt()[0].kind == "connect"
