"""One program on one virtual board, without anybody watching: the work behind `warsha run`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hardware.bench import frames
from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.limits import Limits
from hardware.bench.scenario import Scenario
from hardware.bench.scenario import player as players
from hardware.bench.tracing.signals import probed
from hardware.bench.tracing.trace import Trace
from hardware.bench.wiring.circuit import Circuit
from hardware.bench.wiring.diagram import Diagram
from hardware.bench.wiring.faults import Fault
from hardware.errors import ScenarioError

OVER_TIME = (frames.END_WALL, frames.END_CPU)
"""Both are time of this machine that the program used up without an end in sight."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    trace: Trace
    pins: tuple[str, ...]
    """Names of the pins that are wired to something or did something, by GPIO number; those that a
    logic analyzer touches have the names of its channels."""
    failed_step: ScenarioError | None = None
    faults: tuple[Fault, ...] = ()
    """What would have hurt a real board."""

    @property
    def over_time(self) -> bool:
        """Whether the run was ended because it took too long on this machine."""
        end = self.trace.ended()
        return end is not None and end.cause in OVER_TIME

    @property
    def raised(self) -> bool:
        """Whether the program ended in an exception that nobody caught, or took the board with
        it."""
        end = self.trace.ended()
        died = end is not None and end.cause not in (frames.END_OFF, *OVER_TIME)
        return died or bool(self.trace.exceptions())


def run_program(
    files: Mapping[str, bytes],
    diagram: Diagram,
    *,
    scenario: Scenario | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    limits: Limits | None = None,
    on_output: Callable[[bytes], None] = lambda data: None,
) -> Outcome:
    """Boot the board of `diagram` with these files and let virtual time pass.

    Args:
        files: what lies on its flash; `main.py` is the program.
        scenario: played from power-on; the run ends with its last step, or with a failed one.
        seconds: virtual time at which the run ends at the latest.
        seed: chance on the bench.
        limits: what the program may use up of this machine.
        on_output: gets the serial output.

    Raises:
        DiagramError: the wiring makes no sense.
        BenchError: virtual boards do not run on this machine.
    """
    circuit, until_ns = Circuit(diagram), round(seconds * 1e9)
    failed = None
    with Flash(circuit.board) as flash:
        flash.put(files)
        with Bench(circuit, seed=seed, flash=flash, limits=limits) as bench:
            bench.on_output(on_output)
            try:
                if scenario:
                    players.play(scenario, bench, circuit, until_ns)
                else:
                    bench.run(until_ns)
            except ScenarioError as error:
                failed = error
            trace = bench.trace.named(probed(circuit))
    return Outcome(trace, _pins(circuit, trace), failed, tuple(circuit.faults()))


def _pins(circuit: Circuit, trace: Trace) -> tuple[str, ...]:
    board, used = circuit.board, circuit.used()
    moved = set(trace.records[trace.records["kind"] == frames.REC_OUT]["a"].tolist())
    wired = {gpio for gpio in board.gpios if used >> gpio & 1}
    named = {gpio: name for name, gpio in probed(circuit).items()}
    gpios = (wired - set(map(board.gpio, board.console))) | moved & set(board.gpios) | set(named)
    return tuple(named.get(gpio) or board.pin_of(gpio) for gpio in sorted(gpios))
