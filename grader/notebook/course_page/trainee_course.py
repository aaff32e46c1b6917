"""What the course page shows: the labs of a trainee's course in order, what each one teaches, when
it is due, and the best total in practice."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.utils import get_username

from grader.nbgrader import due_times
from grader.notebook.display_language import Language
from grader.notebook.progress import Progress, read_progress
from grader.reports.feedback_data import MASTERY

Texts = Mapping[str, str]

COURSE_URL = "warsha/course"
"""The address of the course page on a Jupyter server."""
DUE_FILE = "due.json"
"""In the folder `labs/` of a trainee's course: when each lab was due at the last build, in ISO
8601 with its zone. It counts where no exchange can be read."""


@dataclass(frozen=True)
class CourseLab:
    """One lab of the course."""

    slug: str
    id: str
    title: Texts
    goal: Texts
    minutes: int
    due: datetime | None
    best: Progress | None

    @property
    def is_mastered(self) -> bool:
        """Whether the best total in practice reaches mastery."""
        return self.best is not None and self.best.points >= MASTERY * self.best.maximum

    @property
    def is_late(self) -> bool:
        """Whether the due date is over."""
        return self.due is not None and self.due < datetime.now(UTC)

    @property
    def notebook(self) -> str:
        """The path of its notebook in the course."""
        return f"{self.slug}/{self.slug}.ipynb"


@dataclass(frozen=True)
class ModuleGate:
    """What opens the check of a module."""

    number: int
    """The module's place in the course, from 1."""
    points: float
    """So many points each of its labs needs."""
    missing: tuple[str, ...]
    """The short names of the labs that do not have them in practice. The marks decide."""


@dataclass(frozen=True)
class TraineeCourse:
    """A trainee's course: its title, and its labs in order."""

    title: Texts
    language: Language
    """The language in which JupyterLab starts."""
    labs: tuple[CourseLab, ...]
    absent: tuple[CourseLab, ...]
    """Labs of the course whose notebook is not in the folder."""
    gates: tuple[ModuleGate, ...] = ()
    """Those of the modules that have a check."""

    @property
    def next_lab(self) -> CourseLab | None:
        """The first lab that is not mastered."""
        return next((lab for lab in self.labs if not lab.is_mastered), None)


def is_trainee_course(folder: Path) -> bool:
    """Whether this is the folder that `warsha course build` makes for trainees."""
    return (folder / "course.toml").is_file() and (folder / "labs").is_dir()


def read_course(folder: Path) -> TraineeCourse:
    """The course in that folder, for the account of this process. A lab without lab.toml, or with
    a damaged one, is left out.

    Raises: OSError, ValueError or KeyError when course.toml cannot be read.
    """
    course, due = _toml(folder / "course.toml"), due_times.published(folder, get_username())
    if due is None:
        due = _due_times(folder / "labs" / DUE_FILE)
    labs = []
    modules = course.get("modules") or [course]
    for slug in (slug for module in modules for slug in module["labs"]):
        with suppress(OSError, ValueError, KeyError):
            labs.append(_lab(folder, slug, due.get(slug)))
    here = tuple(lab for lab in labs if (folder / lab.notebook).is_file())
    absent = tuple(lab for lab in labs if lab not in here)
    gates = tuple(
        _gate(number, module, labs)
        for number, module in enumerate(modules, 1)
        if module.get("gate")
    )
    return TraineeCourse(course["title"], course.get("language", "ar"), here, absent, gates)


def _gate(number: int, module: dict[str, Any], labs: Sequence[CourseLab]) -> ModuleGate:
    points = float(module["gate"])
    mine = (lab for lab in labs if lab.slug in module["labs"])
    missing = (lab.id for lab in mine if lab.best is None or lab.best.points < points)
    return ModuleGate(number, points, tuple(missing))


def _lab(folder: Path, slug: str, due: datetime | None) -> CourseLab:
    lab = _toml(folder / "labs" / slug / "lab.toml")
    return CourseLab(
        slug=slug,
        id=lab["id"],
        title=lab["title"],
        goal=lab.get("goal", {"ar": "", "en": ""}),
        minutes=lab["minutes"],
        due=due,
        best=read_progress(folder, slug),
    )


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _due_times(file: Path) -> dict[str, datetime]:
    """When each lab is due; empty without the file, or when it is damaged."""
    try:
        return due_times.times(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
