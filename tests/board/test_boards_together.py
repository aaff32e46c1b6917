"""Several boards on one bench: common time, wires between them, and independent failures."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from hardware.bench.bench import Bench
from hardware.bench.board.process import LinuxProcess
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from tests.support.several_boards import MS, PING, PONG, SECOND, boards, circuit, text

ECHO = """
from machine import Pin
import time
out = Pin({out}, Pin.OUT)
Pin({inp}, Pin.IN).irq(lambda pin: out(pin()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
print('READY')
while True: time.sleep(1)
"""
POLL = """
from machine import Pin
out, inp = Pin(15, Pin.OUT), Pin(14, Pin.IN)
while True: out(inp())
"""
SEND = """
from machine import Pin
import time
out, inp = Pin(26, Pin.OUT), Pin(27, Pin.IN)
time.sleep_ms(100)
taken = []
for n in range(100):
    start = time.ticks_us()
    out(not out())
    while inp() != out(): pass
    taken.append(time.ticks_diff(time.ticks_us(), start))
print(min(taken), max(taken))
"""
ANSWERS = {"an interrupt": ECHO.format(out=15, inp=14), "a loop": POLL}
BLINK = """
from machine import Pin
import time
led = Pin(2, Pin.OUT)
while True:
    led(not led()); time.sleep_ms(100)
"""
RANDOM_WRITES = """
from machine import Pin
import os, random, time
out, inp = Pin({out}, Pin.OUT), Pin({inp}, Pin.IN)
seen = []
inp.irq(lambda pin: seen.append(time.ticks_us()), Pin.IRQ_RISING)
print(os.urandom(4), random.getrandbits(30))
while True:
    for n in range(random.randrange(300)): out(random.getrandbits(1) ^ inp())
    time.sleep_ms(random.randrange(5))
    print(len(seen), inp())
"""


HARD = """
from machine import Pin
import time
out, heard, numbers = Pin(15, Pin.OUT), 0, list(range(2000))
def hear(pin):
    global heard
    heard += 1
Pin(14, Pin.IN).irq(hear, hard=True)
for turn in range(100):
    out.toggle()
    sum(numbers)
time.sleep_ms(5)
print(heard)
"""
"""Each call of `sum` takes milliseconds."""


@pytest.mark.parametrize("way", ANSWERS)
def test_a_signal_goes_to_the_other_board_and_back(way: str) -> None:
    with boards(circuit(PING, PONG), {"esp": SEND, "pico": ANSWERS[way]}) as bench:
        bench.run(SECOND)
        least, most = map(int, text(bench, "esp").split())
        there, back = bench.traces["pico"].edges(14), bench.traces["esp"].edges(27)
    assert 10 < least <= most < 200
    sent = bench.traces["esp"].edges(26)
    assert there.t_ns[-100:].tolist() == sent.t_ns[-100:].tolist(), "a wire has no delay"
    assert (back.t_ns[-100:] > sent.t_ns[-100:]).all()


def test_a_board_reads_an_earlier_change_of_a_pin() -> None:
    late = "from machine import Pin\nimport time\ntime.sleep(1)\nprint(Pin(14, Pin.IN)())"
    early = "from machine import Pin\nimport time\nPin(26, Pin.OUT)(1)\ntime.sleep(5)"
    with boards(circuit(PING), {"esp": early, "pico": late}) as bench:
        bench.run(2 * SECOND)
        assert text(bench, "pico") == "1\n"


def test_an_answer_can_wait_for_the_third() -> None:
    made = circuit(
        PING,
        ("pico:GP15", "third:GP14"),
        ("third:GP15", "esp:27"),
        boards=("esp", "pico", "third"),
    )
    echo = ANSWERS["an interrupt"]
    with boards(made, {"esp": SEND, "pico": echo, "third": echo}) as bench:
        bench.run(SECOND)
        least, most = map(int, text(bench, "esp").split())
    assert 40 < least <= most < 300


def trace_hashes(count: int, *stops: int) -> list[str]:
    """The trace hashes of boards that interrupt each other and use random numbers."""
    ids = ("esp", "pico", "third")[:count]
    wires = [PING, PONG, ("pico:GP16", "third:GP14"), ("third:GP15", "pico:GP17")]
    wires += [("esp:32", "btn1:1.l"), ("btn1:2.l", "esp:GND.1")]
    there = {*ids, "btn1"}
    made = circuit(*(w for w in wires if {end.split(":")[0] for end in w} <= there), boards=ids)
    pins = {"esp": (26, 27), "pico": (15, 14), "third": (15, 14)}
    programs = {key: RANDOM_WRITES.format(out=pins[key][0], inp=pins[key][1]) for key in ids}
    with boards(made, programs, seed=3) as bench:
        bench.control("btn1", "pressed", 1, 150 * MS)
        for stop in stops or (400 * MS,):
            bench.run(stop)
        return [trace.sha256() for trace in bench.traces.values()]


@pytest.mark.parametrize("count", [1, 2, pytest.param(3, marks=pytest.mark.long)])
def test_the_same_inputs_give_the_same_traces(count: int) -> None:
    alone = trace_hashes(count)
    assert len(set(alone)) == count, "every board has its own random numbers"
    assert trace_hashes(count, 1, 100 * MS, 100 * MS + 1, 400 * MS) == alone
    busy = "import sys, threading\nthreading.Thread(target=sys.stdin.read, daemon=True).start()\n"
    busy += "while threading.active_count() > 1: pass"
    with ExitStack() as stack:
        for _ in range(3):
            load = subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE)
            stack.callback(load.communicate)  # closes its input: it ends
        assert trace_hashes(count) == alone


def test_an_unconnected_board_changes_nothing() -> None:
    def fingerprint(made: Circuit, programs: dict[str, str]) -> str:
        with boards(made, programs, seed=5) as bench:
            bench.run(300 * MS)
            return bench.trace.sha256()

    program = RANDOM_WRITES.format(out=26, inp=27)
    alone = fingerprint(circuit(boards=("esp",)), {"esp": program})
    assert fingerprint(circuit(), {"esp": program, "pico": POLL}) == alone


# -- each its own ----------------------------------------------------------------------------

FLOOD = "x = 'x' * 1000\nwhile True: print(x)"
CRASHES = {
    "output": (FLOOD, Limits(output_bytes=10_000), frames.END_OUTPUT),
    "processor": ("while True: x = 1", Limits(cpu_s=1), frames.END_CPU),
    "wall": ("while True: x = 1", Limits(wall_s=6), frames.END_WALL),
}


@pytest.mark.parametrize("how", CRASHES)
def test_a_board_over_its_limit_ends_alone(how: str) -> None:
    program, limits, cause = CRASHES[how]
    slowly = BLINK.replace("100", "10_000")
    with boards(circuit(PING, PONG), {"esp": slowly, "pico": program}, limits=limits) as bench:
        bench.run(50_000 * SECOND)
        assert bench.ended is None
        end = bench.traces["pico"].ended()
        assert end is not None and end.cause == cause
        trace = bench.trace
    assert trace.ended() is None and trace.end_ns == 50_000 * SECOND
    assert len(trace.edges(2).t_ns) > 4900


def test_a_killed_process_does_not_affect_the_other_board() -> None:
    with boards(circuit(PING, PONG), {"esp": BLINK, "pico": POLL}) as bench:
        bench.run(SECOND)
        pid = bench.boards["pico"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        bench.run(3 * SECOND)
        end = bench.traces["pico"].ended()
        assert end is not None and end.cause == frames.END_KILLED
        assert len(bench.trace.edges(2).falling()) == 15
        assert not bench.boards["pico"].running


def test_forged_time_of_one_board_ends_that_board() -> None:
    with boards(circuit(PING, PONG), {"esp": BLINK, "pico": POLL}) as bench:
        bench.run(SECOND)
        board = bench.boards["pico"]
        board.reader.validator.last_ns += SECOND // 2  # as if it had reported that time before
        bench.run(2 * SECOND)
        end = bench.traces["pico"].ended()
        assert end is not None and end.cause == frames.END_FORGED
        assert bench.trace.ended() is None


def test_a_reset_affects_one_board() -> None:
    again = "import machine, time\ntime.sleep_ms(700)\nmachine.reset()"
    with boards(circuit(PING, PONG), {"esp": BLINK, "pico": again}) as bench:
        bench.run(SECOND)
        bench.reset(board="pico")
        bench.run(2 * SECOND)
        assert len(bench.traces["pico"].boots()) in (3, 4)
        assert len(bench.trace.boots()) == 1
        assert len(bench.trace.edges(2).falling()) == 10


def test_a_part_uses_the_input_limits_of_its_own_board() -> None:
    """2.2 V are a high level for an RP2040 (2.0 V), not yet for an ESP32 (2.475 V)."""
    esp32, pico = "board-esp32-devkit-c-v4", "wokwi-pi-pico"
    parts: list[dict[str, Any]] = [{"type": esp32, "id": "esp"}, {"type": pico, "id": "pico"}]
    wires = []
    for board, pin in (("esp", "34"), ("pico", "GP26")):
        knob, gate = f"knob_{board}", f"gate_{board}"
        parts.append({"type": "wokwi-potentiometer", "id": knob, "attrs": {"value": "682"}})
        parts.append({"type": "wokwi-gate-buffer", "id": gate})
        wires += [(f"{knob}:VCC", f"{board}:3V3"), (f"{knob}:GND", f"{board}:GND.1")]
        wires += [(f"{knob}:SIG", f"{board}:{pin}"), (f"{knob}:SIG", f"{gate}:IN")]
    connections = [[*wire, "", []] for wire in wires]
    made = Circuit(load({"version": 1, "parts": parts, "connections": connections}))
    with Bench(made) as bench:
        bench.run(MS)
        levels = [made.level_of(part, "OUT") for part in ("gate_esp", "gate_pico")]
        read = [made.level_of("esp", "34"), made.level_of("pico", "GP26")]
    assert levels == read == [False, True]


def test_each_board_has_its_own_supply() -> None:
    with boards(circuit(PING), {"esp": BLINK, "pico": "1/0"}) as bench:
        bench.run(100 * MS)
        assert bench.circuit.electric.powered == {"esp", "pico"}
        bench.boards["pico"].terminate(frames.END_WALL, "")
        bench.run(200 * MS)
        assert bench.circuit.electric.powered == {"esp"}
        assert [trace.ended() is None for trace in bench.traces.values()] == [True, False]


def test_each_board_has_its_own_flash_serial_line_and_id() -> None:
    who = "import machine, sys\nprint(sys.platform, machine.unique_id())\nprint(input())"
    with boards(
        circuit(boards=("esp", "pico", "third")), dict.fromkeys(("esp", "pico", "third"), who)
    ) as bench:
        bench.send(b"for the third\r", 500 * MS, "third")
        bench.run(SECOND)
        output = {key: text(bench, key).splitlines() for key in bench.boards}
    assert [lines[0].split()[0] for lines in output.values()] == ["esp32", "rp2", "rp2"]
    assert len({lines[0] for lines in output.values()}) == 3
    assert [lines[-1] for lines in output.values()].count("for the third") == 1
    assert output["third"][-1] == "for the third"


def test_a_short_between_two_boards_is_a_fault_of_both() -> None:
    high = "from machine import Pin\nPin(26, Pin.OUT, value=1)"
    low = "from machine import Pin\nPin(14, Pin.OUT, value=0)"
    with boards(circuit(PING), {"esp": high, "pico": low}) as bench:
        bench.run(SECOND)
        found = {key: {fault.gpio for fault in t.faults()} for key, t in bench.traces.items()}
    assert found == {"esp": {26}, "pico": {14}}


def test_a_listener_stops_all_boards_at_one_time() -> None:
    with boards(
        circuit(PING, PONG),
        {"esp": POLL.replace("15", "26").replace("14", "27"), "pico": ECHO.format(out=15, inp=14)},
    ) as bench:
        ready_ns = []

        def listen(data: bytes, t_ns: int) -> None:
            if b"READY" in data:
                ready_ns.append(t_ns)
                bench.stop()

        bench.on_tx(listen, "pico")
        bench.run(10 * SECOND)
        assert [bench.now_ns] == [ready_ns[0] + MS]
        assert all(trace.end_ns == bench.now_ns for trace in bench.traces.values())


# -- cost --------------------------------------------------------------------------------------


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Callable[[Bench, int], int]:
    """Runs a bench for this many nanoseconds, and tells how often its boards asked."""
    receive, count = LinuxProcess.receive, 0

    def counted(process: LinuxProcess, wait: bool) -> bytes | None:
        nonlocal count
        count += 1
        return receive(process, wait)

    def run(bench: Bench, ns: int) -> int:
        before = count
        bench.run(bench.now_ns + ns)
        return count - before

    monkeypatch.setattr(LinuxProcess, "receive", counted)
    return run


def test_boards_without_a_connection_take_no_extra_time(
    requests: Callable[[Bench, int], int],
) -> None:
    work = "import time\nwhile True:\n for n in range(200): pass\n time.sleep_ms(1)"
    with boards(circuit(boards=("esp",)), {"esp": work}) as bench:
        alone = requests(bench, 5 * SECOND)
    assert alone > 0
    with boards(circuit(), {"esp": work, "pico": work}) as bench:
        assert requests(bench, 5 * SECOND) < 3 * alone + 20


def test_two_boards_with_hard_interrupts_do_not_ask_at_each_nanosecond(
    requests: Callable[[Bench, int], int],
) -> None:
    """While a call of C code is under way on both, each could be the next to write."""
    wires = (("pico:GP15", "third:GP14"), ("third:GP15", "pico:GP14"))
    with boards(circuit(*wires, boards=("pico", "third")), {"pico": HARD, "third": HARD}) as bench:
        bench.run(100 * MS)
        assert requests(bench, 50 * MS) < 2000
        bench.run(SECOND)
        heard = [int(text(bench, name)) for name in ("pico", "third")]
    assert all(90 <= count <= 100 for count in heard), heard


def test_a_sampler_of_pio_on_another_board_agrees_with_the_trace() -> None:
    """1 MHz, stored by DMA, while both processors are busy."""
    sampler = """
import rp2, uctypes
from machine import Pin
@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=32)
def sample():
    in_(pins, 1)
samples = bytearray(4000)
dma = rp2.DMA()
eye = rp2.StateMachine(0, sample, freq=1_000_000, in_base=Pin(14, Pin.IN))
ctrl = dma.pack_ctrl(inc_read=False, treq_sel=4)
dma.config(read=eye, write=samples, count=1000, ctrl=ctrl, trigger=True)
while Pin(14)():
    pass
eye.active(1)
while dma.active():
    sorted(range(300))
words = (int.from_bytes(samples[at:at + 4], "little") for at in range(0, 4000, 4))
bits = "".join("{:032b}".format(word) for word in words)
print([len(run) for run in bits.replace("10", "1 0").replace("01", "0 1").split()][1:-1])
"""
    sender = """
import time
from machine import Pin
out = Pin(26, Pin.OUT, value=1)
time.sleep_ms(500)
for n in range(60):
    out(n % 2)
    for _ in range(n * 13 % 40):
        pass
"""
    with boards(circuit(PING), {"esp": sender, "pico": sampler}, seed=1) as bench:
        bench.run(5 * SECOND)
        runs = eval(text(bench, "pico"))
        edges = bench.traces["esp"].edges(26)
    gaps_us = [float(gap) / 1000 for gap in np.diff(edges.t_ns)]
    assert len(runs) >= 50
    begins = range(5)  # it samples from the first low level on, or a moment later
    assert any(runs == pytest.approx(gaps_us[at : at + len(runs)], abs=1.01) for at in begins)
