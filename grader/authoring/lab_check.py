"""Checks the marks of a lab's reference and mutants against expected.toml.

Each pair of a random secret and trainee gives one hidden seed. With it, on every board, the
reference must get all points and each mutant exactly its expected points and keys.
"""

import json
import random
import re
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from grader.classrun import pool
from grader.errors import GraderError, LabFaults, NotGraded, lab_error
from grader.host.host_functions import HostCode
from grader.lab.cells import HOST_REFERENCE, PROGRAM, SCENARIO_REFERENCE
from grader.lab.cells import host_of as host_in
from grader.lab.cells import program_of as program_in
from grader.lab.cells import scenario_of as scenario_in
from grader.lab.lab import Lab, load
from grader.lab.own_scenario import RIGHT
from grader.lab.replacements import SUFFIX, replaced_text
from grader.score.misconceptions import known
from grader.score.results import ItemResult
from grader.score.run_episodes import Program
from grader.score.score import score
from grader.seeds import hidden_seed
from hardware.i18n import _

SUFFIXES = (".py", ".ipynb", SUFFIX, ".yaml")
"""How the files of mutants end."""

GENERIC = ("empty", "ready_only", "freeze_after_ready")
"""The mutants that every lab has."""

HOST_MUTANT = "host_"
"""A mutant whose name begins like this is host code; it runs with the reference's program."""

SCENARIO_MUTANT = "scenario_"
"""A mutant whose name begins like this is a scenario; it comes with the reference's program."""

ATTACK = "attack"
"""The table of expected.toml for cheats; no mutant has this name."""

Vector = Mapping[str, tuple[float, str]]
"""The points and the misconception key of each item."""


@dataclass(frozen=True)
class Trial:
    """One program of a lab on one board with one pair of secret and trainee."""

    folder: Path
    board: str
    program: str
    pair: int


@dataclass(frozen=True)
class Difference:
    """An item of a program with another result than expected.toml has."""

    trial: Trial
    seed: int
    item: str
    expected: tuple[float, str]
    got: tuple[float, str]

    def __str__(self) -> str:
        (points, key), (had, got) = self.expected, self.got
        text = _("{program} on {board}: item {item} expected {expected}, got {got}")
        return text.format(
            program=self.trial.program,
            board=self.trial.board,
            item=self.item,
            expected=f"{points:g} {key or '-'}",
            got=f"{had:g} {got or '-'}",
        )


def check_runs(folder: Path, pairs: int, first: int = 0) -> Iterator[list[Difference]]:
    """Run all programs of a lab with that number of pairs from pair `first`, on all processors.
    Yields the differences of each run, one pair after the other; `count_runs` gives the number of
    runs.

    Raises: LabError, NotGraded.
    """
    lab = _lab(folder)
    verify_expected(lab)
    trials = [
        Trial(folder, board, name, pair)
        for pair in range(first, first + pairs)
        for board in lab.boards
        for name in programs(lab)
    ]
    ended, following = dict[Trial, list[Difference]](), deque(trials)
    runs = pool.run(check_one, ((trial, trial) for trial in trials), pool.processors())
    with closing(runs):  # when a run fails, its workers end now
        for trial, found in runs:
            if isinstance(found, pool.TaskFailure):
                raise run_error(folder, f"{trial.program}, {trial.board}", found)
            ended[trial] = found
            while following and following[0] in ended:
                yield ended.pop(following.popleft())


def run_error(folder: Path, who: str, found: pool.TaskFailure) -> GraderError:
    """The error for a run that gave no result; it names the line of the lab's own code if that
    raised."""
    cause = f"{who}: {found.reason}"
    own = re.findall(rf'File "{re.escape(str(folder))}/(\w+\.py)", line (\d+)', found.detail)
    if not own:
        return NotGraded(cause, found.detail)
    name, line = own[-1]
    return lab_error(folder / name, _("line {number}").format(number=line), cause)


def count_runs(lab: Lab, pairs: int) -> int:
    """The number of runs in a check of a lab."""
    return pairs * len(lab.boards) * len(programs(lab))


def programs(lab: Lab) -> dict[str, Path]:
    """The reference, the other right programs and the mutants by name. A mutant is a program, a
    notebook, a scenario, or a file that says what it replaces in the reference (see
    `replacements`)."""
    mutants = (lab.folder / "mutants").glob("*")
    files = sorted(file for file in mutants if file.suffix in SUFFIXES)
    right = sorted((lab.folder / RIGHT).glob("*.py"))
    return (
        {"reference": lab.folder / "reference.py"}
        | {f"{RIGHT}/{file.stem}": file for file in right}
        | {file.stem: file for file in files}
    )


def is_right(program: str) -> bool:
    """Whether a program of `programs` is to get all points."""
    return program == "reference" or program.startswith(f"{RIGHT}/")


def program_of(file: Path) -> Program:
    """The board's files of a reference or mutant."""
    if file.name.startswith((HOST_MUTANT, SCENARIO_MUTANT)):
        return program_of(file.parents[1] / "reference.py")
    if file.suffix == ".py":
        return {PROGRAM: file.read_bytes()}
    if file.suffix == SUFFIX:
        return {PROGRAM: replaced_text(file, file.parents[1] / "reference.py").encode()}
    found = map(program_in, _code_cells(file))
    return {name: text.encode() for name, text in filter(None, found)}


def program_text(lab: Lab, name: str) -> str:
    """The text of main.py of a reference or mutant; empty if it has none."""
    return program_of(programs(lab)[name]).get(PROGRAM, b"").decode()


def host_of(file: Path) -> str | None:
    """The host code of a reference or mutant: None for the generic mutants, its own for a notebook
    or a host mutant, else the one of the reference."""
    if file.stem in GENERIC:
        return None
    if file.suffix == ".ipynb":
        return next(filter(None, map(host_in, _code_cells(file))), None)
    if file.name.startswith(HOST_MUTANT):
        if file.suffix == SUFFIX:
            return replaced_text(file, file.parents[1] / HOST_REFERENCE)
    else:
        folder = file.parent if file.name == "reference.py" else file.parents[1]
        file = folder / HOST_REFERENCE
    return file.read_text(encoding="utf-8") if file.is_file() else None


def scenario_of(file: Path) -> str | None:
    """The scenario of a reference or mutant: None for the generic mutants, its own for a notebook
    or a scenario, else the one of the reference."""
    if file.stem in GENERIC:
        return None
    if file.suffix == ".ipynb":
        return next(filter(None, map(scenario_in, _code_cells(file))), None)
    if not file.name.startswith(SCENARIO_MUTANT):
        folder = file.parent if file.name == "reference.py" else file.parents[1]
        file = folder / SCENARIO_REFERENCE
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _code_cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def expected(lab: Lab, program: str, family: str) -> Vector:
    """The points and key of each item that expected.toml has for that board family."""
    full = {item: (lab.points(item), "") for item in lab.items}
    if is_right(program):
        return full
    table = _mutant_tables(lab.folder).get(program, {})
    lost = {item: row for item, row in table.items() if not isinstance(row, dict)}
    lost |= table.get(family, {})
    return full | {item: _row(lab, f"{program}.{item}", row) for item, row in lost.items()}


def _row(lab: Lab, place: str, row: object) -> tuple[float, str]:
    match row:
        case [int() | float() as points, str(key)]:
            return float(points), key
    what = _("must be points and a key, for example [0, {key}]").format(key='"nothing"')
    raise lab_error(lab.folder / "expected.toml", place, what)


def verify_expected(lab: Lab) -> None:
    """Check that expected.toml fits the mutants, that all keys have texts, that the generic
    mutants are there, and what a cheat may earn. Raises: LabError, one line for each error."""
    file, faults = lab.folder / "expected.toml", LabFaults()
    reference = programs(lab)["reference"]
    if not reference.is_file():
        raise lab_error(reference, "", _("is missing"), _("see docs/howto/add-a-lab.md"))
    tables = _mutant_tables(lab.folder)
    names = {name for name in programs(lab) if not is_right(name)}
    for name in dict.fromkeys((*GENERIC, *tables)):
        if name not in names:
            faults.add(lab_error(file, name, _("there is no such mutant")))
    for name in sorted(names):
        if name not in tables:
            faults.add(lab_error(file, name, _("this mutant has no expected points")))
        faults.attempt(partial(program_of, programs(lab)[name]), None)
        faults.attempt(partial(_verify_rows, lab, name), None)
    faults.attempt(partial(attack_limit, lab), 0.0)
    faults.raise_all()


def _verify_rows(lab: Lab, name: str) -> None:
    """Check what expected.toml says of a mutant. Raises: LabError."""
    file = lab.folder / "expected.toml"
    for family in {board.type.family for board in lab.boards.values()}:
        for item, (points, key) in expected(lab, name, family).items():
            if item not in lab.items or not 0 <= points <= lab.points(item):
                what = _("there is no such item, or the points are out of range")
                raise lab_error(file, f"{name}.{item}", what)
            if bool(key) != (points < lab.points(item)) or (key and not known(lab, key)):
                what = _("the key {key!r} is not known").format(key=key)
                raise lab_error(file, f"{name}.{item}", what)


def pair_seed(lab: Lab, board: str, program: str, pair: int) -> int:
    """The hidden seed of a random pair of secret and trainee. It is the same in every run."""
    rng = random.Random(f"{lab.release}/{board}/{program}/{pair}")
    return hidden_seed(
        rng.randbytes(32),
        course="labcheck",
        lab=lab.release,
        trainee=f"trainee{rng.randrange(10**6)}",
        stamp="2026-01-01T00:00:00Z",
        number=1,
    )


def check_one(trial: Trial) -> list[Difference]:
    """Run one program with one seed, and compare its marks with the expected ones."""
    lab = _lab(trial.folder)
    seed, items = items_of(trial)
    wanted = expected(lab, trial.program, lab.board(trial.board).type.family)
    return [
        Difference(trial, seed, id, wanted[id], (item.points, item.key))
        for id, item in items.items()
        if wanted[id] != (item.points, item.key)
    ]


def items_of(trial: Trial) -> tuple[int, Mapping[str, ItemResult]]:
    """Run one program with one seed. Returns: the seed, and the result of each item."""
    lab = _lab(trial.folder)
    seed = pair_seed(lab, trial.board, trial.program, trial.pair)
    file = programs(lab)[trial.program]
    marks = score(
        lab,
        trial.board,
        program_of(file),
        [seed],
        predicted=True,
        host=HostCode(host_of(file)),
        scenario=scenario_of(file),
    )
    return seed, marks.items


def read_again() -> None:
    """Forget what was read of labs; their files have changed."""
    _lab.cache_clear()
    _expected_file.cache_clear()


@cache
def _lab(folder: Path) -> Lab:
    return load(folder)


def attack_limit(lab: Lab) -> float:
    """The most points that a cheat of `grader.authoring.cheats` may earn. Raises: LabError."""
    file, key = lab.folder / "expected.toml", f"{ATTACK}.most"
    table = _expected_file(lab.folder).get(ATTACK, {})
    match table:
        case {"most": int() | float() as most, **rest} if not rest and most >= 0:
            return float(most)
    what = _("must be the most points that a cheat may earn: {example}")
    raise lab_error(file, key, what.format(example="[attack] most = 5"))


def _mutant_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """What expected.toml says of each mutant."""
    return {name: table for name, table in _expected_file(folder).items() if name != ATTACK}


@cache
def _expected_file(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / "expected.toml"
    if not file.is_file():
        raise lab_error(file, "", _("is missing"), _("see docs/howto/add-a-lab.md"))
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise lab_error(file, "", _("is not TOML: {why}").format(why=error)) from error
