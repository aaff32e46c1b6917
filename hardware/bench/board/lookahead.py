"""What a part is going to do whatever the board does: the board is told before, and need not ask
at each edge (a reading of a DHT22 has 84).
"""

from typing import Protocol

from hardware.bench.board.pins import Pins
from hardware.bench.circuit.prediction import Prediction
from hardware.bench.events import EventQueue
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.protocol import frames

STEP = frames.LAYOUT_STEP
"""A time, and the levels from then on."""
MOST = 255
"""So many in one answer."""


class Seer(Protocol):
    """What is needed of the circuit, as a board sees it."""

    def foresee(self, step: OutputStep) -> Prediction | None: ...


class Lookahead(EventQueue):
    """The steps of parts in virtual time. They happen like all events; but a horizon may lie
    behind those that `before` told."""

    def before(self, horizon_ns: int, circuit: Seer, pins: Pins) -> tuple[list[bytes], int]:
        """The steps up to a horizon, packed for the board, and the horizon: sooner where the next
        step is more than other levels to the program, or is another part's."""
        known: dict[OutputStep, Prediction | None] = {}
        told: list[bytes] = []
        levels = pins.levels
        for t_ns, _number, step in self.until(horizon_ns):
            assert isinstance(step, OutputStep)
            if not step.holds:
                continue
            if step not in known:
                known[step] = circuit.foresee(step) if step.is_like(*known) else None
            seen = known[step]
            if seen is None or pins.watches(seen.pads) or len(told) == MOST:
                return told, t_ns
            levels = levels & ~seen.pads | seen.levels
            told.append(STEP.pack(t_ns, levels))
        return told, horizon_ns
