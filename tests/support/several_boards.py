"""Two or three boards on one bench, for tests of their interaction."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash

MS = 1_000_000
SECOND = 1000 * MS
TYPES = {"esp": "board-esp32-devkit-c-v4", "pico": "wokwi-pi-pico", "third": "wokwi-pi-pico"}
PING = ("esp:26", "pico:GP14")
"""The program of the ESP32, which sends to the Pico."""
PONG = ("pico:GP15", "esp:27")
"""The program of the Pico, which answers."""


def circuit(*wires: tuple[str, str], boards: tuple[str, ...] = ("esp", "pico")) -> Circuit:
    """These boards with these wires and a common ground."""
    parts: list[dict[str, Any]] = [{"type": TYPES[name], "id": name} for name in boards]
    parts += [{"type": "wokwi-pushbutton", "id": "btn1", "attrs": {"bounce": "0"}}]
    grounds = [(f"{boards[0]}:GND.1", f"{name}:GND.1") for name in boards[1:]]
    connections = [[a, b, "", []] for a, b in [*wires, *grounds]]
    return Circuit(load({"version": 1, "parts": parts, "connections": connections}))


@contextmanager
def boards(made: Circuit, programs: Mapping[str, str], **options: Any) -> Iterator[Bench]:
    """A bench with these programs on its boards."""
    with ExitStack() as stack:
        flashes = {}
        for name, program in programs.items():
            flashes[name] = stack.enter_context(Flash(made.sides[name].board))
            flashes[name].put({"main.py": program.encode()})
        yield stack.enter_context(Bench(made, flash=flashes, **options))


def text(bench: Bench, board: str) -> str:
    """The output of a board before its prompt."""
    output = bench.traces[board].serial().data.decode().replace("\r\n", "\n")
    return output.partition("MicroPython v")[0]
