"""Relay, transistor, multiplexer, flip-flops and LED driver, switched by real board programs."""

import pytest

from hardware.bench.circuit.afterimage import MeanView
from tests.support.parts_bench import Parts, lines, stage

LEVELS = """
from machine import Pin
import time
def see(*pins):
    time.sleep_ms(20)
    print(*[Pin(n, Pin.IN, Pin.PULL_UP)() for n in pins])
"""


def test_a_transistor_switches_a_relay_that_a_pin_cannot() -> None:
    contacts = ["k:P1 b:GND.1", "k:NC1 b:25", "k:NO1 b:26", "k:P2 b:GND.1", "k:NC2 b:32"]
    program = LEVELS + "coil = Pin(27, Pin.OUT)\nfor on in (0, 1, 0):\n coil(on); see(25, 26, 32)"
    relay: Parts = {"k": ("wokwi-ks2e-m-dc5", {})}
    direct = ["k:COIL1 b:27", "k:COIL2 b:GND.1", *contacts]
    assert lines(relay, direct, program) == ["0 1 0"] * 3
    relay["q"] = ("warsha-mosfet", {})
    driven = ["k:COIL1 b:5V", "k:COIL2 q:D", "q:S b:GND.1", "q:G b:27", *contacts]
    assert lines(relay, driven, program) == ["0 1 0", "1 0 1", "0 1 0"]


def test_a_transistor_dims_a_lamp() -> None:
    program = "from machine import Pin, PWM\nPWM(Pin(27), freq=1000, duty_u16=16384)"
    parts: Parts = {
        "q": ("warsha-mosfet", {}),
        "l": ("wokwi-led", {}),
        "r": ("wokwi-resistor", {"value": "220"}),
    }
    wires = ["b:27 q:G", "q:S b:GND.1", "q:D l:C", "l:A r:1", "r:2 b:3V3"]
    with stage(parts, wires, program, until_ms=500) as seen:
        view = MeanView(seen.circuit.electric, seen.circuit.afterimage, "l")
        full = (3.3 - 1.9) / 220
        assert view.amperes("A", "C") == pytest.approx(full / 4, rel=0.25)


def test_a_multiplexer_passes_the_selected_voltage() -> None:
    program = """
from machine import ADC, Pin
import time
selects = [Pin(n, Pin.OUT) for n in (25, 26, 27, 14)]
enable = Pin(13, Pin.OUT, value=0)
adc = ADC(Pin(34), atten=ADC.ATTN_11DB)
def read(channel):
    for n, pin in enumerate(selects):
        pin(channel >> n & 1)
    return round(adc.read_uv() / 1e6, 1)
print(read(0), read(9), read(15))
enable(1)
print(read(9))
"""
    parts: Parts = {"m": ("board-cd74hc4067", {}), "p": ("wokwi-potentiometer", {"value": "512"})}
    parts["r"] = ("wokwi-resistor", {"value": "1000000"})
    wires = ["m:VCC b:3V3", "m:GND b:GND.1", "m:EN b:13", "m:COM b:34", "p:SIG m:I9"]
    wires += ["p:VCC b:3V3", "p:GND b:GND.1", "m:I15 b:3V3", "m:I0 b:GND.1"]
    wires += [f"m:S{n} b:{pin}" for n, pin in enumerate((25, 26, 27, 14))]
    wires += ["r:1 m:COM", "r:2 b:GND.1"]
    got = [[float(x) for x in line.split()] for line in lines(parts, wires, program)]
    assert got[0] == pytest.approx([0.0, 1.65, 3.2], abs=0.17)
    assert got[1] == pytest.approx([0.0], abs=0.17)


@pytest.mark.parametrize(
    ("kind", "steps", "expected"),
    [
        ("d", "D=1 C=1 C=0 D=0 R=1 C=1", "0 1 1 1 1 0"),
        ("dr", "D=1 C=1 R=1 C=0 R=0 C=1", "0 1 0 0 0 1"),
        ("dsr", "S=1 S=0 R=1 S=1 R=0 C=1", "1 1 0 0 1 1"),
        ("sr", "S=1 C=1 S=0 C=0 R=1 C=1", "0 1 1 1 1 0"),
    ],
)
def test_flip_flops_take_over_at_the_clock(kind: str, steps: str, expected: str) -> None:
    pins = {"D": 25, "C": 26, "S": 27, "R": 14}
    program = f"""
from machine import Pin
pins = {{name: Pin(n, Pin.OUT, value=0) for name, n in {pins}.items()}}
q, other, seen = Pin(32), Pin(33), []
for step in {steps.split()}:
    name, level = step.split('=')
    pins[name](int(level))
    seen.append(str(q()))
    assert other() != q()
print(' '.join(seen))
"""
    names = {"C": "CLK"}
    wired = [name for name in pins if not (kind == "sr" and name == "D")]
    wires = [f"f:{names.get(name, name)} b:{pins[name]}" for name in wired]
    parts: Parts = {"f": (f"wokwi-flip-flop-{kind}", {})}
    got = lines(parts, [*wires, "f:Q b:32", "f:NOTQ b:33"], program)
    assert got == [expected]


def test_an_led_driver_only_pulls_low() -> None:
    program = """
from machine import Pin
data, clock, latch = Pin(25, Pin.OUT), Pin(26, Pin.OUT), Pin(27, Pin.OUT)
def send(byte):
    for bit in range(7, -1, -1):
        data(byte >> bit & 1); clock(1); clock(0)
    latch(1); latch(0)
for byte in (0x00, 0x02, 0xff):
    send(byte)
    print(*[Pin(n, Pin.IN, Pin.PULL_UP)() for n in (32, 33)])
"""
    wires = ["n:SI b:25", "n:SCK b:26", "n:RCK b:27", "n:OE b:GND.1", "n:SCLR b:3V3"]
    wires += ["n:VCC b:3V3", "n:GND b:GND.1", "n:QA b:32", "n:QB b:33"]
    assert lines({"n": ("wokwi-nlsf595", {})}, wires, program) == ["0 0", "0 1", "1 1"]
