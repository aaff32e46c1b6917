"""A lab: one folder, loaded by its path. It is never imported as a module."""

import hashlib
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.errors import LabError, LabFaults, lab_error
from grader.lab.check import Check
from grader.lab.episode import Episode
from grader.lab.lab_file import LabFile, bilingual_text, misconception_texts, pin_roles
from grader.lab.limits import Never
from grader.lab.prediction import Observation
from grader.lab.unit_check import unit_conflict
from hardware import boards
from hardware.boards import BoardType
from hardware.i18n import _
from hardware.paths import ROOT

LABS = ROOT / "labs"

PREDICT = "p"
"""The item for the "predict" question, whose answer is in the notebook."""

PREDICT_POINTS = 2.0

GRADED_BY_PERSON = {"ar": "يصححه المدرب", "en": "graded by a person"}
"""The title of a graded cell for which the lab has none."""

Scenario = Callable[[int, BoardType], Sequence[Episode]]
Texts = dict[str, str]
"""A text in each language: `ar`, `en`."""


@dataclass(frozen=True)
class LabBoard:
    """A board on which a lab runs: its circuit, and the pin of each role."""

    type: BoardType
    diagram: Path
    pins_file: Path
    pins: Mapping[str, int]


@dataclass(frozen=True)
class Lab:
    """What a lab's folder contains. Made by `load`."""

    folder: Path
    id: str
    version: int
    title: Texts
    goal: Texts
    """What a trainee can do after it, in one sentence; empty when lab.toml does not say it."""
    minutes: int
    level: int
    parts: tuple[str, ...]
    boards: Mapping[str, LabBoard]
    files: Mapping[str, bytes]
    """The files on the board besides main.py and pins.py."""
    items: Mapping[str, Texts]
    """The title of each item, in order; `p`, if it is there, is the "predict" question."""
    manual: Mapping[str, Texts]
    """The title of each cell of the lesson that a person grades."""
    figures: Mapping[str, Texts]
    """What a check measures, by its id: the text for the measured and the expected value."""
    misconceptions: Mapping[str, Texts]
    hints: Mapping[str, Texts]
    """A hint for a misconception that a trainee has again; not every one has a hint."""
    host: tuple[str, ...]
    """The functions of the cell `%%host` that the checks call."""
    checks: tuple[Check, ...]
    scenario: Scenario
    stable: bool = False
    """Whether an exception that ends the program, and a heap that falls, halve what an episode
    earns."""
    observed: Texts = field(default_factory=dict)
    """What the run shows of the "predict" question, with names in braces for its values; empty
    when the lab has no `@observe`."""
    observation: Observation | None = None

    @property
    def slug(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def release(self) -> str:
        """Slug and version; the hidden seeds depend on them."""
        return f"{self.slug}@{self.version}"

    @property
    def ready_line(self) -> str:
        """The line that a program prints when it starts."""
        return f"READY {self.id}"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all files that decide a mark (see `contents`)."""
        return digest_of(self.folder)

    def points(self, item: str) -> float:
        """The most points that an item can get."""
        if item == PREDICT:
            return PREDICT_POINTS
        return sum(check.points for check in self.checks if check.item == item)

    def title_of(self, cell: str) -> Texts:
        """The title of an item, or of a cell that a person grades."""
        return self.items.get(cell) or self.manual.get(cell) or GRADED_BY_PERSON

    @property
    def maxima(self) -> dict[str, float]:
        """The most points of each item, in order."""
        return {item: self.points(item) for item in self.items}

    def board(self, name: str = "") -> LabBoard:
        """A board by its name or family; the first one when there is no name. Raises: LabError."""
        if not name:
            return next(iter(self.boards.values()))
        if name in self.boards:
            return self.boards[name]
        family = [board for board in self.boards.values() if board.type.family == name]
        if len(family) == 1:
            return family[0]
        raise LabError(
            _("{lab} does not run on {board}").format(lab=self.slug, board=name),
            _("choose one of: {names}").format(names=", ".join(self.boards)),
        )

    def board_files(self, board: LabBoard) -> dict[str, bytes]:
        """All given files of that board, with pins.py."""
        return {**self.files, "pins.py": board.pins_file.read_bytes()}


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a lab's folder that decide a mark, by their path in it: all but the lesson,
    hidden files and Python's caches."""
    names = (file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file())
    return {
        name.as_posix(): (folder / name).read_bytes()
        for name in names
        if name.name != "lesson.md"
        and not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    }


def digest_of(folder: Path) -> str:
    """SHA-256 over the contents of a lab's folder. The path of the folder does not matter."""
    total = hashlib.sha256()
    for name, content in contents(folder).items():
        total.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def slugs(labs: Path = LABS) -> list[str]:
    """The names of all labs."""
    return sorted(file.parent.name for file in labs.glob("*/lab.toml"))


def find(slug: str, labs: Path = LABS) -> Lab:
    """The lab of that name. Raises: LabError."""
    if slug not in slugs(labs):
        cause = _("there is no lab {lab}").format(lab=repr(slug))
        if slug.isidentifier() and (labs / slug).is_dir():
            cause = _("the folder {folder} has no lab.toml").format(folder=labs / slug)
        raise LabError(cause, _("choose one of: {names}").format(names=", ".join(slugs(labs))))
    return load(labs / slug)


def load(folder: Path) -> Lab:
    """Load a lab from its folder. Raises: LabError with file and key, one line for each error."""
    faults = LabFaults()
    source = LabFile(folder / "lab.toml")
    file = folder / "checks.py"
    nothing = _Declared((), _no_scenario, None)
    declared = faults.attempt(lambda: _load_checks(file), nothing)
    no_texts: tuple[dict[str, Texts], dict[str, Texts]] = {}, {}
    texts, hints = faults.attempt(
        lambda: misconception_texts(source.file, source.tables("misconceptions")), no_texts
    )
    figures = _bilingual(source, "figures", faults)
    lab = Lab(
        folder=folder.resolve(),
        id=faults.attempt(lambda: source.take("id", str), ""),
        version=faults.attempt(lambda: source.take("version", int), 0),
        title=faults.attempt(lambda: source.texts("title"), {}),
        goal=faults.attempt(lambda: source.optional_texts("goal"), {}),
        minutes=faults.attempt(lambda: source.take("minutes", int), 0),
        level=faults.attempt(lambda: source.take("level", int), 0),
        parts=tuple(faults.attempt(lambda: source.take("parts", list), [])),
        boards=_boards(source, faults),
        files=faults.attempt(lambda: _files(source), {}),
        items=_bilingual(source, "items", faults),
        manual=_bilingual(source, "manual", faults),
        figures=figures,
        misconceptions=texts,
        hints=hints,
        host=faults.attempt(lambda: source.names("host"), ()),
        checks=tuple(_in_both_languages(check, figures) for check in declared.checks),
        scenario=declared.scenario,
        stable=faults.attempt(lambda: source.take("stable", bool, False), False),
        observed=faults.attempt(lambda: source.optional_texts("observed"), {}),
        observation=declared.observation,
    )
    faults.attempt(source.require_empty, None)
    if declared.checks and lab.items:
        _check_items(source, lab, faults)
        faults.attempt(lambda: _check_observation(source, lab), None)
    faults.raise_all()
    return lab


def _no_scenario(seed: int, board: BoardType) -> Sequence[Episode]:
    """Stands for the scenario of a lab that cannot be loaded."""
    raise AssertionError("the lab was not loaded")


def _boards(source: LabFile, faults: LabFaults) -> dict[str, LabBoard]:
    found: dict[str, LabBoard] = {}
    entries = faults.attempt(lambda: source.take("boards", dict), None)
    for name, entry in (entries or {}).items():
        if board := faults.attempt(partial(_board, source, name, entry), None):
            found[name] = board
    if entries == {}:
        faults.add(lab_error(source.file, "boards", _("there is none")))
    return found


def _board(source: LabFile, name: str, entry: object) -> LabBoard | None:
    key = f"boards.{name}"
    if name not in boards.names():
        known = ", ".join(boards.names())
        cure = _("choose one of: {names}").format(names=known)
        raise lab_error(source.file, key, _("is not a board"), cure)
    if not isinstance(entry, dict) or set(entry) != {"diagram", "pins"}:
        what = _("must have diagram and pins, and nothing else")
        raise lab_error(source.file, key, what)
    pins = source.path(f"{key}.pins", entry["pins"])
    diagram = source.path(f"{key}.diagram", entry["diagram"])
    return LabBoard(boards.load(name), diagram, pins, pin_roles(pins))


def _files(source: LabFile) -> dict[str, bytes]:
    return {
        name: source.path(f"files.{name}", file).read_bytes()
        for name, file in source.tables("files").items()
    }


def _bilingual(source: LabFile, key: str, faults: LabFaults) -> dict[str, Texts]:
    tables = faults.attempt(lambda: source.tables(key), dict[str, Any]())
    found: dict[str, Texts] = {}
    for name, texts in tables.items():
        read = partial(bilingual_text, source.file, f"{key}.{name}", texts)
        found[name] = faults.attempt(read, Texts())
    return found


@dataclass(frozen=True)
class _Declared:
    """What the Python files of a lab declare. The checks, in order, are in checks.py; the function
    `scenario` and what has `@observe` may also be in scenario.py and predict.py."""

    checks: tuple[Check, ...]
    scenario: Scenario
    observation: Observation | None


def _load_checks(file: Path) -> _Declared:
    names = _run_file(file)
    apart = [file.with_name("scenario.py"), file.with_name("predict.py")]
    with_scenario, predict = (_run_file(own) if own.is_file() else names for own in apart)
    scenario = with_scenario.get("scenario")
    if not callable(scenario):
        raise lab_error(file, "scenario", _("there is no such function"))
    checks = tuple(c for c in names.values() if isinstance(c, Check))
    observations = [o for o in predict.values() if isinstance(o, Observation)]
    if len(observations) > 1:
        raise lab_error(file, "@observe", _("is there twice"))
    return _Declared(checks, scenario, next(iter(observations), None))


def _in_both_languages(check: Check, figures: Mapping[str, Texts]) -> Check:
    """The check, without the English name of what it counts where `figures` tells it."""
    if isinstance(check.expect, Never) and check.id in figures:
        return replace(check, expect=Never(""))
    return check


def _run_file(file: Path) -> dict[str, Any]:
    """Run a Python file of a lab. Returns: the names that it defines. Raises: LabError."""
    if not file.is_file():
        raise lab_error(file, "", _("is missing"), _("see docs/howto/add-a-lab.md"))
    module = ModuleType(f"{file.stem} of {file.parent.name}")
    module.__file__ = str(file)
    try:
        # Python's own loader would also use compiled files, which are not in the digest.
        exec(compile(file.read_bytes(), file, "exec", dont_inherit=True), vars(module))
    except Exception as error:
        raise lab_error(file, "", f"{type(error).__name__}: {error}") from error
    return vars(module)


def _check_observation(source: LabFile, lab: Lab) -> None:
    """Check that an observation has its text, with the same values in both languages. Raises:
    LabError."""
    if bool(lab.observed) != (lab.observation is not None):
        what = _("lab.toml and checks.py do not agree on it")
        raise lab_error(source.file, "observed", what)
    names = [
        {name for _text, name, *_rest in string.Formatter().parse(text) if name is not None}
        for text in lab.observed.values()
    ]
    if names and names[0] != names[1]:
        raise lab_error(source.file, "observed", _("its texts have not the same values"))
    if lab.observation and lab.observation.program:
        source.path("@observe", lab.observation.program)


def _check_items(source: LabFile, lab: Lab, faults: LabFaults) -> None:
    """Check that checks and items agree, that units agree, and that each `after` names an earlier
    check."""
    file = lab.folder / "checks.py"
    seen: set[str] = set()
    for check in lab.checks:
        if check.id in seen:
            faults.add(lab_error(file, check.id, _("is there twice")))
        for name in check.after:
            if name not in seen | {one.partition(".")[0] for one in seen}:
                what = _("{name!r} in its after= must be declared before it").format(name=name)
                faults.add(lab_error(file, check.id, what))
        if conflict := unit_conflict(check):
            measured, limit = conflict
            what = _("measures {measured}, but its limit is in {limit}")
            faults.add(lab_error(file, check.id, what.format(measured=measured, limit=limit)))
        seen.add(check.id)
    for name in lab.figures.keys() - seen:
        faults.add(lab_error(source.file, f"figures.{name}", _("is unknown")))
    judged = {check.item for check in lab.checks if not check.is_gate}
    for item in sorted(judged ^ (set(lab.items) - {PREDICT})):
        what = _("lab.toml and checks.py do not agree on it")
        faults.add(lab_error(source.file, f"items.{item}", what))
