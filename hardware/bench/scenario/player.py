"""Plays a scenario on a bench: runs its steps in order. Virtual time passes only in the steps that
wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.drawing.time_axis import duration
from hardware.bench.scenario.command import CommandContext, CommandError
from hardware.bench.scenario.scenario import Scenario, ScenarioStep
from hardware.errors import HardwareError, ScenarioError
from hardware.i18n import _, sanitize


@dataclass(frozen=True)
class ScenarioOutcome:
    """The result of one step; `failure` says what was wrong and is empty if nothing was."""

    step: ScenarioStep
    t_ns: int
    file: str
    failure: str = ""

    @property
    def message(self) -> str:
        """What was wrong, with file, line, name and time."""
        text = _("{where}: {step}: {what} (at {at})").format(
            where=f"{self.file}:{self.step.line}",
            step=self.step.name,
            what=self.failure,
            at=duration(self.t_ns),
        )
        return sanitize(text)

    @property
    def points(self) -> float:
        """The points that the step earned."""
        return 0.0 if self.failure else self.step.points or 0.0


def play(
    scenario: Scenario,
    bench: Bench,
    circuit: Circuit,
    until_ns: int,
    on_step: Callable[[ScenarioStep], None] = lambda step: None,
) -> list[ScenarioOutcome]:
    """Run all steps; `on_step` is called before each. After a failed step that has points, the
    next step runs.

    Raises: ScenarioError with file and line of any other failed step.
    """
    return Player(scenario, bench, circuit, until_ns).play(on_step)


class Player:
    """A scenario that is being played. `printed` is serial output from before its start."""

    def __init__(
        self,
        scenario: Scenario,
        bench: Bench,
        circuit: Circuit,
        until_ns: int,
        printed: bytes = b"",
    ) -> None:
        self.outcomes: list[ScenarioOutcome] = []
        """The results of the steps that were run; after a ScenarioError the last one failed."""
        self._scenario, self._bench = scenario, bench
        folder = Path(scenario.file).parent
        self._context = CommandContext(bench, circuit, folder, until_ns, printed)

    def play(
        self, on_step: Callable[[ScenarioStep], None] = lambda step: None
    ) -> list[ScenarioOutcome]:
        """Run all steps. Raises: ScenarioError."""
        for step in self._scenario.steps:
            on_step(step)
            self._context.begin_step()
            self._run(step)
        return self.outcomes

    def _run(self, step: ScenarioStep) -> None:
        try:
            step.command.run(self._context)
        except CommandError as error:
            outcome = self._record(step, str(error))
            if step.points is None or self._bench.ended is not None:
                cure = step.feedback_text or error.cure
                raise ScenarioError(outcome.message, cure) from error
        except HardwareError as error:
            raise ScenarioError(self._record(step, str(error)).message, error.cure) from error
        else:
            self._record(step)

    def _record(self, step: ScenarioStep, failure: str = "") -> ScenarioOutcome:
        self.outcomes.append(
            ScenarioOutcome(step, self._bench.now_ns, self._scenario.file, failure)
        )
        return self.outcomes[-1]
