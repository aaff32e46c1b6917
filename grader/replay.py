"""Run a graded program again with its seeds, by the lab as it was: why a mark is what it is."""

from dataclasses import dataclass
from pathlib import Path

from grader.cells import PROGRAM
from grader.errors import GraderError, LabError
from grader.host.code import HostCode
from grader.host.sandbox import Way
from grader.lab import Lab
from grader.mark import ItemResult, LabScore, SeedResult
from grader.record import Record
from grader.run import Run
from grader.score import score
from grader.store import Store, StoreError
from grader.version import engine_version
from hardware.bench.tracing.trace import Trace
from hardware.bench.tracing.vcd import write_vcd
from hardware.builds import port_build
from hardware.say import _, reason

Mark = tuple[float, str]
"""Points and key."""


@dataclass(frozen=True)
class Replay:
    """A mark as it was given, and what the same program gets now."""

    record: Record
    lab: Lab
    """As it was released then, from the store."""
    score: LabScore

    @property
    def given(self) -> dict[str, Mark]:
        """Each item's points and key, then."""
        return {card.item: (card.points, card.key) for card in self.record.cards}

    @property
    def found(self) -> dict[str, Mark]:
        """Each item's points and key, now."""
        return {id: (item.points, item.key) for id, item in self.score.items.items()}

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


def replay(store: Store, lab: str, student: str, number: int | None = None) -> Replay:
    """Run a submission again; the newest if no number is said.

    Raises: StoreError when the record or the lab is not there or was altered; NotGraded.
    """
    record = store.record(lab, student, number)
    if record is None:
        raise _unknown(store, lab, student)
    kept = _lab(store, record)
    program = {} if record.program is None else {PROGRAM: record.program.encode()}
    board = record.stamp["board"]
    way: Way = "none" if record.stamp.get("sandbox") == "none" else "bwrap"
    host = HostCode(record.host, way)
    found = score(kept, board, program, record.seeds, predicted=record.answered, host=host)
    return Replay(record, kept, found)


def _lab(store: Store, record: Record) -> Lab:
    try:
        return store.lab(record.stamp["lab"])
    except LabError as error:  # its checks ask for what this engine has no more, or not yet
        cure = _("replay it with the engine that graded it: {engine}")
        engine = record.stamp.get("engine", "-")
        raise StoreError(str(error), cure.format(engine=engine)) from error


def _unknown(store: Store, lab: str, student: str) -> GraderError:
    if tries := store.tries(lab, student):
        cause = _("{student} has {count} graded submissions of {lab}")
        cure = _("say --try with a number from 1 to {count}").format(count=tries)
        return GraderError(cause.format(student=student, count=tries, lab=lab), cure)
    cause = _("no submission of {lab} by {student} was graded").format(lab=lab, student=student)
    return GraderError(cause, _("run: {command}").format(command=f"warsha grade {lab}"))


def telling(found: Replay, item: str = "") -> tuple[int, SeedResult, ItemResult]:
    """The number of the seed (from 1) that decided an item, its result, and the item's there.

    No item: the first one that was missed, else the first one. Raises: GraderError for an
    unknown item.
    """
    measured = [id for id in found.score.items if id in found.score.seeds[0].items]
    missed = [id for id in measured if found.score.items[id].key]
    id = item or (missed or measured)[0]
    if id not in measured:
        raise GraderError(
            _("lab {lab} measures no item {item!r}").format(lab=found.lab.slug, item=id),
            _("say one of: {names}").format(names=", ".join(measured)),
        )
    seeds = enumerate(found.score.seeds, 1)
    number, seed = min(seeds, key=lambda one: one[1].items[id].points)
    return number, seed, seed.items[id]


def signals(run: Run) -> tuple[Trace, list[str]]:
    """The trace with its pins named by their roles, and those that the program set up."""
    trace = run.trace.named(run.pins)
    return trace, [role for role in run.pins if trace.modes(role)]


def write_trace(run: Run, file: Path) -> None:
    """An episode as VCD. Raises: GraderError when the file cannot be written."""
    trace, names = signals(run)
    try:
        write_vcd(trace, file, names)
    except OSError as error:
        cure = _("give a path that can be written to")
        raise GraderError(f"{file}: {reason(error)}", cure) from error
