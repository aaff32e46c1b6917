"""nbgrader's commands `generate_assignment`, `release_assignment`, `fetch_assignment` and
`generate_feedback`, called through its API."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets import TraitError

from grader.errors import CourseError
from grader.nbgrader import config
from hardware.i18n import _, reason

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


def fetch_assignment(trainee: Path, lab: str) -> None:
    """`nbgrader fetch_assignment`: put an assignment of the exchange into the trainee's folder
    `trainee`. What is there already is kept; a file that comes is whole. Raises: CourseError."""
    settings = config.load(trainee)
    settings.ExchangeFetchAssignment.replace_missing_files = True
    try:
        settings.CourseDirectory.assignment_id = lab
        with TemporaryDirectory(prefix=".fetch-", dir=trainee) as place:
            settings.Exchange.assignment_dir = place
            fetch = ExchangeFactory(config=settings).FetchAssignment(
                coursedir=CourseDirectory(config=settings),
                authenticator=Authenticator(config=settings),
                config=settings,
            )
            fetch.init_dest()
            # Into a folder that exists nbgrader copies file by file: its error is that of a file.
            Path(fetch.dest_path).mkdir(parents=True)
            fetch.start()
            _move_missing(Path(place), trainee)
    except OSError as error:
        # An error while writing names no file, or both files.
        exchange = str(settings.Exchange.root)
        if error.filename2 is None and str(error.filename).startswith(exchange):
            raise _unreadable(lab) from error
        raise CourseError(
            f"{lab}: {reason(error)}",
            _("Make room there, or rename what has this name; then fetch it again."),
        ) from error
    except (ExchangeError, TraitError) as error:
        raise _unreadable(lab) from error


def _unreadable(lab: str) -> CourseError:
    return CourseError(
        _("{lab} could not be read in the exchange").format(lab=lab), _("Tell your instructor.")
    )


def _move_missing(source: Path, target: Path) -> None:
    """Move what is in one folder into the other, but nothing that is there already."""
    for entry in source.iterdir():
        place = target / entry.name
        if entry.is_dir() and place.is_dir():
            _move_missing(entry, place)
        elif entry.is_dir() or not place.exists():
            entry.rename(place)


def generate_feedback(root: Path, lab: str, student: str = "*") -> None:
    """`nbgrader generate_feedback`: make the HTML pages in `feedback/` from `autograded/` and the
    gradebook."""
    _checked(_api(root).generate_feedback(lab, student, force=True), f"generate_feedback {lab}")
