"""A bench with every kind of wire, for tests of the bench with real boards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash

MS = 1_000_000
SECOND = 1000 * MS
FAMILIES = {"esp32": "board-esp32-devkit-c-v4", "rp2": "wokwi-pi-pico"}
# Board pins by role; both families then have the same wiring.
PINS: dict[str, dict[str, Any]] = {
    "esp32": {"LED": 26, "BTN": 27, "POT": 34, "A": 18, "B": 19, "LOOSE": 4, "GND": "GND.1"},
    "rp2": {"LED": 15, "BTN": 14, "POT": 26, "A": 16, "B": 17, "LOOSE": 2, "GND": "GND.1"},
}
BLINK = """
from machine import Pin
import time
led = Pin({LED}, Pin.OUT)
print('READY')
while True:
    led(1); time.sleep_ms(500); led(0); time.sleep_ms(500)
"""
WATCH = """
from machine import Pin
import time
led = Pin({LED}, Pin.OUT)
button = Pin({BTN}, Pin.IN, Pin.PULL_UP)
while True:
    led(button())
"""


def circuit(family: str = "esp32") -> Circuit:
    """LED with resistor, button to ground, potentiometer, and pin A wired to pin B."""
    pins = {role: f"b:{_pin(family, pin)}" for role, pin in PINS[family].items()}
    parts = [
        {"type": FAMILIES[family], "id": "b"},
        {"type": "wokwi-led", "id": "led1"},
        {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": "220"}},
        {"type": "wokwi-pushbutton", "id": "btn1"},
        {"type": "wokwi-potentiometer", "id": "pot1"},
    ]
    wires = [
        (pins["LED"], "r1:1"),
        ("r1:2", "led1:A"),
        ("led1:C", pins["GND"]),
        (pins["BTN"], "btn1:1.l"),
        ("btn1:2.l", pins["GND"]),
        (pins["POT"], "pot1:SIG"),
        ("pot1:GND", pins["GND"]),
        ("pot1:VCC", "b:3V3"),
        (pins["A"], pins["B"]),
    ]
    made = {"version": 1, "parts": parts, "connections": [[*wire, "", []] for wire in wires]}
    return Circuit(load(made))


def _pin(family: str, pin: int | str) -> str:
    if isinstance(pin, str):
        return pin
    return f"GP{pin}" if family == "rp2" else str(pin)


@contextmanager
def bench_with(program: str, family: str = "esp32", **options: Any) -> Iterator[Bench]:
    """A bench whose board has this main.py; `{ROLE}` in it becomes the number of a pin."""
    for role, pin in PINS[family].items():
        program = program.replace(f"{{{role}}}", str(pin))
    made = circuit(family)
    with Flash(made.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(made, flash=flash, **options) as bench:
            yield bench


def text(bench: Bench) -> str:
    """The output of the board before its prompt."""
    output = bench.trace.serial().data.decode().replace("\r\n", "\n")
    return output.partition("MicroPython v")[0]
