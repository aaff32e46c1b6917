"""The files of the boards of a bench, for its page: list, put, get and remove, over the board's
line.

Only a board at its prompt is asked: what runs there is never stopped by a look. The page then
offers its person to stop it.

Trust boundary: names and contents come from the board, and its program may have made them. They
are data here, and texts and downloads on the page.
"""

import posixpath
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.page_messages import UseFiles
from hardware.bench.serving.serial_tail import SerialTail
from hardware.errors import HardwareError
from hardware.i18n import _, reason
from hardware.wire.board import Board
from hardware.wire.files import Files
from hardware.wire.repl import PROMPT

PROMPT_S = 2.0
"""A program that was just stopped has its prompt within this time."""
LOOK_S = 0.05


class PageFiles:
    """`do` may be called from any thread."""

    def __init__(self, live: LiveBench, tails: Mapping[str, SerialTail]) -> None:
        """The tails of all boards show whether a board is at its prompt, and nothing of our own
        use of the line."""
        self._live, self._tails = live, tails
        self._turn = threading.Lock()

    def do(self, action: UseFiles) -> Mapping[str, Any]:
        """Do it; returns the message to the page. Raises: HardwareError."""
        if action.board not in self._tails:
            raise HardwareError(_("There is no board {board}.").format(board=action.board))
        if not self._live.ask(lambda bench: bench.speed):
            raise HardwareError(_("The bench is paused; its board cannot answer."))
        with self._turn:
            if not self._at_prompt(action.board):
                return {"files": {"board": action.board, "busy": True}}
            return {"files": {"board": action.board, **self._done(action)}}

    def _at_prompt(self, board: str) -> bool:
        end_s = monotonic() + PROMPT_S
        while not self._tails[board].last_line().startswith(PROMPT):
            if monotonic() > end_s:
                return False
            sleep(LOOK_S)
        return True

    def _done(self, action: UseFiles) -> Mapping[str, Any]:
        tail = self._tails[action.board]
        self._live.ask(lambda _bench: tail.mute(True))
        try:
            with Board(self._live.connect(action.board)) as board:
                try:
                    return use_files(board.files, action)
                finally:
                    with suppress(HardwareError):
                        board.leave_to_people()
        finally:
            self._live.ask(lambda _bench: tail.mute(False))


def use_files(files: Files, action: UseFiles) -> Mapping[str, Any]:
    """Do it on a board that is at its prompt; returns the answer to the page. Raises:
    HardwareError."""
    try:
        return _used(files, action)
    except OSError as error:
        raise HardwareError(f"{action.name}: {reason(error)}") from error


def _used(files: Files, action: UseFiles) -> Mapping[str, Any]:
    folder, name = posixpath.dirname(action.name) or "/", action.name
    match action.verb:
        case "get":
            return {"name": name, "data": b64encode(files.get(name)).decode()}
        case "put":
            files.put(name, action.data)
        case "remove":
            files.rm(name)
        case "list":
            folder = name
    entries = [{"name": e.name, "dir": e.is_dir, "size": e.size} for e in files.ls(folder)]
    return {"folder": folder, "entries": entries}
