"""The self test of boards on virtual boards: bare, in their jig, and with injected faults. A fault
is a change of the jig's circuit: a wire more (short circuit), less (open), another resistor."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from hardware import boards
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_port
from hardware.errors import DeviceError
from hardware.wire.board import Board
from hardware.wire.port import Deadline
from station.certify.clock import compare
from station.certify.fault_words import fault_words
from station.certify.jig import jig_diagram
from station.certify.plan import load_plan
from station.certify.self_test import STEPS, SelfTest, TestResult, board_type, identify
from station.certify.side_by_side import certify_all
from station.errors import StationError

Content = dict[str, Any]
ESP32, PICO = "esp32_devkit_v1", "pi_pico"


@contextmanager
def bench_of(circuit: str | Content) -> Iterator[tuple[LiveBench, Board]]:
    with LiveBench(circuit, mode="virtual") as live, Board(live.connect()) as board:
        yield live, board


def result_of(name: str, circuit: str | Content, *steps: str, with_jig: bool) -> TestResult:
    """The result of these steps on a board of this type."""
    with bench_of(circuit) as (_live, board):
        test = SelfTest(board, identify(board), load_plan(name), with_jig=with_jig)
        for step in steps:
            test.make(step)
        return test.result


def causes(result: TestResult) -> list[str]:
    return [fault_words(fault, result.plan.board)[0] for fault in result.faults]


def jig(name: str) -> Content:
    return deepcopy(dict(jig_diagram(load_plan(name)).raw))


def joined(a: str, b: str) -> Callable[[Content], None]:
    """Solder between two pins of the board."""
    return lambda circuit: circuit["connections"].append([f"board:{a}", f"board:{b}", "", []])


def cut(pin: str) -> Callable[[Content], None]:
    """A pin of the board does not touch."""

    def change(circuit: Content) -> None:
        wires = circuit["connections"]
        kept = [wire for wire in wires if f"board:{pin}" not in wire[:2]]
        assert len(kept) < len(wires)
        circuit["connections"] = kept

    return change


def worth(part: str, ohms: int) -> Callable[[Content], None]:
    """A resistor of the jig has another value."""

    def change(circuit: Content) -> None:
        (found,) = (each for each in circuit["parts"] if each["id"] == part)
        found["attrs"]["value"] = str(ohms)

    return change


def assert_friendly_prompt(port: str) -> None:
    """Whoever connects and presses Enter gets a prompt; the raw REPL is silent."""
    with closing(open_port(port)) as line:
        line.write(b"\r")
        got, deadline = b"", Deadline(10.0)
        while b">>> " not in got and not deadline.over():
            got += line.read(deadline.left())
    assert got.endswith(b">>> ") and b"raw REPL" not in got


@pytest.mark.parametrize("name", boards.names())
def test_a_bare_board_passes_and_keeps_nothing(name: str) -> None:
    with bench_of(name) as (_live, board):
        board.files.put("lesson.py", b"print(1)")
        test = SelfTest(board, identify(board), load_plan(name))
        steps = [step for step in test.steps if step != "clock"]
        for step in steps:
            test.make(step)
        assert test.result.verdict == "PASS" and test.result.faults == []
        assert {"ram", "flash", "pins"} <= {*steps} and "uart" not in steps
        assert ("wifi" in steps) == (name not in (PICO, "pi_pico_2"))
        assert board.eval("[name for name in os.listdir() if name != 'boot.py']") == ["lesson.py"]
        board.soft_reset()
        assert board.eval("'pins' in globals()") is False


@pytest.mark.parametrize("name", boards.names())
def test_a_board_in_its_jig_passes(name: str) -> None:
    steps = [step for step in STEPS if step not in ("clock", "wifi", "ram", "flash")]
    result = result_of(name, jig(name), *steps, with_jig=True)
    assert causes(result) == [] and result.verdict == "PASS"
    names = {measurement.name for measurement in result.measurements}
    assert {"uart_wrong", "i2c_content"} <= names
    a, b = load_plan(name).jig.pairs[0]
    assert {f"gpio{a}.reaches_gpio{b}", f"gpio{b}.reaches_gpio{a}"} <= names


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        (ESP32, joined("D25", "D26"), ["GPIO 25 is shorted to GPIO 26"]),
        (ESP32, joined("D22", "D23"), ["GPIO 22 is shorted to GPIO 23"]),
        (ESP32, joined("RX2", "TX2"), ["GPIO 16 (RX2) is shorted to GPIO 17 (TX2)"]),
        (ESP32, joined("D34", "D35"), ["GPIO 34 is shorted to GPIO 35"]),
        (ESP32, joined("VP", "VN"), ["GPIO 36 (VP) measures", "GPIO 39 (VN) measures"]),
        (ESP32, joined("D25", "GND.1"), ["GPIO 18 or GPIO 25 is held low"]),
        (ESP32, joined("D27", "3V3"), ["GPIO 13 or GPIO 27 is held high"]),
        (ESP32, cut("D14"), ["no signal passes between GPIO 14 and GPIO 4"]),
        (ESP32, cut("D34"), ["no signal passes between GPIO 23 and GPIO 34"]),
        (ESP32, cut("TX2"), ["no signal passes between GPIO 33 and", "bytes that the UART"]),
        (ESP32, cut("D21"), ["the I2C part of the jig does not answer"]),
        (ESP32, cut("VP"), ["GPIO 36 (VP) measures a wrong voltage"]),
        (ESP32, worth("r1", 1_000_000), ["no signal passes between GPIO"]),
        (ESP32, worth("ladder4", 47_000), ["GPIO 36", "GPIO 35", "GPIO 39"]),
        (PICO, joined("GP2", "GP3"), ["GPIO 2 is shorted to GPIO 3"]),
        (PICO, joined("GP19", "GP20"), ["GPIO 19 is shorted to GPIO 20"]),
        (PICO, joined("GP26", "GP27"), ["GPIO 26 is shorted to GPIO 27"]),
        (PICO, joined("GP15", "GND.4"), ["GPIO 15 or GPIO 16 is held low"]),
        (PICO, joined("GP7", "3V3"), ["GPIO 7 or GPIO 10 is held high"]),
        (PICO, cut("GP22"), ["no signal passes between GPIO 8 and GPIO 22"]),
        (PICO, cut("GP13"), ["no signal passes between GPIO 0 and", "bytes that the UART"]),
        (PICO, cut("GP20"), ["the I2C part of the jig does not answer"]),
        (PICO, cut("GP27"), ["GPIO 27 measures a wrong voltage"]),
        (PICO, worth("r2", 1_000_000), ["no signal passes between GPIO"]),
        (PICO, worth("ladder1", 1000), ["GPIO 28 measures", "GPIO 27 measures"]),
    ],
)
def test_an_injected_fault_is_found_and_named(
    name: str, change: Callable[[Content], None], found: list[str]
) -> None:
    circuit = jig(name)
    change(circuit)
    result = result_of(name, circuit, "adc", "pins", "uart", "i2c", with_jig=True)
    assert result.verdict == "FAIL"
    assert result.jig_mistake is None
    texts = causes(result)
    for expected in found:
        assert any(text.startswith(expected) for text in texts), (expected, texts)
    others = [text for text in texts if not any(map(text.startswith, found))]
    assert others == []


@pytest.mark.parametrize(
    ("name", "pins", "found"),
    [
        (ESP32, ("D25", "D26"), "GPIO 25 is shorted to GPIO 26"),
        (ESP32, ("D13", "GND.2"), "GPIO 13 is held low: it is shorted to GND"),
        (PICO, ("GP10", "GP11"), "GPIO 10 is shorted to GPIO 11"),
        (PICO, ("GP28", "3V3"), "GPIO 28 is held high: it is shorted to 3V3"),
    ],
)
def test_without_the_jig_shorts_are_named_exactly(
    name: str, pins: tuple[str, str], found: str
) -> None:
    kind = boards.load(name).diagram_types[0]
    circuit: Content = {"version": 1, "parts": [{"type": kind, "id": "board"}], "connections": []}
    joined(*pins)(circuit)
    result = result_of(name, circuit, "pins", with_jig=False)
    assert causes(result) == [found] and result.jig_mistake is None


@pytest.mark.parametrize("name", boards.names())
def test_a_jig_that_is_absent_or_was_not_named_is_recognised(name: str) -> None:
    steps = [step for step in STEPS if step not in ("clock", "wifi", "ram", "flash")]
    assert result_of(name, name, *steps, with_jig=True).jig_mistake == "absent"
    assert result_of(name, jig(name), "pins", with_jig=False).jig_mistake == "not named"


def test_the_clock_is_compared_with_the_host_s() -> None:
    with bench_of("esp32") as (live, board):
        identify(board)

        def host_ns() -> int:
            return live.snapshot().now_ns

        ppm, uncertainty = compare(board, 0.0, host_ns)
        assert abs(ppm) <= 3 * uncertainty  # it is estimated from 20 samples
        slow, uncertainty = compare(board, 0.0, lambda: host_ns() * 2)
        assert slow == pytest.approx(-500_000, abs=3 * uncertainty)


CLOCK = """
import sys
rates, jitter = {rates}, {jitter}
def clock():
    rate, number = rates.pop(0), 0
    rates.append(rate)
    while sys.stdin.read(1) == "?":
        number += 1
        print(number * rate + number % 3 * jitter)
"""
"""Answers every millisecond of the computer's clock of the test; a good one counts 1000 then. Each
try has the next of the rates."""
TOO_BUSY = "the station was too busy to compare the clock of the board with its own"


@pytest.mark.parametrize(
    ("rates", "jitter", "verdict", "words"),
    [
        ([1000], 0, "PASS", []),
        ([900, 1000], 0, "PASS", []),
        ([900, 950, 920, 980, 1000], 0, "PASS", []),
        ([1010], 0, "FAIL", ["the clock of the board is too fast or too slow"]),
        ([900, 1010, 1010, 1010], 0, "FAIL", ["the clock of the board is too fast or too slow"]),
        ([900, 920, 980], 0, "ERROR", [TOO_BUSY]),
        ([990, 1010], 0, "ERROR", [TOO_BUSY]),
        ([900], 1000, "ERROR", [TOO_BUSY]),
        ([1000], 1000, "ERROR", [TOO_BUSY]),
    ],
)
def test_a_clock_fails_only_when_it_is_wrong_in_the_same_way_each_time(
    rates: list[int], jitter: int, verdict: str, words: list[str]
) -> None:
    """Another speed each time is a station that has too little time: an error, no failure."""
    with bench_of("esp32") as (_live, board):
        identity = identify(board)
        board.run(CLOCK.format(rates=rates, jitter=jitter))
        half_ms = count(0, 500_000)
        plan = replace(load_plan(ESP32), clock_s=0.0)
        test = SelfTest(board, identity, plan, host_ns=lambda: next(half_ms))
        result = test.run()
        told = causes(result) + [error.cause for error in result.errors]
        assert (result.verdict, told) == (verdict, words)
        assert {"wifi_networks", "ram_tested"} <= {one.name for one in result.measurements}


def test_a_step_that_raises_on_the_board_is_an_error_and_the_next_steps_go_on() -> None:
    with bench_of("esp32") as (_live, board):
        test = SelfTest(board, identify(board), load_plan(ESP32))
        board.run("def ram(): raise OSError(5)")
        with pytest.raises(DeviceError):
            test.make("ram")
        test.make("flash")
        assert test.result.verdict == "PASS"


def test_a_board_that_is_unplugged_in_the_middle_is_an_error_and_no_failure() -> None:
    with bench_of("esp32") as (live, board):
        test = SelfTest(board, identify(board), load_plan(ESP32))

        def unplug(step: str, _done: int, _all: int) -> None:
            if step == "pins":
                live.close()

        result = test.run(unplug)
        assert result.verdict == "ERROR" and result.faults == []
        assert [error.step for error in result.errors] == ["pins"]
        assert result.errors[0].cure


def test_ctrl_c_ends_each_board_before_its_next_step(request: pytest.FixtureRequest) -> None:
    # A shell that starts the tests in the background makes them ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    begun = []

    def interrupt(port: str, step: str, _done: int, _all: int) -> None:
        begun.append((port, step))
        if step == "pins":
            os.kill(os.getpid(), signal.SIGINT)

    with LiveBench(PICO, mode="virtual") as live:
        ports = [live.serve_socket(), "/dev/nothing"]
        stopped, nothing = certify_all(ports, lambda _mac: "", interrupt, with_jig=True)
        assert_friendly_prompt(ports[0])
    assert str(stopped.error) == "it was stopped" and stopped.verdict == "ERROR"
    assert str(nothing.error) == "There is no board at /dev/nothing."
    assert (ports[0], "pins") in begun and (ports[0], "UART loop") not in begun


@pytest.mark.parametrize("name", [ESP32, PICO])
@pytest.mark.parametrize("kind", ["", "esp32s3_devkitc_1"])
def test_a_board_is_left_at_its_friendly_prompt(name: str, kind: str) -> None:
    """After a test, and when it cannot be tested because it is another type."""
    with LiveBench(name, mode="virtual") as live:
        port = live.serve_socket()
        (done,) = certify_all([port], lambda _mac: kind or name, lambda *_: None, with_jig=False)
        assert (done.result is None) == bool(kind), done.error
        assert_friendly_prompt(port)


def test_a_board_that_sends_nonsense_is_an_error() -> None:
    with bench_of("esp32") as (_live, board):
        test = SelfTest(board, identify(board), load_plan(ESP32))
        board.run("def wifi(): return 'many'\ndef ram(): return 1e999, 0\ndef flash(most): pass")
        for step in ("wifi", "ram", "flash"):
            result = SelfTest(board, test.result.identity, load_plan(ESP32))
            with pytest.raises(Exception, match="invalid answer"):
                result.make(step)


def test_the_type_of_a_board_is_found_or_asked_for() -> None:
    with bench_of("pi_pico_w") as (_live, board):
        pico = identify(board)
    assert board_type(pico).name == "pi_pico_w"
    with pytest.raises(StationError, match="and not ESP32 DevKit V1"):
        board_type(pico, ESP32)
    with bench_of("esp32") as (_live, board):
        esp32 = identify(board)
    with pytest.raises(StationError) as error:
        board_type(esp32)
    assert ESP32 in error.value.cure
    assert board_type(esp32, ESP32).name == ESP32
