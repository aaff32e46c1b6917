"""Prints the check of a lab for its author: progress, remarks, and programs with other marks than
expected."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader.authoring.lab_check import Difference, check_runs, count_runs
from grader.authoring.lab_review import review
from grader.lab.lab import Lab
from hardware.i18n import _


def check_and_print(out: Console, lab: Lab, pairs: int) -> bool:
    """Check a lab with that number of pairs and print the results. Returns whether all is well.

    Raises: LabError, NotGraded.
    """
    wrong, differences = 0, list[Difference]()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    runs = count_runs(lab, pairs)
    with Progress(
        *columns, TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal
    ) as progress:
        bar = progress.add_task(f"{lab.slug}: {_('texts, circuits, release')}", total=runs)
        for remark in review(lab):
            wrong += 1
            out.print(Text(f"{lab.slug}: {remark}"))
        progress.update(bar, description=f"{lab.slug}: {_('reference and mutants')}")
        for found in check_runs(lab.folder, pairs):
            differences += found
            progress.advance(bar)
    for line in lines_of(differences):
        out.print(Text(f"{lab.slug}: {line}"))
    count = _("{lab}: {runs} runs, {differences} not as expected; {remarks} remarks")
    out.print(count.format(lab=lab.slug, runs=runs, differences=len(differences), remarks=wrong))
    return not wrong and not differences


def lines_of(differences: Iterable[Difference]) -> Iterator[str]:
    """A line for each program, board, item and result, with the number of seeds that gave it."""
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for difference in differences:
        alike[str(difference)].append(difference.seed)
    for line, seeds in sorted(alike.items()):
        yield _("{line} ({count} times, for example with seed {seed})").format(
            line=line, count=len(seeds), seed=seeds[0]
        )
