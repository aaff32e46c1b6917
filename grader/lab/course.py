"""A course: its labs in order, its class list, its settings. It is defined by the file
`courses/<slug>/course.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader.errors import CourseError
from hardware.i18n import _
from hardware.paths import ROOT, build_dir

COURSES = ROOT / "courses"
_KEYS = {"title", "labs", "roster", "board", "seeds", "keep", "language", "default"}


@dataclass(frozen=True)
class Course:
    """The content of a `course.toml`."""

    slug: str
    folder: Path
    title: Mapping[str, str]
    labs: tuple[str, ...]
    roster: Path | None
    board: str | None
    """The board on which submissions are graded; None: the first board of each lab."""
    seeds: int
    """How many hidden seeds each submission is graded with."""
    keep: Literal["latest", "best"] = "latest"
    """Which of a trainee's submissions counts; `best`: the one with most points after the late
    penalty."""
    language: Literal["ar", "en"] = "ar"
    """The language in which JupyterLab starts for trainees."""

    @property
    def root(self) -> Path:
        """nbgrader's folder of this course (source, release, submitted, …, gradebook.db)."""
        return build_dir() / "course" / self.slug

    @property
    def trainee(self) -> Path:
        """The folder that trainees get."""
        return self.root / "trainee"

    @property
    def store(self) -> Path:
        """The folder of the course's `grader.archive.store.Store`."""
        return self.root / "store"


def load_course(slug: str | None = None, courses: Path = COURSES) -> Course:
    """The course of that name; without a name, the only course, or the one that has
    `default = true`. Raises: CourseError."""
    known = sorted(file.parent.name for file in courses.glob("*/course.toml"))
    if slug is None:
        defaults = [name for name in known if _content(courses, name).get("default") is True]
        slug = next((names[0] for names in (known, defaults) if len(names) == 1), None)
    if slug not in known:
        raise CourseError(
            _("which course? {folder} has no course {name!r}").format(
                name=slug or "", folder=courses
            ),
            _("choose one of: {names}").format(names=", ".join(known) or "-"),
        )
    return _course(slug, courses / slug / "course.toml", _content(courses, slug))


def _content(courses: Path, slug: str) -> dict[str, Any]:
    file = courses / slug / "course.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{file}: {error}", _("it must be TOML in UTF-8")) from error


def _course(slug: str, file: Path, data: dict[str, Any]) -> Course:
    def need(good: bool, what: str) -> None:
        if not good:
            raise CourseError(f"{file}: {what}", _("see courses/iot_micropython/course.toml"))

    unknown = ", ".join(sorted(data.keys() - _KEYS))
    need(not unknown, _("unknown key {key!r}").format(key=unknown))
    title, labs, seeds = data.get("title", {}), data.get("labs", []), data.get("seeds", 3)
    need(isinstance(title, dict) and {"ar", "en"} <= title.keys(), _("title needs ar and en"))
    named = isinstance(labs, list) and all(isinstance(lab, str) for lab in labs)
    need(named and bool(labs), _("labs must be a list of lab names"))
    need(len(set(labs)) == len(labs), _("a lab is listed twice"))
    need(isinstance(seeds, int) and 1 <= seeds <= 100, _("seeds must be a number from 1 to 100"))
    keep = data.get("keep", "latest")
    need(keep in ("latest", "best"), _("keep must be {values}").format(values='"latest", "best"'))
    language = data.get("language", "ar")
    need(language in ("ar", "en"), _("language must be {values}").format(values='"ar", "en"'))
    return Course(
        slug=slug,
        folder=file.parent,
        title=title,
        labs=tuple(labs),
        roster=file.parent / data["roster"] if "roster" in data else None,
        board=data.get("board"),
        seeds=seeds,
        keep=keep,
        language=language,
    )
