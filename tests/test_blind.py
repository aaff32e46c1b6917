"""Programs that say and show what the checks want, whatever is pressed, and what they get."""

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


@pytest.mark.parametrize(
    ("lab", "program", "earned"),
    [("buttons", COUNTS, {"a"}), ("emergency_stop", FLASHES, {"a"})],
)
@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_who_watches_nothing_earns_nothing_by_it(
    lab: str, program: str, earned: set[str], family: str
) -> None:
    marks = score(find(lab), family, {"main.py": program.encode()}, (11, 12))
    assert {item for item, result in marks.items.items() if result.points} <= earned
