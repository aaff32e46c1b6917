"""Many boards at once, and a bench that other threads use."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from time import monotonic

import pytest

from hardware.bench.bench import Bench, Mode
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.pace import STEP_NS
from hardware.bench.serving.program_tail import ProgramTail
from hardware.bench.trace.trace import Trace
from hardware.errors import BenchError, DeviceError
from hardware.wire.board import Board
from tests.support.bench_page import diagram
from tests.support.workbench import PINS, SECOND, circuit

TWO_BOARDS = ("board-esp32-devkit-c-v4", "wokwi-pi-pico")
WIRE = ("4:25", "o:GP2")

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

    def __init__(self, bench: InteractiveBench) -> None:
        self.bench = bench
        self.received = bytearray()
        self._changed = threading.Condition()
        self._leaving = False
        bench.on_tx(self._receive)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Live":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._leaving = True
        self.bench.soon(lambda: None)
        self._thread.join(60)
        self.bench.close()

    def _serve(self) -> None:
        while not self._leaving:
            self.bench.serve_once(5.0)

    def _receive(self, data: bytes, _t_ns: int) -> None:
        with self._changed:
            self.received += data
            self._changed.notify_all()

    def expect(self, words: bytes) -> None:
        """Waits until the board has printed this, and removes it."""
        with self._changed:
            assert self._changed.wait_for(lambda: words in self.received, 60), bytes(self.received)
            del self.received[: self.received.index(words) + len(words)]

    def type(self, keys: bytes) -> None:
        self.bench.soon(lambda: self.bench.send(keys))


@pytest.fixture(params=["virtual", "realtime"])
def live(request: pytest.FixtureRequest, family: str) -> Iterator[Live]:
    with Live(InteractiveBench(circuit(family), mode=request.param)) as made:
        yield made


def test_a_person_types_at_the_prompt(live: Live) -> None:
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


def test_a_bench_answers_after_its_board_has_ended() -> None:
    limits = Limits(cpu_s=1, wall_s=None)
    with Live(InteractiveBench(circuit(), limits=limits)) as live:
        live.expect(b">>> ")
        live.type(b"sum(range(10**9))\r\n")
        deadline = monotonic() + 120
        while live.bench.ended is None and monotonic() < deadline:
            asked = threading.Event()
            live.bench.soon(asked.set)
            asked.wait(0.2)
        assert live.bench.ended is not None and live.bench.ended.cause == frames.END_CPU
        live.bench.soon(live.bench.reset)
        live.expect(b">>> ")


def test_realtime_follows_the_wall_clock() -> None:
    with Live(InteractiveBench(circuit(), mode="realtime")) as live:
        live.expect(b">>> ")
        begin = monotonic()
        live.type(b"import time; time.sleep_ms(400); print('do' + 'ne')\r\n")
        live.expect(b"done")
        assert 0.39 < monotonic() - begin < 60


def test_a_board_that_waited_for_a_busy_bench_catches_up() -> None:
    held_s, times = 0.05, 10
    with Live(InteractiveBench(circuit(), mode="realtime")) as live:
        live.expect(b">>> ")
        lost_s: list[float] = []
        while len(lost_s) < 5 and min(lost_s, default=1.0) > held_s:  # a busy machine may be later
            before = monotonic()
            live.type(b"import time; e = time.ticks_ms() + 1000; print('be' + 'gun')\r\n")
            live.expect(b"begun")
            live.type(b"while time.ticks_ms() < e: pass\r\n\r\nprint('do' + 'ne')\r\n")
            for _ in range(times):
                over = threading.Event()

                def hold(over: threading.Event = over) -> None:
                    threading.Event().wait(held_s)
                    over.set()

                live.bench.soon(hold)
                assert over.wait(60)
            live.expect(b"done")
            lost_s.append(monotonic() - before - 1.0)
        assert min(lost_s) < held_s * times / 2, lost_s


def test_an_interactive_trace_forgets_its_oldest_part() -> None:
    with Live(InteractiveBench(circuit(), limits=Limits(records=2000, cpu_s=None))) as live:
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
    with Live(InteractiveBench(circuit(), limits=limits)) as live:
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


def test_a_closed_bench_refuses_every_call() -> None:
    bench = Bench(circuit())
    with bench:
        bench.run(SECOND)
        before: Trace = bench.trace
        pid = bench.board.pid
    assert bench.trace.sha256() == before.sha256()
    assert pid is not None and bench.board.pid is None
    bench.close()


LOOKS = """
from machine import Pin
import time
button = Pin({pin}, Pin.IN, Pin.PULL_UP)
while True:
    if not button.value():
        print('PRESSED')
        time.sleep_ms(200)  # until it has stopped bouncing
    time.sleep_ms(1)
"""


@pytest.mark.parametrize("mode", ["virtual", "realtime"])
def test_a_short_press_after_a_quiet_time_is_seen(mode: Mode) -> None:
    program = LOOKS.format(pin=PINS["esp32"]["BTN"]).encode()
    with LiveBench(circuit("esp32").diagram, mode=mode) as bench, Board(bench.connect()) as board:
        board.files.put("main.py", program)
        board.boot_detached()
        for _ in range(3):
            assert board.serial.readline(0.4) == ""  # the bench receives nothing during this time
            bench.press("btn1", 0.05)
            assert board.serial.readline(60) == "PRESSED"


def test_a_console_beside_a_notebook_has_only_what_programs_print() -> None:
    with LiveBench("esp32") as bench:
        bench.keep_output(tail := ProgramTail())
        with Board(bench.connect(), tail.expect) as board:
            board.files.put("main.py", b"print('MAIN')\n")
            assert board.eval("1 + 1") == 2
            board.run("print('RAN')")
            with pytest.raises(DeviceError):
                board.run("1 / 0")
            assert not tail.takes_input
            board.boot()
            assert tail.takes_input
            board.exec_detached("print(input())")
            bench.serial(b"TYPED\r")
            assert "TYPED" in board.serial.readline()
            board.files.get("main.py")
            board.run("print('LAST')")
            text = tail.since(0)[0].decode()
    lines = [line for line in text.split("\r\n") if line.isupper()]
    assert lines == ["RAN", "MAIN", "TYPED", "TYPED", "LAST"]
    assert not re.search(r"raw REPL|OK[0-9a-f]{8}|Traceback|[\x01\x04]", text)


def test_a_paused_bench_stands_still_and_goes_on_edge_by_edge() -> None:
    blink = "from machine import Pin\nimport time\npin = Pin(25, Pin.OUT)\n"
    blink += "while True:\n    pin(not pin())\n    time.sleep_ms(50)"
    with LiveBench(diagram()) as bench, Board(bench.connect()) as board:
        board.exec_detached(blink)
        bench.set_speed(0)
        stops = [bench.snapshot().now_ns]
        while len(stops) < 6:
            bench.step()
            while bench.ask(lambda b: b.stepping):
                pass
            stops.append(bench.snapshot().now_ns)
        assert bench.snapshot().now_ns == stops[-1]
        edges = bench.ask(lambda b: b.trace.edges(25).t_ns.tolist())
        assert stops[1:] == [t for t in edges if stops[0] < t <= stops[-1]]
        gaps = {later - earlier for earlier, later in pairwise(stops[2:])}
        assert all(50_000_000 < gap < 51_000_000 for gap in gaps)

        bench.control("btn", "pressed", 1)  # an edge from outside ends a step, too
        assert bench.snapshot().now_ns == stops[-1]
        bench.set_speed(10)
        assert not bench.paused
        bench.set_speed(0)
        bench.go_on()
        assert board.run("print(6 * 7)") == "42\n"


def test_a_step_without_an_edge_ends_after_a_second() -> None:
    with LiveBench("esp32") as bench, Board(bench.connect()) as board:
        board.run("")
        bench.set_speed(0)
        was_ns = bench.snapshot().now_ns
        bench.step()
        while bench.ask(lambda b: b.stepping):
            pass
        assert bench.snapshot().now_ns == was_ns + STEP_NS
        bench.set_speed(1)
        assert board.run("print(1)") == "1\n"


def test_boards_of_one_bench_have_one_time_while_it_is_slow() -> None:
    parts = [{"type": kind, "id": kind[-1]} for kind in TWO_BOARDS]
    made = {"version": 1, "parts": parts, "connections": [[*WIRE, "green", []]]}
    with LiveBench(made) as bench:
        bench.set_speed(0.5)
        with Board(bench.connect(parts[0]["id"])) as one, Board(bench.connect("o")) as two:
            two.run("from machine import Pin\npin = Pin(2, Pin.IN)")
            one.run("from machine import Pin\npin = Pin(25, Pin.OUT, value=1)")
            assert two.run("print(pin())") == "1\n"
            bench.set_speed(1)
            one.run("pin(0)")
            assert two.run("print(pin())") == "0\n"


def test_a_bench_in_virtual_time_has_no_speed() -> None:
    with LiveBench("esp32", mode="virtual") as bench, pytest.raises(BenchError, match="real time"):
        bench.set_speed(0)


def test_a_line_is_as_fast_as_it_was_made_after_a_reset_of_the_chip() -> None:
    """A program that prints 200 KB: 17 s at 115,200 baud."""
    with (
        LiveBench("esp32", mode="virtual", baud=10_000_000) as live,
        Board(live.connect()) as board,
    ):
        board.reset()
        text = board.run("for i in range(2000): print('x' * 98)", timeout_s=15)
        assert len(text) == 2000 * 99


def test_a_known_error_that_ends_a_bench_keeps_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_too_old(_bench: LiveBench) -> None:
        raise BenchError("The board is of an older build.", "Run `make setup`.")

    monkeypatch.setattr(LiveBench, "_serve_once", is_too_old)
    with LiveBench("esp32") as live, pytest.raises(BenchError) as caught:
        live.wait()
    assert str(caught.value) == "The board is of an older build."
    assert caught.value.cure == "Run `make setup`."
