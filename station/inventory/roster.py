"""The trainees of a course: the class list that `course.toml` names, and what `warsha roster` put
into the gradebook."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from grader.errors import CourseError
from grader.lab.class_list import Trainee, nearest, read_class_list
from grader.lab.course import Course, course_command, load_course
from hardware.i18n import _
from station.errors import Refused
from station.inventory import codes


@dataclass
class Roster:
    """Who may borrow boards in a course."""

    course: str
    by_code: dict[str, Trainee] = field(default_factory=dict)

    def add(self, trainees: Iterable[Trainee]) -> None:
        """Add trainees; a later entry of an id replaces an earlier one."""
        self.by_code |= {codes.normalized(one.id): one for one in trainees}

    def find(self, code: str) -> Trainee | None:
        """The trainee with this id, on a card or typed; None when there is none."""
        return self.by_code.get(codes.normalized(code))

    def nearest(self, code: str) -> str:
        """The id that a mistyped one may mean; "" for none."""
        return nearest(code, (one.id for one in self.by_code.values()))

    def need(self, code: str) -> Trainee:
        """The trainee with this id. Raises: Refused."""
        if trainee := self.find(code):
            return trainee
        cause = _("the class list of {course} has no {trainee!r}")
        near = self.nearest(code)
        cure = _("did you mean {name}?").format(name=near) if near else ""
        raise Refused(
            cause.format(course=self.course, trainee=code),
            cure
            or _("put the class list in: {command}").format(
                command=course_command("roster FILE", self.course)
            ),
        )


def load_roster(course: Course) -> Roster:
    """The trainees of a course. Raises: CourseError."""
    roster = Roster(course.slug)
    if course.roster:
        roster.add(read_class_list(course.roster))
    if course.root.is_dir():  # nbgrader takes long to import
        from grader.nbgrader import config
        from grader.nbgrader.enrolment import enrolled

        if (course.root / config.NAME).is_file():
            roster.add(enrolled(course.root))
    return roster


@cache
def roster_of(slug: str) -> Roster:
    """The trainees of the course of this name. Raises: Refused."""
    try:
        return load_roster(load_course(slug))
    except CourseError as error:
        raise Refused(str(error), error.cure) from error
