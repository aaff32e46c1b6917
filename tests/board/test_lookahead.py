"""Steps that are announced to a board: its trace is the same as without announcements, also when
other events interrupt them."""

import pytest

from hardware.bench.board import lookahead
from hardware.bench.trace.trace import Trace
from tests.support.grant_count import GrantCount
from tests.support.parts_bench import Parts, play
from tests.support.rig import Hand

PARTS: Parts = {
    "d": ("wokwi-dht22", {"temperature": "-7.3", "humidity": "61.5"}),
    "u": ("wokwi-hc-sr04", {"distance": "100"}),
    "p": ("wokwi-potentiometer", {"value": "500"}),
    "w": ("warsha-water-pump", {"rate": "90"}),
}
WIRES = [
    "b:4 d:SDA",
    "d:VCC b:3V3",
    "d:GND b:GND.1",
    "b:5 u:TRIG",
    "b:35 u:ECHO",
    "u:VCC b:3V3",
    "u:GND b:GND.1",
    "b:34 p:SIG",
    "p:VCC b:3V3",
    "p:GND b:GND.1",
    "w:V+ b:3V3",
    "w:V- b:GND.1",
    "w:FLOW b:19",
]
BEGIN = """
import dht, time, machine
from machine import ADC, PWM, Pin, Timer, time_pulse_us
wire, led = Pin(4), Pin(2, Pin.OUT)
d = dht.DHT22(wire)
trig, echo = Pin(5, Pin.OUT, value=0), Pin(35, Pin.IN)
def read():
    try:
        d.measure()
        print(d.temperature(), d.humidity())
    except Exception as e:
        print(type(e).__name__, e)
def start():
    wire.init(Pin.OPEN_DRAIN, value=0); time.sleep_ms(2); wire(1)
def ping():
    trig(1); time.sleep_us(12); trig(0)
"""
PROGRAMS = {
    "reading": "read(); time.sleep_ms(2000); read()",
    "levels": "start()\nfor _ in range(400):\n    led(wire())",
    "pulls": "start(); time.sleep_us(900)\nfor _ in range(9):\n    wire(0); wire(1); led(wire())",
    "drives": "start(); time.sleep_us(900); wire.init(Pin.OUT, value=0); time.sleep_us(700)\n"
    "wire.init(Pin.IN); led(wire()); time.sleep_ms(3); read()",
    "interrupts": "seen = []\nstart(); time.sleep_us(700)\n"
    "wire.irq(lambda pin: seen.append(time.ticks_us()), Pin.IRQ_FALLING)\n"
    "for _ in range(999):\n    led(wire())\nprint(seen)",
    "stuck": "start()\nfor _ in range(999):\n    led(wire())",
    "pwm": "start(); time.sleep_us(700); w = PWM(wire, freq=5000); time.sleep_ms(2); w.deinit()",
    "analog": "a = ADC(Pin(34)); start()\nfor _ in range(30):\n    print(a.read_u16(), wire())",
    "timer": "Timer(0, period=1, callback=lambda t: led(wire()))\nfor _ in range(3):\n    read()",
    "echo": "for _ in range(3):\n    ping(); print(time_pulse_us(echo, 1)); time.sleep_ms(60)",
    "both": "start(); ping()\nwhile not echo():\n    led(wire())\nwhile echo():\n    led(wire())",
    "early": "ping(); time.sleep_ms(1)\nfor _ in range(99):\n    ping(); time.sleep_us(70)",
    "asleep": "ping(); machine.lightsleep(3); led(echo()); start(); time.sleep_ms(1)\n"
    "machine.reset()",
    "threads": "import _thread\nseen = []\ndef other():\n    for _ in range(300):\n"
    "        seen.append(wire())\n_thread.start_new_thread(other, ())\n"
    "start()\nfor _ in range(300):\n    led(wire())\nprint(seen)",
    "flow": "flow, seen = Pin(19, Pin.IN, Pin.PULL_UP), []\n"
    "def note(pin):\n    seen.append((time.ticks_us(), pin()))\n"
    "for edge in (Pin.IRQ_FALLING, Pin.IRQ_RISING, Pin.IRQ_FALLING | Pin.IRQ_RISING):\n"
    "    flow.irq(note, edge); time.sleep_ms(100)\n    for _ in range(99):\n        led(flow())\n"
    "flow.irq(None)\nprint(seen)",
    "prints": "start()\nfor n in range(40):\n    print(n, wire())",
}
ENGINES = {
    "esp32": "import esp32\nr = esp32.RMT(0, pin=Pin(18), clock_div=80)\n"
    "start(); r.write_pulses(tuple(range(9, 99)), 1)\nfor _ in range(99):\n    led(wire())",
    "rp2": "import rp2\n@rp2.asm_pio(autopush=True)\ndef sample():\n    in_(pins, 1)\n"
    "s = rp2.StateMachine(0, sample, freq=200000, in_base=wire)\nstart(); s.active(1)\n"
    "for _ in range(30):\n    print(hex(s.get()))",
}
"""Peripherals that run without the program: they send, or sample a wire."""
HANDS = [Hand(300 + 0.9 * n, "d", "temperature", n) for n in range(9)]
STUCK = {"esp32": 21.0, "rp2": 25.0}
"""The time of the first answer in a program that only starts the peripheral, in ms."""


def trace_of(program: str, family: str = "esp32") -> Trace:
    """The trace of that program with the sensors."""
    wires = WIRES if family == "esp32" else [pico(wire) for wire in WIRES]
    text = BEGIN + (PROGRAMS | {"engine": ENGINES[family]})[program]
    if family == "rp2":
        text = text.replace("Pin(35", "Pin(15").replace("Pin(34", "Pin(26").replace("(0, p", "(p")
    at_ms = STUCK[family] if program == "stuck" else 900
    hands = [*HANDS, Hand(at_ms, "d", "stuck", 1), Hand(at_ms + 1.1, "d", "stuck", 0)]
    return play(PARTS, wires, text, until_ms=4000, hands=hands, family=family)


def pico(wire: str) -> str:
    """The same wire on a Pico."""
    places = {"b:35": "b:GP15", "b:34": "b:GP26", "b:4": "b:GP4", "b:5": "b:GP5", "b:19": "b:GP19"}
    return " ".join(places.get(end, end) for end in wire.split())


@pytest.mark.parametrize("family", ["esp32", "rp2"])
@pytest.mark.parametrize("program", [*PROGRAMS, "engine"])
def test_a_board_with_announced_steps_gives_the_same_trace(
    program: str, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = trace_of(program, family)
    monkeypatch.setattr(lookahead, "MOST", 0)
    asked = trace_of(program, family)
    assert announced.serial().data == asked.serial().data
    assert announced.sha256() == asked.sha256() and len(announced.records) > 40


def test_a_reading_takes_few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    trace = trace_of("reading")
    assert len(trace.edges(4).t_ns) > 160 and asked.count < 60
