"""A circuit file that is edited: its text, what can be undone, and how it is saved.

    editor = DiagramEditor(Path("diagram.json"))
    editor.make(MovePart("led1", 40, 20))
    editor.undo()
    editor.save()

The state of the editor is the text of the file, so to undo is to take the text before. What no
edit has changed is saved with the same bytes.
"""

import json
from pathlib import Path
from typing import Any

from hardware.atomic_file import write_atomically
from hardware.bench import diagram as diagrams
from hardware.bench.diagram import BYTE_ORDER_MARK
from hardware.bench.editing.edits import Edit
from hardware.errors import DiagramError
from hardware.i18n import _, reason

MOST_UNDONE = 500
"""How many edits can be undone."""


class ChangedOnDisk(DiagramError):
    """Another program has changed the file since it was read."""


class DiagramEditor:
    """One circuit file. It writes no other file."""

    def __init__(self, file: Path, begun_with: str = "") -> None:
        """Read the file; or begin a new one with a text, which `save` writes.

        Raises: DiagramError when it is no JSON object with parts and connections.
        """
        self.file = file.resolve()
        self.name = file.name
        self.is_new = bool(begun_with)
        """There is no file yet."""
        self._mark = ""
        self._saved = self.text = begun_with or self._read()
        self._before: list[str] = []
        self._after: list[str] = []

    def _read(self) -> str:
        text = diagrams.read_text(self.file)
        raw = diagrams.value_of(text, self.file)
        lists = isinstance(raw, dict) and all(
            isinstance(raw.get(key), list) for key in ("parts", "connections")
        )
        if not lists:
            diagrams.parse(raw, str(self.file))  # raises, and says what is missing
        self._mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        return text.removeprefix(BYTE_ORDER_MARK)

    @property
    def raw(self) -> Any:
        """The JSON object, as it is now."""
        return json.loads(self.text)

    @property
    def unsaved(self) -> bool:
        """Whether there are changes that are not in the file."""
        return self.text != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit that can be undone."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was undone and can be made again."""
        return bool(self._after)

    def make(self, edit: Edit) -> None:
        """Make an edit. Raises: DiagramError; the circuit is then as before."""
        self._become(edit.made(self.text))

    def undo(self) -> None:
        """Take the last edit back."""
        if self._before:
            self._after.append(self.text)
            self.text = self._before.pop()

    def redo(self) -> None:
        """Make the edit again that was undone last."""
        if self._after:
            self._before.append(self.text)
            self.text = self._after.pop()

    def read_again(self) -> None:
        """Take what is in the file now. The state before can be brought back with `undo`. Raises:
        as the constructor."""
        self._saved, self.is_new = self._read(), False
        self._become(self._saved)

    def save(self, *, overwrite: bool = False) -> None:
        """Write the file, whole or not at all.

        Raises:
            ChangedOnDisk: the file is not as it was read; `overwrite` writes it nevertheless.
            DiagramError: it cannot be written.
        """
        known = None if self.is_new else f"{self._mark}{self._saved}".encode()
        if not overwrite and self._on_disk() != known:
            raise ChangedOnDisk(
                _("{file}: another program has changed the file").format(file=self.name),
                _("Overwrite it, or read it again; reading again can be undone."),
            )
        try:
            write_atomically(self.file, f"{self._mark}{self.text}")
        except OSError as error:
            cure = _("The changes are still here: make the file writable, and save again.")
            raise DiagramError(f"{self.file}: {reason(error)}", cure) from error
        self._saved, self.is_new = self.text, False

    def _become(self, text: str) -> None:
        if text != self.text:
            self._before = [*self._before[1 - MOST_UNDONE :], self.text]
            self._after.clear()
            self.text = text

    def _on_disk(self) -> bytes | None:
        try:
            return self.file.read_bytes()
        except OSError:
            return None
