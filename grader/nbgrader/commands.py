"""nbgrader's own commands, through its API."""

import re
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.errors import CourseError
from grader.nbgrader import config
from hardware.i18n import _

_RAISED = re.compile(r"\s*[\w.]+(?:Error|Exception|Entry): ")


def _api(root: Path, aside: str = "", *, save: bool = True) -> Any:
    settings = config.load(root)
    if aside:
        settings.CourseDirectory.directory_structure = (
            CourseDirectory.directory_structure.default()
        )
        settings.CourseDirectory.source_directory = f"{aside}/source"
        settings.CourseDirectory.release_directory = f"{aside}/release"
    if not save:  # as its option --no-db
        settings.GenerateAssignment.no_database = True
        settings.SaveCells.enabled = False
    settings.NbGraderAPI.log_level = "ERROR"
    return NbGraderAPI(CourseDirectory(config=settings), config=settings)


def _checked(result: dict[str, Any], what: str) -> None:
    if not result["success"]:
        if result.get("error", "").rstrip().endswith("KeyboardInterrupt"):
            raise KeyboardInterrupt  # which nbgrader's API takes for one more error
        log = f"{result.get('error', '')}\n{result.get('log', '')}"
        causes = [line.strip() for line in log.splitlines() if _RAISED.match(line)]
        raise CourseError(
            f"nbgrader {what}: {causes[-1] if causes else log.strip()}",
            _("run that nbgrader command in the course's folder to see all that it says"),
        )


def generate_release(root: Path, lab: str, aside: str = "", *, save: bool = True) -> None:
    """`nbgrader generate_assignment`: `release/` from `source/`, and the lab's cells in the
    gradebook, if they are to be saved. `aside` is a folder of the course with a source/ and a
    release/ of its own."""
    api = _api(root, aside, save=save)
    _checked(api.generate_assignment(lab, force=True, create=True), f"generate_assignment {lab}")


def generate_feedback(root: Path, lab: str, student: str = "*") -> None:
    """`nbgrader generate_feedback`: HTML pages in `feedback/` from `autograded/` and the
    gradebook."""
    _checked(_api(root).generate_feedback(lab, student, force=True), f"generate_feedback {lab}")
