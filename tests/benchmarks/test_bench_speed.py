"""How fast the bench is: starting boards, round trips, records, and virtual against wall time."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import numpy as np

from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.tracing.trace import Trace
from hardware.bench.wiring.circuit import Circuit
from hardware.bench.wiring.diagram import load

SECOND = 10**9
Measured = Callable[..., None]
PICO = load(
    {
        "version": 1,
        "parts": [
            {"type": "wokwi-pi-pico", "id": "b"},
            {"type": "wokwi-led", "id": "led1"},
            {"type": "wokwi-resistor", "id": "r1"},
            {"type": "wokwi-pushbutton", "id": "btn1"},
        ],
        "connections": [
            ["b:GP15", "r1:1", "", []],
            ["r1:2", "led1:A", "", []],
            ["led1:C", "b:GND.1", "", []],
            ["b:GP14", "btn1:1.l", "", []],
            ["btn1:2.l", "b:GND.1", "", []],
            ["b:GP16", "b:GP17", "", []],
        ],
    }
)
HEAD = "from machine import ADC, Pin\nimport time\nled = Pin(15, Pin.OUT)\n"


def run(program: str, until_ns: int) -> tuple[float, Trace]:
    """Wall seconds of the run, and its trace."""
    circuit = Circuit(PICO)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (HEAD + program).encode()})
        with Bench(circuit, flash=flash, limits=Limits(records=50_000_000)) as bench:
            begin = perf_counter()
            bench.run(until_ns)
            return perf_counter() - begin, bench.trace


def to_prompt(bench: Bench) -> None:
    leave = bench.on_tx(lambda data, _t: bench.stop() if data.endswith(b">>> ") else None)
    bench.run(SECOND)
    leave()
    assert bench.trace.serial().data.endswith(b">>> ")


def test_from_the_request_to_the_prompt(measured: Measured) -> None:
    times = []
    for seed in range(201):
        begin = perf_counter()
        with Bench(Circuit(PICO), seed=seed) as bench:
            to_prompt(bench)
            times.append((perf_counter() - begin) * 1000)
    measured("request to prompt, median", float(np.median(times[1:])), "ms")
    measured("request to prompt, p95", float(np.percentile(times[1:], 95)), "ms", aim=5)


def test_two_thousand_boards(measured: Measured) -> None:
    before = pss_kb("self")
    with ExitStack() as stack:
        begin = perf_counter()
        benches = []
        for seed in range(2000):
            benches.append(stack.enter_context(Bench(Circuit(PICO), seed=seed)))
            to_prompt(benches[-1])
        measured("2,000 boards to their prompts", perf_counter() - begin, "s")
        boards = sum(pss_kb(str(bench.station.pid)) for bench in benches) / 2000
        share = (pss_kb("self") - before) / 2000
        assert all(bench.ended is None for bench in benches)
        measured(
            "memory (PSS) of one, with its share of the bench", boards + share, "KB", aim=1000
        )


TWO_PICOS = load(
    {
        "version": 1,
        "parts": [{"type": "wokwi-pi-pico", "id": name} for name in ("b", "c")],
        "connections": [["b:GP15", "c:GP14", "", []], ["c:GP15", "b:GP14", "", []]],
    }
)


def test_two_boards_that_poll_each_other(measured: Measured) -> None:
    circuit = Circuit(TWO_PICOS)
    head = "from machine import Pin\nout, inp = Pin(15, Pin.OUT), Pin(14, Pin.IN)\n"
    programs = {"b": "while True: out(not inp())", "c": "while True: out(inp())"}
    with ExitStack() as stack:
        flashes = {}
        for name, program in programs.items():
            flashes[name] = stack.enter_context(Flash(circuit.sides[name].board))
            flashes[name].put({"main.py": (head + program).encode()})
        bench = stack.enter_context(Bench(circuit, flash=flashes))
        begin = perf_counter()
        bench.run(SECOND)
        wall, edges = perf_counter() - begin, len(bench.trace.edges("GP15").t_ns)
    assert edges > 5000
    measured("two boards that poll each other: virtual time", 1 / wall, "times")
    measured("an edge that goes over to the other board", wall / edges / 2 * 1e6, "us")


def pss_kb(process: str) -> int:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def test_an_hour_of_blinking(measured: Measured) -> None:
    begin = perf_counter()
    program = "while True:\n led(1); time.sleep_ms(500); led(0); time.sleep_ms(500)"
    _wall, trace = run(program, 3600 * SECOND)
    gaps = np.diff(trace.edges("GP15").t_ns[1:])
    assert len(gaps) > 7100 and np.all(abs(gaps - SECOND // 2) < 1_000_000)
    measured("a virtual hour of blinking, traced and judged", perf_counter() - begin, "s", aim=1)


def test_records_and_round_trips(measured: Measured) -> None:
    wall, trace = run("while True:\n led(1); led(0)", 6 * SECOND)
    measured("pin writes", len(trace.records) / wall / 1e6, "M/s", aim=2, most=False)
    program = "p = Pin(14, Pin.IN, Pin.PULL_UP)\nn = 0\n"
    wall, trace = run(
        program + "while time.ticks_ms() < 5000:\n p(); p(); p(); p()\n n += 4\nprint(n)",
        6 * SECOND,
    )
    reads = int(trace.lines()[0].text)
    measured("polled reads of a quiet pin", reads / wall / 1e6, "M/s", aim=1, most=False)
    loop = "a, b = Pin(16, Pin.OUT), Pin(17, Pin.IN)\nfor n in range(10000):\n a(n & 1); b()"
    wall, trace = run(loop, 3 * SECOND)
    assert len(trace.edges("GP17").t_ns) == 10_000
    measured("a write that a read depends on", wall / 10_000 * 1e6, "us", aim=60)
    wall, _trace = run("adc = ADC(26)\nfor n in range(10000):\n adc.read_u16()", 3 * SECOND)
    measured("a conversion of the ADC", wall / 10_000 * 1e6, "us", aim=60)
    wall, trace = run("for n in range(20000): print('line', n)", 100 * SECOND)
    measured("printed bytes", len(trace.serial().data) / wall / 1e6, "MB/s")


def test_busy_loops(measured: Measured) -> None:
    wall, _trace = run("while True: pass", 60 * SECOND)
    measured("computing: virtual time against the wall clock", 60 / wall, "times")
    sleeps = "import asyncio\nasync def tick(ms):\n while True: await asyncio.sleep_ms(ms)\n"
    sleeps += "async def main(): await asyncio.gather(*(tick(n) for n in (900, 1000, 1100)))\n"
    wall, _trace = run(sleeps + "asyncio.run(main())", 3600 * SECOND)
    measured("a virtual hour of three asyncio tasks", wall, "s", aim=1)
