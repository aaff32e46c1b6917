"""The bench with real boards: time, inputs, serial line, resets, ends, and one trace for one
story."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any

import pytest

from hardware.bench import frames
from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.tracing.trace import Trace
from hardware.bench.wiring.circuit import Circuit
from hardware.bench.wiring.diagram import load

MS = 1_000_000
SECOND = 1000 * MS
FAMILIES = {"esp32": "board-esp32-devkit-c-v4", "rp2": "wokwi-pi-pico"}
# Board pins by role; both families then have the same wiring.
PINS: dict[str, dict[str, Any]] = {
    "esp32": {"LED": 26, "BTN": 27, "POT": 34, "A": 18, "B": 19, "LOOSE": 4, "GND": "GND.1"},
    "rp2": {"LED": 15, "BTN": 14, "POT": 26, "A": 16, "B": 17, "LOOSE": 2, "GND": "GND.1"},
}
BLINK = """
from machine import Pin
import time
led = Pin({LED}, Pin.OUT)
print('READY')
while True:
    led(1); time.sleep_ms(500); led(0); time.sleep_ms(500)
"""


def circuit(family: str = "esp32") -> Circuit:
    """LED with resistor, button to ground, potentiometer, and pin A wired to pin B."""
    pins = {role: f"b:{_pin(family, pin)}" for role, pin in PINS[family].items()}
    parts = [
        {"type": FAMILIES[family], "id": "b"},
        {"type": "wokwi-led", "id": "led1"},
        {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": "220"}},
        {"type": "wokwi-pushbutton", "id": "btn1"},
        {"type": "wokwi-potentiometer", "id": "pot1"},
    ]
    wires = [
        (pins["LED"], "r1:1"),
        ("r1:2", "led1:A"),
        ("led1:C", pins["GND"]),
        (pins["BTN"], "btn1:1.l"),
        ("btn1:2.l", pins["GND"]),
        (pins["POT"], "pot1:SIG"),
        ("pot1:GND", pins["GND"]),
        ("pot1:VCC", "b:3V3"),
        (pins["A"], pins["B"]),
    ]
    made = {"version": 1, "parts": parts, "connections": [[*wire, "", []] for wire in wires]}
    return Circuit(load(made))


def _pin(family: str, pin: int | str) -> str:
    if isinstance(pin, str):
        return pin
    return f"GP{pin}" if family == "rp2" else str(pin)


@contextmanager
def bench_with(program: str, family: str = "esp32", **options: Any) -> Iterator[Bench]:
    """A bench whose board has this main.py; `{ROLE}` in it becomes the number of a pin."""
    for role, pin in PINS[family].items():
        program = program.replace(f"{{{role}}}", str(pin))
    made = circuit(family)
    with Flash(made.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(made, flash=flash, **options) as bench:
            yield bench


def text(bench: Bench) -> str:
    """What the board said before it came to the prompt."""
    said = bench.trace.serial().data.decode().replace("\r\n", "\n")
    return said.partition("MicroPython v")[0]


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


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
    def story(*stops: int) -> str:
        with bench_with(BLINK, seed=5) as bench:
            bench.control("btn1", "pressed", 1, 700 * MS)
            for stop in stops:
                bench.run(stop)
            return bench.trace.sha256()

    assert story(3 * SECOND) == story(1, 400 * MS, 1000 * MS, 1001 * MS, 3 * SECOND)


def test_ticks_begin_where_they_are_told(family: str) -> None:
    program = "import time\nprint(time.ticks_ms() > 2**30 - 1500)"
    with bench_with(program, family, ticks0_ms=2**30 - 1000) as bench:
        bench.run(SECOND)
        assert text(bench) == "True\n"


# -- inputs ---------------------------------------------------------------------------------

WATCH = """
from machine import Pin
import time
led = Pin({LED}, Pin.OUT)
button = Pin({BTN}, Pin.IN, Pin.PULL_UP)
while True:
    led(button())
"""


def test_a_polling_loop_follows_the_input_at_once(family: str) -> None:
    with bench_with(WATCH, family) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.control("btn1", "pressed", 0, 2 * SECOND)
        bench.run(3 * SECOND)
        trace = bench.trace
    pressed = trace.edges(PINS[family]["BTN"])
    shown = trace.edges(PINS[family]["LED"])
    assert SECOND in pressed.falling()  # the first touch; then it bounces
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
        said = text(bench).split()
    assert said[0] in ("4", "5")
    assert said[-1] in ("9", "10")


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


# -- one story, one trace -------------------------------------------------------------------

STORY = """
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


def story(family: str, seed: int = 1) -> str:
    program = STORY.replace("{TIMER}", "-1" if family == "rp2" else "0")
    with bench_with(program, family, seed=seed) as bench:
        for n in range(8):
            bench.control("btn1", "pressed", (n + 1) & 1, 800 * MS + n * 150 * MS)
            bench.control("pot1", "position", n / 8, 900 * MS + n * 133 * MS)
        bench.send(b"ignored\r", 950 * MS)
        bench.run(2 * SECOND)
        assert not bench.trace.exceptions()
        assert len(bench.trace.lines()) > 30
        return bench.trace.sha256()


def test_the_same_story_gives_the_same_trace(family: str) -> None:
    assert len({story(family) for _ in range(10)}) == 1
    assert story(family) != story(family, seed=2)


def test_a_loaded_machine_gives_the_same_trace(family: str) -> None:
    alone = story(family)
    busy = "import sys, threading\nthreading.Thread(target=sys.stdin.read, daemon=True).start()\n"
    busy += "while threading.active_count() > 1: pass"
    with ExitStack() as stack:
        for _ in range(4):
            load = subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE)
            stack.callback(load.communicate)  # closes its input: it ends
        assert {story(family) for _ in range(5)} == {alone}


# -- the serial line ------------------------------------------------------------------------


def test_input_reaches_the_program_and_the_trace(family: str) -> None:
    with bench_with("name = input('? ')\nprint('hello', name)", family) as bench:
        bench.send(b"Salem\r", SECOND)
        bench.run(2 * SECOND)
        assert text(bench).endswith("hello Salem\n")
        trace = bench.trace
    assert trace.sent().data == b"Salem\r"
    assert trace.sent().t_ns[0] >= SECOND


def test_more_input_than_the_board_has_room_for_arrives_whole(family: str) -> None:
    program = "import sys\nprint(sum(sys.stdin.buffer.read(20000)))"
    data = bytes(range(65, 90)) * 800
    with bench_with(program, family) as bench:
        bench.send(data, SECOND)
        bench.run(20 * SECOND)
        assert text(bench) == f"{sum(data[:20000])}\n"


@pytest.mark.parametrize("program", ["while True: pass", "import time\ntime.sleep(3600)"])
def test_ctrl_c_reaches_a_board_that_reads_nothing(family: str, program: str) -> None:
    with bench_with(program, family) as bench:
        bench.send(b"x" * 5000 + b"\x03", SECOND)
        bench.run(3 * SECOND)
        ends = [s for s in bench.trace.states() if s.state == frames.STATE_MAIN_END]
        assert ends[0].detail == 2
        assert ends[0].t_ns - SECOND < 20 * MS


def test_a_listener_hears_lines_at_their_time_and_can_leave() -> None:
    heard: list[tuple[bytes, int]] = []
    program = "import time\nfor n in range(9):\n    print('line', n)\n    time.sleep_ms(100)"
    with bench_with(program) as bench:

        def listen(data: bytes, t_ns: int) -> None:
            heard.append((data, t_ns))
            if data.endswith(b"4\r\n"):
                leave()
                bench.stop()

        leave = bench.on_tx(listen)
        bench.run(2 * SECOND)
        assert bench.now_ns == heard[-1][1] == bench.trace.lines()[-1].t_ns
        bench.run(2 * SECOND)
        assert text(bench).count("line") == 9
    assert b"".join(data for data, _t in heard).splitlines()[-1] == b"line 4"
    assert all(data.count(b"\n") <= 1 for data, _t in heard)


def test_a_listener_acts_at_the_time_of_what_it_heard(family: str) -> None:
    with bench_with("print('press')\n" + WATCH, family) as bench:

        def press(data: bytes, _t_ns: int) -> None:
            if b"press\r\n" in data:
                bench.control("btn1", "pressed", 1)

        bench.on_tx(press)
        bench.run(SECOND)
        trace = bench.trace
    assert trace.controls[0].t_ns == trace.lines()[0].t_ns


# -- resets and ends ------------------------------------------------------------------------

COUNTS = """
import machine, os
n = len(os.listdir())
open('boot%d' % n, 'w').close()
print('boot', n, machine.reset_cause(), machine.reset_cause() == machine.PWRON_RESET)
"""


def test_a_hard_reset_goes_on_in_time_with_the_same_flash(family: str) -> None:
    with bench_with(COUNTS, family) as bench:
        bench.run(SECOND)
        bench.reset()
        bench.run(2 * SECOND)
        trace = bench.trace
    boots = [line.text for line in trace.lines() if line.text.startswith("boot")]
    assert boots == ["boot 1 1 True", "boot 2 1 True"]
    assert [t >= SECOND for t in trace.boots()] == [False, True]
    assert (trace.ended(), trace.end_ns) == (None, 2 * SECOND)


def test_the_program_can_reset_the_board(family: str) -> None:
    program = COUNTS + "if n < 4:\n    machine.reset()"
    with bench_with(program, family) as bench:
        bench.run(5 * SECOND)
        said = bench.trace.serial().data.decode()
    assert [f"boot {n} " in said for n in range(1, 6)] == [True, True, True, True, False]
    assert said.count("True") == 1  # the others know that it was no power on


def test_outputs_fall_with_the_reset(family: str) -> None:
    program = "from machine import Pin\nled = Pin({LED}, Pin.OUT, value=1)"
    with bench_with(program, family) as bench:
        bench.run(SECOND)
        bench.reset()
        bench.run(SECOND + 1)
        assert not bench.trace.level_at(PINS[family]["LED"], SECOND)


def test_a_soft_reset_stays_in_the_process(family: str) -> None:
    with bench_with(COUNTS, family) as bench:
        bench.send(b"\x04", SECOND)
        bench.run(3 * SECOND)
        assert "boot 2" in [line.text[:6] for line in bench.trace.lines()]
        assert len(bench.trace.boots()) == 2


def test_an_exception_comes_out_of_band(family: str) -> None:
    with bench_with("def f():\n    return [][1]\n\nf()", family) as bench:
        bench.run(SECOND)
        (failure,) = bench.trace.exceptions()
    assert failure.text.endswith("IndexError: list index out of range\n")
    assert 'File "main.py", line 2, in f' in failure.text


ENDS = {
    "while True:\n    print('x' * 1000)": (Limits(output_bytes=50_000), frames.END_OUTPUT),
    "sum(range(10**9))": (Limits(cpu_s=1), frames.END_CPU),
    "from machine import Pin\np = Pin({LED}, Pin.OUT)\nwhile True:\n    p(1); p(0)": (
        Limits(records=100_000),
        frames.END_OUTPUT,
    ),
}


@pytest.mark.parametrize("program", ENDS)
def test_a_board_ends_by_its_limits(family: str, program: str) -> None:
    limits, cause = ENDS[program]
    with bench_with(program, family, limits=limits) as bench:
        bench.run(3600 * SECOND)
        assert bench.ended is not None and bench.ended.cause == cause
        end = bench.trace.ended()
        assert end == bench.ended
        bench.reset()
        assert bench.ended is None


@pytest.mark.parametrize(
    "program",
    [
        "x = sum(range(3_000_000))\nfrom machine import Pin\nPin({LED}, Pin.OUT)(1)\nprint('end')",
        "print('y' * 100_000)\nprint('end')",
        "from machine import Pin\np = Pin({LED}, Pin.OUT)\n"
        "any(map(p, [0, 0, 0] * 9999))\np(1); p(0); p(1); p(0); p(1); p(0)\nprint('end')",
    ],
)
def test_an_honest_board_is_never_taken_for_a_liar(family: str, program: str) -> None:
    with bench_with(program, family) as bench:
        for n in range(100):  # horizons that it passes on its way
            bench.at(n * 100 * MS, lambda: None)
        bench.run(60 * SECOND)
        assert bench.ended is None
        assert text(bench).endswith("end\n")


# -- many boards, and other threads ---------------------------------------------------------


def test_two_hundred_boards_live_at_once() -> None:
    with ExitStack() as stack:
        benches = [stack.enter_context(Bench(circuit(), seed=n)) for n in range(200)]
        for bench in benches:
            bench.run(SECOND)
        for n, bench in enumerate(benches):
            bench.send(f"print(6 * {n})\r\n".encode())
            bench.run(2 * SECOND)
            assert bench.trace.serial().data.endswith(b"\r\n%d\r\n>>> " % (6 * n))


class Live:
    """An interactive bench in a thread of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.said = bytearray()
        self._changed = threading.Condition()
        self._leaving = False
        bench.on_tx(self._hear)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Live":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._leaving = True
        self.bench.soon(lambda: None)
        self._thread.join(10)
        self.bench.close()

    def _serve(self) -> None:
        while not self._leaving:
            self.bench.serve_once(5.0)

    def _hear(self, data: bytes, _t_ns: int) -> None:
        with self._changed:
            self.said += data
            self._changed.notify_all()

    def expect(self, words: bytes) -> None:
        """Waits until the board has said this, and forgets it."""
        with self._changed:
            assert self._changed.wait_for(lambda: words in self.said, 10), bytes(self.said)
            del self.said[: self.said.index(words) + len(words)]

    def type(self, keys: bytes) -> None:
        self.bench.soon(lambda: self.bench.send(keys))


@pytest.fixture(params=["virtual", "realtime"])
def live(request: pytest.FixtureRequest, family: str) -> Iterator[Live]:
    with Live(Bench(circuit(family), mode=request.param, headless=False)) as made:
        yield made


def test_a_person_at_the_prompt(live: Live) -> None:
    live.expect(b">>> ")
    for n in range(50):
        live.type(b"%d + 1\r\n" % n)
        live.expect(b"\r\n%d\r\n>>> " % (n + 1))
    live.type(b"while True: pass\r\n\r\n")
    live.expect(b"... \r\n")
    live.type(b"\x03")
    live.expect(b"KeyboardInterrupt")
    live.expect(b">>> ")
    live.bench.soon(live.bench.reset)
    live.expect(b"MicroPython v1.25.0")
    live.type(b"import machine; machine.reset()\r\n")
    live.expect(b"MicroPython v1.25.0")


def test_a_control_reaches_a_waiting_board(live: Live, family: str) -> None:
    live.expect(b">>> ")
    pins = PINS[family]
    live.type(b"from machine import Pin; b = Pin(%d, Pin.IN, Pin.PULL_UP)\r\n" % pins["BTN"])
    live.expect(b">>> ")
    live.type(b"b.irq(lambda p: print('edge'), Pin.IRQ_FALLING); b()\r\n")
    live.expect(b"\r\n1\r\n>>> ")
    live.bench.soon(lambda: live.bench.control("btn1", "pressed", 1))
    live.expect(b"edge")


def test_a_bench_whose_board_is_gone_still_does_what_it_is_asked() -> None:
    limits = Limits(cpu_s=1, wall_s=None)
    with Live(Bench(circuit(), headless=False, limits=limits)) as live:
        live.expect(b">>> ")
        live.type(b"sum(range(10**9))\r\n")
        deadline = monotonic() + 20
        while live.bench.ended is None and monotonic() < deadline:
            asked = threading.Event()
            live.bench.soon(asked.set)
            asked.wait(0.2)
        assert live.bench.ended is not None and live.bench.ended.cause == frames.END_CPU
        live.bench.soon(live.bench.reset)
        live.expect(b">>> ")


def test_realtime_follows_the_wall_clock() -> None:
    with Live(Bench(circuit(), mode="realtime", headless=False)) as live:
        live.expect(b">>> ")
        begin = monotonic()
        live.type(b"import time; time.sleep_ms(400); print('do' + 'ne')\r\n")
        live.expect(b"done")
        assert 0.39 < monotonic() - begin < 5


def test_an_interactive_trace_forgets_its_oldest_part() -> None:
    with Live(Bench(circuit(), headless=False, limits=Limits(records=2000, cpu_s=None))) as live:
        live.expect(b">>> ")
        for n in range(20):
            live.type(b"print('%03d' * 300)\r\n" % n)
            live.expect(b">>> ")
        assert live.bench.ended is None
        trace = live.bench.trace
    assert len(trace.records) <= 2000
    assert trace.serial().data.endswith(b">>> ")


def test_a_program_that_only_writes_does_not_fill_an_interactive_bench() -> None:
    limits = Limits(records=600_000, cpu_s=None)
    with Live(Bench(circuit(), headless=False, limits=limits)) as live:
        live.expect(b">>> ")
        live.type(b"from machine import Pin; p = Pin(26, Pin.OUT)\r\n")
        live.expect(b">>> ")
        live.type(b"while True: p(1); p(0)\r\n\r\n")
        live.expect(b"... \r\n")
        done = threading.Event()
        live.bench.soon(lambda: live.bench.at(live.bench.now_ns + 60 * SECOND, done.set))
        assert done.wait(60)
        live.type(b"\x03")
        live.expect(b"KeyboardInterrupt")
        assert live.bench.ended is None


def test_what_is_closed_is_closed() -> None:
    bench = Bench(circuit())
    with bench:
        bench.run(SECOND)
        before: Trace = bench.trace
        pid = bench.station.pid
    assert bench.trace.sha256() == before.sha256()
    assert pid is not None and bench.station.pid is None
    bench.close()
