"""The item for a scenario that the trainee writes (see `grader.lab.own_scenario`)."""

from collections.abc import Sequence

from grader.lab.check import Check, check, gate
from grader.lab.limits import AtLeast, Exactly
from grader.lab.run import Run
from grader.lab.units import Percent

MOST, SOME = Percent(90), Percent(60)
"""The shares of the wrong programs that earn all points, and half of them."""


def scenario_item(item: str, *, points: float, mutants: Sequence[str]) -> tuple[Check, Check]:
    """The checks of such an item: no right program may fail, and then its points follow from the
    share of the wrong programs on which a step fails: those in `wrong/`, and these mutants."""

    def why(run: Run) -> str:
        return run.scenario.why()

    @gate(f"{item}.right", expect=Exactly(0.0), on_miss="blames_right", why=why)
    def blamed(run: Run) -> float | None:
        """On how many right programs a step fails; None if there is no scenario to play."""
        return float(len(run.scenario.blamed)) if run.scenario.is_playable else None

    @check(
        item,
        points=points,
        expect=AtLeast(MOST),
        partial={AtLeast(SOME): points / 2},
        on_miss="misses_wrong",
        why=why,
    )
    def caught(run: Run) -> Percent | None:
        """The share of the wrong programs on which a step fails."""
        return run.scenario.caught(*mutants) if run.scenario.is_playable else None

    return blamed, caught
