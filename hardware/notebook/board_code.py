"""Names, signatures and docstrings in programs for the board: jedi over the board's stubs.

The program that jedi reads is what earlier cells ran, and then the cell. Python's own names never
appear: only what the stubs, the saved files and the program define.
"""

import pickle
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hardware.notebook import stubs
from hardware.notebook.session import current

IDLE_S = 2.0
TRIES = 3
WARM = "import asyncio, machine, os, sys, time\nx = []\nx.y\nos.x\nmachine.Pin(2)."
_MEMBER = re.compile(r"(?:(?P<owner>[^\W\d][\w.]*)|[\"'])\.(?P<typed>\w*)\Z")
"""A name or a text, a dot, and the beginning of a member, at the end of a line."""
_Answer = TypeVar("_Answer")
_MAGIC = re.compile(r"\ufeff?\s*%%board\b.*\n")


@dataclass(frozen=True)
class Suggestion:
    """A name that fits at the cursor."""

    text: str
    kind: str
    """`function`, `class`, `module` and others, as jedi calls them."""
    typed: int
    """How many of its characters are already there."""


@dataclass(frozen=True)
class Place:
    """A place in a program for the board."""

    source: str
    """What cells before have run, and the program of this cell."""
    line: int
    """From 1."""
    column: int
    """From 0."""


def place(cell: str, cursor: int) -> Place | None:
    """The place of a cursor in a `%%board` cell; None outside of its program."""
    magic = _MAGIC.match(cell)
    if not magic or cursor < magic.end():
        return None
    earlier = "".join(f"{text}\n" for text in current.ran())
    lines = cell[magic.end() : cursor].split("\n")
    source = earlier + cell[magic.end() :]
    return Place(source, earlier.count("\n") + len(lines), len(lines[-1]))


def _forget_read_files() -> None:
    from jedi import settings
    from parso.cache import parser_cache

    for file in Path(settings.cache_directory).rglob("*.pkl"):  # others write in these folders
        file.unlink(missing_ok=True)
    parser_cache.clear()


class BoardCode:
    """jedi for one notebook. Methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = TemporaryDirectory(prefix="warsha-")
        self._written: dict[Path, bytes] = {}
        self._warm: set[str] = set()
        self._waiting: threading.Timer | None = None

    def warm(self) -> None:
        """Read the stubs of the board's family in the background, once: the first answer takes
        seconds, a later one less than 100 ms. It begins when no cell has run for IDLE_S: beside a
        cell it would take the processor from the virtual board, which runs in this process, too.
        """
        self.busy()
        if current.family() not in self._warm:
            self._waiting = threading.Timer(IDLE_S, self._read_stubs)
            self._waiting.daemon = True
            self._waiting.start()

    def busy(self) -> None:
        """A cell begins."""
        if self._waiting:
            self._waiting.cancel()

    def _read_stubs(self) -> None:
        self._warm.add(current.family())
        self.complete(Place(WARM, WARM.count("\n") + 1, len(WARM.rpartition("\n")[2])))

    def complete(self, at: Place) -> list[Suggestion]:
        """What fits at a place, by name; nothing when the board's stubs are not installed."""
        return self._answer(self._complete, at)

    def help(self, at: Place) -> str:
        """Signatures and docstring of the name at a place, or of the function that is called
        there; "" when there are none."""
        return self._answer(self._help, at)

    def _answer(self, ask: Callable[[Place], _Answer], at: Place) -> _Answer:
        """jedi keeps what it has read in files that all its processes share. One that ends while
        it writes leaves half a file, and jedi fails at each of these: all of them are removed. One
        that writes just now may do so again."""
        with self._lock:
            for _attempt in range(TRIES - 1):
                with suppress(EOFError, pickle.UnpicklingError):
                    return ask(at)
                _forget_read_files()
            return ask(at)

    def _complete(self, at: Place) -> list[Suggestion]:
        if (script := self._script(at.source)) is None:
            return []
        line = at.source.split("\n")[at.line - 1][: at.column]
        if known := self._members(script, at, line):
            return known
        found = script.complete(at.line, at.column)
        fit = [
            Suggestion(name.name_with_symbols, name.type, name.get_completion_prefix_length())
            for name in found
            if self._is_on_board(name)
        ]
        return [one for one in fit if one.typed or not one.text.startswith("_")]

    def _help(self, at: Place) -> str:
        if (script := self._script(at.source)) is None:
            return ""
        found: list[Any] = []
        with suppress(ValueError):  # a column outside of the line
            if _touches_name(at):
                found = script.help(at.line, at.column)
            found = [name for name in found if name.docstring()]
            found = found or script.get_signatures(at.line, at.column)
        texts = dict.fromkeys(name.docstring().strip() for name in found)
        return "\n\n".join(filter(None, texts))

    def search_path(self) -> list[Path]:
        """Where the modules of the board are: its files as this notebook knows them, and stubs."""
        self._write_files()
        stub = stubs.find(current.family())
        return [Path(self._folder.name), *([stub, stub / "stdlib"] if stub else [])]

    def _script(self, source: str) -> Any:
        # Imported late: a kernel must start before jedi is read.
        from jedi.api import Script
        from jedi.api.project import Project

        from hardware.notebook.jedi_environment import ThreadSafeEnvironment

        if stubs.find(current.family()) is None:
            return None
        path = [str(folder) for folder in self.search_path()]
        project = Project(self._folder.name, sys_path=path, smart_sys_path=False)
        # This Python only reads the stubs; the trainee's own packages are not on the path.
        environment = ThreadSafeEnvironment()  # type: ignore[no-untyped-call]  # jedi's own
        return Script(source, project=project, environment=environment)

    def _write_files(self) -> None:
        """Keep the folder as the board's files are."""
        root = Path(self._folder.name).resolve()
        named = {
            (root / name.lstrip("/")).resolve(): data for name, data in current.files().items()
        }
        files = {
            file: data
            for file, data in named.items()
            if file.suffix == ".py" and root in file.parents
        }
        if files == self._written:
            return
        for file in self._written.keys() - files:
            file.unlink(missing_ok=True)
        for file, data in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        self._written = files

    def _modules(self) -> set[str]:
        root = Path(self._folder.name).resolve()
        own = {file.relative_to(root).parts[0].removesuffix(".py") for file in self._written}
        return own | stubs.names(current.family()).get("modules", frozenset())

    def _is_on_board(self, name: Any) -> bool:
        """Whether boards have what a stub, or Python's own library, names."""
        if name.type in ("keyword", "param"):
            return True
        owner, _dot, last = str(name.full_name or "").rpartition(".")
        root = (owner or last).partition(".")[0]
        if name.type == "module" and root not in self._modules():
            return False
        table = stubs.names(current.family())
        known = table.get(owner) or (table.get(root) if owner.islower() else None)
        return known is None or last in known

    def _members(self, script: Any, at: Place, line: str) -> list[Suggestion]:
        """The names after the dot, when the table has all of them (`os.`, `Pin.`, those of a
        list)."""
        before = _MEMBER.search(line)
        if not before or line.lstrip().startswith(("from ", "import ")):
            return []
        if before["owner"]:
            owners = [str(one.full_name) for one in script.infer(at.line, before.end("owner"))]
        else:
            owners = ["builtins.str"]
        table = stubs.names(current.family())
        names = next((table[owner] for owner in owners if owner in table), frozenset[str]())
        typed = before["typed"].lower()
        fit = sorted(name for name in names if name.lower().startswith(typed))
        kinds = {name: "statement" if name.isupper() else "function" for name in fit}
        return [Suggestion(name, kind, len(typed)) for name, kind in kinds.items()]


def _touches_name(at: Place) -> bool:
    line = at.source.split("\n")[at.line - 1]
    return bool(re.search(r"\w", line[max(0, at.column - 1) : at.column + 1]))


code = BoardCode()
"""The one of this kernel."""
