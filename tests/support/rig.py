"""A small rig for tests of the boards themselves: a wire between two pins, a button, a knob.

`OUT` is wired to `IN`; `BTN` goes to ground while the button is pressed; `AIN` follows the knob.
A program sees the numbers of its board as these names.
"""

from collections.abc import Iterable
from typing import NamedTuple

from hardware import boards
from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.trace.trace import Trace

MS = 1_000_000
PINS = {
    "esp32": {"OUT": 25, "IN": 26, "BTN": 32, "AIN": 34, "FREE": 27},
    "esp32c3": {"OUT": 4, "IN": 5, "BTN": 6, "AIN": 3, "FREE": 10},
    "esp32c6": {"OUT": 4, "IN": 5, "BTN": 6, "AIN": 3, "FREE": 10},
    "esp32s2": {"OUT": 4, "IN": 5, "BTN": 6, "AIN": 7, "FREE": 15},
    "esp32s3": {"OUT": 4, "IN": 5, "BTN": 6, "AIN": 7, "FREE": 15},
    "rp2": {"OUT": 2, "IN": 6, "BTN": 14, "AIN": 26, "FREE": 9},
    "rp2350": {"OUT": 2, "IN": 6, "BTN": 14, "AIN": 26, "FREE": 9},
}
BOARDS = {
    "esp32": "esp32_devkit_c_v4",
    "esp32c3": "esp32c3_devkitm_1",
    "esp32c6": "esp32c6_devkitc_1",
    "esp32s2": "esp32s2_devkitm_1",
    "esp32s3": "esp32s3_devkitc_1",
    "rp2": "pi_pico",
    "rp2350": "pi_pico_2",
}
"""By build of the port."""


class Hand(NamedTuple):
    """A person moves a control of the rig (`btn` pressed, `pot` position) at a time."""

    t_ms: float
    part: str
    control: str
    value: float


def rig(port: str) -> Circuit:
    """The rig around a board with this build of the port."""
    board = boards.load(BOARDS[port])
    names = {pin.gpio: name for name, pin in board.pins.items() if pin.gpio is not None}
    at = {role: f"b:{names[gpio]}" for role, gpio in PINS[port].items()}
    supply = f"b:{next(pin.name for pin in board.pins.values() if pin.volts == 3.3)}"
    parts = [
        {"type": board.diagram_types[0], "id": "b"},
        {"type": "wokwi-pushbutton", "id": "btn", "attrs": {"bounce": "0"}},
        {"type": "wokwi-potentiometer", "id": "pot"},
    ]
    wires = [
        (at["OUT"], at["IN"]),
        (at["BTN"], "btn:1.l"),
        ("btn:2.l", "b:GND.1"),
        (supply, "pot:VCC"),
        ("pot:GND", "b:GND.1"),
        ("pot:SIG", at["AIN"]),
    ]
    connections = [[*wire, "", []] for wire in wires]
    return Circuit(diagram.load({"version": 1, "parts": parts, "connections": connections}))


def play(port: str, program: str, until_ms: float = 3000, hands: Iterable[Hand] = ()) -> Trace:
    """Boot the rig with this main.py and run it to a virtual time; all in one trace."""
    roles = "".join(f"{role} = {gpio}\n" for role, gpio in PINS[port].items())
    circuit = rig(port)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (roles + program).encode()})
        with Bench(circuit, seed=1, flash=flash) as bench:
            for hand in hands:
                bench.control(hand.part, hand.control, hand.value, round(hand.t_ms * MS))
            bench.run(round(until_ms * MS))
            return bench.trace


def printed_lines(trace: Trace) -> list[str]:
    """The lines that the program printed, without the prompt's banner."""
    lines = [line.text for line in trace.lines()]
    banner = next((at for at, line in enumerate(lines) if line.startswith("MicroPython v")), None)
    return lines[:banner]


def edge_ms(trace: Trace, port: str, role: str, rising: bool) -> list[float]:
    """When the level at a pin of the rig rose, or fell (ms)."""
    edges = trace.edges(PINS[port][role])
    pairs = zip(edges.t_ns[1:], edges.level[1:], strict=True)
    return [float(t_ns) / MS for t_ns, level in pairs if bool(level) == rising]
