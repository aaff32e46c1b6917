"""Programs that say and show what the checks want without doing it, and what they get."""

import pytest

from grader.lab import find
from grader.score import score

COUNTS = """
from time import sleep_ms
from machine import Pin
from pins import BTN_1, BTN_2
for role in (BTN_1, BTN_2):
    Pin(role, Pin.IN, Pin.PULL_UP)
print("READY L03")
while True:
    for n in range(1, 9):
        print("COUNT", n)
        print("LONG")
        sleep_ms(40)
"""

FLASHES = """
from machine import Pin, Timer
from job import job_step
from pins import BUZZER, LED_G, LED_R, TIMER
green, red, buzzer = (Pin(role, Pin.OUT) for role in (LED_G, LED_R, BUZZER))
count = 0
def tick(_timer):
    global count
    count += 1
    red.value(count & 1)
    if count % 100 == 0:
        green.value(not green.value())
timer = Timer(TIMER)
timer.init(freq=400, mode=Timer.PERIODIC, callback=tick)
print("READY L04")
while True:
    job_step()
"""

POLLS = """
import time
from machine import Pin
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R, LED_Y
green, red, yellow, buzzer = (Pin(role, Pin.OUT) for role in (LED_G, LED_R, LED_Y, BUZZER))
stop, start = (Pin(role, Pin.IN, Pin.PULL_UP) for role in (BTN_1, BTN_2))
print("READY L04")
begin = toggled = time.ticks_ms()
running, free, off = True, False, None
while True:
    now = time.ticks_ms()
    if running and not stop.value():
        running, free, off = False, False, time.ticks_add(now, 1000)
        green.off()
        red.on()
        buzzer.on()
        print("STOP t=%d" % time.ticks_diff(now, begin))
    free = free or stop.value()
    if off is not None and time.ticks_diff(now, off) >= 0:
        off = buzzer.off()
    if not running and free and not start.value():
        running, toggled = True, now
        red.off()
    if running and time.ticks_diff(now, toggled) >= 250:
        toggled = time.ticks_add(toggled, 250)
        green.value(not green.value())
    yellow.value(running and time.ticks_diff(now, begin) % 140 < 120)  # as if there was a job
"""


@pytest.mark.parametrize(
    ("lab", "program", "earned"),
    [
        ("buttons", COUNTS, {"a"}),
        ("emergency_stop", FLASHES, {"a"}),
        ("emergency_stop", POLLS, {"a", "d", "e"}),
    ],
)
@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_show_earns_nothing(lab: str, program: str, earned: set[str], family: str) -> None:
    marks = score(find(lab), family, {"main.py": program.encode()}, (11, 12))
    assert {item for item, result in marks.items.items() if result.points} <= earned
