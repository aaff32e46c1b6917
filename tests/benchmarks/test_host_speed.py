"""Host functions and attackers: the start of a sandbox, and the delay by a hostile class.

A measurement that a busy machine disturbs is repeated, and the fastest run counts.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from grader.host.host_functions import HostFunctions
from tests.support import attack_class
from tests.support.host_course import HOST
from tools import attack_delay

REPEATS, CALLS = 10, 200
Measured = Callable[..., None]


def once() -> tuple[float, float, float]:
    """Seconds to the first answer, of a later call, and to the end."""
    host = HostFunctions(HOST, ("ingest", "gaps"), "bwrap")
    begin = perf_counter()
    host.call("ingest", "site.db", [], answer=int)
    first = perf_counter()
    for number in range(CALLS):
        host.call("ingest", "site.db", [{"seq": number, "value": 1.5}])
    later = perf_counter()
    host.close()
    return first - begin, (later - first) / CALLS, perf_counter() - later


def test_a_sandbox(measured: Measured) -> None:
    first, later, end = (
        min(times) for times in zip(*(once() for _ in range(REPEATS)), strict=True)
    )
    measured("a sandbox, to the first answer of SQLite", first * 1000, "ms", aim=60)
    measured("a further call, with a row into SQLite", later * 1000, "ms", aim=1)
    measured("the end of a sandbox", end * 1000, "ms")


def test_the_time_that_attackers_cost_others(measured: Measured, tmp_path: Path) -> None:
    rounds = attack_delay.measure(tmp_path)
    alone, attacked = (
        median(attack_delay.p95_ms(times) for times in both)
        for both in zip(*((one.alone, one.attacked) for one in rounds), strict=True)
    )
    measured("p95 of a submission in an honest class", alone, "ms")
    name = f"the same beside {len(attack_class.attacks())} attackers"
    measured(name, attacked, "ms")
    measured("beside attackers, divided by alone", attacked / alone, "times as long", aim=1.1)
