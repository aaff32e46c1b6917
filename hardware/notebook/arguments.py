"""What completes the arguments of the magics of the board: from the words before the cursor, with
the one that is being typed, to the words that fit there.

Nothing here changes a board. A lab's bench is opened, as the lab's first cell would do.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hardware import boards
from hardware.bench.serving.address import SCHEME
from hardware.notebook.controls import moved_by, parts_by_name
from hardware.notebook.session import available, current

BOARD = ("connect", "use", "list", "status", "info", "repl", "reset", "interrupt", "check")
CELL = ("--timeout", "--background")
PROGRAM = ("--detach", "--seconds")
BENCH = (
    "lint",
    "edit",
    "press",
    "set",
    "wave",
    "port",
    "publish",
    "messages",
    "pcap",
    "page",
    "reset",
)
WAVE = ("--last", "--from", "--to", "--cursors")
FILES = ("ls", "put", "get", "rm", "mkdir", "cat", "sync")
KEYS = frozenset(("pressed", "5"))
"""A part with one of these controls is a button, or has many: a keypad, a remote control."""


def of_board(words: list[str]) -> Iterable[str]:
    """Arguments of `%board`."""
    match words:
        case [_]:
            return BOARD
        case ["connect", _]:
            types = [boards.load(name) for name in boards.names()]
            families = {board.family for board in types}
            ports = [url for url, _title in available() if not url.startswith(SCHEME)]
            return [*sorted(families), *boards.names(), *ports, *_paths("*.json")]
        case ["use", _] if current.bench:
            return current.bench.board_types
        case ["check", _]:
            return [name for name in current.files() if name.endswith(".py")]
    return ()


def of_cell(words: list[str]) -> Iterable[str]:
    """Arguments of `%%board`."""
    if any(word.endswith(".py") for word in words[:-1]):
        return PROGRAM
    if words[-2:-1] == ["--timeout"]:
        return ()
    return ["main.py", *CELL, *(name for name in current.files() if name.endswith(".py"))]


def of_bench(words: list[str]) -> Iterable[str]:
    """Arguments of `%bench`."""
    match words:
        case [_]:
            return BENCH
        case ["press", _]:
            return [name for name, part in _parts().items() if KEYS & _controls(part).keys()]
        case ["press", part, _] if part in _parts():
            keys = _controls(moved_by(current, part))
            return [key for key in keys if key != "pressed"]
        case ["port", _] if _has_bench():
            return current.need_bench().adapters()
        case ["page", _]:
            return _paths("*.py")
        case ["publish", _]:
            return ["--retain"]
        case ["set" | "wave", _]:
            return _parts()
        case ["set" | "wave", part, _] if part in _parts():
            return _controls(moved_by(current, part))
    return ()


def of_wave(words: list[str]) -> Iterable[str]:
    """Arguments of `%wave`: the lab's names, and the pins of the board."""
    if not _has_bench():
        return ()
    pins = current.need_bench().board_types[current.board_id].pins.values()
    names = [pin.name for pin in pins if pin.gpio is not None and not pin.hidden]
    return [*WAVE, *current.roles, *names]


def of_trace(words: list[str]) -> Iterable[str]:
    """Arguments of `%trace`: a file, and then those of `%wave` without the cursors."""
    if len(words) == 1:
        return ["trace.vcd", *_paths("*.vcd")]
    return [word for word in of_wave(words) if word != "--cursors"]


def of_run_scenario(words: list[str]) -> Iterable[str]:
    """Arguments of `%run_scenario`."""
    return _paths("*.y*ml") if len(words) == 1 else ["--seconds"]


def of_files(words: list[str]) -> Iterable[str]:
    """Arguments of `%files`. The board is not asked: that would stop its program."""
    match words:
        case [_]:
            return FILES
        case ["put", *_]:
            return _paths("*")
        case ["sync", _]:
            return [path for path in _paths("*") if Path(path).is_dir()]
        case ["get" | "rm" | "cat", _]:
            return current.files()
    return ()


def _has_bench() -> bool:
    """Whether there is a bench, or the lab has one that its first cell opens."""
    return current.bench is not None or (current.board is None and current.proposed)


def _parts() -> dict[str, str]:
    return parts_by_name(current) if _has_bench() else {}


def _controls(part: str) -> Mapping[str, float]:
    return current.need_bench().snapshot().controls.get(part, {})


def _paths(pattern: str) -> list[str]:
    return sorted(path.name for path in Path().glob(pattern) if not path.name.startswith("."))
