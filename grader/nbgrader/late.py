"""What a late submission loses: nbgrader's rules, and the plug-in that the course names."""

from types import SimpleNamespace
from typing import Any

from nbgrader.preprocessors import AssignLatePenalties

from grader.nbgrader.rows import SubmissionRows


class Late:
    """Late penalties by a course's settings of nbgrader."""

    def __init__(self, settings: Any) -> None:
        """Raises: TraitError for a setting that nbgrader does not take."""
        step: Any = AssignLatePenalties(config=settings)
        step.init_plugin()
        self._step = step

    def penalise(self, rows: SubmissionRows, notebook: str, student: str) -> None:
        """Take off what the plug-in says, from nothing to the whole score of a notebook."""
        step, late = self._step, rows.seconds_late
        penalty = None
        if late:
            score = rows.score(notebook)
            penalty = step.plugin_inst.late_submission_penalty(student, score, late)
            if penalty is not None:
                penalty = step._check_late_penalty(SimpleNamespace(score=score), penalty)
        rows.penalise(notebook, penalty)
