"""Programs that ask much of the bench: virtual time divided by processor time.

Processor time is that of the boards and of the bench together.
"""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.support.engine_programs import HOUR, PROGRAMS, SECOND, EngineProgram
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


def test_compiled_modules(measured: Measured) -> None:
    fast, slow = in_process(WARSHA_PURE=""), in_process(WARSHA_PURE="1")
    if fast["bench"] == slow["bench"]:
        pytest.skip("the bench is not compiled: make setup")
    name = "the bench itself, compiled (peer: as Python), with all these programs and labs"
    measured(name, fast["own_s"], "s", peer=slow["own_s"])
