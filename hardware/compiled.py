"""The modules of the bench that mypyc compiles, and how they are found.

`make setup` compiles them into `build/compiled/`; a wheel that is made then has them inside the
package. They are used where they fit this Python and were made from the sources that are here.
Else, and with `WARSHA_PURE=1`, the same modules run as Python: slower, and nothing else is
different.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from hardware.paths import ROOT, build_dir

MODULES = (
    "hardware.bench.board.grant_extras",
    "hardware.bench.board.lookahead",
    "hardware.bench.board.peripheral_bus",
    "hardware.bench.board.pins",
    "hardware.bench.board.promises",
    "hardware.bench.board.record_reader",
    "hardware.bench.board.record_validation",
    "hardware.bench.board.serial_input",
    "hardware.bench.board.virtual_board",
    "hardware.bench.circuit.afterimage",
    "hardware.bench.circuit.announcements",
    "hardware.bench.circuit.board_side",
    "hardware.bench.circuit.circuit",
    "hardware.bench.circuit.converter",
    "hardware.bench.circuit.coupling",
    "hardware.bench.circuit.electric",
    "hardware.bench.circuit.faults",
    "hardware.bench.circuit.listeners",
    "hardware.bench.circuit.meter",
    "hardware.bench.circuit.noise",
    "hardware.bench.circuit.pads",
    "hardware.bench.circuit.prediction",
    "hardware.bench.circuit.private_lines",
    "hardware.bench.circuit.pulse_answers",
    "hardware.bench.circuit.pwm_schedule",
    "hardware.bench.circuit.reach",
    "hardware.bench.circuit.read_tables",
    "hardware.bench.circuit.solver",
    "hardware.bench.circuit.supplies",
    "hardware.bench.circuit.waves",
    "hardware.bench.circuit.worlds",
    "hardware.bench.events",
    "hardware.bench.parts.common.alarm",
    "hardware.bench.peripherals.i2c_transfer",
    "hardware.bench.protocol.packed_bytes",
    "hardware.bench.protocol.payloads",
    "hardware.bench.protocol.records",
    "hardware.bench.scheduler",
    "hardware.bench.trace.recorder",
)
GROUP = "warsha_bench"
SHARED = f"{GROUP}__mypyc"
"""The library with the code of all; the file of each module only starts it."""
SUFFIX = EXTENSION_SUFFIXES[0]
"""How the files of compiled modules end: with the name of this Python and of the machine."""
IN_WHEEL = ROOT / "hardware" / "compiled_modules"

Stamp = tuple[int, int | None]
"""Size and time of change (ns) of a source; a wheel does not keep the time."""


def record_path(folder: Path) -> Path:
    """The file that tells what was compiled for this Python, and from which sources."""
    return folder / f"compiled{SUFFIX}.json"


def stamps(sources: Iterable[str]) -> dict[str, Stamp]:
    """The present stamp of each source, by its path in the checkout."""
    found = {source: (ROOT / source).stat() for source in sources}
    return {source: (at.st_size, at.st_mtime_ns) for source, at in found.items()}


def built(folder: Path) -> Path | None:
    """The folder of the compiled modules that fit the sources; None if there is none."""
    try:
        record = json.loads(record_path(folder).read_text())
        now = stamps(record["sources"])
    except (OSError, ValueError):
        return None
    made: Mapping[str, Sequence[int | None]] = record["sources"]
    for source, (size, changed_ns) in made.items():
        if size != now[source][0] or changed_ns not in (None, now[source][1]):
            return None
    modules = folder / record["folder"]
    return modules if modules.is_dir() else None


@cache
def used() -> Path | None:
    """The folder of the compiled modules that this process uses; None: it runs them as Python."""
    if os.environ.get("WARSHA_PURE") == "1":
        return None
    return built(build_dir() / "compiled") or built(IN_WHEEL)


class CompiledModules:
    """Finds the compiled modules. It has no base class: the module `importlib.abc` takes 2 ms to
    import."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = {*MODULES, SHARED}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where the module is; None for all others."""
        if fullname not in self._names:
            return None
        return spec_from_file_location(fullname, self._folder / f"{fullname}{SUFFIX}")


def use() -> None:
    """Let this process import the compiled modules, before it imports the first of them."""
    if folder := used():
        sys.meta_path.insert(0, CompiledModules(folder))
