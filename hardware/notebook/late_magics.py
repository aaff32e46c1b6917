"""Magics that are there at once and load what they need later: to import everything takes half a
second, in which a notebook would not answer.

The imports run in a thread. What is imported is put into the notebook between two cells, or when
somebody uses it first.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

ANSWERS = ("do_complete", "do_inspect")
"""What a kernel does for the Tab key and for Shift-Tab."""


def without_mark(lines: list[str]) -> list[str]:
    """The lines of a cell without the byte order mark that comes with the text of some editors of
    Windows: with it IPython does not see the magic of the cell."""
    return [lines[0].removeprefix("\ufeff"), *lines[1:]] if lines else lines


class LateMagics:
    """Magics and functions of a notebook that are not loaded yet.

    Args:
        shell: the notebook's.
        magics: the names of the magics of each kind (`line`, `cell`, `line_cell`).
        functions: the names of functions that cells call.
        ahead: imports what `load` imports; it runs in a thread.
        load: puts all of them into the shell.
    """

    def __init__(
        self,
        shell: Any,
        magics: Mapping[str, Sequence[str]],
        functions: Sequence[str],
        ahead: Callable[[], None],
        load: Callable[[], None],
    ) -> None:
        self.shell, self._load, self._is_loaded = shell, load, False
        for kind, names in magics.items():
            for name in names:
                shell.register_magic_function(LateMagic(self, name), kind, name)
        if without_mark not in shell.input_transformers_cleanup:
            shell.input_transformers_cleanup.insert(0, without_mark)
        shell.push({name: LateFunction(self, name) for name in functions})
        self._kernel = getattr(shell, "kernel", None)
        self._answers = {}
        if self._kernel:
            self._answers = {name: getattr(self._kernel, name) for name in ANSWERS}
            for name in ANSWERS:
                setattr(self._kernel, name, LateAnswer(self, name))
        shell.events.register("pre_run_cell", self._begin_cell)
        self._thread = Thread(target=self._import, args=(ahead,), daemon=True)
        self._thread.start()

    def load(self) -> None:
        """Load everything now, if it is not there. Called in the main thread."""
        if self._is_loaded:
            return
        self._thread.join()
        self._is_loaded = True
        for name, answer in self._answers.items():
            setattr(self._kernel, name, answer)
        self.shell.events.unregister("pre_run_cell", self._begin_cell)
        self._load()

    def _import(self, ahead: Callable[[], None]) -> None:
        with suppress(Exception):  # `load` fails in the same way, where somebody reads why
            ahead()
        if self._kernel:
            self._kernel.io_loop.add_callback(self.load)

    def _begin_cell(self, info: Any) -> None:
        """What `load` registers for the beginning of a cell is called for this cell, too."""
        before = [*self.shell.events.callbacks["pre_run_cell"]]
        self.load()
        for callback in self.shell.events.callbacks["pre_run_cell"]:
            if callback not in before:
                callback(info)


class LateMagic:
    """Stands for a magic until it is loaded."""

    def __init__(self, late: LateMagics, name: str) -> None:
        self._late, self._name = late, name

    def __call__(self, line: str, *cell: str) -> object:
        return self._loaded("cell" if cell else "line")(line, *cell)

    def getdoc(self) -> str:
        """The help that `%magic?` shows."""
        magic = self._loaded("line") or self._loaded("cell")
        return str(magic.getdoc() if hasattr(magic, "getdoc") else magic.__doc__)

    def _loaded(self, kind: str) -> Any:
        self._late.load()
        return self._late.shell.find_magic(self._name, kind)


class LateFunction:
    """Stands for a function that cells call until it is loaded."""

    def __init__(self, late: LateMagics, name: str) -> None:
        self._late, self._name = late, name

    def __call__(self, *args: object, **named: object) -> object:
        self._late.load()
        return self._late.shell.user_ns[self._name](*args, **named)


class LateAnswer:
    """Stands for an answer of the kernel until everything is loaded."""

    def __init__(self, late: LateMagics, name: str) -> None:
        self._late, self._name = late, name

    def __call__(self, *args: object, **named: object) -> object:
        self._late.load()
        return getattr(self._late.shell.kernel, self._name)(*args, **named)
