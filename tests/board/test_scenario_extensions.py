"""The steps that Wokwi does not have, with a real board: each passes or fails with a message."""

from pathlib import Path

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.scenario.player import Player, ScenarioOutcome, play
from hardware.bench.scenario.scenario import parse
from hardware.errors import ScenarioError

SECOND = 1_000_000_000
PARTS = [
    {"type": "board-esp32-devkit-c-v4", "id": "esp"},
    {"type": "wokwi-pushbutton", "id": "btn", "attrs": {"bounce": "0"}},
    {"type": "wokwi-potentiometer", "id": "pot", "attrs": {"value": "512"}},
]
WIRES = [
    ["esp:32", "btn:1.l", "", []],
    ["btn:2.l", "esp:GND.1", "", []],
    ["pot:SIG", "esp:34", "", []],
    ["pot:VCC", "esp:3V3", "", []],
    ["pot:GND", "esp:GND.1", "", []],
]
PROGRAM = """
from machine import Pin, PWM, UART
import time
PWM(Pin(18), freq=50, duty_u16=4915)
PWM(Pin(19), freq=10_000_000, duty_u16=32768)
UART(2, 9600, tx=17, rx=16).write('U')
led = Pin(25, Pin.OUT)
button = Pin(32, Pin.IN, Pin.PULL_UP)
print('ready 7')
while True:
    led(1); time.sleep_us(500); led(0)
    if not button():
        print('T=31.5'); Pin(26, Pin.OUT)(1)
    time.sleep_ms(9); time.sleep_us(500)
"""


def run(steps: str) -> list[ScenarioOutcome]:
    """Run the steps (YAML, indented as in a file) on the bench."""
    circuit = Circuit(load({"version": 1, "parts": PARTS, "connections": WIRES}))
    scenario = parse(f"name: t\nversion: 1\nsteps:\n{steps}", "s.yaml")
    with Flash(circuit.board) as flash:
        flash.put({"main.py": PROGRAM.encode()})
        with Bench(circuit, flash=flash) as bench:
            return play(scenario, bench, circuit, 5 * SECOND)


PIN = "part-id: esp, pin: '25'"
GOOD = [
    "expect-serial: { match: 'y [0-9]', timeout: 1s }",
    f"wait-pin: {{ {PIN}, value: 1, timeout: 1s }}",
    f"expect-edges: {{ {PIN}, edge: rising, min: 95, max: 101, for: 1s }}",
    f"expect-pulse: {{ {PIN}, value: 1, width: 520us, for: 100ms }}",
    f"expect-pwm: {{ {PIN}, period: 10.1ms, duty: 5%, for: 1s }}",
    "expect-pwm: { part-id: esp, pin: '18', frequency: 50Hz, duty: 7.5%, for: 100ms }",
    "expect-pulse: { part-id: esp, pin: '18', value: 1, width: 1.5ms, for: 100ms }",
    "expect-edges: { part-id: esp, pin: '18', edge: rising, count: 5, for: 100ms }",
    "expect-voltage: { part-id: esp, pin: '34', value: 1.65V }",
    "expect-voltage: { part-id: pot, pin: SIG, value: 1.65V, tolerance: 0.01V }",
    "never-pin: { part-id: esp, pin: '26', value: 1, for: 500ms }",
    "never-serial: { match: 'T=', for: 500ms }",
    "never-fault: { for: 100ms }",
]
BAD = [
    ("expect-serial: { match: 'x+', timeout: 100ms }", "'x\\+' was not received"),
    ("wait-pin: { part-id: esp, pin: '26', value: 1, timeout: 50ms }", "did not become 1 within"),
    (f"expect-edges: {{ {PIN}, count: 3, for: 100ms }}", "edges, expected 3"),
    (f"expect-pulse: {{ {PIN}, value: 1, width: 2ms, for: 50ms }}", "the nearest was"),
    (f"expect-pwm: {{ {PIN}, duty: 50%, for: 100ms }}", "expected 50 %"),
    ("expect-pwm: { part-id: esp, pin: '26', duty: 50%, for: 9ms }", "had no pulses"),
    ("expect-voltage: { part-id: esp, pin: '34', value: 3V }", "is at 1.65 V, expected 3 V"),
    ("expect-voltage: { part-id: pit, pin: SIG, value: 3V }", "no part 'pit'"),
    (f"never-pin: {{ {PIN}, value: 1, for: 50ms }}", "esp:25 was 1 at"),
    ("never-pin: { part-id: esp, pin: '18', value: 1, for: 50ms }", "esp:18 was 1 at"),
    ("expect-edges: { part-id: esp, pin: '19', count: 1, for: 3s }", "too many pulses"),
    ("expect-edges: { part-id: esp, pin: '17', count: 0, for: 500ms }", "edges, expected 0"),
    ("never-serial: { match: 'ready', for: 500ms }", "the board printed 'ready'"),
    ("expect-i2c: { address: 60, for: 10ms }", "0 such transfers with 0x3c"),
    ("expect-display: { part-id: btn, text: a }", "not a display"),
    ("expect-edges: { part-id: pot, pin: VCC, count: 1 }", "is not wired to a pin of a board"),
]


@pytest.mark.parametrize("step", GOOD)
def test_passes(step: str) -> None:
    run(f"  - wait-serial: read\n  - warsha: {{ {step} }}")


@pytest.mark.parametrize("step, message", BAD)
def test_fails(step: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=f"^s.yaml:4: .*{message}"):
        run(f"  - warsha: {{ {step} }}")


def test_without_the_step_before_the_line_is_checked() -> None:
    steps = """
  - delay: 1s
  - set-control: { part-id: btn, control: pressed, value: 1 }
  - delay: 100ms
  - warsha: { never-pin: { part-id: esp, pin: '26', value: 1 } }
"""
    with pytest.raises(ScenarioError, match=r"s.yaml:8: never-pin: esp:26 was 1 at 1(.01)? s"):
        run(steps)


SHAKEN = """
from machine import I2C, Pin
import struct, time
i2c = I2C(0, scl=Pin(22), sda=Pin(21))
i2c.writeto_mem(0x68, 0x6B, b'\\0')
while True:
    raw = [struct.unpack('>h', i2c.readfrom_mem(0x68, 0x3B, 2))[0] for _ in range(400)]
    print('from', round(min(raw) / 16384, 1), 'to', round(max(raw) / 16384, 1))
"""


def test_a_control_follows_a_waveform(tmp_path: Path) -> None:
    steps = """
  - wait-serial: from 0.0 to 0.0
  - set-control: { part-id: imu, control: accelX, value: 0.5 }
  - warsha:
      set-wave: { part-id: imu, control: accelX, frequency: 10Hz, amplitude: 1.2, phase: 90 }
  - wait-serial: from -0.7 to 1.7
  - warsha: { set-wave: { part-id: imu, control: accelX, frequency: 10Hz, amplitude: 0 } }
  - wait-serial: from 0.5 to 0.5
  - warsha: { set-wave: { part-id: imu, control: temperature, frequency: 1Hz, amplitude: 1 } }
"""
    imu = {"type": "wokwi-mpu6050", "id": "imu"}
    wires = ["imu:SDA esp:21", "imu:SCL esp:22", "imu:VCC esp:3V3", "imu:GND esp:GND.1"]
    joined = [[*wire.split(), "", []] for wire in wires]
    circuit = Circuit(load({"version": 1, "parts": [PARTS[0], imu], "connections": joined}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": SHAKEN.encode()})
        scenario = parse(f"name: t\nversion: 1\nsteps:{steps}", "s.yaml")
        with Bench(circuit, seed=1, flash=flash) as bench:
            what = "s.yaml:11: set-wave: part 'imu': temperature cannot follow a sine"
            with pytest.raises(ScenarioError, match=what):
                play(scenario, bench, circuit, 30 * SECOND)


def test_points_are_counted_and_the_run_goes_on() -> None:
    steps = """
  - warsha: { expect-serial: { match: 'ready' }, points: 2 }
  - wait-serial: "T=31.5"
    warsha: { timeout: 1s, points: 3, feedback: { en: Press it., ar: اضغط. } }
  - set-control: { part-id: btn, control: pressed, value: 1 }
  - wait-serial: "T=31.5"
    warsha: { points: 4 }
"""
    outcomes = run(steps)
    assert [outcome.points for outcome in outcomes] == [2, 0, 0, 4]
    assert outcomes[1].failure.startswith("'T=31.5' was not received")
    assert outcomes[1].step.feedback["ar"] == "اضغط."


@pytest.mark.parametrize(
    "step, what",
    [
        ("warsha: { expect-edge: {} }", "unknown key 'expect-edge'"),
        ("expect-edges: {}", "unknown key 'expect-edges'"),
        ("warsha: { expect-serial: { match: '(' } }", "not a regular expression"),
        ("warsha: { expect-serial: { match: '(?u)x' } }", "not a regular expression"),
        ("warsha: { publish: { topic: a/#, payload: x } }", "'a/#' is not a topic"),
        (f"warsha: {{ expect-edges: {{ {PIN} }} }}", "count, min and max are missing"),
        (f"warsha: {{ expect-edges: {{ {PIN}, edge: up, count: 1 }} }}", "'up' is not an edge"),
        (f"warsha: {{ expect-pwm: {{ {PIN}, duty: 0.5 }} }}", "0.5 is not in %"),
        (f"warsha: {{ expect-pwm: {{ {PIN}, frequency: 5s }} }}", "'5s' is not in Hz"),
        ("delay: 1ms\n    warsha: { never-fault: {} }", "delay \\+ never-fault in one step"),
        ("warsha: { set-wave: { part-id: m, control: accelX } }", "frequency"),
        ("delay: 1ms\n    warsha: { points: many }", "'many' is not a number"),
        ("delay: 1ms\n    warsha: { points: -5 }", "points are below 0"),
        ("delay: 1ms\n    warsha: { feedback: { fr: Oui } }", "unknown key 'fr'"),
    ],
)
def test_mistakes_are_named_at_load(step: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=what) as caught:
        parse(f"name: t\nversion: 1\nsteps:\n  - {step}", "s.yaml")
    assert caught.value.cure and str(caught.value).startswith("s.yaml:")


def test_aliases_of_aliases_are_not_written_out() -> None:
    more = "".join(f" - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    with pytest.raises(ScenarioError, match="is not text") as caught:
        parse(f"version: 1\nsteps: []\nname:\n - &a0 [x]\n{more}", "s.yaml")
    assert len(str(caught.value)) < 1000


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = "name: t\nversion: 1\nsteps:\n  - take-screenshot: { part-id: btn, save-to: a.png }"
    circuit = Circuit(load({"version": 1, "parts": PARTS, "connections": WIRES}))
    with Bench(circuit) as bench, pytest.raises(ScenarioError, match="not a display"):
        play(parse(text, str(tmp_path / "s.yaml")), bench, circuit, SECOND)


NODE = """
import network, time
from umqtt.simple import MQTTClient
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect('Wokwi-GUEST', '')
while not wlan.isconnected():
    time.sleep_ms(100)
client = MQTTClient('node1', 'broker.warsha')
client.set_callback(lambda topic, message: client.publish('lab/echo', message))
client.connect()
client.subscribe('lab/ask')
client.publish('lab/up', b'{"n": 1}')
while True:
    client.check_msg()
    time.sleep_ms(50)
"""


def test_mqtt_both_ways() -> None:
    steps = """
  - warsha: { expect-mqtt: { topic: lab/up, match: '"n": 1', max: 1, for: 8s } }
  - warsha: { publish: { topic: lab/ask, payload: hello } }
  - warsha: { expect-mqtt: { topic: lab/echo, match: '^hello$', for: 1s } }
  - warsha: { expect-mqtt: { topic: lab/up, for: 1s }, points: 1 }
"""
    circuit = Circuit(load({"version": 1, "parts": PARTS[:1], "connections": []}))
    scenario = parse(f"name: t\nversion: 1\nsteps:\n{steps}", "s.yaml")
    with Flash(circuit.board) as flash:
        flash.put({"main.py": NODE.encode()})
        with Bench(circuit, flash=flash) as bench:
            outcomes = play(scenario, bench, circuit, 20 * SECOND)
    assert outcomes[-1].failure == "0 such messages under 'lab/up', expected 1 …"


def test_i2c_and_a_display_of_dots() -> None:
    parts = [*PARTS[:1], {"type": "board-ssd1306", "id": "oled"}]
    pins = {"SDA": "21", "SCL": "22", "VCC": "3V3", "GND": "GND.1"}
    wires = [[f"oled:{pin}", f"esp:{to}", "", []] for pin, to in pins.items()]
    program = "from machine import I2C, Pin\n"
    program += "I2C(0, sda=Pin(21), scl=Pin(22)).writeto(60, b'\\x00\\xa5')"
    steps = """
  - delay: 1s
  - warsha: { expect-i2c: { address: 0x3c, write: [0xa5] }, points: 1 }
  - warsha: { expect-display: { part-id: oled, text: a } }
"""
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": wires}))
    scenario = parse(f"name: t\nversion: 1\nsteps:\n{steps}", "s.yaml")
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, flash=flash) as bench:
            player = Player(scenario, bench, circuit, 5 * SECOND)
            with pytest.raises(ScenarioError, match="oled shows dots"):
                player.play()
    assert [bool(outcome.failure) for outcome in player.outcomes] == [False, True, True]
    assert player.outcomes[1].failure.endswith("the last one wrote [0x00, 0xa5] and read []")
