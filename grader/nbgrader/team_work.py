"""What counts as handed in by each trainee of a course: for the members of a team it is the newest
submission of the team."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from grader.errors import SubmissionError
from grader.lab.course import Course
from grader.lab.teams import NAME, Team, read_teams
from grader.nbgrader import folders
from grader.nbgrader.enrolment import enrolled


def teams_of(course: Course, assignment: str) -> dict[str, Team]:
    """The team of each trainee who has one for this assignment, by id. Raises: CourseError."""
    file = course.root / NAME
    if not file.is_file():
        return {}
    trainees = [trainee.id for trainee in enrolled(course.root)]
    return read_teams(file, course.projects, trainees).get(assignment, {})


def handed_in(root: Path, assignment: str, teams: Mapping[str, Team]) -> dict[str, Path]:
    """The folder of each trainee who handed in or whose team did, by id, sorted."""
    found = folders.submitted(root, assignment)
    newest = {
        member: max((found[one] for one in team.members if one in found), key=_time, default=None)
        for member, team in teams.items()
    }
    found |= {member: folder for member, folder in newest.items() if folder}
    return {student: found[student] for student in sorted(found)}


def submitter(root: Path, assignment: str, team: Team, folder: Path) -> str:
    """The member of a team whose folder of submitted files this is."""
    found = folders.submitted(root, assignment)
    return next(member for member in team.members if found.get(member) == folder)


def _time(folder: Path) -> datetime:
    """When a submission was handed in. Without a time it is the oldest; with a wrong one it is the
    newest, so that grading reports it."""
    try:
        return folders.timestamp_of(folder) or datetime.min
    except SubmissionError:
        return datetime.max
