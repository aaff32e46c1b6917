"""A board with parts around it, for tests with real board programs: run to an end (`play`), or
observed while it runs (`stage`)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.parts.common.display import Display, Pixels
from hardware.bench.parts.common.part import Part
from hardware.bench.trace.trace import Trace
from tests.support.project import drivers_for
from tests.support.rig import MS, Hand, printed_lines

Parts = dict[str, tuple[str, dict[str, Any]]]
SONAR: Parts = {"u": ("wokwi-hc-sr04", {"distance": "100"})}
SONAR_WIRES = ["b:18 u:TRIG", "b:19 u:ECHO", "u:VCC b:3V3", "u:GND b:GND.1"]
SONAR_PINS = {"TRIG": 18, "ECHO": 19}
BOARDS = {"esp32": "board-esp32-devkit-c-v4", "rp2": "wokwi-pi-pico"}


def circuit(parts: Parts, wires: Iterable[str], family: str = "esp32") -> Circuit:
    """A board `b` with parts (id: type, attributes); a wire is `"b:4 p:SIG"`."""
    listed: list[dict[str, Any]] = [{"type": BOARDS[family], "id": "b"}]
    listed += [{"type": kind, "id": name, "attrs": attrs} for name, (kind, attrs) in parts.items()]
    joined = [[*wire.split(" "), "", []] for wire in wires]
    return Circuit(load({"version": 1, "parts": listed, "connections": joined}))


def play(
    parts: Parts,
    wires: Iterable[str],
    program: str,
    *,
    until_ms: float = 5000,
    hands: Iterable[Hand] = (),
    files: dict[str, bytes] | None = None,
    family: str = "esp32",
) -> Trace:
    """Boot the board with this main.py and run it to a virtual time; all in one trace."""
    made = circuit(parts, wires, family)
    with Flash(made.board) as flash:
        flash.put(drivers_for(program) | {"main.py": program.encode()} | (files or {}))
        with Bench(made, seed=1, flash=flash) as bench:
            for hand in hands:
                bench.control(hand.part, hand.control, hand.value, round(hand.t_ms * MS))
            bench.run(round(until_ms * MS))
            return bench.trace


def lines(*args: Any, **options: Any) -> list[str]:
    """Run `play` and return only the printed lines."""
    return printed_lines(play(*args, **options))


class Stage:
    """A bench and its circuit."""

    def __init__(self, bench: Bench, circuit: Circuit) -> None:
        self.bench = bench
        self.circuit = circuit

    @property
    def parts(self) -> Mapping[str, Part]:
        """The parts as they are now."""
        return self.circuit.parts

    def run(self, until_ms: float) -> None:
        """Go on to a virtual time."""
        self.bench.run(round(until_ms * MS))

    def text(self, part: str) -> str:
        """The text on a display now."""
        found = self.parts[part]
        assert isinstance(found, Display)
        return found.text()

    def pixels(self, part: str) -> Pixels:
        """The pixels of a display now."""
        found = self.parts[part]
        assert isinstance(found, Display)
        return found.pixels()

    def printed_lines(self) -> list[str]:
        """The lines that the program printed."""
        return printed_lines(self.bench.trace)


@contextmanager
def stage(
    parts: Parts,
    wires: Iterable[str],
    program: str,
    until_ms: float = 0,
    family: str = "esp32",
    files: dict[str, bytes] | None = None,
) -> Iterator[Stage]:
    """Boot the board with this main.py, and run it to a virtual time."""
    made = circuit(parts, wires, family)
    with Flash(made.board) as flash:
        flash.put(drivers_for(program) | {"main.py": program.encode()} | (files or {}))
        with Bench(made, seed=1, flash=flash) as bench:
            found = Stage(bench, made)
            found.run(until_ms)
            yield found
