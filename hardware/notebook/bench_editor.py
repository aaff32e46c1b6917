"""`%bench edit`: the editor of this notebook's circuit, in the output of its cell.

A circuit of a lab, and one that has no file, is edited as a new file beside the notebook: saving
never writes into a lab. The parts that a lab hides are left out of it; the files of its custom
parts come beside the notebook, too.
"""

import json
import os
from pathlib import Path

from IPython import get_ipython

from hardware.atomic_file import write_atomically
from hardware.bench.editing.diagram_editor import DiagramEditor
from hardware.bench.editing.edits import RemoveParts
from hardware.bench.parts.common import custom_files
from hardware.bench.serving.page.editor_desk import EditorDesk
from hardware.errors import BenchError, HardwareError
from hardware.i18n import _, both, reason
from hardware.notebook.session import Session
from hardware.notebook.widget_server import EditorWidget

LAB = "lab.toml"
"""The folder of a lab has this file."""
OF_LAB = both("The lab's circuit stays as it is. Saving makes your own copy of it, {file}.")

_open: list[tuple[str, "BenchEditor"]] = []
"""The editors of this kernel, with what each was opened for."""


class BenchEditor:
    """The editor of one circuit. It stays until the kernel ends, with what is not saved."""

    def __init__(self, session: Session, editor: DiagramEditor, notice: str = "") -> None:
        """Raises: OSError when no socket can be made."""
        self._session = session
        self.diagram = editor
        self._kernel = get_ipython().kernel
        self.widget = EditorWidget(EditorDesk(editor, self._run_soon, notice))

    def _run_soon(self) -> None:
        """In the editor's thread: a bench is started between two cells."""
        self._kernel.io_loop.add_callback(self._run)

    def _run(self) -> None:
        session = self._session
        try:
            session.need_bench()
            session.run_circuit(self.diagram.file)
        except HardwareError as error:
            self.widget.bench_failed(error)
            return
        get_ipython().push({"board": session.board})
        self.show_bench()

    def show_bench(self) -> None:
        """Tell the pages where the bench is seen, and the bench where its editor is."""
        self._session.editor_name = self.widget.name
        server = self._session.widget_server() if self._session.bench else None
        self.widget.bench_runs(server.name if server else "")


def open_editor(session: Session) -> BenchEditor:
    """The editor of the circuit of this notebook.

    Raises: DiagramError, BoardNotFound; BenchError where no output can show an editor.
    """
    if not hasattr(get_ipython(), "kernel") or "NBGRADER_EXECUTION" in os.environ:
        cure = _("In a terminal: warsha bench diagram.json --open")
        raise BenchError(_("The editor is shown in a notebook only."), cure)
    circuit, file = session.need_circuit()
    name = str(file or circuit.name)
    for opened_for, found in _open:
        if found.diagram.file == file or (opened_for == name and found.diagram.is_new):
            return found
    try:
        editor = BenchEditor(session, *editor_of(file, circuit.raw))
    except OSError as error:
        cure = _("In a terminal: warsha bench diagram.json --open")
        what = _("The editor cannot be opened: {why}.").format(why=reason(error))
        raise BenchError(what, cure) from error
    _open.append((name, editor))
    return editor


def editor_of(file: Path | None, raw: object) -> tuple[DiagramEditor, str]:
    """The editor of a file, and what is said until it is saved."""
    if file is None:
        text = json.dumps(raw, indent=2, ensure_ascii=False) + "\n"
        return DiagramEditor(_new_file("circuit"), text), ""
    if not (file.parent / LAB).is_file():
        return DiagramEditor(file), ""
    text = DiagramEditor(file).text
    parts = json.loads(text)["parts"]
    hidden = tuple(str(part["id"]) for part in parts if part.get("hide"))
    for part in parts:
        if not part.get("hide"):
            _copy_files(str(part["type"]), file.parent)
    name = _new_file(f"my_{file.parent.name}")
    return DiagramEditor(name, RemoveParts(hidden).made(text)), OF_LAB


def _copy_files(part_type: str, folder: Path) -> None:
    """The files of a custom part, beside the notebook; one that is there already stays."""
    for file in custom_files.files(part_type, folder):
        if not Path(file.name).exists():
            write_atomically(Path(file.name), file.read_text(encoding="utf-8"))


def _new_file(stem: str) -> Path:
    """A file beside the notebook that does not exist yet."""
    names = (f"{stem}{number or ''}.json" for number in range(10_000) if number != 1)
    return next(Path(name) for name in names if not Path(name).exists())
