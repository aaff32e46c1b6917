"""Scenario files: the form of Wokwi, our extension, errors with file and line, and the steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.scenario.commands.delay import Delay
from hardware.bench.scenario.commands.pins import ExpectPin, SetControlCommand
from hardware.bench.scenario.commands.serial import WaitSerial, WriteSerial
from hardware.bench.scenario.player import play
from hardware.bench.scenario.scenario import load, parse
from hardware.errors import HardwareError, ScenarioError

HEAD = "name: t\nversion: 1\nsteps:\n"
MS = 1_000_000


def test_every_command() -> None:
    steps = """
  - name: booted
    wait-serial: 'ready'
  - delay: 1.5s
  - write-serial: "report\\r\\n"
  - write-serial: [3, 4]
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - set-control: { part-id: pot1, name: position, value: 0.5 }
  - expect-pin: { part-id: esp, pin: 25, value: 0 }
  - wait-serial: done
    warsha: { timeout: 200ms }
"""
    scenario = parse(HEAD + steps)
    assert [step.command for step in scenario.steps] == [
        WaitSerial(b"ready"),
        Delay(1500 * MS),
        WriteSerial(b"report\r\n"),
        WriteSerial(b"\x03\x04"),
        SetControlCommand("btn1", "pressed", 1),
        SetControlCommand("pot1", "position", 0.5),
        ExpectPin("esp", "25", False),
        WaitSerial(b"done", 200 * MS),
    ]
    assert scenario.steps[0].name == "booted" and scenario.steps[0].line == 5


@pytest.mark.parametrize(
    "text, line, what",
    [
        ("", 1, "empty"),
        ("name: t\nversion: 2\nsteps: []", 2, "version"),
        ("name: t\nversion: 1", 1, "steps is missing"),
        ("name: t\nversion: 1\nsteps: []\nstep: []", 4, "unknown key 'step'"),
        ("name: t\nversion: 1\nsteps: []\nsteps: []", 4, "given twice"),
        ("name: t\nversion: 1\nsteps: [", 3, "not YAML"),
        ('name: "t\nversion: 1\nsteps:\n  - delay: 1ms\n', 1, "a quote or a bracket"),
        ("name: a\x00b", 1, "not YAML"),
        (HEAD + "  - [a]: 1", 4, "not a key"),
        (HEAD + "  - wait-serial: !!python/name:os.system x", 4, "is not valid"),
        (HEAD + "  - wait-serial: 2020-13-45", 4, "is not valid"),
        (HEAD + "  - delay: 30", 4, "no unit"),
        (HEAD + "  - delay: 30 min", 4, "no unit"),
        (HEAD + "  - name: x", 4, "has no command"),
        (HEAD + "  - delay: 1ms\n    wait-serial: a", 4, "delay \\+ wait-serial in one step"),
        (HEAD + "  - delay: 1ms\n    delay: 2ms", 5, "given twice"),
        (HEAD + "  - wait-serail: a", 4, "unknown key 'wait-serail'"),
        (HEAD + "  - wait-serial: on", 4, "not text"),
        (HEAD + "  - write-serial: [300]", 4, "list of bytes"),
        (HEAD + "  - take-screenshot: { part-id: o }", 4, "neither save-to nor compare-with"),
        (HEAD + "  - touch: { part-id: o, x: 1 }", 4, "y is missing"),
        (HEAD + "  - touch: { part-id: o, x: 1, y: 1, duration: 5 }", 4, "no unit of time"),
        (HEAD + "  - expect-pin: { part-id: e, pin: '2', value: 3 }", 4, "3 is not a pin level"),
        (HEAD + "  - expect-pin: { part-id: e, value: 1 }", 4, "pin is given twice or not at all"),
        (HEAD + "  - delay: 1ms\n    warsha: { timeout: 1s }", 5, "unknown key 'timeout'"),
        (HEAD + "  - wait-serial: a\n    warsha: { retries: 1 }", 5, "unknown key 'retries'"),
    ],
)
def test_errors_name_file_line_and_cure(text: str, line: int, what: str, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=what) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert "\n" not in str(caught.value) and caught.value.cure


def test_misspelt_keys_get_the_right_one() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(HEAD + "  - wait-serail: a")
    assert "'wait-serial'" in caught.value.cure


class FakeBench:
    """Prints the output of `script` at its times and records the calls."""

    def __init__(self, script: dict[int, bytes], ends_ns: int | None = None) -> None:
        self.now_ns = 0
        self.ended: object | None = None
        self.done: list[Any] = []
        self._script, self._ends_ns = dict(script), ends_ns
        self._listener: Callable[[bytes, int], None] = lambda data, t_ns: None
        self._stopped = False

    def run(self, until_ns: int) -> None:
        self._stopped = False
        while self._script and min(self._script) <= until_ns and not self._stopped:
            self.now_ns = min(self._script)
            self._listener(self._script.pop(self.now_ns), self.now_ns)
        if self._stopped:
            return
        if self._ends_ns is not None and until_ns >= self._ends_ns:
            self.now_ns, self.ended = self._ends_ns, "crash"
        else:
            self.now_ns = until_ns

    def stop(self) -> None:
        self._stopped = True

    def control(self, part: str, name: str, value: float) -> None:
        if part != "btn1":
            raise HardwareError(f"there is no part {part!r}", "Did you mean 'btn1'?")
        self.done.append((self.now_ns, part, name, value))

    def send(self, data: bytes) -> None:
        self.done.append((self.now_ns, data))

    def on_tx(self, listener: Callable[[bytes, int], None]) -> None:
        self._listener = listener

    def level_of(self, part: str, pin: str) -> bool:
        return self.now_ns >= 50 * MS


def run(steps: str, bench: FakeBench, until_ns: int = 1000 * MS) -> None:
    play(parse(HEAD + steps, "s.yaml"), cast(Bench, bench), cast(Circuit, bench), until_ns)


def test_steps_run_in_order_and_at_their_time() -> None:
    bench = FakeBench({10 * MS: b"boot\nre", 20 * MS: b"ady\n"})
    steps = """
  - wait-serial: ready
  - write-serial: go
  - expect-pin: { part-id: esp, pin: '25', value: 0 }
  - delay: 80ms
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - expect-pin: { part-id: esp, pin: '25', value: 1 }
"""
    run(steps, bench)
    assert bench.done == [(20 * MS, b"go"), (100 * MS, "btn1", "pressed", 1)]


def test_two_waits_find_two_words_of_one_piece_but_not_one_twice() -> None:
    run("  - wait-serial: a\n  - wait-serial: b", FakeBench({MS: b"a b"}))
    with pytest.raises(ScenarioError, match="'a' was not received"):
        run("  - wait-serial: a\n  - wait-serial: a", FakeBench({MS: b"a b"}))


def test_a_long_word_is_found_in_many_pieces() -> None:
    word = "".join(f"{n:03d} " for n in range(50)).strip()
    output = {n + 1: piece.encode() for n, piece in enumerate("noise " * 50 + word)}
    bench = FakeBench(output)
    run(f"  - wait-serial: '{word}'", bench)
    assert bench.now_ns == len(output)


def test_output_during_a_delay_does_not_count() -> None:
    with pytest.raises(ScenarioError, match="was not received"):
        run("  - delay: 5ms\n  - wait-serial: a", FakeBench({MS: b"a"}))


@pytest.mark.parametrize(
    "steps, ends_ns, what",
    [
        ("  - wait-serial: never", None, "s.yaml:4: wait-serial: 'never' was not received"),
        ("  - delay: 2s", None, "the time of the run has ended"),
        ("  - delay: 500ms", 100 * MS, "the board ended .at 100 ms."),
        ("  - wait-serial: x\n    warsha: {timeout: 5ms}", None, "was not received.*at 5 ms"),
        (
            "  - name: lamp\n    expect-pin: {part-id: e, pin: '2', value: 1}",
            None,
            "s.yaml:4: lamp: e:2 is 0, expected 1",
        ),
        ("  - set-control: {part-id: btn9, control: pressed, value: 1}", None, "no part 'btn9'"),
    ],
)
def test_failures_name_the_step(steps: str, ends_ns: int | None, what: str) -> None:
    with pytest.raises(ScenarioError, match=what):
        run(steps, FakeBench({}, ends_ns))
