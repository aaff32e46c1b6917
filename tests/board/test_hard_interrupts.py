"""Hard interrupts of a Pico in the middle of a call of C code: no interrupt is lost, and none
stops the program. (The board does the work of the call at once, and lets its time pass after
that.)"""

import pytest

from hardware.bench.board import promises
from hardware.bench.limits import Limits
from tests.support.several_boards import SECOND, boards, circuit, text

WIRE = ("third:GP15", "pico:GP14")
SEND = """
from machine import Pin
import time
out = Pin(15, Pin.OUT)
for n in range(PULSES):
    out(1); time.sleep_us(HIGH_US); out(0); time.sleep_us(LOW_US)
"""
PERIOD_US = 726
"""From one pulse to the next, with the time of the calls."""
HEAR = """
import machine, rp2, time
from machine import Pin, Timer
heard, numbers, begin = 0, list(range(2000)), 0
def hear(pin):
    global heard, begin
    heard += 1
    begin = begin or time.ticks_us()
    WHEN_HEARD
    for n in range(40):
        pass
BEFORE
Pin(14, Pin.IN).irq(hear, EDGES, hard=True)
for turn in range(100):
    WORK
print(heard, time.ticks_diff(time.ticks_us(), begin))
"""
ENGINE = """
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def blink():
    set(pins, 1) [31]
    set(pins, 0) [31]
rp2.StateMachine(0, blink, freq=2000, set_base=Pin(5)).active(1)
"""


def heard(
    before: str = "",
    work: str = "sum(numbers)",
    when_heard: str = "",
    edges: str = "Pin.IRQ_RISING",
    pulses: int = 2000,
    high_us: int = 300,
    low_us: int = 400,
) -> list[int]:
    """How many edges the Pico heard while it worked, and for how many microseconds."""
    program = HEAR.replace("BEFORE", before).replace("WORK", work)
    program = program.replace("WHEN_HEARD", when_heard).replace("EDGES", edges)
    send = SEND.replace("PULSES", str(pulses))
    send = send.replace("HIGH_US", str(high_us)).replace("LOW_US", str(low_us))
    programs = {"pico": program, "third": send}
    made = circuit(WIRE, boards=("pico", "third"))
    with boards(made, programs, limits=Limits(cpu_s=10)) as bench:
        bench.run(3 * SECOND)
        return [int(word) for word in text(bench, "pico").split()]


@pytest.mark.parametrize(
    "before",
    ["", "Timer(period=11, callback=lambda timer: None)", ENGINE],
    ids=["alone", "a timer", "PIO"],
)
def test_each_edge_is_heard(before: str) -> None:
    count, took_us = heard(before)
    assert count > 500
    assert took_us / count == pytest.approx(PERIOD_US, abs=3)


@pytest.mark.parametrize("before", ["", ENGINE], ids=["alone", "PIO"])
def test_how_many_are_heard_does_not_depend_on_the_horizons(
    before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for longest_ns, share in ((300_000_000, 0.3), (1_000_000, 0.0), (100_000, 0.0)):
        monkeypatch.setattr(promises, "PROMISE_NS", longest_ns)
        monkeypatch.setattr(promises, "PROMISED_SHARE", share)
        found.add(tuple(heard(before)))
    assert len(found) == 1


def test_a_sleep_ends_though_its_interrupts_took_longer() -> None:
    timer = "Timer(freq=8000, callback=lambda timer: None)"
    count, took_us = heard(timer, work="time.sleep_us(1000)", pulses=100, high_us=20, low_us=500)
    assert count > 50
    assert took_us == pytest.approx(104_000, rel=0.1)


def test_a_handler_that_leaves_interrupts_off_is_the_last_one() -> None:
    edges = "Pin.IRQ_RISING | Pin.IRQ_FALLING"
    count, _took_us = heard(when_heard="machine.disable_irq()", edges=edges)
    assert count == 1
