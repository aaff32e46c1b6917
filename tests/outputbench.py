"""A board with displays, lights and motors around it, that a test can look at while it runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rig import MS, said
from sensorbench import Parts, circuit

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.parts.common.display import Display, Pixels


class Stage:
    """A bench and its circuit."""

    def __init__(self, bench: Bench, circuit: Circuit) -> None:
        self.bench = bench
        self.parts = circuit.parts
        self.circuit = circuit

    def run(self, until_ms: float) -> None:
        """Go on to a virtual time."""
        self.bench.run(round(until_ms * MS))

    def text(self, part: str) -> str:
        """What a person reads on a display now."""
        found = self.parts[part]
        assert isinstance(found, Display)
        return found.text()

    def pixels(self, part: str) -> Pixels:
        """The dots of a display now."""
        found = self.parts[part]
        assert isinstance(found, Display)
        return found.pixels()

    def said(self) -> list[str]:
        """The lines that the program printed."""
        return said(self.bench.trace)


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
        flash.put({"main.py": program.encode()} | (files or {}))
        with Bench(made, seed=1, flash=flash) as bench:
            found = Stage(bench, made)
            found.run(until_ms)
            yield found
