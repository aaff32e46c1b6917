"""A few records are read in a loop and many with numpy, whichever is faster. Both give the same
trace."""

import pytest

from hardware.bench.board import pins, record_reader
from hardware.bench.protocol import records
from tests.support.workbench import SECOND, bench_with

PROGRAM = """
import time
from machine import Pin, PWM
led, other = Pin({LED}, Pin.OUT), Pin({BTN}, Pin.OPEN_DRAIN, Pin.PULL_UP)
for n in range(60):
    for k in range(n):
        led.value(k & 1)
    other.value(n & 1)
    print(n, other.value())
    if n % 20 == 7:
        PWM(led, freq=1000, duty_u16=1000 * n).deinit()
        led.init(Pin.OUT)
    time.sleep_us(50 * n)
"""


@pytest.mark.parametrize("few", [0, 10**6])
def test_few_and_many_records_give_the_same_trace(
    few: int, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench_with(PROGRAM, family) as bench:
        bench.run(2 * SECOND)
        usual = bench.trace
    for module in (pins, record_reader, records):
        monkeypatch.setattr(module, "FEW", few)
    with bench_with(PROGRAM, family) as bench:
        bench.run(2 * SECOND)
    assert any(line.text.startswith("59 ") for line in usual.lines())
    assert bench.trace.sha256() == usual.sha256()
