"""Shortcuts of the bench change nothing: traces, states and faults are those of a bench that does
all work at once."""

from contextlib import ExitStack

import pytest

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import ALL, NONE, WITHOUT_ONE
from tests.support.engine_programs import PROGRAMS, SECOND, EngineProgram
from tests.support.fuzzed_circuits import look, make, play
from tests.support.parts_bench import lines

FEW, MANY = 12, 200
WATCHES_LATE = """
from machine import Pin
import time
out, into = Pin(4, Pin.OUT, value=0), Pin(5, Pin.IN)
for _ in range(3):
    into()
    time.sleep_ms(5)
times = []
into.irq(lambda pin: times.append(time.ticks_us()), Pin.IRQ_RISING)
start = time.ticks_us()
out(1)
while time.ticks_diff(time.ticks_us(), start) < 3000:
    pass
print([time.ticks_diff(t, start) < 200 for t in times])
"""


@pytest.mark.parametrize(
    "number",
    [*range(FEW), *(pytest.param(n, marks=pytest.mark.long) for n in range(FEW, MANY))],
)
def test_a_random_circuit_does_the_same_without_shortcuts(number: int) -> None:
    fuzzed = make(number)
    whole = play(fuzzed, NONE)
    for shortcuts in (ALL, *WITHOUT_ONE):
        assert play(fuzzed, shortcuts) == whole
    unseen = play(fuzzed, ALL, looks=False)
    assert unseen.trace == whole.trace and unseen.end == whole.end


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program_does_the_same_without_shortcuts(
    program: EngineProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for shortcuts in (NONE, ALL, *WITHOUT_ONE):
        monkeypatch.setattr(Circuit, "SHORTCUTS", shortcuts)
        with ExitStack() as stack:
            circuit = program.circuit()
            bench = program.start(stack, circuit)
            bench.run(SECOND // 3)
            hashes = [trace.sha256() for trace in bench.traces.values()]
            found.append((hashes, look(circuit)))
    assert all(one == found[0] for one in found)


def test_registers_that_no_program_notices_are_lazy() -> None:
    for program in (*PROGRAMS[:2], PROGRAMS[-1]):
        with ExitStack() as stack:
            circuit = program.circuit()
            bench = program.start(stack, circuit)
            bench.run(SECOND // 3)
            assert circuit.lazy() == 1 << 25 | 1 << 26 | 1 << 27


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_an_interrupt_that_a_program_sets_after_an_answer_comes_at_once(family: str) -> None:
    wire = "b:4 b:5" if family == "esp32" else "b:GP4 b:GP5"
    assert lines({}, [wire], WATCHES_LATE, family=family) == ["[True]"]
