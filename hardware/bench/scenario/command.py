"""The base class of the commands of a scenario, and the bench as a command sees it: a command can
let time pass, wait for serial output, and look at pins and parts.
"""

import re
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import yaml

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.netlist import GPIOS
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.wire_edges import scope_edges
from hardware.bench.diagram import suggest
from hardware.bench.parts.common.part import Part
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.trace.edges import Edges, TimeWindow
from hardware.bench.trace.trace import Trace
from hardware.boards import RESET_PAD
from hardware.errors import HardwareError
from hardware.i18n import _

KEPT_BYTES = 4096
"""How much unmatched serial output is kept for the next wait."""


class CommandError(Exception):
    """A command failed. The text says what was seen and what was expected."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.cure = cure


class PulseMean(NamedTuple):
    """Mean frequency and duty cycle (0 to 1) of pulses."""

    hz: float
    duty: float


class CommandContext:
    """The bench as the commands of a scenario see it."""

    def __init__(
        self, bench: Bench, circuit: Circuit, folder: Path, until_ns: int, printed: bytes = b""
    ) -> None:
        self.bench, self.circuit = bench, circuit
        self.folder = folder
        """The paths in a scenario are relative to this folder."""
        self.pending = bytearray(printed)
        """Serial output that no wait has looked at yet."""
        self._until_ns = until_ns
        self._step_began_ns = self._last_step_began_ns = bench.now_ns
        self._wanted: re.Pattern[bytes] | None = None
        bench.on_tx(self._received)

    def begin_step(self) -> None:
        """The player starts the next step."""
        self._last_step_began_ns, self._step_began_ns = self._step_began_ns, self.bench.now_ns

    # -- time ---------------------------------------------------------------------------------

    def deadline(self, timeout_ns: int | None) -> int:
        """When a wait ends (ns): after its time-out, or at the end of the whole run."""
        if timeout_ns is None:
            return self._until_ns
        return min(self._until_ns, self.bench.now_ns + timeout_ns)

    def run(self, until_ns: int) -> None:
        """Let virtual time pass. Raises: CommandError when the board ends before."""
        self.bench.run(min(until_ns, self._until_ns))
        if self.bench.ended is not None and self.bench.now_ns < until_ns:
            raise CommandError(_("the board ended"))

    def wait(self, ns: int) -> None:
        """Let this much time pass. Raises: CommandError when the run or the board ends before."""
        until_ns = self.bench.now_ns + ns
        self.run(until_ns)
        if until_ns > self._until_ns:
            cure = _("Let the run last longer: --seconds 60")
            raise CommandError(_("the time of the run has ended"), cure)

    def window(self, for_ns: int | None) -> TimeWindow:
        """The time that a measuring command looks at: the next `for_ns`, which pass now. With
        None, everything since the step before this one began."""
        begin_ns = self._last_step_began_ns if for_ns is None else self.bench.now_ns
        if for_ns is not None:
            self.wait(for_ns)
        return TimeWindow(begin_ns, max(self.bench.now_ns, begin_ns + 1))

    # -- serial output ------------------------------------------------------------------------

    def wait_for_output(self, wanted: re.Pattern[bytes], timeout_ns: int | None) -> bool:
        """Run until the serial output matches; whether it did. The match, and what came before
        it, is then removed from `pending`."""
        deadline = self.deadline(timeout_ns)
        self._wanted = wanted
        if not wanted.search(self.pending):
            self.run(deadline)
        self._wanted = None
        if found := wanted.search(self.pending):
            del self.pending[: found.end()]
        return found is not None

    def _received(self, data: bytes, t_ns: int) -> None:
        self.pending += data
        if self._wanted and self._wanted.search(self.pending):
            self.bench.stop()
        elif len(self.pending) > 2 * KEPT_BYTES:
            del self.pending[:-KEPT_BYTES]

    # -- boards, parts and pins ---------------------------------------------------------------

    def trace(self, board: str | None) -> Trace:
        """The trace of a board; None means the first board. Raises: HardwareError."""
        if board in (None, self.circuit.board_id):
            return self.bench.trace
        if board not in (traces := self.bench.traces):
            what = _("there is no board {board}").format(board=repr(board))
            raise HardwareError(what, suggest(str(board), traces))
        return traces[board]

    def part(self, part_id: str) -> Part:
        """A part by its id. Raises: HardwareError."""
        if part_id not in self.circuit.parts:
            what = _("there is no part {part} on the bench").format(part=repr(part_id))
            known = (key for key, part in self.circuit.parts.items() if not part.spec.hide)
            raise HardwareError(what, suggest(part_id, known))
        return self.circuit.parts[part_id]

    def volts(self, part: str, pin: str) -> float:
        """The voltage at a pin of a part or board now. Raises: HardwareError."""
        self.circuit.level_of(part, pin)  # raises for unknown names
        return self.circuit.meter.volts(part, pin)

    def edges(self, part: str, pin: str, window: TimeWindow) -> Edges:
        """The level over a window at a pin that is on the net of a GPIO, with PWM and buses.

        Raises: HardwareError, and CommandError when there are too many pulses.
        """
        board, gpio = self._pad(part, pin)
        try:
            return scope_edges(self.trace(board), gpio, *window)
        except ValueError:
            what = _("{pin} has too many pulses to check each of them").format(pin=f"{part}:{pin}")
            raise CommandError(what, _("Use expect-pwm, or a shorter time.")) from None

    def pulses(self, part: str, pin: str, window: TimeWindow) -> PulseMean | None:
        """The PWM that runs at the end of a window, or else the mean of the whole pulses in it.
        None: there is neither."""
        board, gpio = self._pad(part, pin)
        waves = [w for w in self.trace(board).pwm(gpio) if w.t_ns < window.end_ns]
        if waves and waves[-1].freq_hz:
            return PulseMean(waves[-1].freq_hz, waves[-1].duty_u16 / DUTY_MAX)
        edges = self.trace(board).edges(gpio)
        rises = window.within(edges.rising())
        if len(rises) < 2:
            return None
        span = int(rises[-1] - rises[0])
        falls = edges.falling()
        falls = falls[(falls > rises[0]) & (falls <= rises[-1])]
        high = int(falls.sum() - rises[: len(falls)].sum())
        return PulseMean((len(rises) - 1) * 1e9 / span, high / span)

    def _pad(self, part: str, pin: str) -> tuple[str, int]:
        """Board and GPIO of a pin: its own, or the first GPIO that is on its net."""
        self.circuit.level_of(part, pin)
        netlist = self.circuit.netlist
        if part in netlist.boards and (gpio := netlist.boards[part].gpio(pin)) is not None:
            return part, gpio
        net = netlist.net(part, pin)
        pads = (pad for pad, at in enumerate(netlist.gpio_net) if at == net)
        index = next((pad for pad in pads if pad % GPIOS != RESET_PAD), None)
        if index is None:
            what = _("{pin} is not wired to a pin of a board").format(pin=f"{part}:{pin}")
            raise HardwareError(what, _("Name a pin of the board, or one that is wired to it."))
        return list(netlist.boards)[index // GPIOS], index % GPIOS


class Command:
    """One command. Subclasses are frozen dataclasses; `KEY` is its key in a step.

    A command of Wokwi is in the step itself; ours (`OURS`) are under the step's key `warsha`.
    """

    KEY: ClassVar[str] = ""
    OURS: ClassVar[bool] = False
    EXTRA: ClassVar[tuple[str, ...]] = ()
    """Keys of ours that a Wokwi command takes under `warsha`."""

    @classmethod
    @abstractmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        """Read the value of the key. Raises: ScenarioError."""

    def extended(self, keys: dict[str, yaml.Node], nodes: Nodes) -> "Command":
        """The same command with the keys of `EXTRA` that the step gives. Raises: ScenarioError."""
        return self

    @abstractmethod
    def run(self, context: CommandContext) -> None:
        """Run the command. Raises: CommandError when it fails, HardwareError for wrong names."""
