"""Shows an edited circuit to its pages, and does what they ask for. It knows no network.

    desk = EditorDesk(DiagramEditor(Path("diagram.json")))
    page = desk.open(send)                 # it gets everything at once
    page.receive('{"do": "undo"}')         # all pages get the circuit that comes of it

All methods belong to one thread. Several pages edit the same circuit: there is one state, and one
list of what can be undone.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.editing.diagram_editor import ChangedOnDisk, DiagramEditor
from hardware.bench.editing.edits import AddPart, CopyParts, RenamePart, new_ids
from hardware.bench.serving.page.editor_messages import (
    EditorAction,
    ReadDiagram,
    RedoEdit,
    RunDiagram,
    SaveDiagram,
    UndoEdit,
    circuit_message,
    first_message,
    parse,
)
from hardware.errors import HardwareError


class EditorDesk:
    """One edited circuit and its pages."""

    def __init__(
        self, editor: DiagramEditor, run: Callable[[], None] | None = None, notice: str = ""
    ) -> None:
        """
        Args:
            run: has the bench started again with the file; without it, the page does not offer
                that.
            notice: what a new file is for, a message with a field `file`; it is shown until the
                file is saved.
        """
        self.editor = editor
        self.bench_url = ""
        """Where the bench is seen that runs with the file."""
        self._run = run
        self._notice = notice
        self._pages: set[EditorPage] = set()
        self._waiting: list[EditorPage] = []
        """The pages that wait for the bench that they have asked for."""

    def open(self, write: Callable[[str], None]) -> "EditorPage":
        """A page has come; `write` sends a message on its way."""
        page = EditorPage(self, write)
        self._pages.add(page)
        page.send(first_message(self.editor.name, can_run=self._run is not None))
        page.send(self._circuit())
        return page

    def leave(self, page: "EditorPage") -> None:
        """A page has left."""
        self._pages.discard(page)

    def do(self, action: EditorAction, page: "EditorPage") -> None:
        """Do what a page asks for, and show it to all. Raises: HardwareError; the circuit is then
        as before."""
        selected = self._do(action, page)
        self._show()
        if selected:
            page.send({"selected": [*selected]})
        if isinstance(action, RunDiagram):
            page.send({"starts": True})

    def _do(self, action: EditorAction, page: "EditorPage") -> tuple[str, ...]:
        """Returns the ids of the parts that came of it."""
        editor = self.editor
        match action:
            case UndoEdit():
                editor.undo()
            case RedoEdit():
                editor.redo()
            case SaveDiagram(overwrite):
                editor.save(overwrite=overwrite)
            case ReadDiagram():
                editor.read_again()
            case RunDiagram():
                self._start_bench(page)
            case AddPart(kind):
                (made,) = new_ids(editor.text, [kind])
                editor.make(replace(action, new_id=made))
                return (made,)
            case CopyParts(parts):
                copies = (*new_ids(editor.text, parts),)
                editor.make(replace(action, new_ids=copies))
                return copies
            case RenamePart(_, name):
                editor.make(action)
                return (name,)
            case _:
                editor.make(action)
        return ()

    def _start_bench(self, page: "EditorPage") -> None:
        if self.editor.unsaved or self.editor.is_new:
            self.editor.save()
        Circuit(load(self.editor.file))  # raises
        if self._run:
            self._waiting.append(page)
            self._run()

    def bench_runs(self, url: str) -> None:
        """The bench runs, and this is its page."""
        self.bench_url = url
        self._show()
        for page in self._waiting:
            page.send({"runs": url})
        self._waiting.clear()

    def bench_failed(self, error: HardwareError) -> None:
        """There is no bench: the circuit, or this machine, does not allow it."""
        self.bench_url = ""
        self._show()
        for page in self._waiting:
            page.refuse(error)
        self._waiting.clear()

    def close(self) -> None:
        """Tell the pages that the editor ends."""
        for page in self._pages:
            page.send({"closed": True})

    def _show(self) -> None:
        message = self._circuit()
        for page in self._pages:
            page.send(message)

    def _circuit(self) -> Mapping[str, Any]:
        return circuit_message(self.editor, self.bench_url, self._notice)


class EditorPage:
    """One place where the circuit is edited."""

    def __init__(self, desk: EditorDesk, write: Callable[[str], None]) -> None:
        self._desk = desk
        self._write = write

    def send(self, message: Any) -> None:
        """Send a message."""
        self._write(json.dumps(message))

    def refuse(self, error: HardwareError) -> None:
        """Say why an action was not done."""
        text = f"{error}. {error.cure}".replace("..", ".").strip()
        self.send({"refused": text, "conflict": isinstance(error, ChangedOnDisk)})

    async def receive(self, message: str | bytes) -> None:
        """Do what the page asks for. Raises: ValueError when it is no action."""
        action = parse(message)
        try:
            self._desk.do(action, self)
        except HardwareError as error:
            self.refuse(error)

    async def leave(self) -> None:
        """The page has left."""
        self._desk.leave(self)
