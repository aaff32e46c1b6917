"""Lookahead: steps of parts that happen whatever the board does. They are announced to the board
in advance.

The board then need not ask at each edge: a reading of a DHT22 has 84 of them. The circuit predicts
the levels of each step (`circuit/prediction.py`).
"""

from hardware.bench.board.pins import Pins
from hardware.bench.circuit.board_side import BoardSide
from hardware.bench.circuit.prediction import Prediction
from hardware.bench.circuit.waves import LevelOutcome
from hardware.bench.events import EventQueue, VirtualTime
from hardware.bench.parts.common.module import OutputStep
from hardware.bench.protocol import frames

STEP = frames.LAYOUT_STEP
"""A time, and the levels from then on."""
FEW = 8
"""For fewer steps it is not worth while to work their outcome out in advance."""
MOST = 255
"""Steps in one answer."""


class Lookahead(EventQueue):
    """The announced steps, in virtual time. They happen like all events, but the horizon of a
    board may lie behind those that it knows."""

    def steps_until(
        self, horizon_ns: int, circuit: BoardSide, pins: Pins
    ) -> tuple[list[bytes], int, int]:
        """The steps before a horizon, packed for the board; a mask of the pads that they reach;
        and the horizon. It comes sooner where the next step has effects besides levels, or is of
        another part."""
        known: dict[OutputStep, Prediction | None] = {}
        steps: list[bytes] = []
        levels, reached = pins.levels, 0
        for t_ns, _number, step, _actor in self.until(horizon_ns):
            assert isinstance(step, OutputStep)
            if step not in known:
                if not step.valid:
                    continue
                prediction = circuit.predict(step) if step.is_like(*known) else None
                if prediction is not None and pins.watches(*prediction):
                    prediction = None
                known[step] = prediction
            prediction = known[step]
            if prediction is None or len(steps) == MOST:
                return steps, reached, t_ns
            reached |= prediction.pads
            levels = levels & ~prediction.pads | prediction.levels
            steps.append(STEP.pack(t_ns, levels))
        return steps, reached, horizon_ns

    def play_wave(self, until_ns: int, circuit: BoardSide, pins: Pins, time: VirtualTime) -> bool:
        """Does all steps of the next one's output before a time in which nothing else happens.
        False where there are none that only the program can notice."""
        step = self.first[2]
        assert isinstance(step, OutputStep)
        if len(self) < FEW or (wave := circuit.wave(step)) is None:
            return False
        level = step.part.driven[step.pin]
        known: dict[OutputStep, LevelOutcome | None] = {}
        passed: list[tuple[int, LevelOutcome]] = []
        done = 0
        for t_ns, _number, following, _actor in self.until(until_ns):
            assert isinstance(following, OutputStep)
            if following not in known:
                if not following.is_like(step):
                    break
                outcome = None
                if following.valid:
                    outcome = wave.outcome(following)
                    if outcome is None or pins.watches(outcome.pads, outcome.levels):
                        break
                known[following] = outcome
            outcome = known[following]
            if outcome is not None and following.level != level:
                passed.append((t_ns, outcome))
                step, level = following, following.level
            done += 1
        if passed:
            time.now_ns = passed[-1][0]
            pins.follow(circuit.put_wave(wave, step, passed))
        self.drop(done)
        return done > 0
