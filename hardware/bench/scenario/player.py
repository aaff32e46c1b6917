"""Runs the steps of a scenario on a bench. Virtual time passes only in the steps that wait."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.wire_edges import scope_edges
from hardware.bench.diagram import suggest
from hardware.bench.drawing.time_axis import duration
from hardware.bench.parts.common.part import Part
from hardware.bench.protocol.records import Times
from hardware.bench.scenario import Scenario, ScenarioStep
from hardware.bench.scenario.command import CommandError
from hardware.bench.trace.edges import Edges
from hardware.bench.trace.trace import Trace
from hardware.boards import RESET_PAD
from hardware.errors import HardwareError, ScenarioError
from hardware.i18n import _, sanitize

KEPT = 4096
"""Of the serial output that no wait has matched so much is kept for the next one."""


@dataclass(frozen=True)
class ScenarioOutcome:
    """How a step went; `said` is what was wrong, empty if nothing was."""

    step: ScenarioStep
    t_ns: int
    file: str
    said: str = ""

    @property
    def told(self) -> str:
        """What was wrong, with file, line, name and time."""
        text = _("{where}: {step}: {what} (at {at})").format(
            where=f"{self.file}:{self.step.line}",
            step=self.step.name,
            what=self.said,
            at=duration(self.t_ns),
        )
        return sanitize(text)

    @property
    def points(self) -> float:
        """What it earned."""
        return 0.0 if self.said else self.step.points or 0.0


class Stretch(NamedTuple):
    """A stretch of virtual time that is looked at, `end_ns` excluded."""

    begin_ns: int
    end_ns: int

    def within(self, times: Times) -> Times:
        """Those of sorted times that lie in it."""
        inside: Times = times[(times >= self.begin_ns) & (times < self.end_ns)]
        return inside


class PulseMean(NamedTuple):
    """Mean frequency and share of high time."""

    hz: float
    duty: float


def play(
    scenario: Scenario,
    bench: Bench,
    circuit: Circuit,
    until_ns: int,
    begun: Callable[[ScenarioStep], None] = lambda step: None,
) -> list[ScenarioOutcome]:
    """Run all steps; `begun` hears of each. A step with points that fails goes on.

    Raises: ScenarioError with file and line of what else failed.
    """
    return Player(scenario, bench, circuit, until_ns).play(begun)


class Player:
    """A scenario at work: what the commands need of the bench."""

    def __init__(self, scenario: Scenario, bench: Bench, circuit: Circuit, until_ns: int) -> None:
        self.bench, self.circuit = bench, circuit
        self.folder = Path(scenario.file).parent
        """Where the paths of a scenario begin."""
        self.pending = bytearray()
        """Serial output that no wait has looked at yet."""
        self.outcomes: list[ScenarioOutcome] = []
        """How the steps went that were taken; after a ScenarioError the last one is the failed."""
        self._scenario = scenario
        self._until_ns = until_ns
        self._begin_ns = self._last_ns = bench.now_ns
        self._wanted: re.Pattern[bytes] | None = None
        bench.on_tx(self._heard)

    def play(
        self, begun: Callable[[ScenarioStep], None] = lambda step: None
    ) -> list[ScenarioOutcome]:
        """All steps. Raises: ScenarioError."""
        for step in self._scenario.steps:
            begun(step)
            self._last_ns, self._begin_ns = self._begin_ns, self.bench.now_ns
            self._step(step)
        return self.outcomes

    # -- what commands do -------------------------------------------------------------------

    def limit(self, timeout_ns: int | None) -> int:
        """When a wait is over: after its time-out, or with the whole run."""
        if timeout_ns is None:
            return self._until_ns
        return min(self._until_ns, self.bench.now_ns + timeout_ns)

    def run(self, until_ns: int) -> None:
        """Lets time pass. The end of the board is a failure."""
        self.bench.run(min(until_ns, self._until_ns))
        if self.bench.ended is not None and self.bench.now_ns < until_ns:
            raise CommandError(_("the board ended"))

    def wait(self, ns: int) -> None:
        """Lets so much time pass. The limit of the whole run is a failure."""
        until_ns = self.bench.now_ns + ns
        self.run(until_ns)
        if until_ns > self._until_ns:
            raise CommandError(_("the time of the run is over"), _("Let it run for longer."))

    def hears(self, wanted: re.Pattern[bytes], timeout_ns: int | None) -> bool:
        """Runs until the serial output matches; takes the match, and what was before it, away."""
        limit = self.limit(timeout_ns)
        self._wanted = wanted
        if not wanted.search(self.pending):
            self.run(limit)
        self._wanted = None
        if found := wanted.search(self.pending):
            del self.pending[: found.end()]
        return found is not None

    def stretch(self, for_ns: int | None) -> Stretch:
        """The time that a measuring command looks at: the next `for_ns`, which pass now; without
        them, from the beginning of the step before."""
        begin_ns = self._last_ns if for_ns is None else self.bench.now_ns
        if for_ns is not None:
            self.wait(for_ns)
        return Stretch(begin_ns, max(self.bench.now_ns, begin_ns + 1))

    def trace(self, board: str | None) -> Trace:
        """What has happened on a board, the first one if none is named."""
        if board in (None, self.circuit.board_id):
            return self.bench.trace
        if board not in (traces := self.bench.traces):
            what = _("there is no board {board}").format(board=repr(board))
            raise HardwareError(what, suggest(str(board), traces))
        return traces[board]

    def part(self, part_id: str) -> Part:
        """A part by its id."""
        if part_id not in self.circuit.parts:
            what = _("there is no part {part} on the bench").format(part=repr(part_id))
            raise HardwareError(what, suggest(part_id, self.circuit.parts))
        return self.circuit.parts[part_id]

    def volts(self, part: str, pin: str) -> float:
        """The voltage at a pin of a part or board now."""
        self.circuit.level_of(part, pin)  # says what is wrong with the names
        return self.circuit.meter.volts(part, pin)

    def edges(self, part: str, pin: str, stretch: Stretch) -> Edges:
        """The level in a stretch of time at a pin that lies on a GPIO's net, PWM and buses too."""
        board, gpio = self._pad(part, pin)
        try:
            return scope_edges(self.trace(board), gpio, *stretch)
        except ValueError:
            what = _("{pin} has too many pulses to look at each").format(pin=f"{part}:{pin}")
            raise CommandError(what, _("Use expect-pwm, or a shorter time.")) from None

    def pulses(self, part: str, pin: str, stretch: Stretch) -> PulseMean | None:
        """PWM that runs at the end of a stretch, or whole pulses in it; None: neither."""
        board, gpio = self._pad(part, pin)
        waves = [w for w in self.trace(board).pwm(gpio) if w.t_ns < stretch.end_ns]
        if waves and waves[-1].freq_hz:
            return PulseMean(waves[-1].freq_hz, waves[-1].duty_u16 / DUTY_MAX)
        edges = self.trace(board).edges(gpio)
        rises = stretch.within(edges.rising())
        if len(rises) < 2:
            return None
        span = int(rises[-1] - rises[0])
        falls = edges.falling()
        falls = falls[(falls > rises[0]) & (falls <= rises[-1])]
        high = int(falls.sum() - rises[: len(falls)].sum())
        return PulseMean((len(rises) - 1) * 1e9 / span, high / span)

    # -- inside -----------------------------------------------------------------------------

    def _pad(self, part: str, pin: str) -> tuple[str, int]:
        """Board and GPIO: the pin itself, or the first one that the pin of a part is wired to."""
        self.circuit.level_of(part, pin)
        netlist = self.circuit.netlist
        if part in netlist.boards and (gpio := netlist.boards[part].gpio(pin)) is not None:
            return part, gpio
        net = netlist.net(part, pin)
        pads = (pad for pad, at in enumerate(netlist.gpio_net) if at == net)
        index = next((pad for pad in pads if pad % GPIOS != RESET_PAD), None)
        if index is None:
            what = _("{pin} touches no pin of a board").format(pin=f"{part}:{pin}")
            raise HardwareError(what, _("Name a pin of the board, or one that is wired to it."))
        return list(netlist.boards)[index // GPIOS], index % GPIOS

    def _step(self, step: ScenarioStep) -> None:
        try:
            step.command.run(self)
        except CommandError as error:
            outcome = self._done(step, str(error))
            if step.points is None or self.bench.ended is not None:
                raise ScenarioError(outcome.told, step.told or error.cure) from error
        except HardwareError as error:
            raise ScenarioError(self._done(step, str(error)).told, error.cure) from error
        else:
            self._done(step)

    def _done(self, step: ScenarioStep, said: str = "") -> ScenarioOutcome:
        self.outcomes.append(ScenarioOutcome(step, self.bench.now_ns, self._scenario.file, said))
        return self.outcomes[-1]

    def _heard(self, data: bytes, t_ns: int) -> None:
        self.pending += data
        if self._wanted and self._wanted.search(self.pending):
            self.bench.stop()
        elif len(self.pending) > 2 * KEPT:
            del self.pending[:-KEPT]
