"""The teams of a course: trainees who hand in a project together, one notebook and several names.

They are in the file `teams.csv` in the course's built folder, which only the instructor can write.
Its columns are `team`, `trainee` and `lab`, with a row for each member. What a notebook says about
a team counts for nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CourseError
from grader.lab.class_list import unknown_id_cure
from grader.spreadsheet import read_sheet
from hardware.i18n import _

NAME = "teams.csv"
COLUMNS = ("team", "trainee", "lab")
MOST = 3
"""So many members a team may have."""


@dataclass(frozen=True)
class Team:
    """Trainees who hand in a project together."""

    name: str
    members: tuple[str, ...]
    """Their ids, in the order of the file."""

    @property
    def seed_name(self) -> str:
        """What its hidden seeds depend on in the place of a trainee's id. No id has a space."""
        return f"team {self.name}"


def read_teams(
    file: Path, projects: Collection[str], trainees: Collection[str]
) -> dict[str, dict[str, Team]]:
    """The team of each member, by project and by id; none without the file.

    `projects` are the labs that allow teams, `trainees` the ids of the gradebook.
    Raises: CourseError that lists every wrong row.
    """
    if not file.is_file():
        return {}
    sheet = read_sheet(file)
    header = [name.strip().lower() for name in sheet.rows[0][1]] if sheet.rows else []
    if sorted(header) != sorted(COLUMNS):
        raise CourseError(
            _("{file}: the first line is {header!r}").format(file=file, header=sheet.first),
            _("it must name the columns {names}").format(names=", ".join(COLUMNS)),
        )
    found: dict[str, dict[str, list[str]]] = {}
    problems = []
    for line, cells in sheet.rows[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        team, trainee, lab = (row.get(name, "") for name in COLUMNS)
        teams = found.get(lab, {})
        if not all((team, trainee, lab)):
            problem = _("a row has a team, a trainee and a lab")
        else:
            problem = (
                _not_allowed(lab, projects)
                or _unknown(trainee, trainees, file.parent.name)
                or _second_team(trainee, team, lab, teams)
                or _too_many(team, lab, teams)
            )
        if problem:
            problems.append(_("line {line}: {problem}").format(line=line, problem=problem))
        else:
            found.setdefault(lab, {}).setdefault(team, []).append(trainee)
    if problems:
        raise CourseError(
            f"{file}: " + _("; ").join(problems),
            _("nothing was changed: correct these rows and try again"),
        )
    return {lab: _by_member(teams) for lab, teams in found.items()}


def _by_member(teams: dict[str, list[str]]) -> dict[str, Team]:
    known = [Team(name, tuple(members)) for name, members in teams.items()]
    return {member: team for team in known for member in team.members}


def _not_allowed(lab: str, projects: Collection[str]) -> str:
    if lab in projects:
        return ""
    text = _("{lab} allows no team; projects of this course: {names}")
    return text.format(lab=lab, names=", ".join(sorted(projects)) or "-")


def _unknown(trainee: str, trainees: Collection[str], course: str) -> str:
    if trainee in trainees:
        return ""
    text = _("{student} is not in the gradebook").format(student=trainee)
    return f"{text}, {unknown_id_cure(trainee, trainees, course)}"


def _second_team(trainee: str, team: str, lab: str, teams: dict[str, list[str]]) -> str:
    first = next((name for name, members in teams.items() if trainee in members), None)
    if first is None:
        return ""
    if first == team:
        return _("{student} is there twice").format(student=trainee)
    text = _("{student} is in two teams of {lab}: {first} and {second}")
    return text.format(student=trainee, lab=lab, first=first, second=team)


def _too_many(team: str, lab: str, teams: dict[str, list[str]]) -> str:
    if len(teams.get(team, ())) < MOST:
        return ""
    text = _("the team {team} has more than {most} members in {lab}")
    return text.format(team=team, most=MOST, lab=lab)
