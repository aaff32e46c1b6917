"""Run programs on virtual boards, headless: the work behind `warsha run`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

from hardware.bench.bench import Bench
from hardware.bench.chip import boot, chip_type
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
"""End reasons of a program that used too much time of this machine."""


class BoardFiles(NamedTuple):
    """What a board gets: the files on its flash, and a listener for its serial output."""

    files: Mapping[str, bytes]
    on_output: Callable[[bytes], None] = lambda data: None


class BoardRun(NamedTuple):
    """What a board did."""

    trace: Trace
    pins: tuple[str, ...]
    """Names of the pins that are wired or did something, in the order of GPIO numbers. Pins at a
    logic analyzer have the names of its channels."""


@dataclass(frozen=True)
class RunOutcome:
    """The result of a run."""

    boards: Mapping[str, BoardRun]
    """By id, in the order of the diagram."""
    failed_step: ScenarioError | None = None
    faults: tuple[Fault, ...] = ()
    """What would have hurt a real board."""
    scenario: Scenario | None = None
    steps: tuple[ScenarioOutcome, ...] = ()
    """The outcomes of the steps that were played."""
    unknown_hosts: tuple[str, ...] = ()
    """Names that programs have looked up in the network, and that no host has."""

    @property
    def points(self) -> tuple[float, float] | None:
        """The points of the steps, and their maximum; None: no step has points."""
        steps = self.scenario.steps if self.scenario else ()
        maxima = [step.points for step in steps if step.points is not None]
        return (sum(done.points for done in self.steps), sum(maxima)) if maxima else None

    @property
    def trace(self) -> Trace:
        """The first board's."""
        return next(iter(self.boards.values())).trace

    @property
    def over_time(self) -> bool:
        """Whether a board was ended because it took too long on this machine."""
        ends = [ran.trace.ended() for ran in self.boards.values()]
        return any(end is not None and end.cause in OVER_TIME for end in ends)

    @property
    def raised(self) -> bool:
        """Whether a program ended in an uncaught exception, or its board ended."""
        return any(_raised(ran.trace) for ran in self.boards.values())


def _raised(trace: Trace) -> bool:
    end = trace.ended()
    ended = end is not None and end.cause not in (frames.END_OFF, *OVER_TIME)
    return ended or bool(trace.exceptions())


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
        files: the files on the first board's flash; `main.py` is the program.
        scenario: played from power-on; the run ends with its last step or a failed one.
        seconds: virtual time after which the run ends.
        seed: of the bench's random numbers.
        limits: what each program may use of this machine.
        on_output: gets the first board's serial output.
        others: the same for other boards, by id; boards without an entry are empty.

    Raises:
        DiagramError: the diagram is wrong.
        HardwareError: there is no board with such an id.
        BenchError: virtual boards do not run on this machine.
    """
    circuit, until_ns = Circuit(diagram), round(seconds * 1e9)
    loads = {circuit.board_id: BoardFiles(files, on_output), **(others or {})}
    with ExitStack() as stack:
        flashes = {
            key: stack.enter_context(_flash(circuit, key, load)) for key, load in loads.items()
        }
        bench = stack.enter_context(Bench(circuit, seed=seed, flash=flashes, limits=limits))
        for key, load in loads.items():
            bench.on_output(load.on_output, key)
        steps, failed = _play(bench, circuit, scenario, until_ns)
        ran = {key: _board_run(circuit, key, trace) for key, trace in bench.traces.items()}
        unknown = tuple(bench.network.unknown)
    return RunOutcome(ran, failed, tuple(circuit.faults()), scenario, tuple(steps), unknown)


def _play(
    bench: Bench, circuit: Circuit, scenario: Scenario | None, until_ns: int
) -> tuple[Sequence[ScenarioOutcome], ScenarioError | None]:
    """Run to the end; returns the outcomes of the steps, and the step that failed."""
    if scenario is None:
        bench.run(until_ns)
        return (), None
    player = Player(scenario, bench, circuit, until_ns, _boot_log(circuit.board.chip))
    try:
        player.play()
    except ScenarioError as error:
        return player.outcomes, error
    return player.outcomes, None


def _boot_log(chip: str) -> bytes:
    """What a chip's ROM prints when the power comes. Wokwi's scenarios wait for it; the output of
    a run is only the program's."""
    if chip not in chip_type.names():
        return b""
    kind = chip_type.load(chip)
    return (boot.boot_log(kind, "power_on", "flash") + kind.load_log).encode()


def _flash(circuit: Circuit, board_id: str, load: BoardFiles) -> Flash:
    if (side := circuit.sides.get(board_id)) is None:
        what = _("there is no board {board} on the bench").format(board=repr(board_id))
        raise HardwareError(what, suggest(board_id, circuit.sides))
    flash = Flash(side.board)
    flash.put(load.files)
    return flash


def _board_run(circuit: Circuit, board_id: str, trace: Trace) -> BoardRun:
    side, probes = circuit.sides[board_id], probed(circuit, board_id)
    board, used = side.board, side.used()
    moved = set(trace.records[trace.records["kind"] == frames.REC_OUT]["a"].tolist())
    wired = {gpio for gpio in board.gpios if used >> gpio & 1}
    named = {gpio: name for name, gpio in probes.items()}
    gpios = (wired - set(map(board.gpio, board.console))) | moved & set(board.gpios) | set(named)
    pins = tuple(named.get(gpio) or board.pin_of(gpio) for gpio in sorted(gpios))
    return BoardRun(trace.named(probes), pins)
