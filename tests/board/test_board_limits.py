"""Boards that use too much or stop responding: each ends with a reason."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from time import monotonic

import pytest

from hardware.bench import scheduler
from hardware.bench.board.process import LinuxPlatform
from hardware.bench.limits import INTERACTIVE, Limits
from hardware.bench.protocol import frames
from hardware.bench.serving.interactive_bench import InteractiveBench
from tests.support.scripted_boards import SECOND, MakeBench


def test_endless_output_is_cut_at_the_byte(hostile: MakeBench) -> None:
    acts = "for n in range(10 ** 9): say(TX, 6, 0x6161, 0x61616161, 1000 * n)"
    with hostile(acts, Limits(memory_bytes=None, output_bytes=60_000)) as bench:
        bench.run(3600 * SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_OUTPUT
    assert bench.trace.serial().data == b"a" * 60_000


def test_endless_records_are_cut_at_the_record(hostile: MakeBench) -> None:
    acts = "for n in range(10 ** 9): say(PWM, 2, n & 1, 1000, 1000 * n)"
    with hostile(acts, Limits(memory_bytes=None, records=5000)) as bench:
        bench.run(3600 * SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_RECORDS
    what = "of what the program did, 99 % of them of GPIO 2"
    assert bench.ended.detail == f"more than 5000 records {what}"
    assert len(bench.trace.records) == 5001  # and the power that goes


@pytest.mark.parametrize(("byte", "fits"), [("0", True), ("n % 256", False)])
def test_bytes_of_calls_count_for_the_trace_limit(
    hostile: MakeBench, byte: str, fits: bool
) -> None:
    """The end names the device that filled the trace. Equal bytes take no further room."""
    acts = (
        f"for n in range(999): call(1, 5398, 10 ** 5, bytes([1, 60] + [{byte}] * 99), 10**8 * n)"
    )
    with hostile(acts, Limits(memory_bytes=None, records=4000)) as bench:
        bench.run(1000 * SECOND)
    assert bench.ended is not None
    assert (bench.ended.cause == frames.END_RECORDS) == bench.ended.detail.endswith("of I2C")
    assert (bench.ended.cause == frames.END_CRASH) == fits


def test_bytes_of_equal_calls_have_a_limit_of_their_own(hostile: MakeBench) -> None:
    acts = "for n in range(99): call(1, 5398, 10 ** 5, bytes([1, 60] + [0] * 99), 10 ** 8 * n)"
    with hostile(acts, Limits(memory_bytes=None, payload_bytes=2000)) as bench:
        bench.run(1000 * SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_RECORDS
    assert bench.ended.detail == "more than 2000 bytes to and from devices"


def test_a_board_that_exits_in_the_middle_of_a_record(hostile: MakeBench) -> None:
    acts = "say(OUT, 2, 0, 1, 5000); link.sendall(b'12345'); os._exit(3)"
    with hostile(acts) as bench:
        bench.run(SECOND)
    assert bench.ended is not None
    assert (bench.ended.cause, bench.ended.t_ns) == (frames.END_CRASH, 5000)
    assert bench.ended.detail == "died in the middle of a record"


@pytest.mark.parametrize(
    ("acts", "detail"),
    [
        ("os._exit(7)", "exit code 7"),
        ("say(STATE, 6, 0, 2, 10); os._exit(1)", "exit code 1"),
        ("os._exit(2)", "exit code 2"),
        ("os.kill(os.getpid(), 11); time.sleep(60)", "signal 11"),
        ("os.kill(os.getpid(), 31); time.sleep(60)", "signal 31"),
    ],
)
def test_what_a_program_can_cause_is_a_crash(hostile: MakeBench, acts: str, detail: str) -> None:
    """A program that took over its process can end it with any code, and by the kernel's own
    signals: that must never look like a fault of this machine."""
    with hostile(acts) as bench:
        bench.run(SECOND)
    assert bench.ended is not None
    assert (bench.ended.cause, bench.ended.detail) == (frames.END_CRASH, detail)


@pytest.mark.parametrize(
    ("acts", "detail"),
    [
        ("os.abort()", "signal 6"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
        ("os.kill(os.getpid(), 15)", "signal 15"),
        ("link.sendall(b'12345'); os.kill(os.getpid(), 9)", "signal 9"),
    ],
)
def test_a_board_that_is_killed_from_outside_did_not_crash(
    hostile: MakeBench, acts: str, detail: str
) -> None:
    with hostile(acts) as bench:
        bench.run(SECOND)
        assert bench.ended is not None
        assert (bench.ended.cause, bench.ended.detail) == (frames.END_KILLED, detail)
        bench.reset()
        bench.run(2 * SECOND)
    assert [end.cause for end in bench.board.ends] == [frames.END_KILLED] * 2


@pytest.mark.parametrize("code", [2, 4])
def test_a_board_that_cannot_be_set_up_did_not_crash(hostile: MakeBench, code: int) -> None:
    with hostile("", begin=f"os._exit({code})") as bench:
        bench.run(SECOND)
    assert bench.ended is not None
    assert (bench.ended.cause, bench.ended.detail) == (frames.END_KILLED, f"exit code {code}")


@pytest.mark.parametrize("acts", ["time.sleep(60)", "link.sendall(b'1'); time.sleep(60)"])
def test_a_board_that_stalls_ends_by_the_wall_clock(hostile: MakeBench, acts: str) -> None:
    with hostile(acts, Limits(memory_bytes=None, wall_s=0.5)) as bench:
        bench.run(SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_WALL


def test_time_in_the_queue_for_a_processor_does_not_count(
    hostile: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued_s = iter([0.0, 0.4, 0.8, 0.8])  # before the bench begins, then at each look
    monkeypatch.setattr(LinuxPlatform, "queued_s", lambda *_args: next(queued_s))
    with hostile("time.sleep(60)", Limits(memory_bytes=None, wall_s=0.5)) as bench:
        bench.run(SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_WALL
    assert not list(queued_s)


def test_a_bench_that_is_kept_busy_ends_by_the_wall_clock(hostile: MakeBench) -> None:
    with hostile("ask(SYNC, t=10 ** 9)", Limits(memory_bytes=None, wall_s=0.5)) as bench:

        def again() -> None:
            bench.at(bench.now_ns + 1, again)

        again()
        bench.run(2 * SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_WALL


def test_a_board_that_resets_endlessly_ends_by_the_wall_clock(hostile: MakeBench) -> None:
    acts = "say(STATE, 6, 0, 3, 10 ** 12)"
    with hostile(acts, Limits(memory_bytes=None, wall_s=0.5)) as bench:
        bench.run(10**15)
    assert bench.ended is not None


def test_a_busy_board_ends_by_its_cpu_limit(hostile: MakeBench) -> None:
    with hostile("while True: pass", Limits(memory_bytes=None, cpu_s=1)) as bench:
        bench.run(SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_CPU


def test_a_board_that_asks_and_does_not_listen_is_ended(hostile: MakeBench) -> None:
    with hostile("while True: say(SYNC, 1, 0, 255, 10)") as bench:
        bench.run(SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_FORGED


@pytest.mark.parametrize("ask", ["call(68)", "ask(18, 2)"])
def test_requests_without_bytes_count_for_the_trace_limit(hostile: MakeBench, ask: str) -> None:
    limits = Limits(memory_bytes=None, records=5000)
    with hostile(f"while True: {ask}", limits) as bench:
        bench.run(SECOND)
    assert bench.ended is not None and bench.ended.cause == frames.END_RECORDS
    assert len(bench.trace.records) < 5020


def test_a_long_running_bench_bounds_its_pending_records(hostile: MakeBench) -> None:
    limits = replace(INTERACTIVE, records=5000, memory_bytes=None)
    with hostile("while True: say(TX, 6, 0, 0, 10)", limits, kind=InteractiveBench) as bench:
        assert isinstance(bench, InteractiveBench)
        wait_for(bench, lambda: bench.ended is not None)
    assert bench.ended is not None and bench.ended.cause == frames.END_RECORDS


def test_a_busy_board_does_not_block_a_call_from_another_thread(
    hostile: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each read of the wall clock moves it, so the load of the machine has no effect.
    looks = count()
    monkeypatch.setattr(scheduler, "monotonic", lambda: next(looks) * scheduler.MOST_BUSY_S / 2)
    acts = "for n in range(20_000): say(MODE, 2, n & 1, 0, 10 + n)\nask(SYNC, t=30_000)"
    with hostile(acts, replace(INTERACTIVE, memory_bytes=None), kind=InteractiveBench) as bench:
        assert isinstance(bench, InteractiveBench)
        bench.serve_once(1)
        wait_for(bench, lambda: bench.board.pending is not None)
        bench.soon(lambda: bench.board.terminate(frames.END_OFF, "switched off"))
        wait_for(bench, lambda: bench.ended is not None)
    assert bench.ended is not None and bench.ended.cause == frames.END_OFF
    assert 0 < bench.ended.t_ns < 10_000  # while the board is still sending


def test_records_of_an_ended_board_end_no_board_again(hostile: MakeBench) -> None:
    with hostile("os._exit(0)") as bench:
        bench.run(SECOND)
        end = bench.ended
        bench.board.terminate(frames.END_WALL, "again")
        bench.run(2 * SECOND)
        assert bench.ended is end is not None and end.cause == frames.END_CRASH


def wait_for(bench: InteractiveBench, done: Callable[[], bool]) -> None:
    """Serves an interactive bench for this time."""
    late = monotonic() + 60
    while not done():
        assert monotonic() < late
        bench.serve_once(0.1)
