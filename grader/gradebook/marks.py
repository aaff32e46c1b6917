"""Who is in the gradebook, and with which scores."""

from collections.abc import Sequence
from pathlib import Path

from grader.gradebook import config
from grader.gradebook.database import open_book
from grader.roster import Trainee


def enrol(root: Path, trainees: Sequence[Trainee]) -> None:
    """Put the class list into the gradebook; who is there already is brought up to date."""
    coursedir = config.coursedir(root)
    with open_book(coursedir) as gradebook:
        for trainee in trainees:
            known = {
                name: value
                for name in ("first_name", "last_name", "email")
                if (value := getattr(trainee, name))
            }
            gradebook.update_or_create_student(trainee.id, **known)


def scores(root: Path) -> dict[tuple[str, str], float]:
    """(trainee, lab) to the score in the gradebook, late penalties taken off."""
    coursedir = config.coursedir(root)
    with open_book(coursedir) as gradebook:
        return {
            (submission.student.id, submission.assignment.name): sum(
                notebook.score - (notebook.late_submission_penalty or 0)
                for notebook in submission.notebooks
            )
            for assignment in gradebook.assignments
            for submission in assignment.submissions
        }
