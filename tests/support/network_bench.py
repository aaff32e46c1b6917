"""A board near an access point, for tests of the network. Every program begins with joining it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash

MS = 1_000_000
SECOND = 1000 * MS
BOARDS = {"esp32": "board-esp32-devkit-c-v4", "rp2": "board-pi-pico-w"}
"""A board with a radio of each family."""
AP = {"ssid": "workshop", "password": "secret99"}
JOIN = """
import network, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect('workshop', 'secret99')
while not wlan.isconnected():
    time.sleep_ms(20)
"""


@contextmanager
def near_ap(
    program: str,
    family: str = "esp32",
    ap: Mapping[str, str] | None = AP,
    files: Mapping[str, bytes] | None = None,
    **options: Any,
) -> Iterator[Bench]:
    """A bench whose board runs this program; without `ap` there is only the guest network."""
    parts: list[dict[str, Any]] = [{"type": BOARDS[family], "id": "b"}]
    if ap is not None:
        parts.append({"type": "wokwi-wifi-ap", "id": "ap", "attrs": dict(ap)})
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": []}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode(), **(files or {})})
        with Bench(circuit, flash=flash, **options) as bench:
            yield bench


def printed_lines(bench: Bench) -> list[str]:
    """The lines that the program printed, and its traceback."""
    lines = [line.text for line in bench.trace.lines()]
    banner = next((at for at, line in enumerate(lines) if line.startswith("MicroPython v")), None)
    return lines[:banner]


def play(program: str, seconds: float = 10, **options: Any) -> list[str]:
    """The output of a program in this virtual time."""
    with near_ap(program, **options) as bench:
        bench.run(round(seconds * SECOND))
        return printed_lines(bench)
