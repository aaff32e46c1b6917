"""The bench with real boards: time, inputs, and one trace of everything."""

import subprocess
import sys
from contextlib import ExitStack

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.protocol import frames
from tests.support.workbench import BLINK, FAMILIES, MS, PINS, SECOND, WATCH, bench_with, text

# -- time and outputs -----------------------------------------------------------------------


def test_an_hour_of_blinking(family: str) -> None:
    with bench_with(BLINK, family) as bench:
        bench.run(3600 * SECOND)
        trace = bench.trace
    edges = trace.edges(PINS[family]["LED"])
    assert 7150 < len(edges.t_ns) <= 7201
    gaps = edges.t_ns[2:] - edges.t_ns[1:-1]
    assert gaps.min() >= 500 * MS and gaps.max() < 501 * MS
    assert trace.lines()[0].text == "READY"
    assert (trace.end_ns, trace.ended()) == (3600 * SECOND, None)


def test_a_run_in_slices_is_the_same_run() -> None:
    def trace_hash(*stops: int) -> str:
        with bench_with(BLINK, seed=5) as bench:
            bench.control("btn1", "pressed", 1, 700 * MS)
            for stop in stops:
                bench.run(stop)
            return bench.trace.sha256()

    assert trace_hash(3 * SECOND) == trace_hash(1, 400 * MS, 1000 * MS, 1001 * MS, 3 * SECOND)


def test_ticks_begin_at_the_given_value(family: str) -> None:
    program = "import time\nprint(time.ticks_ms() > 2**30 - 1500)"
    with bench_with(program, family, ticks0_ms=2**30 - 1000) as bench:
        bench.run(SECOND)
        assert text(bench) == "True\n"


# -- inputs ---------------------------------------------------------------------------------


def test_a_polling_loop_follows_the_input_at_once(family: str) -> None:
    with bench_with(WATCH, family) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.control("btn1", "pressed", 0, 2 * SECOND)
        bench.run(3 * SECOND)
        trace = bench.trace
    pressed = trace.edges(PINS[family]["BTN"])
    shown = trace.edges(PINS[family]["LED"])
    assert SECOND in pressed.falling()  # the first contact, before the bounce
    assert 0 < shown.falling()[0] - SECOND < 40_000
    assert not trace.level_at(PINS[family]["LED"], SECOND + 100 * MS)
    assert trace.level_at(PINS[family]["LED"], 2 * SECOND + 100 * MS)
    assert [c.control for c in trace.controls] == ["pressed", "pressed"]


IRQ = """
from machine import Pin
import time
led = Pin({LED}, Pin.OUT)
def edge(pin):
    led(not led())
Pin({BTN}, Pin.IN, Pin.PULL_UP).irq(edge, Pin.IRQ_FALLING)
while True:
    pass
"""


def test_an_interrupt_reaches_a_busy_loop(family: str) -> None:
    with bench_with(IRQ, family) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.run(2 * SECOND)
        trace = bench.trace
    falls = trace.edges(PINS[family]["BTN"]).falling()
    answers = trace.edges(PINS[family]["LED"]).t_ns[1:]
    assert 0 < len(answers) <= len(falls)
    assert 0 < answers[0] - falls[falls >= SECOND][0] < 200_000
    assert trace.irqs(PINS[family]["BTN"])[0].bits == 2


LOOP = """
from machine import Pin
a, b = Pin({A}, Pin.OUT), Pin({B}, Pin.IN)
bad = 0
for n in range(500):
    a(n & 1)
    bad += b() != n & 1
print('bad', bad)
"""


def test_an_output_that_is_wired_to_an_input_is_seen_at_once(family: str) -> None:
    with bench_with(LOOP, family) as bench:
        bench.run(2 * SECOND)
        assert text(bench) == "bad 0\n"
        trace = bench.trace
    a, b = (trace.edges(PINS[family][role]) for role in "AB")
    assert a.t_ns[-499:].tolist() == b.t_ns[-499:].tolist()


def test_a_voltage_is_read(family: str) -> None:
    program = """
from machine import ADC, Pin
import time
adc = ADC(Pin({POT})) if 'rp2' in __import__('sys').platform else ADC({POT}, atten=ADC.ATTN_11DB)
while True:
    print(adc.read_uv() // 100000)
    time.sleep_ms(100)
"""
    with bench_with(program.replace("read_uv() // 100000", "read_u16() // 6554"), family) as bench:
        bench.control("pot1", "position", 0.5, 0)
        bench.control("pot1", "position", 1.0, SECOND)
        bench.run(2 * SECOND)
        words = text(bench).split()
    assert words[0] in ("4", "5")
    assert words[-1] in ("9", "10")


def test_a_short_is_noted() -> None:
    made = load(
        {
            "version": 1,
            "parts": [{"type": FAMILIES["esp32"], "id": "b"}],
            "connections": [["b:26", "b:GND.1", "", []]],
        }
    )
    with Bench(Circuit(made)) as bench:
        bench.send(b"from machine import Pin; p = Pin(26, Pin.OUT); p(1)\r\n", SECOND)
        bench.run(2 * SECOND)
        kinds = {(fault.kind, fault.gpio) for fault in bench.trace.faults()}
        assert kinds == {(frames.FAULT_SHORT, 26)}
        assert not bench.trace.level_at(26, 2 * SECOND)


# -- one scenario, one trace -------------------------------------------------------------------

PROGRAM = """
from machine import ADC, Pin, Timer
import asyncio, os, random, time
led, loose = Pin({LED}, Pin.OUT), Pin({LOOSE}, Pin.IN)
adc = ADC(Pin({POT}))
presses = []
Pin({BTN}, Pin.IN, Pin.PULL_UP).irq(lambda p: presses.append(time.ticks_us()), Pin.IRQ_FALLING)
Timer({TIMER}).init(period=7, mode=Timer.PERIODIC, callback=lambda t: led(not led()))
print(os.urandom(4), {object(), object(), print, led}, id(led))
async def look():
    while True:
        print(loose(), adc.read_u16(), len(presses), random.getrandbits(16))
        await asyncio.sleep_ms(random.randrange(40))
async def work():
    while True:
        sum(range(random.randrange(2000)))
        await asyncio.sleep_ms(3)
async def main():
    await asyncio.gather(look(), work())
asyncio.run(main())
"""


def trace_hash(family: str, seed: int = 1) -> str:
    program = PROGRAM.replace("{TIMER}", "-1" if family == "rp2" else "0")
    with bench_with(program, family, seed=seed) as bench:
        for n in range(8):
            bench.control("btn1", "pressed", (n + 1) & 1, 800 * MS + n * 150 * MS)
            bench.control("pot1", "position", n / 8, 900 * MS + n * 133 * MS)
        bench.send(b"ignored\r", 950 * MS)
        bench.run(2 * SECOND)
        assert not bench.trace.exceptions()
        assert len(bench.trace.lines()) > 30
        return bench.trace.sha256()


def test_the_same_scenario_gives_the_same_trace(family: str) -> None:
    assert len({trace_hash(family) for _ in range(10)}) == 1
    assert trace_hash(family) != trace_hash(family, seed=2)


def test_a_loaded_machine_gives_the_same_trace(family: str) -> None:
    alone = trace_hash(family)
    busy = "import sys, threading\nthreading.Thread(target=sys.stdin.read, daemon=True).start()\n"
    busy += "while threading.active_count() > 1: pass"
    with ExitStack() as stack:
        for _ in range(4):
            load = subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE)
            stack.callback(load.communicate)  # closes its input: it ends
        assert {trace_hash(family) for _ in range(5)} == {alone}
