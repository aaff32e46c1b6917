"""Runs the steps of a scenario on a bench. Virtual time passes only in `delay` and `wait-
serial`.
"""

from collections.abc import Callable
from typing import Protocol

from hardware.bench.drawing.timeaxis import duration
from hardware.bench.scenario import (
    Delay,
    ExpectPin,
    Scenario,
    SetControl,
    Step,
    WaitSerial,
    WriteSerial,
)
from hardware.errors import HardwareError, ScenarioError
from hardware.say import _

TAIL = 60
"""So many bytes of the serial output are shown when a wait has failed."""


class Stage(Protocol):
    """What a scenario needs of a bench."""

    @property
    def now_ns(self) -> int: ...
    @property
    def ended(self) -> object | None: ...
    def run(self, until_ns: int) -> None: ...
    def stop(self) -> None: ...
    def control(self, part: str, name: str, value: float) -> None: ...
    def send(self, data: bytes) -> None: ...
    def on_tx(self, listener: Callable[[bytes, int], None]) -> object: ...


class Levels(Protocol):
    """What a scenario needs of a circuit."""

    def level_of(self, part: str, pin: str) -> bool: ...


def play(
    scenario: Scenario,
    bench: Stage,
    circuit: Levels,
    until_ns: int,
    begun: Callable[[Step], None] = lambda step: None,
) -> None:
    """Run all steps; `begun` hears of each. Raises: ScenarioError with file and line of what
    failed."""
    _Player(scenario, bench, circuit, until_ns).play(begun)


class _Player:
    def __init__(self, scenario: Scenario, bench: Stage, circuit: Levels, until_ns: int) -> None:
        self._scenario, self._bench, self._circuit = scenario, bench, circuit
        self._until_ns = until_ns
        self._pending = bytearray()
        """Serial output that no `wait-serial` has looked at yet."""
        self._wanted = b""
        bench.on_tx(self._heard)

    def play(self, begun: Callable[[Step], None]) -> None:
        for step in self._scenario.steps:
            begun(step)
            match step.command:
                case Delay(ns):
                    self._delay(step, ns)
                case WaitSerial(data, timeout_ns):
                    self._wait(step, data, timeout_ns)
                case WriteSerial(data):
                    self._bench.send(data)
                case SetControl() | ExpectPin():
                    self._touch(step, step.command)

    def _fail(self, step: Step, what: str, cure: str = "") -> ScenarioError:
        where = f"{self._scenario.file}:{step.line}"
        told = _("{where}: {step}: {what} (at {at})").format(
            where=where, step=step.name, what=what, at=duration(self._bench.now_ns)
        )
        return ScenarioError(told, cure)

    def _run(self, step: Step, until_ns: int) -> None:
        """Let time pass. The limit of the whole run and the end of the board are failures."""
        self._bench.run(min(until_ns, self._until_ns))
        if self._bench.ended is not None and self._bench.now_ns < until_ns:
            raise self._fail(step, _("the board ended"))

    def _delay(self, step: Step, ns: int) -> None:
        until_ns = self._bench.now_ns + ns
        self._run(step, until_ns)
        if until_ns > self._until_ns:
            cure = _("Let it run for longer.")
            raise self._fail(step, _("the time of the run is over"), cure)
        self._pending.clear()

    def _wait(self, step: Step, data: bytes, timeout_ns: int | None) -> None:
        """Serial output counts from the end of the last match, or of the last delay."""
        self._wanted = data
        limit = self._until_ns if timeout_ns is None else self._bench.now_ns + timeout_ns
        if data not in self._pending:
            self._run(step, limit)
        self._wanted = b""
        if (at := self._pending.find(data)) < 0:
            seen = self._pending[-TAIL:].decode(errors="replace")
            what = _("{wanted!r} did not come; last came {seen!r}")
            wanted = data.decode(errors="replace")
            raise self._fail(step, what.format(wanted=wanted, seen=seen))
        del self._pending[: at + len(data)]

    def _heard(self, data: bytes, t_ns: int) -> None:
        self._pending += data
        if not self._wanted:
            return
        if self._wanted in self._pending:
            self._bench.stop()
        else:  # what was looked through cannot match any more, but for the start of a match
            del self._pending[: -max(TAIL, len(self._wanted))]

    def _touch(self, step: Step, command: SetControl | ExpectPin) -> None:
        try:
            if isinstance(command, SetControl):
                self._bench.control(command.part, command.control, command.value)
                return
            level = self._circuit.level_of(command.part, command.pin)
        except HardwareError as error:
            raise self._fail(step, str(error), error.cure) from error
        if level != command.value:
            pin = f"{command.part}:{command.pin}"
            what = _("{pin} is {level:d}, expected {wanted:d}")
            raise self._fail(step, what.format(pin=pin, level=level, wanted=command.value))
