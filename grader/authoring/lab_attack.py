"""Runs generic cheats against a lab with hidden seeds, and compares what they earn with the most
that the lab's expected.toml declares:

    [attack]
    most = 5        # points that a cheat may earn; the "predict" question does not count
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.cheats import NO_WORK, CheaterKnowledge
from grader.authoring.half_work import HALF_WORK
from grader.authoring.lab_check import attack_limit, pair_seed, run_error
from grader.authoring.recording import record
from grader.classrun import pool
from grader.lab.lab import PREDICT, Lab, LabBoard, load
from grader.score.run_episodes import Program
from grader.score.score import score
from hardware.bench import diagram
from hardware.i18n import _

SEEDS = 3
"""Hidden seeds of each program: as many as a course has without a setting of its own."""


@dataclass(frozen=True)
class CheatTask:
    """One program of a cheat on one board. `most` is what it may earn."""

    folder: Path
    board: str
    cheat: str
    variant: str
    program: Program
    most: float
    seeds: int

    @property
    def name(self) -> str:
        """The cheat and its variant, for people."""
        return f"{self.cheat.replace('_', ' ')} {self.variant}".rstrip()


@dataclass(frozen=True)
class CheatGain:
    """The points that a cheat earned, and the items that it earned them with."""

    task: CheatTask
    points: float
    items: tuple[str, ...]

    @property
    def is_too_much(self) -> bool:
        """Whether it earned more than it may."""
        return self.points > self.task.most

    def __str__(self) -> str:
        text = _("the cheat {cheat} on {board} earns {points}, with {items}; at most {most}")
        return text.format(
            cheat=self.task.name,
            board=self.task.board,
            points=f"{self.points:g}",
            items=", ".join(self.items) or "-",
            most=f"{self.task.most:g}",
        )


def tasks(lab: Lab, board: str, seeds: int = SEEDS) -> list[CheatTask]:
    """Every program of every cheat against a lab on one board. It runs the reference for that.

    Raises: LabError when expected.toml declares nothing.
    """
    most = attack_limit(lab)
    full = sum(lab.points(item) for item in lab.items if item != PREDICT)
    known = knowledge(lab, lab.board(board))
    return [
        CheatTask(lab.folder, board, cheat.__name__, variant, program, limit, seeds)
        for cheats, limit in ((NO_WORK, most), (HALF_WORK, full - 0.01))
        for cheat in cheats
        for variant, program in cheat(known)
    ]


def attack(found: list[CheatTask]) -> Iterator[CheatGain]:
    """Run the programs on all processors. Yields what each earned, when it ends. Raises:
    NotGraded."""
    runs = pool.run(_run, ((task, task) for task in found), pool.processors())
    with closing(runs):  # when a run fails, its workers end now
        for task, gain in runs:
            if isinstance(gain, pool.TaskFailure):
                raise run_error(task.folder, f"{task.name}, {task.board}", gain)
            yield gain


def _run(task: CheatTask) -> CheatGain:
    lab = load(task.folder)
    seeds = [pair_seed(lab, task.board, task.name, number) for number in range(task.seeds)]
    got = score(lab, task.board, task.program, seeds)
    items = tuple(id for id, item in got.items.items() if item.points)
    return CheatGain(task, got.points, items)


def knowledge(lab: Lab, board: LabBoard) -> CheaterKnowledge:
    """What a cheater knows of a lab on a board."""
    return CheaterKnowledge(
        ready_line=lab.ready_line,
        pins=board.pins,
        free_gpio=_free_gpio(board),
        given=lab.files,
        reference=(lab.folder / "reference.py").read_bytes(),
        recordings=record(lab, board),
    )


def _free_gpio(board: LabBoard) -> int:
    """A pin that can be all that a role needs, and to which no wire leads: a strapping pin only
    when no other is free."""
    wires = diagram.load(board.diagram).connections
    taken = {end.pin for wire in wires for end in (wire.a, wire.b)}
    unfit = board.type.flash_pins | board.type.input_only
    unfit |= set(board.pins.values())
    free = [
        gpio
        for gpio in board.type.gpios
        if gpio not in unfit | {board.type.led} and board.type.pin_of(gpio) not in taken
    ]
    rank = {gpio: (gpio not in board.type.strapping, gpio in board.type.adc) for gpio in free}
    return max(free, key=lambda gpio: (rank[gpio], gpio))
