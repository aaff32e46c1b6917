"""The bench with real boards: the serial line, resets, and how a board ends."""

import pytest

from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from tests.support.workbench import MS, PINS, SECOND, WATCH, bench_with, text

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


def test_a_listener_gets_lines_at_their_time_and_can_be_removed() -> None:
    received: list[tuple[bytes, int]] = []
    program = "import time\nfor n in range(9):\n    print('line', n)\n    time.sleep_ms(100)"
    with bench_with(program) as bench:

        def listen(data: bytes, t_ns: int) -> None:
            received.append((data, t_ns))
            if data.endswith(b"4\r\n"):
                leave()
                bench.stop()

        leave = bench.on_tx(listen)
        bench.run(2 * SECOND)
        assert bench.now_ns == received[-1][1] == bench.trace.lines()[-1].t_ns
        bench.run(2 * SECOND)
        assert text(bench).count("line") == 9
    assert b"".join(data for data, _t in received).splitlines()[-1] == b"line 4"
    assert all(data.count(b"\n") <= 1 for data, _t in received)


def test_a_listener_acts_at_the_time_of_the_output(family: str) -> None:
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
n = len([name for name in os.listdir() if name != 'boot.py'])
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
        output = bench.trace.serial().data.decode()
    assert [f"boot {n} " in output for n in range(1, 6)] == [True, True, True, True, False]
    assert output.count("True") == 1  # the other boots have another reset cause


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
        frames.END_RECORDS,
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
        "any(map(p, [0, 0, 0] * 8000))\np(1); p(0); p(1); p(0); p(1); p(0)\nprint('end')",
    ],
)
def test_an_honest_board_never_fails_record_validation(family: str, program: str) -> None:
    with bench_with(program, family) as bench:
        for n in range(100):  # horizons before the limit
            bench.at(n * 100 * MS, lambda: None)
        bench.run(60 * SECOND)
        assert bench.ended is None
        assert text(bench).endswith("end\n")
