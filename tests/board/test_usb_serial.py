"""A USB-to-serial adapter: a computer talks to a UART of the board."""

import pytest
import serial

from hardware.bench.bench import Bench
from hardware.bench.flash import Flash
from hardware.bench.parts.usb_serial import usb_serial
from hardware.bench.scenario.player import ScenarioOutcome, play
from hardware.bench.scenario.scenario import parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import HardwareError, ScenarioError
from hardware.wire.board import Board
from tests.support.parts_bench import Parts, circuit

ADAPTER: Parts = {"u": ("warsha-usb-serial", {"baud": "9600"})}
WIRES = ["u:GND b:GND.1", "b:17 u:RX", "b:16 u:TX"]
ECHO = """
from machine import UART
import time
uart = UART(2, {baud}, tx=17, rx=16)
print('ready')
while True:
    if uart.any():
        time.sleep_ms(20)
        uart.write(b'<' + uart.read() + b'>')
    time.sleep_ms(1)
"""
SECOND = 1_000_000_000
WAIT_S = 60.0


def outcomes(steps: str, baud: int = 9600) -> list[ScenarioOutcome]:
    made = circuit(ADAPTER, WIRES)
    scenario = parse(f"name: t\nversion: 1\nsteps:\n{steps}", "s.yaml")
    with Flash(made.board) as flash:
        flash.put({"main.py": ECHO.format(baud=baud).encode()})
        with Bench(made, flash=flash) as bench:
            return play(scenario, bench, made, 3 * SECOND)


def step(text: str) -> str:
    return f"  - warsha: {{ {text} }}\n"


TALK = (
    "  - delay: 1s\n"
    + step("write-uart: { part-id: u, bytes: [1, 0x0a, 0xff] }")
    + step("expect-uart: { part-id: u, bytes: [0x3c, 1, 0x0a, 0xff, 0x3e], timeout: 100ms }")
)


def test_a_scenario_sends_bytes_and_waits_for_bytes() -> None:
    assert not any(outcome.failure for outcome in outcomes(TALK))


def test_at_another_rate_other_bytes_come() -> None:
    with pytest.raises(ScenarioError, match="3c 01 0a ff 3e did not come to 'u'; there came: "):
        outcomes(TALK, baud=115200)


def test_each_answer_is_waited_for_once() -> None:
    again = step("expect-uart: { part-id: u, bytes: '<', timeout: 100ms }")
    with pytest.raises(ScenarioError, match="3c did not come to 'u'; there came: -"):
        outcomes(TALK + again)


def test_a_part_that_is_no_adapter_is_named() -> None:
    parts = circuit(ADAPTER, WIRES).parts
    with pytest.raises(HardwareError, match="'x' is no USB-to-serial adapter") as caught:
        usb_serial(parts, "x")
    assert caught.value.cure == "Known: u."


def test_a_program_of_the_computer_opens_the_port_and_sets_the_rate() -> None:
    made = circuit(ADAPTER, WIRES)
    with LiveBench(made.netlist.diagram) as bench, Board(bench.connect()) as board:
        board.exec_detached(ECHO.format(baud=115200))
        assert board.serial.readline(WAIT_S) == "ready"
        assert bench.adapters() == ["u"]
        path = bench.serve_port("u")
        assert bench.serve_port("u") == path
        with serial.Serial(path, 115200, timeout=WAIT_S) as port:
            port.write(b"\x00~\n")
            assert port.read(5) == b"<\x00~\n>"
        with pytest.raises(HardwareError, match="no USB-to-serial adapter"):
            bench.serve_port("b")
