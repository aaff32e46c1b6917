"""A real board with its page, without a notebook: nobody else uses its line.

Nothing is sent until somebody asks for it. "Stop (Ctrl-C)" ends the program, and the board is then
certainly at its prompt: what it is, and the levels of its pins, are read once a second, and its
files can be used. Who types gets the friendly prompt, and with it the board is left alone again.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from hardware.bench.diagram import load
from hardware.bench.serving.page.board_files import use_files
from hardware.bench.serving.page.board_source import BoardSource
from hardware.bench.serving.page.page_messages import Action, TypeText, UseFiles
from hardware.bench.serving.page.page_server import PageServer
from hardware.bench.serving.program_tail import ProgramTail
from hardware.i18n import _
from hardware.wire.board import Board
from hardware.wire.port import Port
from hardware.wire.watched_port import WatchedPort

STOP = "\x03"


class PageBoardSource(BoardSource):
    """A board that only its page uses."""

    _later, _gone = "page", "gone"
    has_files = True

    def do(self, action: Action) -> Mapping[str, Any] | None:
        """See `ViewSource`."""
        match action:
            case UseFiles():
                return {"files": {"board": self.board_id, **self._used(action)}}
            case TypeText(_board, text) if text == STOP:
                if not self._board.at_prompt:
                    self._board.stop()
            case TypeText():
                if not self._tail.takes_input:
                    self._board.leave_to_people()
                    self._tail.restart()
                super().do(action)
            case _:
                super().do(action)
        return None

    def _used(self, action: UseFiles) -> Mapping[str, Any]:
        """The answer; only a board that is certainly at its prompt is asked. What the friendly
        prompt looks like, a program can print, too."""
        self._hear()
        if not self._board.is_at_prompt():  # the page's other thread may look at the pins now
            return {"busy": True}
        return use_files(self._board.files, action)


class ServedBoard:
    """Serves the page until the process is interrupted."""

    def __init__(self, line: Port, family: str, plan: Path | None, port: int) -> None:
        """
        Args:
            line: to the board; it is closed at the end.
            family: of the board, as far as it is known.
            plan: the file of the circuit that the board is in, if there is one.
            port: of the page; 0 takes a free one.

        Raises: DiagramError, BenchError.
        """
        tail = ProgramTail()
        self._line = WatchedPort(line, tail.offer)
        board = Board(self._line, tail.expect)
        circuit = load(plan) if plan else None
        self._page = PageServer(PageBoardSource(board, self._line, tail, family, circuit), port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._page.close()
        self._line.close()

    def run(self, open_page: Callable[[str], object] | None) -> None:
        """Wait for the interruption; `open_page` gets the page."""
        print(f"{_('board'):8} {self._line.name}")
        print(f"{_('page'):8} {self._page.url}", flush=True)
        if open_page:
            open_page(self._page.url)
        threading.Event().wait()
