"""L09: what one pressure costs on the bus."""

from grader import Episode, Run, millis_of_ns, observe
from grader.measure.i2c import transfers

ADDRESS, CONTROL, PRESSURE_READ = 0x77, 0xF4, 3
"""The sensor, its command register, and the bytes of a pressure."""


@observe(Episode("predict", seconds=4))
def one_pressure(run: Run) -> dict[str, str] | None:
    """The bytes of the last pressure, with those of the addresses; their time, and the wait."""
    found = transfers(run, ADDRESS)
    reads = [n for n, one in enumerate(found) if len(one.read) == PRESSURE_READ]
    starts = [
        n for n, one in enumerate(found) if len(one.written) == 2 and one.written[0] == CONTROL
    ]
    begin = next((n for n in reversed(starts) if reads and n < reads[-1]), None)
    if begin is None:
        return None
    # A conversion can be read in one transfer, or its register first and its bytes then.
    moved = [one for one in found[begin : reads[-1] + 1] if one.found]
    count = sum(len(part) + 1 for one in moved for part in (one.written, one.read) if part)
    bus_ns = sum(one.end_ns - one.t_ns for one in moved)
    wait_ns = moved[-1].end_ns - moved[0].t_ns - bus_ns
    return {
        "count": str(count),
        "bus": str(millis_of_ns(bus_ns)),
        "wait": str(millis_of_ns(wait_ns)),
    }
