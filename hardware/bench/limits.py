"""Limits: what a board may use before the bench ends it."""

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Limits:
    """Limits of one board over all its boots; None: no limit.

    The defaults stop a hostile program. A normal program does not come near them: a virtual minute
    of pure computing takes about a second of CPU."""

    cpu_s: int | None = 30
    """CPU seconds of the board's processes."""
    output_bytes: int | None = 4_000_000
    """Bytes on the serial line."""
    wall_s: float | None = 120.0
    """Seconds of wall time in `Bench.run`."""
    memory_bytes: int | None = 256 * 2**20
    """Address space of the board's process."""
    records: int | None = 4_000_000
    """Records (16 bytes each) that the trace may hold. Bytes of calls count as records, too: 16
    of them as one, in the form in which a trace keeps them (`protocol/payloads.py`)."""

    payload_bytes: int | None = 200_000_000
    """Bytes of calls, answers and network notes, each counted as often as it came: a check may
    look at all of them."""
    set_ups: int | None = 500_000
    """Changes of pins' modes: after each the circuit is solved again."""

    def after(self, cpu_s: float) -> "Limits":
        """The limits of the next boot, after boots that took this many CPU seconds."""
        if self.cpu_s is None:
            return self
        return replace(self, cpu_s=max(1, math.ceil(self.cpu_s - cpu_s)))


INTERACTIVE = Limits(cpu_s=None, output_bytes=None, wall_s=None, payload_bytes=None, set_ups=None)
"""For a bench that a person uses for days. A full trace drops its oldest half."""
