"""Faults that would damage a real board, found while a program runs on the port."""

from typing import Any

from hardware.bench.circuit.faults import Fault
from hardware.bench.diagram import load
from hardware.headless import RunOutcome, run_program

Parts = dict[str, tuple[str, dict[str, Any]]]


def run(
    program: str, parts: Parts, *wires: str, board: str = "board-esp32-devkit-c-v4"
) -> RunOutcome:
    """The program on a board `b` with these parts; a wire is `part:pin part:pin`."""
    listed: list[dict[str, Any]] = [{"type": board, "id": "b"}]
    listed += [{"type": f"wokwi-{t}", "id": i, "attrs": a} for i, (t, a) in parts.items()]
    connections = [[*wire.split(), "", []] for wire in wires]
    circuit = load({"version": 1, "parts": listed, "connections": connections})
    files = {"main.py": f"from machine import Pin, PWM\nimport time\n{program}".encode()}
    return run_program(files, circuit, seconds=1)


def texts(faults: tuple[Fault, ...]) -> list[str]:
    return [str(fault) for fault in faults]


LAMP: Parts = {"led1": ("led", {}), "r1": ("resistor", {"value": "220"})}


def test_a_good_circuit_has_no_faults() -> None:
    blink = "p = Pin(25, Pin.OUT)\nfor i in range(9): p(i & 1)"
    done = run(blink, LAMP, "b:25 r1:1", "r1:2 led1:A", "led1:C b:GND.1")
    assert done.faults == () and done.trace.faults() == []


def test_a_led_without_resistor_is_a_fault_each_time_it_is_lit() -> None:
    blink = "p = Pin(25, Pin.OUT)\nfor i in (0, 1, 0, 1):\n    p(i)\n    time.sleep_ms(50)"
    done = run(blink, LAMP, "b:25 led1:A", "led1:C b:GND.1")
    assert (
        texts(done.faults)
        == [
            "b:25: 45 mA, more than the pin allows",
            "led1: 45 mA, more than the LED allows",
        ]
        * 2
    )
    assert done.faults[2].t_ns - done.faults[0].t_ns > 90_000_000
    assert [fault.kind for fault in done.trace.faults()] == [f.kind for f in done.faults]


def test_a_pico_pin_has_a_lower_current_limit() -> None:
    parts: Parts = {"r": ("resistor", {"value": "100"})}
    done = run("Pin(2, Pin.OUT)(1)", parts, "b:GP2 r:1", "r:2 b:GND.1", board="wokwi-pi-pico")
    assert texts(done.faults) == ["b:GP2: 24 mA, more than the pin allows"]


def test_two_outputs_fight_through_a_low_resistor_only() -> None:
    fight = "Pin(25, Pin.OUT)(1)\nPin(26, Pin.OUT)(0)"
    parts: Parts = {"r": ("resistor", {"value": "1000"})}
    assert run(fight, parts, "b:25 r:1", "r:2 b:26").faults == ()
    assert texts(run(fight, parts, "b:25 b:26").faults) == [
        "b:25: a short circuit",
        "b:26: a short circuit",
    ]


def test_pins_without_pulls_and_those_of_the_flash_are_named() -> None:
    done = run("Pin(34, Pin.IN, Pin.PULL_UP)\nPin(6, Pin.OUT)", {})
    assert texts(done.faults) == [
        "b:34: this pin has no pull resistor",
        "b:CLK: the chip's flash is on this pin",
    ]


def test_a_sensor_fed_by_a_pin_works_while_the_pin_is_high() -> None:
    wires = ("b:26 s:VCC", "s:GND b:GND.1", "b:25 s:TRIG", "s:ECHO b:34")
    program = """
from machine import time_pulse_us
power, trig, echo = Pin(26, Pin.OUT), Pin(25, Pin.OUT), Pin(34, Pin.IN)
def ping():
    trig(1); time.sleep_us(12); trig(0)
    return time_pulse_us(echo, 1, 40000)
power(0); time.sleep_ms(5); ping()
power(1); time.sleep_ms(50); alive = ping()
print(550 < alive < 610)
"""
    done = run(program, {"s": ("hc-sr04", {"distance": "10"})}, *wires)
    assert next(iter(done.trace.lines())).text == "True"
    assert done.faults == ()
