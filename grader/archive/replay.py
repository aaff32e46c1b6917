"""Replay: run a graded program again, with its seeds and with the lab as it was then."""

from dataclasses import dataclass

from grader.archive.record import Record
from grader.archive.store import Store, StoreError
from grader.errors import GraderError, LabError
from grader.host.host_functions import HostCode
from grader.host.sandbox import Isolation
from grader.lab.cells import PROGRAM
from grader.lab.class_list import nearest
from grader.lab.lab import Lab
from grader.lab.run import Run
from grader.score.card import number
from grader.score.misconceptions import message
from grader.score.results import ItemResult, LabScore, Observer
from grader.score.score import score
from grader.version import engine_version
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from hardware.i18n import _, language
from hardware.paths import port_build

PointsAndKey = tuple[float, str]
"""The points of an item, and the key of its misconception."""


@dataclass(frozen=True)
class ReplayCase:
    """A mark that was given, and the lab as it was released then."""

    record: Record
    lab: Lab
    released_again: bool = False
    """Whether the lab was changed and released again since."""

    @property
    def given(self) -> dict[str, PointsAndKey]:
        """The points and the key of each item, as they were given."""
        return {card.item: (card.points, card.key) for card in self.record.cards}

    def then(self, item: ItemResult) -> str:
        """What was given for an item: its points, and its key if it is another one now; "–" for
        nothing."""
        if item.id not in self.given:
            return "–"
        points, key = self.given[item.id]
        return number(points) if key == item.key else f"{number(points)} {key}".rstrip()

    def why(self, item: ItemResult) -> str:
        """Why points are missing, as the trainee reads it; "" if none are."""
        return message(self.lab, item).get(language()) or item.key if item.key else ""

    def remarks(self) -> list[str]:
        """What an instructor should know about the mark, one sentence each."""
        items = ", ".join(card.item for card in self.record.cards if card.timed_out)
        sentences = {
            "no_sandbox": _("its host code was not isolated (--no-sandbox)"),
            "timed_out": _(
                "time limits of this machine ended runs of {items}: another machine may give "
                "another mark"
            ).format(items=items),
        }
        changed = _("the lab was changed and released again since: this is the lab as it was then")
        return [changed] * self.released_again + [sentences[name] for name in self.record.remarks]

    def changed(self) -> list[str]:
        """Which builds on this machine differ from those of the mark, one sentence each."""
        stamp, board = self.record.stamp, self.lab.board(self.record.stamp["board"]).type
        now = {"port": port_build(board.port), "engine": engine_version()}
        names = {"port": _("the virtual board"), "engine": _("the engine")}
        sentence = _("{what} is a different build: {then} then, {now} now")
        return [
            sentence.format(what=names[part], then=stamp.get(part, "-")[:24], now=is_now[:24])
            for part, is_now in now.items()
            if stamp.get(part) != is_now
        ]


def find_record(
    store: Store, lab: str, student: str, number: int | None = None, assignment: str = ""
) -> Record:
    """A graded submission: the one with this `number`, or the one that counts.
    `assignment` is needed when the trainee handed in the lab with several assignments.

    Raises: GraderError; StoreError when the record is damaged.
    """
    known = store.assignments(lab, student)
    if len(known) > 1 and not assignment:
        cause = _("{student} handed in {lab} with several assignments")
        cure = _("add --assignment with one of: {names}").format(names=", ".join(known))
        raise GraderError(cause.format(student=student, lab=lab), cure)
    assignment = assignment or next(iter(known), lab)
    if number is None:
        record = store.counted(lab, student, assignment)
    else:
        record = store.record(lab, student, number, assignment)
    if record is None:
        raise _unknown(store, lab, student, assignment)
    return record


def find_case(store: Store, record: Record) -> ReplayCase:
    """What a replay of a graded submission needs. Raises: StoreError when the lab is missing or
    was changed in the store, or when this engine cannot load it."""
    newer = store.has_released(record.lab) and store.released(record.lab) != record.stamp["lab"]
    return ReplayCase(record, _lab(store, record), newer)


def replay(case: ReplayCase, observer: Observer | None = None) -> LabScore:
    """Run the program again. Raises: NotGraded; LabError."""
    record = case.record
    program = {} if record.program is None else {PROGRAM: record.program.encode()}
    isolation: Isolation = "none" if record.stamp.get("sandbox") == "none" else "bwrap"
    return score(
        case.lab,
        record.stamp["board"],
        program,
        record.seeds,
        predicted=record.answered,
        observer=observer,
        host=HostCode(record.host, isolation),
        scenario=record.scenario,
    )


def marks_of(marks: LabScore) -> dict[str, PointsAndKey]:
    """The points and the key of each item, to compare with `ReplayCase.given`."""
    return {id: (item.points, item.key) for id, item in marks.items.items()}


def require_item(lab: Lab, item: str) -> None:
    """Raises: GraderError when the lab does not measure that item; "" is always accepted."""
    with_checks = {check.item for check in lab.checks}
    measured = [one for one in lab.items if one in with_checks]
    if item and item not in measured:
        raise GraderError(
            _("lab {lab} measures no item {item!r}").format(lab=lab.slug, item=item),
            _("choose one of: {names}").format(names=", ".join(measured)),
        )


def deciding_seed(marks: LabScore, item: str = "") -> tuple[int, ItemResult]:
    """The seed that decided an item, counted from 1, and its result. Without an item, the first
    item that was missed is used, or else the first item."""
    measured = list(marks.seeds[0].items)
    missed = [id for id in measured if marks.items[id].key]
    id = item or (missed or measured)[0]
    results = [seed.items[id] for seed in marks.seeds]
    worst = min(results, key=lambda result: result.points)
    return results.index(worst) + 1, worst


def _lab(store: Store, record: Record) -> Lab:
    try:
        return store.lab(record.stamp["lab"])
    except LabError as error:  # its checks use something that this engine does not have
        cure = _("replay it with the engine that graded it: {engine}")
        engine = record.stamp.get("engine", "-")
        raise StoreError(str(error), cure.format(engine=engine)) from error


def _unknown(store: Store, lab: str, student: str, assignment: str) -> GraderError:
    if tries := store.tries(lab, student, assignment):
        cause = _("{student} has {count} graded submissions of {lab}")
        cure = _("add --try with a number from 1 to {count}").format(count=tries)
        return GraderError(cause.format(student=student, count=tries, lab=lab), cure)
    if (known := store.labs()) and lab not in known:
        cause = _("there is no release of {lab} in the store {folder}")
        cure = _("choose one of: {names}").format(names=", ".join(known))
        return GraderError(cause.format(lab=lab, folder=store.folder), cure)
    if (trainees := store.trainees()) and student not in trainees:
        cause = _("no submission by {student} was graded").format(student=student)
        cure = _("look in {folder}").format(folder=store.folder.with_name("submitted"))
        if meant := nearest(student, trainees):
            cure = _("is {id} meant?").format(id=meant)
        return GraderError(cause, cure)
    cause = _("no submission of {lab} by {student} was graded").format(lab=lab, student=student)
    return GraderError(
        cause, _("run: {command}").format(command=store.command(f"grade {assignment}"))
    )


def signals(run: Run) -> tuple[Trace, list[str]]:
    """The trace with its pins named by their roles, and the roles that the program set up."""
    trace = run.trace.named(run.pins)
    return trace, [role for role in run.pins if len(trace.rows(frames.REC_MODE, role))]
