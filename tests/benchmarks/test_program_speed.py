"""Programs that ask much of the bench: virtual time divided by processor time.

Processor time is that of the boards and of the bench together.
"""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from hardware.bench.limits import Limits
from hardware.bench.protocol.records import SIZE
from tests.support.engine_programs import BUSY_HOUR, HOUR, PROGRAMS, SECOND, EngineProgram
from tests.support.stopwatch import Stopwatch
from tests.support.trace_hashes import in_process

Measured = Callable[..., None]
AIMS = {PROGRAMS[0].name: 10.0, PROGRAMS[1].name: 10.0, PROGRAMS[2].name: 5.0}
"""How many times faster than life; all others at all faster than it."""
HOUR_S = 3600


def processor_s(program: EngineProgram, seconds: float) -> float:
    """The processor time of so many virtual seconds, after the first."""
    with ExitStack() as stack:
        bench = program.start(stack, program.circuit())
        bench.run(SECOND)
        with Stopwatch(*(board.pid for board in bench.boards.values())) as watch:
            bench.run(SECOND + round(seconds * SECOND))
        assert bench.now_ns == SECOND + round(seconds * SECOND), bench.ended
        return watch.core_s


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_program(measured: Measured, program: EngineProgram) -> None:
    speed = program.seconds / processor_s(program, program.seconds)
    measured(program.name, speed, "times", aim=AIMS.get(program.name, 1.0), most=False)


def test_an_hour(measured: Measured) -> None:
    measured(HOUR.name, processor_s(HOUR, HOUR_S), "s", aim=2)


def test_the_trace_of_an_hour(measured: Measured) -> None:
    """What it takes, and (peer) what the board and the bench have sent."""
    with ExitStack() as stack:
        bench = BUSY_HOUR.start(stack, BUSY_HOUR.circuit())
        with Stopwatch(*(board.pid for board in bench.boards.values())) as watch:
            bench.run(HOUR_S * SECOND)
        assert bench.now_ns == HOUR_S * SECOND, bench.ended
        measured(BUSY_HOUR.name, watch.core_s, "s")
        kept, trace = SIZE * len(bench.board.recorder) / 1e6, bench.trace
        sent = sum(map(len, trace.payloads.expanded(trace.records))) / 1e6
        most = SIZE * (Limits().records or 0) / 1e6
        measured(f"the trace of {BUSY_HOUR.name} (peer: all that was sent)", kept, "MB", peer=sent)
        measured("the same: the share of the trace's limit", 100 * kept / most, "%", aim=100)


def test_compiled_modules(measured: Measured) -> None:
    fast, slow = in_process(WARSHA_PURE=""), in_process(WARSHA_PURE="1")
    if fast["bench"] == slow["bench"]:
        pytest.skip("the bench is not compiled: make setup")
    name = "the bench itself, compiled (peer: as Python), with all these programs and labs"
    measured(name, fast["own_s"], "s", peer=slow["own_s"])
