"""Prints weaknesses in the structure of `hardware`, `grader` and `station`:

    python tools/structure.py

Circles of imports between rooms (a folder; where a folder has folders of its own, each module in
it is a room), class names that exist twice, and files, also of checks of labs, that are very short
or very long and have no reason in `REASONS`. The exit code is 1 when there is any of them.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hardware", "grader", "station")
SHORT, LONG = 40, 500
"""The usual range of lines in a file."""

REASONS: dict[str, str] = {
    "*/__init__.py": "describes the content of the folder",
    "hardware/bench/parts/*.py": "one file is one part",
    "hardware/bench/peripherals/*.py": "one file is one peripheral, found by itself",
    "hardware/bench/scenario/commands/*.py": "one file is one kind of command, found by itself",
    "hardware/bench/decode/*.py": "one file is one kind of bus",
    "hardware/bench/circuit/disjoint_sets.py": "one data structure, used four times",
    "hardware/wire/loopback.py": "servers and the start of a command take it",
    "station/thread_per_board.py": "two rooms take it",
    "hardware/bench/board/promises.py": "what an answer gives away has one place",
    "hardware/bench/circuit/shortcuts.py": "several modules take them, and a test none",
    "hardware/bench/svg/frame.py": "only colour displays need its library",
    "hardware/bench/board/virtual_board.py": "a board is the world of its parts and a host",
    "hardware/bench/circuit/circuit.py": "the running circuit has one state",
    "hardware/bench/limits.py": "grader and bench share it",
    "grader/measure/*.py": "one file is one subject",
    "grader/notebook/kernel/ipython_kernel_config.py": "IPython gives the file its name",
    "hardware/bench/network/link.py": "the interface between two layers of the network",
    "hardware/bench/network/tcp/datagram.py": "UDP, separate from TCP",
    "hardware/bench/network/host_gateway.py": "the layer that leads to the host's own network",
    "grader/classrun/preload.py": "the fork server of the workers takes a module by its name",
    "grader/reports/class_writer.py": "the counterpart of feedback_writer.py for a class",
    "grader/reports/feedback_step.py": "a step of nbgrader: its settings name the module",
    "grader/schemas.py": "one import that several kinds of processes make when they start",
    "grader/terminal.py": "text in a terminal, as html_text.py is text in a page",
    "labs/barometer/checks.py": "one file is the checks of one lab, which is loaded by name",
    "labs/clinic_farm/checks.py": "one file is the checks of one lab, here a project",
    "labs/framed_link/checks.py": "one file is the checks of one lab, which is loaded by name",
    "labs/low_power/checks.py": "one file is the checks of one lab, loaded by name",
    "labs/machine_vibration/checks.py": "one file is the checks of one lab, loaded by name",
    "labs/operator_display/checks.py": "one file is the checks of one lab, loaded by name",
    "labs/post_office/checks.py": "one file is the checks of one lab, which is loaded by name",
    "labs/servo_gate/checks.py": "one file is the checks of one lab, which is loaded by name",
    "labs/solar_station/checks.py": "one file is the checks of one lab, here a project",
    "labs/store_and_forward/checks.py": "one file is the checks of one lab, loaded by name",
    "labs/telemetry/checks.py": "one file is the checks of one lab, which is loaded by name",
    "labs/test_station/checks.py": "one file is the checks of one lab, here a project",
    "station/errors.py": "the errors of all rooms, as the packages above have them",
    "grader/version.py": "the version of the engine, which every record of a mark has",
}
"""Files that may be short or long, and why; a pattern is matched with the whole path."""

SAME_NAME: dict[str, str] = {}
"""Class names that may exist in several modules, and why."""


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    return {_dotted(file): file for file in files}


def sized() -> dict[str, Path]:
    """The files whose length is looked at: every module of ours, and the checks of every lab."""
    return modules() | {_dotted(file): file for file in sorted(ROOT.glob("labs/*/checks.py"))}


def _dotted(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(file: Path, known: Iterable[str]) -> Iterator[str]:
    """The modules of ours that a file imports, also late ones and those for type checkers."""
    names = set(known)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in names or node.module in names:
                    yield full if full in names else node.module


def room_of(module: str, files: Mapping[str, Path]) -> str:
    """The room of a module: its folder, or itself where its folder has folders of its own."""
    file = files[module]
    folders = [place for place in file.parent.iterdir() if (place / "__init__.py").is_file()]
    return module if folders else _dotted(file.parent / "__init__.py")


def arrows(files: Mapping[str, Path]) -> dict[str, set[str]]:
    """Which rooms each room imports. The front page of a package (`hardware/__init__.py`) only
    exports from all rooms, so it is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, file in files.items():
        if module not in PACKAGES:
            here = room_of(module, files)
            rooms = {room_of(name, files) for name in imported(file, files)}
            found[here] |= rooms - {here, *PACKAGES}
    return found


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of rooms that reach each other (strongly connected components of two or more)."""
    reach = {room: _reached(room, graph) for room in graph}
    groups = {
        tuple(sorted({room, *(other for other in reach[room] if room in reach.get(other, ()))}))
        for room in graph
    }
    return sorted(list(group) for group in groups if len(group) > 1)


def _reached(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for room in graph.get(ahead.pop(), ()):
            if room not in found:
                found.add(room)
                ahead.append(room)
    return found


def same_names(files: Mapping[str, Path]) -> dict[str, list[str]]:
    """Class names that exist in two or more modules and have no reason."""
    found: dict[str, list[str]] = defaultdict(list)
    for module, file in files.items():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(module)
    return {name: at for name, at in found.items() if len(at) > 1 and name not in SAME_NAME}


def odd_sizes(files: Mapping[str, Path]) -> Iterator[str]:
    """Files that are very short or very long without a reason."""
    for file in files.values():
        name = file.relative_to(ROOT).as_posix()
        lines = file.read_text(encoding="utf-8").count("\n")
        if not SHORT <= lines <= LONG and not any(fnmatch(name, like) for like in REASONS):
            yield f"{name}: {lines} lines"


def main() -> int:
    """Print all findings; 1 if there are any."""
    files = modules()
    around, twice, sizes = circles(arrows(files)), same_names(files), list(odd_sizes(sized()))
    print(f"circles between rooms: {len(around)}", *map(" ".join, around), sep="\n  ")
    print(f"class names that exist twice: {len(twice)}")
    for name, at in sorted(twice.items()):
        print(f"  {name}: {' '.join(at)}")
    print(f"files under {SHORT} or over {LONG} lines without a reason: {len(sizes)}")
    for size in sizes:
        print(f"  {size}")
    return int(bool(around or twice or sizes))


if __name__ == "__main__":
    sys.exit(main())
