"""Programs on virtual boards, without anybody watching: the work behind `warsha run`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.faults import Fault
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.drawing.waveform import probed
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames
from hardware.bench.scenario.player import Player, ScenarioOutcome
from hardware.bench.scenario.scenario import Scenario
from hardware.bench.trace.trace import Trace
from hardware.errors import HardwareError, ScenarioError
from hardware.i18n import _

OVER_TIME = (frames.END_WALL, frames.END_CPU)
"""Both are time of this machine that the program used up without an end in sight."""


class BoardFiles(NamedTuple):
    """What a board gets: the files on its flash, and who gets its serial output."""

    files: Mapping[str, bytes]
    on_output: Callable[[bytes], None] = lambda data: None


class BoardRun(NamedTuple):
    """What a board did."""

    trace: Trace
    pins: tuple[str, ...]
    """Names of the pins that are wired to something or did something, by GPIO number; those that a
    logic analyzer touches have the names of its channels."""


@dataclass(frozen=True)
class RunOutcome:
    """What came of a run."""

    boards: Mapping[str, BoardRun]
    """By id, in the order of the diagram."""
    failed_step: ScenarioError | None = None
    faults: tuple[Fault, ...] = ()
    """What would have hurt a real board."""
    scenario: Scenario | None = None
    steps: tuple[ScenarioOutcome, ...] = ()
    """How the steps of the scenario went that were taken."""

    @property
    def points(self) -> tuple[float, float] | None:
        """What the steps earned, and the most that there is; None: no step has points."""
        worth = [step.points for step in (self.scenario.steps if self.scenario else ())
                 if step.points is not None]  # fmt: skip
        return (sum(done.points for done in self.steps), sum(worth)) if worth else None

    @property
    def trace(self) -> Trace:
        """The first board's."""
        return next(iter(self.boards.values())).trace

    @property
    def over_time(self) -> bool:
        """Whether a board was ended because it took too long on this machine."""
        ends = [seen.trace.ended() for seen in self.boards.values()]
        return any(end is not None and end.cause in OVER_TIME for end in ends)

    @property
    def raised(self) -> bool:
        """Whether a program ended in an exception that nobody caught, or took its board with
        it."""
        return any(_raised(seen.trace) for seen in self.boards.values())


def _raised(trace: Trace) -> bool:
    end = trace.ended()
    died = end is not None and end.cause not in (frames.END_OFF, *OVER_TIME)
    return died or bool(trace.exceptions())


def run_program(
    files: Mapping[str, bytes],
    diagram: Diagram,
    *,
    scenario: Scenario | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    limits: Limits | None = None,
    on_output: Callable[[bytes], None] = lambda data: None,
    others: Mapping[str, BoardFiles] | None = None,
) -> RunOutcome:
    """Boot the boards of `diagram` with their files and let virtual time pass.

    Args:
        files: what lies on the first board's flash; `main.py` is the program.
        scenario: played from power-on; the run ends with its last step, or with a failed one.
        seconds: virtual time at which the run ends at the latest.
        seed: chance on the bench.
        limits: what each program may use up of this machine.
        on_output: gets the first board's serial output.
        others: the same for further boards, by id; those that are not named are empty.

    Raises:
        DiagramError: the wiring makes no sense.
        HardwareError: there is no board of such an id.
        BenchError: virtual boards do not run on this machine.
    """
    circuit, until_ns = Circuit(diagram), round(seconds * 1e9)
    loads = {circuit.board_id: BoardFiles(files, on_output), **(others or {})}
    with ExitStack() as stack:
        flashes = {key: stack.enter_context(_flash(circuit, key, load))
                   for key, load in loads.items()}  # fmt: skip
        bench = stack.enter_context(Bench(circuit, seed=seed, flash=flashes, limits=limits))
        for key, load in loads.items():
            bench.on_output(load.on_output, key)
        steps, failed = _play(bench, circuit, scenario, until_ns)
        seen = {key: _seen(circuit, key, trace) for key, trace in bench.traces.items()}
    return RunOutcome(seen, failed, tuple(circuit.faults()), scenario, tuple(steps))


def _play(
    bench: Bench, circuit: Circuit, scenario: Scenario | None, until_ns: int
) -> tuple[Sequence[ScenarioOutcome], ScenarioError | None]:
    """Run to the end; what became of the steps, and the one that failed."""
    if scenario is None:
        bench.run(until_ns)
        return (), None
    player = Player(scenario, bench, circuit, until_ns)
    try:
        player.play()
    except ScenarioError as error:
        return player.outcomes, error
    return player.outcomes, None


def _flash(circuit: Circuit, board_id: str, load: BoardFiles) -> Flash:
    if (side := circuit.sides.get(board_id)) is None:
        what = _("there is no board {board} on the bench").format(board=repr(board_id))
        raise HardwareError(what, suggest(board_id, circuit.sides))
    flash = Flash(side.board)
    flash.put(load.files)
    return flash


def _seen(circuit: Circuit, board_id: str, trace: Trace) -> BoardRun:
    side, probes = circuit.sides[board_id], probed(circuit, board_id)
    board, used = side.board, side.used()
    moved = set(trace.records[trace.records["kind"] == frames.REC_OUT]["a"].tolist())
    wired = {gpio for gpio in board.gpios if used >> gpio & 1}
    named = {gpio: name for name, gpio in probes.items()}
    gpios = (wired - set(map(board.gpio, board.console))) | moved & set(board.gpios) | set(named)
    pins = tuple(named.get(gpio) or board.pin_of(gpio) for gpio in sorted(gpios))
    return BoardRun(trace.named(probes), pins)
