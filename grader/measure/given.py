"""Calls of given functions: `job_step()` of a lab's `job.py`, for example.

A given file calls `warsha.given("job_step", 120_000)` (see `docs/howto/add-a-lab.md`). That keeps
the board busy for so many microseconds and then sends a record to the bench. The record is neither
pin activity nor serial output, so no program gets it without spending the time. The time of
interrupts and scheduled calls is added to that, and other threads wait. The text after the first
blank is the argument: `"log RY"` is a call of `log` with `RY`.
"""

from dataclasses import dataclass

from grader.lab.run import Run
from grader.lab.units import Millis, millis_of_ns


@dataclass(frozen=True)
class GivenCall:
    """A call of a given function that ran to its end (`to_ns`, since t = 0). `from_ns`
    is `to_ns` minus the time that the function worked."""

    argument: str
    from_ns: int
    to_ns: int

    @property
    def length(self) -> Millis:
        """How long it worked."""
        return millis_of_ns(self.to_ns - self.from_ns, self.from_ns)


def calls(run: Run, function: str, shortest: Millis) -> list[GivenCall]:
    """The calls of a function that worked for at least `shortest`, since power-on, in order. Of
    calls that overlap (one in the other's interrupt) only the first to end counts."""
    found: list[GivenCall] = []
    for one in run.trace.given():
        name, _, argument = one.text.partition(" ")
        call = GivenCall(argument, one.from_ns - run.zero_ns, one.to_ns - run.zero_ns)
        lasted = call.to_ns - call.from_ns >= shortest.ns
        if name == function and lasted and not (found and call.from_ns < found[-1].to_ns):
            found.append(call)
    return found
