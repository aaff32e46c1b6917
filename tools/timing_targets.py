"""Targets of a timed program: the firmware under the emulator, our port, any board."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from hardware.wire.board import Board
from tests.support.bare_bench import BareBench
from tools.timing_programs import Program

Measure = Callable[[Program], int | None]
"""Microseconds that a program printed; None if it cannot run (memory, a module)."""


def number(text: str, error: str) -> int | None:
    """The number that a program printed; None after an exception."""
    return None if error or not text.strip() else int(text.split()[-1])


def on_firmware() -> Measure:
    """The real firmware. Raises: ImportError, OSError without the emulator or its firmware."""
    from tools.emulated_pico import EmulatedPico, firmware

    pico = EmulatedPico(firmware())

    def measure(program: Program) -> int | None:
        pico.soft_reset()
        ran = pico.run(program.source)
        return number(ran.text, ran.error)

    return measure


def on_board(board: Board) -> Measure:
    """A connected board, real or virtual."""

    def measure(program: Program) -> int | None:
        board.soft_reset()
        output: list[str] = []
        try:
            board.run(program.source, timeout_s=300, on_output=output.append)
        except Exception as error:
            return number("".join(output), str(error))
        return number("".join(output), "")

    return measure


class PortBoard:
    """Our port without the bench; the tunable build gets its costs (ns by name)."""

    def __init__(self, family: str = "rp2", costs: Mapping[str, int] | None = None) -> None:
        if costs is not None:
            os.environ["VB_COSTS"] = " ".join(f"{name}={ns}" for name, ns in costs.items())
        self._bench = BareBench(family)
        os.environ.pop("VB_COSTS", None)

    def __enter__(self) -> "PortBoard":
        self._bench.start("0")
        self._end()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._bench.__exit__(None, None, None)

    def _end(self) -> tuple[str, str]:
        text = self._bench.until(b"\x04")[:-1].decode(errors="replace")
        return text, self._bench.until(b"\x04>")[:-2].decode(errors="replace")

    def measure(self, program: Program) -> int | None:
        """Run it after a soft reset."""
        self._bench.type(b"\x04")
        self._bench.until(b"CTRL-B to exit\r\n>")
        self._bench.type(program.source.encode() + b"\x04")
        self._bench.until(b"OK")
        return number(*self._end())


def digest(program: Program) -> str:
    """The key of a stored figure."""
    return hashlib.sha256(program.source.encode()).hexdigest()[:12]


class Stored:
    """Figures of the firmware, kept in a file, because the emulator is slow."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[object]] = (
            json.loads(path.read_text()) if path.is_file() else {}
        )

    def get(self, program: Program) -> int | None:
        """The stored figure of exactly this program."""
        known = self._known.get(program.name)
        return known[1] if known and known[0] == digest(program) else None  # type: ignore[return-value]

    def has(self, program: Program) -> bool:
        """Whether exactly this program was run, also without a result."""
        known = self._known.get(program.name)
        return known is not None and known[0] == digest(program)

    def put(self, program: Program, us: int | None) -> None:
        """Store a figure."""
        self._known[program.name] = [digest(program), us]

    def save(self) -> None:
        """Write the file, one program a line."""
        rows = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(self._known.items())]
        self._path.write_text("{\n" + ",\n".join(rows) + "\n}\n")
