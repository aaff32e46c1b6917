"""The reset pin (EN, RUN): a button to ground, or another board, holds a board in reset."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import Diagram, load
from hardware.bench.flash import Flash
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.port import Port
from tests.support.several_boards import TYPES, boards
from tests.support.workbench import FAMILIES, MS, SECOND

RESET_PIN = {"esp32": "EN", "rp2": "RUN"}
OUT_PIN = {"esp32": (26, "26"), "rp2": (15, "GP15")}
PROGRAM = """
from machine import Pin, reset_cause
import time
print('cause', reset_cause())
Pin({out}, Pin.OUT)(1)
while True: time.sleep(1)
"""


def diagram(family: str, *more: tuple[str, str], bounce: str = "0") -> Diagram:
    """A board with a button between its reset pin and ground."""
    parts: list[dict[str, Any]] = [
        {"type": FAMILIES[family], "id": "b"},
        {"type": "wokwi-pushbutton", "id": "btn1", "attrs": {"bounce": bounce}},
        {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": "10000"}},
    ]
    wires = [(f"b:{RESET_PIN[family]}", "btn1:1.l"), ("btn1:2.l", "b:GND.1"), *more]
    connections = [[*wire, "", []] for wire in wires]
    return load({"version": 1, "parts": parts, "connections": connections})


@contextmanager
def bench_of(family: str, *more: tuple[str, str], bounce: str = "0") -> Iterator[Bench]:
    """The bench of that board, with a program that prints its reset cause."""
    made = Circuit(diagram(family, *more, bounce=bounce))
    with Flash(made.board) as flash:
        flash.put({"main.py": PROGRAM.format(out=OUT_PIN[family][0]).encode()})
        with Bench(made, flash=flash) as bench:
            yield bench


def causes(bench: Bench) -> int:
    """How often the program printed the reset cause power-on."""
    return bench.trace.serial().data.count(b"cause 1\r\n")


def test_a_button_at_the_reset_pin_holds_and_restarts_the_board(family: str) -> None:
    with bench_of(family) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.control("btn1", "pressed", 0, 3 * SECOND)
        bench.run(2 * SECOND)
        assert causes(bench) == 1
        assert not bench.circuit.level_of("b", OUT_PIN[family][1])
        assert not bench.circuit.level_of("b", RESET_PIN[family])
        assert bench.circuit.level_of("b", "3V3"), "only the chip stops"
        bench.run(5 * SECOND)
        assert causes(bench) == 2
        assert bench.circuit.level_of("b", OUT_PIN[family][1])
        assert bench.circuit.level_of("b", RESET_PIN[family])
        power = bench.trace.power()
    assert [(at.state, at.t_ns // SECOND) for at in power] == [
        ("active", 0),
        ("off", 1),
        ("active", 3),
    ]


def test_a_bouncing_reset_button_starts_the_board_once_a_press(family: str) -> None:
    with bench_of(family, bounce="") as bench:
        for second in range(1, 4):
            bench.control("btn1", "pressed", 1, second * SECOND)
            bench.control("btn1", "pressed", 0, second * SECOND + 100 * MS)
        bench.run(5 * SECOND)
        assert causes(bench) == 4


def test_a_pull_up_or_a_wire_to_the_supply_does_not_reset(family: str) -> None:
    pin = f"b:{RESET_PIN[family]}"
    with bench_of(family, (pin, "r1:1"), ("r1:2", "b:3V3")) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.control("btn1", "pressed", 0, 2 * SECOND)
        bench.run(3 * SECOND)
        assert causes(bench) == 2
    with bench_of(family, (pin, "b:GND.1")) as bench:
        bench.run(3 * SECOND)
        assert causes(bench) == 0


def test_the_reset_button_waits_for_a_held_reset_pin(family: str) -> None:
    with bench_of(family) as bench:
        bench.control("btn1", "pressed", 1, SECOND)
        bench.run(2 * SECOND)
        bench.reset()
        bench.run(3 * SECOND)
        assert causes(bench) == 1
        bench.control("btn1", "pressed", 0)
        bench.run(4 * SECOND)
        assert causes(bench) == 2


def test_one_board_resets_another() -> None:
    master = """
from machine import Pin
import time
run = Pin(26, Pin.OPEN_DRAIN, value=1)
for _ in range(2):
    time.sleep(1); run(0); time.sleep_ms(5); run(1)
"""
    parts = [{"type": TYPES[name], "id": name} for name in ("esp", "pico")]
    wires = [("esp:26", "pico:RUN"), ("esp:GND.1", "pico:GND.1")]
    connections = [[*wire, "", []] for wire in wires]
    made = Circuit(load({"version": 1, "parts": parts, "connections": connections}))
    with boards(made, {"esp": master, "pico": PROGRAM.format(out=15)}) as bench:
        bench.run(4 * SECOND)
        output = bench.traces["pico"].serial().data
        power = bench.traces["pico"].power()
        first = bench.traces["esp"].power()
    assert output.count(b"cause 1\r\n") == 3
    assert [at.state for at in power] == ["active", "off", "active", "off", "active"]
    assert len(first) == 1


def read_until(port: Port, mark: bytes) -> bytes:
    """The output of the board up to this mark."""
    output = b""
    while mark not in output:
        more = port.read(20.0)
        assert more, output
        output += more
    return output


@pytest.mark.parametrize("mode", ["virtual", "realtime"])
def test_a_person_presses_the_reset_button(family: str, mode: Any) -> None:
    with LiveBench(diagram(family), mode=mode) as live, closing(live.connect()) as port:
        port.write(b"print('sy' + 'nc')\r")
        read_until(port, b"sync\r\n>>> ")
        for _ in range(3):
            live.press("btn1", hold_s=0.05)
            assert read_until(port, b">>> ").count(b"MicroPython v1.25.0") == 1
