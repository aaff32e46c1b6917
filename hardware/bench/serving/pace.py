"""How fast a live bench lets time pass while its boards do not follow the wall clock: slower,
faster, not at all, or up to the next edge."""

from dataclasses import dataclass, field
from time import monotonic

SLICE_S = 0.004
"""The bench lets time pass so often."""
BEHIND_S = 0.1
"""A bench that is later than this does not catch up."""
STEP_NS = 1_000_000_000
"""The longest step to an edge."""
LOOK_NS = 5_000_000
"""During a step, boards are asked so often what they have done."""
NOW_S = 1e-4


@dataclass
class Pace:
    """From a moment on, `speed` virtual seconds pass in a second."""

    speed: float
    from_ns: int
    step_until_ns: int = 0
    """A step goes on until here, or until an edge; 0: no step."""
    began_s: float = field(default_factory=monotonic)

    @property
    def steps(self) -> bool:
        """Whether a step goes on."""
        return self.step_until_ns > 0

    def until_ns(self, now_ns: int, edge_ns: int) -> int:
        """Up to when time may pass now, when the next known edge is at `edge_ns`."""
        if self.steps:
            return min(edge_ns, now_ns + LOOK_NS, self.step_until_ns)
        passed_s = monotonic() - self.began_s
        target_ns = self.from_ns + round(passed_s * self.speed * 1e9)
        if target_ns - now_ns > BEHIND_S * self.speed * 1e9:
            self.from_ns, self.began_s = now_ns, monotonic()
            return now_ns + round(BEHIND_S * self.speed * 1e9)
        return target_ns

    def idle_s(self) -> float | None:
        """The bench must look at least this often; None: nothing happens by itself."""
        if self.steps:
            return NOW_S
        return SLICE_S if self.speed else None
