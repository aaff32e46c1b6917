"""A course: its labs in order, its class list, its settings. It is defined by the file
`courses/<slug>/course.toml`."""

import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grader.errors import CourseError
from hardware import boards
from hardware.i18n import _
from hardware.paths import ROOT, build_dir

COURSES = ROOT / "courses"
BUILD = "course build"
"""The command that takes the course as its argument."""
_KEYS = {
    "title",
    "labs",
    "modules",
    "roster",
    "board",
    "seeds",
    "keep",
    "language",
    "default",
    "weights",
}
_MODULE_KEYS = {"title", "labs", "gate", "projects"}
_WEIGHTS = {"labs", "checks", "projects"}


@dataclass(frozen=True)
class CourseModule:
    """A part of a course: some labs under a title."""

    title: Mapping[str, str]
    labs: tuple[str, ...]
    gate: float = 0
    """The points that each of its labs needs before the module check; 0: it has no check."""
    projects: int = 0
    """How many of its labs each trainee hands in, alone or in a team; 0: they are no projects."""


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
    modules: tuple[CourseModule, ...] = ()
    """The parts of the course, if it has any; their labs are those of the course."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """How many of 100 points come from `labs`, `checks` and `projects`; empty: there is no
    total."""

    def command(self, words: str) -> str:
        """The command `warsha` with these words for this course."""
        return course_command(words, self.slug)

    @property
    def projects(self) -> frozenset[str]:
        """The labs that a team may hand in (see `grader.lab.teams`)."""
        return frozenset(lab for module in self.modules if module.projects for lab in module.labs)

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
    known = _known(courses)
    if slug is None:
        slug = _default(courses)
    if slug not in known:
        raise CourseError(
            _("which course? {folder} has no course {name!r}").format(
                name=slug or "", folder=courses
            ),
            _("choose one of: {names}").format(names=", ".join(known) or "-"),
        )
    return _course(slug, courses / slug / "course.toml", _content(courses, slug))


def course_command(words: str, slug: str) -> str:
    """The command `warsha` with these words for that course. It has the course's name, unless
    commands without a name take this course, or there is no such course in `COURSES`."""
    try:
        is_default = slug == _default(COURSES)
    except CourseError:  # of another course, and the message is about this one
        is_default = False
    if is_default or slug not in _known(COURSES):
        return f"warsha {words}"
    option = "" if words == BUILD else "--course "
    return f"warsha {words} {option}{shlex.quote(slug)}"


def _known(courses: Path) -> list[str]:
    return sorted(file.parent.name for file in courses.glob("*/course.toml"))


def _default(courses: Path) -> str | None:
    """The course that commands take without a name, if there is one. Raises: CourseError."""
    known = _known(courses)
    defaults = [name for name in known if _content(courses, name).get("default") is True]
    return next((names[0] for names in (known, defaults) if len(names) == 1), None)


def _content(courses: Path, slug: str) -> dict[str, Any]:
    file = courses / slug / "course.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{file}: {error}", _("it must be TOML in UTF-8")) from error


def _course(slug: str, file: Path, data: dict[str, Any]) -> Course:
    def need(good: bool, what: str, module: int = 0) -> None:
        if not good:
            place = module_place(file, module) if module else file
            cure = _("see courses/iot_micropython/course.toml")
            raise CourseError(f"{place}: {what}", cure)

    unknown = ", ".join(sorted(data.keys() - _KEYS))
    need(not unknown, _("unknown key {key!r}").format(key=unknown))
    title, seeds = data.get("title", {}), data.get("seeds", 3)
    need(_is_title(title), _("title needs ar and en"))
    entries = data.get("modules", [])
    need(isinstance(entries, list), _("modules are tables: [[modules]]"))
    modules = tuple(_module(number, entry, need) for number, entry in enumerate(entries, 1))
    for number, module in enumerate(modules, 1):
        _require_enough_labs(number, module, file)
    labs = [lab for module in modules for lab in module.labs] or data.get("labs", [])
    need(not (modules and "labs" in data), _("write labs or [[modules]], not both"))
    need(_is_names(labs) and bool(labs), _("labs must be a list of lab names"))
    need(len(set(labs)) == len(labs), _("a lab is listed twice"))
    need(isinstance(seeds, int) and 1 <= seeds <= 100, _("seeds must be a number from 1 to 100"))
    keep = data.get("keep", "latest")
    need(keep in ("latest", "best"), _("keep must be {values}").format(values='"latest", "best"'))
    if (board := data.get("board")) is not None:
        _require_board(board, file)
    weights = data.get("weights", {})
    need(_is_weights(weights), _("weights are labs, checks and projects, together 100"))
    _require_kinds(weights, modules, file)
    language = data.get("language", "ar")
    need(language in ("ar", "en"), _("language must be {values}").format(values='"ar", "en"'))
    return Course(
        slug=slug,
        folder=file.parent,
        title=title,
        labs=tuple(labs),
        roster=file.parent / data["roster"] if "roster" in data else None,
        board=board,
        seeds=seeds,
        keep=keep,
        language=language,
        modules=modules,
        weights=weights,
    )


def module_place(file: Path, number: int, *keys: str) -> str:
    """Where a module, or a key of it, stands in a course.toml, for an error; modules count from
    1."""
    return ", ".join([str(file), f"[[modules]] {number}", *keys])


def _require_board(board: object, file: Path) -> None:
    """Raises: CourseError when it is neither a board nor a family, as a lab takes them."""
    known = boards.names()
    families = {boards.load(name).family for name in known}
    if not isinstance(board, str) or board not in families.union(known):
        what = _("there is no board {board}").format(board=repr(board))
        cure = _("choose one of: {names}").format(names=", ".join(known))
        place = f"{file}, board"
        raise CourseError(f"{place}: {what}", cure)


def _module(number: int, entry: object, need: Callable[[bool, str, int], None]) -> CourseModule:
    found = entry if isinstance(entry, dict) else {}
    title, labs = found.get("title", {}), found.get("labs", [])
    gate, projects = found.get("gate", 0), found.get("projects", 0)
    others = ", ".join(sorted(set(found) - _MODULE_KEYS))
    what = _("{key}: a key of the course stands before the first [[modules]]")
    need(not others, what.format(key=others), number)
    need({"title", "labs"} <= set(found), _("a module has title and labs"), number)
    is_number = _is_number(gate) and type(projects) is int and projects >= 0
    need(is_number, _("gate and projects are numbers"), number)
    need(not (gate and projects), _("a module of projects has no gate"), number)
    need(_is_title(title), _("title needs ar and en"), number)
    need(_is_names(labs), _("labs must be a list of lab names"), number)
    return CourseModule(title, tuple(labs), gate, projects)


def _require_enough_labs(number: int, module: CourseModule, file: Path) -> None:
    """Raises: CourseError when a module asks for more projects than it has: each one that is not
    there would count 0."""
    count = len(module.labs)
    if module.projects > count:
        place = module_place(file, number, "projects")
        what = _("projects asked: {asked}; labs in the module: {count}")
        cure = _("write {count} or less, or add labs to the module").format(count=count)
        raise CourseError(f"{place}: {what.format(asked=module.projects, count=count)}", cure)


def _require_kinds(
    weights: Mapping[str, float], modules: Sequence[CourseModule], file: Path
) -> None:
    """Raises: CourseError when points of the total are for what the course does not have: nobody
    could earn them."""
    keys = {
        "labs": any(not module.projects for module in modules) or not modules,
        "checks": any(module.gate for module in modules),
        "projects": any(module.projects for module in modules),
    }
    for kind, points in weights.items():
        if points and not keys[kind]:
            place = f"{file}, weights"
            what = _("{points} points are for {kind}, and the course has none")
            text = what.format(points=f"{points:g}", kind=kind)
            cure = _("write {kind} = 0, and give the points to the others").format(kind=kind)
            raise CourseError(f"{place}: {text}", cure)


def _is_title(value: object) -> bool:
    return isinstance(value, dict) and {"ar", "en"} <= value.keys()


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and value >= 0  # type: ignore[operator]


def _is_weights(value: object) -> bool:
    """Whether these are weights of all three kinds, or none."""
    if not isinstance(value, dict) or not all(map(_is_number, value.values())):
        return False
    return not value or (value.keys() == _WEIGHTS and sum(value.values()) == 100)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)
