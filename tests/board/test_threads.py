"""`_thread` on the boards: one shared core on the ESP32, two parallel cores on the Pico, and the
same trace each time."""

import pytest

from tests.support.rig import MS, Hand, play, printed_lines
from tests.support.workbench import bench_with

families = pytest.mark.parametrize("family", ["esp32", "rp2"])
HEAD = "from machine import Pin, Timer\nimport machine, time, _thread\n"
RACE = """
def count(name):
    end = time.ticks_add(time.ticks_ms(), 200)
    n = 0
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        n += 1
    counts[name] = n
counts = {}
count("alone")
_thread.start_new_thread(count, ("thread",))
count("main")
time.sleep_ms(20)
print(*(round(counts[name] / counts["alone"], 1) for name in ("main", "thread")))
"""


def lines(family: str, program: str, until_ms: float = 3000, *hands: Hand) -> list[str]:
    """What the program printed."""
    return printed_lines(play(family, HEAD + program, until_ms, hands))


def test_threads_of_the_esp32_share_its_core() -> None:
    assert lines("esp32", RACE) == ["0.5 0.5"]


def test_the_second_core_of_the_pico_overlaps() -> None:
    assert lines("rp2", RACE) == ["1.0 1.0"]


def test_the_pico_has_no_third_core() -> None:
    program = """
_thread.start_new_thread(time.sleep, (1,))
try:
    _thread.start_new_thread(time.sleep, (1,))
except OSError as error:
    print(error)
"""
    assert lines("rp2", program) == ["core1 in use"]


def test_the_esp32_runs_out_of_memory_for_threads() -> None:
    program = """
def stay():
    time.sleep(10)
n = 0
try:
    while True:
        _thread.start_new_thread(stay, ())
        n += 1
except OSError as error:
    print(n >= 10, error)
"""
    assert lines("esp32", program) == ["True can't create thread"]


@families
def test_a_sleeping_thread_wakes_up_on_time_while_another_is_busy(family: str) -> None:
    program = """
out = Pin(OUT, Pin.OUT, value=0)
def blink():
    for _ in range(5):
        out.toggle()
        time.sleep_ms(100)
_thread.start_new_thread(blink, ())
end = time.ticks_add(time.ticks_ms(), 800)
while time.ticks_diff(end, time.ticks_ms()) > 0: pass
"""
    edges = play(family, HEAD + program, 2000).edges(25 if family == "esp32" else 2).t_ns[1:6]
    gaps = (edges[1:] - edges[:-1]) / MS
    assert len(gaps) == 4 and all(abs(gap - 100) < 1 for gap in gaps)


@families
def test_a_lock_is_held_by_one(family: str) -> None:
    program = """
lock = _thread.allocate_lock()
log = []
def work(name):
    for n in range(3):
        with lock:
            log.append(name)
            time.sleep_ms(10)
            log.append(name)
_thread.start_new_thread(work, ("b",))
work("a")
time.sleep_ms(100)
print(len(log), all(log[n] == log[n + 1] for n in range(0, 12, 2)), lock.locked())
"""
    assert lines(family, program) == ["12 True False"]


@families
def test_timers_and_buttons_reach_the_main_thread(family: str) -> None:
    program = """
seen = []
Pin(BTN, Pin.IN, Pin.PULL_UP).irq(lambda pin: seen.append("button"), Pin.IRQ_FALLING)
def busy():
    while True: pass
_thread.start_new_thread(busy, ())
time.sleep_ms(1000)
print(seen)
"""
    assert lines(family, program, 2000, Hand(500, "btn", "pressed", 1)) == ["['button']"]


@families
def test_the_same_threads_give_the_same_trace(family: str) -> None:
    program = """
import _thread, time, random
from machine import Pin
led = Pin({LED}, Pin.OUT)
def work(n):
    for _ in range(30):
        led(random.getrandbits(1))
        time.sleep_us(random.getrandbits(10))
        [str(i) for i in range(n)]
_thread.start_new_thread(work, (5,))
work(9)
print(id(led), {object() for _ in range(3)})
"""
    fingerprints = set()
    for _ in range(3):
        with bench_with(program, family, seed=3) as bench:
            bench.run(1000 * MS)
            fingerprints.add(bench.trace.sha256())
    assert len(fingerprints) == 1
