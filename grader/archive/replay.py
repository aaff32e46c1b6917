"""Run a graded program again with its seeds, by the lab as it was: why a mark is what it is."""

from collections.abc import Callable
from dataclasses import dataclass

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.errors import GraderError, LabError
from grader.host.code import HostCode
from grader.host.sandbox import Way
from grader.lab.cells import PROGRAM
from grader.lab.lab import Lab
from grader.lab.run import Run
from grader.score.mark import ItemResult, LabScore, SeedResult
from grader.score.score import score
from grader.version import engine_version
from hardware.bench.trace.trace import Trace
from hardware.i18n import _
from hardware.paths import port_build

Mark = tuple[float, str]
"""Points and key."""


@dataclass(frozen=True)
class Case:
    """A mark as it was given, and the lab as it was released then."""

    record: Record
    lab: Lab

    @property
    def given(self) -> dict[str, Mark]:
        """Each item's points and key."""
        return {card.item: (card.points, card.key) for card in self.record.cards}

    def remarks(self) -> list[str]:
        """What an instructor should know of the mark, a sentence each."""
        items = ", ".join(card.item for card in self.record.cards if card.timed_out)
        told = {
            "no_sandbox": _("its host code was not locked up (--no-sandbox)"),
            "timed_out": _(
                "this machine's limits of time ended runs of {items}: another machine may give "
                "another mark"
            ).format(items=items),
        }
        return [told[name] for name in self.record.remarks]

    def changed(self) -> list[str]:
        """What on this machine is another than then, a sentence each."""
        stamp, family = self.record.stamp, self.lab.board(self.record.stamp["board"]).type.family
        now = {"port": port_build(family), "engine": engine_version()}
        names = {"port": _("the virtual board"), "engine": _("the engine")}
        told = _("{what} is another build than then: {then}, now {now}")
        return [
            told.format(what=names[part], then=stamp.get(part, "-")[:24], now=is_now[:24])
            for part, is_now in now.items()
            if stamp.get(part) != is_now
        ]


def recall(
    store: Store, lab: str, student: str, number: int | None = None, assignment: str = ""
) -> Case:
    """A graded submission; the one graded last if no number is said. What it was handed in with
    has to be said when there are several.

    Raises: GraderError; StoreError when the record or the lab is not there or was altered.
    """
    known = store.assignments(lab, student)
    if len(known) > 1 and not assignment:
        cause = _("{student} handed in {lab} with several assignments")
        cure = _("say --assignment with one of: {names}").format(names=", ".join(known))
        raise GraderError(cause.format(student=student, lab=lab), cure)
    assignment = assignment or next(iter(known), lab)
    record = store.record(lab, student, number, assignment)
    if record is None:
        raise _unknown(store, lab, student, assignment)
    return Case(record, _lab(store, record))


def replay(case: Case, judged: Callable[[SeedResult], None]) -> LabScore:
    """Run it again. `judged` sees each seed with its traces, which are let go then.

    Raises: NotGraded; LabError.
    """
    record = case.record
    program = {} if record.program is None else {PROGRAM: record.program.encode()}
    way: Way = "none" if record.stamp.get("sandbox") == "none" else "bwrap"
    return score(
        case.lab,
        record.stamp["board"],
        program,
        record.seeds,
        predicted=record.answered,
        judged=judged,
        host=HostCode(record.host, way),
    )


def found_of(marks: LabScore) -> dict[str, Mark]:
    """Each item's points and key, to compare with `Case.given`."""
    return {id: (item.points, item.key) for id, item in marks.items.items()}


def need_item(lab: Lab, item: str) -> None:
    """Raises: GraderError when the lab measures no such item; "" is any."""
    measured = list(dict.fromkeys(check.item for check in lab.checks))
    if item and item not in measured:
        raise GraderError(
            _("lab {lab} measures no item {item!r}").format(lab=lab.slug, item=item),
            _("say one of: {names}").format(names=", ".join(measured)),
        )


def telling(marks: LabScore, item: str = "") -> tuple[int, ItemResult]:
    """The seed (from 1) that decided an item, and the item there. None is said: the first item
    that was missed, else the first one."""
    measured = list(marks.seeds[0].items)
    missed = [id for id in measured if marks.items[id].key]
    id = item or (missed or measured)[0]
    results = [seed.items[id] for seed in marks.seeds]
    worst = min(results, key=lambda result: result.points)
    return results.index(worst) + 1, worst


def _lab(store: Store, record: Record) -> Lab:
    try:
        return store.lab(record.stamp["lab"])
    except LabError as error:  # its checks ask for what this engine has no more, or not yet
        cure = _("replay it with the engine that graded it: {engine}")
        engine = record.stamp.get("engine", "-")
        raise StoreError(str(error), cure.format(engine=engine)) from error


def _unknown(store: Store, lab: str, student: str, assignment: str) -> GraderError:
    if tries := store.tries(lab, student, assignment):
        cause = _("{student} has {count} graded submissions of {lab}")
        cure = _("say --try with a number from 1 to {count}").format(count=tries)
        return GraderError(cause.format(student=student, count=tries, lab=lab), cure)
    if (known := store.labs()) and lab not in known:
        cause = _("there is no release of {lab} in the store {folder}")
        cure = _("say one of: {names}").format(names=", ".join(known))
        return GraderError(cause.format(lab=lab, folder=store.folder), cure)
    cause = _("no submission of {lab} by {student} was graded").format(lab=lab, student=student)
    return GraderError(cause, _("run: {command}").format(command=f"warsha grade {assignment}"))


def signals(run: Run) -> tuple[Trace, list[str]]:
    """The trace with its pins named by their roles, and those that the program set up."""
    trace = run.trace.named(run.pins)
    return trace, [role for role in run.pins if trace.modes(role)]
