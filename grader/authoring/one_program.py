"""What one program of a lab gets, item by item, with the measured values beside the expected ones:
what an author looks at while a check or a mutant is being written."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass

from grader.authoring.lab_check import Trial, expected, items_of, programs, run_error
from grader.classrun import pool
from grader.errors import LabError
from grader.lab.lab import Lab
from grader.score.results import ItemResult
from hardware.i18n import _


@dataclass(frozen=True)
class ProgramItem:
    """One item of a program on one board. `seed` is one on which it has another result than
    expected, if there is one."""

    board: str
    seed: int
    got: ItemResult
    expected: tuple[float, str]

    @property
    def is_as_expected(self) -> bool:
        """Whether points and key are those of expected.toml."""
        return self.expected == (self.got.points, self.got.key)


def program_items(
    lab: Lab, program: str, item: str, pairs: int, first: int = 0
) -> list[ProgramItem]:
    """Run a program of a lab on every board with the hidden seeds of that number of pairs, from
    pair `first`. `item`: only this one; "" for all.

    Raises: LabError for a name that does not exist; NotGraded.
    """
    no_program, no_item = _("{lab} has no program {name}"), _("{lab} has no item {name}")
    _need(program, programs(lab), no_program.format(lab=lab.slug, name=program))
    if item:
        _need(item, lab.items, no_item.format(lab=lab.slug, name=item))
    found: dict[tuple[str, str], ProgramItem] = {}
    numbers = range(first, first + pairs)
    trials = [Trial(lab.folder, board, program, n) for n in numbers for board in lab.boards]
    with closing(pool.run(items_of, ((t, t) for t in trials), pool.processors())) as runs:
        for trial, result in runs:
            if isinstance(result, pool.TaskFailure):
                raise run_error(lab.folder, f"{trial.program}, {trial.board}", result)
            seed, items = result
            wanted = expected(lab, program, lab.board(trial.board).type.family)
            for id, got in items.items():
                row = ProgramItem(trial.board, seed, got, wanted[id])
                shown = found.setdefault((trial.board, id), row)
                if shown.is_as_expected and not row.is_as_expected:
                    found[trial.board, id] = row
    return [found[place] for place in sorted(found) if item in ("", place[1])]


def _need(name: str, names: Collection[str], cause: str) -> None:
    if name not in names:
        raise LabError(cause, _("choose one of: {names}").format(names=", ".join(names)))
