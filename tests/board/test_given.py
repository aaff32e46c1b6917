"""`warsha.given`: a given function tells the bench that it ran, and cannot be had for less."""

import pytest

from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.trace.trace import Trace
from tests.support import rig

TIMER = {"esp32": 0, "rp2": -1}
BEGIN = "import time\nfrom machine import Timer\nfrom warsha import given\n"
MS = rig.MS


def played(family: str, program: str) -> Trace:
    return rig.play(family, BEGIN + program.replace("TIMER", str(TIMER[family])))


def test_a_call_takes_its_time_and_is_in_the_trace(family: str) -> None:
    trace = played(family, "given('log RY', 5000)\ngiven('job_step', 120_000)\n")
    log, step = trace.given()
    assert (log.text, log.to_ns - log.from_ns) == ("log RY", 5 * MS)
    assert (step.text, step.to_ns - step.from_ns) == ("job_step", 120 * MS)
    assert step.from_ns >= log.to_ns
    assert "RY" not in trace.serial().data.decode()


def test_timers_run_meanwhile_and_the_program_does_not(family: str) -> None:
    program = """
ticks, turns = [], 0
t = Timer(TIMER, period=10, callback=lambda t: ticks.append(1))
given('job_step', 120_000)
print(len(ticks), turns)
"""
    assert rig.printed_lines(played(family, program)) == ["12 0"]


def test_the_time_of_a_callback_is_not_the_function_s(family: str) -> None:
    program = """
t = Timer(TIMER)
t.init(mode=Timer.ONE_SHOT, period=20, callback=lambda t: time.sleep_ms(100))
start = time.ticks_ms()
given('job_step', 120_000)
print(time.ticks_diff(time.ticks_ms(), start) // 10)
"""
    trace = played(family, program)
    (call,) = trace.given()
    assert call.to_ns - call.from_ns == 120 * MS
    assert rig.printed_lines(trace) == ["22"]


def test_the_time_of_a_hard_interrupt_is_not_the_function_s() -> None:
    program = """
from machine import Pin
pin = Pin(2, Pin.OUT)
pin.irq(lambda pin: time.sleep_ms(100), Pin.IRQ_RISING, hard=True)
t = Timer(-1)
t.init(mode=Timer.ONE_SHOT, period=20, callback=lambda t: pin.on())
start = time.ticks_ms()
given('job_step', 120_000)
print(time.ticks_diff(time.ticks_ms(), start))
"""
    assert rig.printed_lines(played("rp2", program)) == ["220"]


COUNTER = """
import _thread
turns, ticks = [], []
def count():
    while True:
        turns.append(1)
        time.sleep_ms(1)
def work():
    given('job_step', 120_000)
    done.append(len(turns))
done = []
"""


def test_no_other_thread_runs_meanwhile(family: str) -> None:
    program = """
_thread.start_new_thread(count, ())
work()
print(done[0] < 5)
"""
    assert rig.printed_lines(played(family, COUNTER + program)) == ["True"]


def test_scheduled_calls_run_while_a_second_thread_is_in_the_function(family: str) -> None:
    program = """
t = Timer(TIMER, period=10, callback=lambda t: ticks.append(time.ticks_ms()))
_thread.start_new_thread(work, ())
while not done:
    time.sleep_ms(1)
gaps = [time.ticks_diff(b, a) for a, b in zip(ticks, ticks[1:])]
print(len(ticks), max(gaps) <= 11)
"""
    assert rig.printed_lines(played(family, COUNTER + program)) == ["12 True"]


def test_a_lock_that_a_working_thread_holds_does_not_stop_it(family: str) -> None:
    program = """
lock = _thread.allocate_lock()
t = Timer(TIMER, period=10, callback=lambda t: None)
def locked():
    with lock:
        given('job_step', 120_000)
_thread.start_new_thread(locked, ())
time.sleep_ms(1)
with lock:
    print("free")
"""
    assert rig.printed_lines(played(family, COUNTER + program)) == ["free"]


def test_a_call_that_ctrl_c_ends_is_not_in_the_trace(family: str) -> None:
    circuit = rig.rig(family)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (BEGIN + "given('job_step', 5_000_000)\n").encode()})
        with Bench(circuit, seed=1, flash=flash) as bench:
            bench.run(1000 * MS)
            bench.send(b"\x03")
            bench.run(9000 * MS)
            trace = bench.trace
    assert "KeyboardInterrupt" in trace.serial().data.decode()
    assert not trace.given()


@pytest.mark.parametrize("time", ["0", "-1", "-(1 << 30)"])
def test_a_call_of_no_length_is_one_of_no_length(family: str, time: str) -> None:
    (call,) = played(family, f"given('job_step', {time})\n").given()
    assert call.to_ns == call.from_ns


def test_a_file_of_the_program_does_not_take_its_place(family: str) -> None:
    program = """
with open('warsha.py', 'w') as file:
    file.write('given = None')
import warsha
print(warsha.given is given)
"""
    assert rig.printed_lines(played(family, program)) == ["True"]
