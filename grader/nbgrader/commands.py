"""nbgrader's commands `generate_assignment`, `release_assignment` and `generate_feedback`, called
through its API."""

import re
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.errors import CourseError
from grader.nbgrader import config
from hardware.i18n import _

_RAISED = re.compile(r"\s*[\w.]+(?:Error|Exception|Entry): ")


def _api(root: Path, folder: str = "", *, save: bool = True) -> Any:
    settings = config.load(root)
    if folder:
        settings.CourseDirectory.directory_structure = (
            CourseDirectory.directory_structure.default()
        )
        settings.CourseDirectory.source_directory = f"{folder}/source"
        settings.CourseDirectory.release_directory = f"{folder}/release"
    if not save:  # like nbgrader's option --no-db
        settings.GenerateAssignment.no_database = True
        settings.SaveCells.enabled = False
    settings.NbGraderAPI.log_level = "ERROR"
    return NbGraderAPI(CourseDirectory(config=settings), config=settings)


def _checked(result: dict[str, Any], what: str) -> None:
    if not result["success"]:
        if result.get("error", "").rstrip().endswith("KeyboardInterrupt"):
            raise KeyboardInterrupt  # nbgrader's API catches it like any other error
        log = f"{result.get('error', '')}\n{result.get('log', '')}"
        causes = [line.strip() for line in log.splitlines() if _RAISED.match(line)]
        raise CourseError(
            f"nbgrader {what}: {causes[-1] if causes else log.strip()}",
            _("run that nbgrader command in the course's folder to see its full output"),
        )


def generate_release(root: Path, lab: str, folder: str = "", *, save: bool = True) -> None:
    """`nbgrader generate_assignment`: make `release/` from `source/` and, with `save`, put the
    lab's cells into the gradebook. `folder` is a folder in the course with its own source/ and
    release/."""
    api = _api(root, folder, save=save)
    _checked(api.generate_assignment(lab, force=True, create=True), f"generate_assignment {lab}")


def release_assignment(root: Path, lab: str) -> None:
    """`nbgrader release_assignment`: put the release into the exchange, in the place of an
    earlier one."""
    api = _api(root)
    api.config.ExchangeReleaseAssignment.force = True
    _checked(api.release_assignment(lab), f"release_assignment {lab}")


def generate_feedback(root: Path, lab: str, student: str = "*") -> None:
    """`nbgrader generate_feedback`: make the HTML pages in `feedback/` from `autograded/` and the
    gradebook."""
    _checked(_api(root).generate_feedback(lab, student, force=True), f"generate_feedback {lab}")
