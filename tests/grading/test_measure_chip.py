"""Measurements of the chip: power, boots, pins, memory, the files on its flash, its program."""

from collections.abc import Mapping

import numpy as np
import pytest

from grader.lab.limits import AtMost, Exactly, Never
from grader.lab.run import Run
from grader.lab.units import Bytes, ms
from grader.measure import pins, source
from grader.measure.memory import heap
from grader.measure.power import awake_spans, boots, charge, power_spans, time_in, wakes
from tests.support.measured_run import MS, Hand, measured, run_of
from tests.support.parts_bench import Parts
from tests.support.rig import PINS, play

FAMILIES = pytest.mark.parametrize("family", ["esp32", "rp2"])
SLEEPY = """
import machine, time
print('READY')
for _ in range(4):
    time.sleep_ms(100)
    machine.lightsleep(400)
"""


def on(family: str, program: str, until_ms: float = 3000, *hands: Hand) -> Run:
    return run_of(play(family, program, until_ms, hands), PINS[family])


@FAMILIES
def test_time_awake_and_asleep(family: str) -> None:
    run = on(family, SLEEPY + "while True:\n    machine.lightsleep(1000)\n", 2000)
    spans = power_spans(run)
    assert [span.state for span in spans[:4]] == ["active", "light_sleep"] * 2
    assert (spans[0].at_ns, spans[-1].to_ns) == (0, run.end_ns - run.zero_ns)
    awake = awake_spans(run)
    assert all(abs(span.length - 100) < 3 for span in awake[:4])
    assert AtMost(ms(110)).judge([span.length for span in awake], run).ok
    assert time_in(spans, "active") == pytest.approx(400, abs=10)
    total = time_in(spans, "active", "light_sleep", "deep_sleep", "off")
    assert total == pytest.approx((run.end_ns - run.zero_ns) / MS)
    used = charge(run, {"active": 50, "light_sleep": 1})
    assert used == pytest.approx((50 * 400 + 1 * (total - 400)) / 3_600_000, rel=0.03)
    assert used.unit == "mAh"


def test_a_program_that_waits_awake_takes_more() -> None:
    run = on("esp32", SLEEPY.replace("machine.lightsleep", "time.sleep_ms"), 2000)
    assert [span.state for span in power_spans(run)] == ["active"]
    assert charge(run, {"active": 50, "light_sleep": 1}) > 0.025


def test_boots_and_deep_sleep() -> None:
    program = "import machine, time\nprint('READY')\ntime.sleep_ms(50)\nmachine.deepsleep(450)\n"
    run = on("esp32", program, 2000)
    starts = boots(run)
    assert [boot.cause for boot in starts] == [1, 4, 4]  # PWRON_RESET, then DEEPSLEEP_RESET
    assert starts[0].at_ns < 0 < starts[1].at_ns
    assert [wake.reason for wake in wakes(run)] == [4, 4]  # TIMER_WAKE
    asleep = [span.length for span in power_spans(run) if span.state == "deep_sleep"]
    assert asleep[:2] == [450.0, 450.0]
    assert all(span.length < 400 for span in awake_spans(run))  # the chip starts for 300 ms


def test_wake_up_causes() -> None:
    program = """
import esp32, machine
from machine import Pin
esp32.wake_on_ext0(Pin(BTN, Pin.IN, Pin.PULL_UP), esp32.WAKEUP_ALL_LOW)
print('READY')
machine.lightsleep(400)
machine.lightsleep(400)
"""
    hands = (Hand(600, "btn", "pressed", 1), Hand(620, "btn", "pressed", 0))
    assert [wake.reason for wake in wakes(on("esp32", program, 2000, *hands))] == [4, 2]


@FAMILIES
def test_how_a_pin_is_set_up(family: str) -> None:
    program = """
from machine import Pin
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
lamp = Pin(OUT, Pin.OUT)
button.irq(print, Pin.IRQ_FALLING)
print('READY')
button.init(Pin.IN, None)
button.irq(None)
while True:
    pass
"""
    run = on(family, program, 500)
    at_ready = pins.setup_at(run, "BTN")
    assert at_ready is not None and (at_ready.mode, at_ready.pull) == ("in", "up")
    at_end = pins.setups(run, "BTN")[-1]
    assert (at_end.mode, at_end.pull, at_end.at_ns > 0) == ("in", "none", True)
    lamp = pins.setup_at(run, "OUT")
    assert lamp is not None and (lamp.mode, lamp.pull) == ("out", "none")
    assert pins.setup_at(run, "FREE") is None
    triggers = [one.trigger for one in pins.interrupts(run, "BTN")]
    assert (triggers[0], triggers[-1]) == ("falling", "off")
    assert pins.faults(run) == [] and not pins.pwm_was_used(run, "OUT")


def test_a_short_is_a_fault_of_its_pin() -> None:
    parts: Parts = {"btn": ("wokwi-pushbutton", {"bounce": "0"})}
    wires = ["b:25 btn:1.l", "btn:2.l b:GND.1"]
    program = "from machine import Pin, PWM\nlamp = Pin(LED, Pin.OUT, value=1)\nprint('READY')\n"
    hands = [Hand(100, "btn", "pressed", 1)]
    roles = {"LED": 25, "FREE": 26}
    run = measured(parts, wires, program, roles, hands, until_ms=200)
    assert [what for _, what in pins.faults(run, "LED")][:1] != []
    assert pins.faults(run, "FREE") == []
    pwm = measured(parts, wires, program + "PWM(lamp, freq=100)\n", roles, until_ms=200)
    assert pins.pwm_was_used(pwm, "LED") and not pins.pwm_was_used(run, "LED")


MEMORY = """
import gc, time
kept = []
print('READY')
for n in range(20):
    work = bytes(500)
    if LEAKS:
        kept.append(work)
    gc.collect()
    print('FREE', gc.mem_free())
    time.sleep_ms(50)
"""


@FAMILIES
@pytest.mark.parametrize(("leaks", "fall"), [(False, 0), (True, 15 * 500)])
def test_a_heap_that_falls(family: str, leaks: bool, fall: int) -> None:
    run = on(family, f"LEAKS = {leaks}\n" + MEMORY)
    seen = heap(run)
    lines = [line for line in run.lines() if line.text.startswith("FREE")]
    fell = seen.fall(lines[4].at_ns, lines[19].at_ns)
    assert fell is not None and fall <= fell < fall + 1000
    assert AtMost(Bytes(1000)).judge(fell, run).ok == (not leaks)
    printed = int(lines[9].text.split()[1])
    at = int(np.searchsorted(seen.at_ns, lines[9].at_ns)) - 1
    assert 0 <= seen.free[at] - printed < 500, (
        "the value of the program, except the memory of the call itself"
    )
    assert seen.fall(lines[19].at_ns, lines[19].at_ns + 1) is None


@FAMILIES
def test_printed_heap_values_do_not_count(family: str) -> None:
    run = on(family, "print('READY')\nprint('HEAP 99999')\n")
    assert 99999 not in heap(run).free


# -- what stands in the program

GOOD = b"""
import time
from machine import Pin, Timer
pressed = 0
def count(pin):
    global pressed
    pressed += 1
Pin(3).irq(count, Pin.IRQ_FALLING)
Timer(0, callback=lambda t: note())
def note():
    pass
while True:
    time.sleep_ms(10)
"""
IN_HANDLER = GOOD.replace(b"pressed += 1", b"time.sleep_ms(200)")
BEHIND_IT = GOOD.replace(b"    pass", b"    wait()\ndef wait():\n    time.sleep_ms(200)")
RENAMED = GOOD.replace(b"import time", b"from time import sleep_ms as z").replace(
    b"pressed += 1", b"z(200)"
)


@pytest.mark.parametrize(
    ("program", "places"),
    [
        (GOOD, []),
        (IN_HANDLER, ["main.py:7"]),
        (BEHIND_IT, ["main.py:13"]),
        (RENAMED, ["main.py:7"]),
        (b"this is no Python :", []),
        (b"(" * 5000, []),
        (b"print('\\d')\n", []),
    ],
)
def test_a_handler_must_not_sleep(program: bytes, places: list[str]) -> None:
    found = source.called_in_handlers({"main.py": program}, "sleep", "sleep_ms", "sleep_us")
    assert found == places
    run = on("esp32", "print('READY')", 100)
    verdict = Never("sleep").judge(found, run)
    assert verdict.ok == (not places)
    assert verdict.measured == (f"sleep: 1 ×, {places[0]}" if places else "0 ×")


@pytest.mark.parametrize(
    ("program", "places"),
    [
        ({"main.py": b"import machine\n"}, []),
        ({"main.py": b"x = 1\nimport _thread as t\n"}, ["main.py:2"]),
        ({"main.py": b"import lib", "lib.py": b"from _thread import allocate_lock"}, ["lib.py:1"]),
        ({"main.py": b"text = 'import _thread'  # import _thread"}, []),
    ],
)
def test_a_module_that_must_not_be_imported(
    program: Mapping[str, bytes], places: list[str]
) -> None:
    assert source.imported(program, "_thread") == places


def test_calls_anywhere() -> None:
    assert source.called({"main.py": GOOD}, "sleep_ms") == ["main.py:13"]
    run = on("esp32", "print('READY')", 100)
    assert Exactly[str](of=[]).judge(source.called({"main.py": GOOD}, "eval"), run).ok
