"""The state of this notebook: its board, the bench of a virtual board, and its programs."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from serial.tools import list_ports

from hardware import boards
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.serving.address import SCHEME, parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board
from hardware.errors import BoardNotFound, HardwareError
from hardware.i18n import _
from hardware.wire.board import Board

DEFAULT = "esp32"
"""The board of a notebook that belongs to no lab: a bare virtual ESP32."""


class Session:
    """The board of one kernel. A new connection closes the old one."""

    def __init__(self) -> None:
        self._default: Callable[[], Board] = lambda: self.connect(DEFAULT)
        self._reopen: Callable[[], Board] = self._default
        self.board: Board | None = None
        self.bench: LiveBench | None = None
        self.url = ""
        self.proposed = False
        """A lab has proposed its bench."""
        self.faults_reported = 0
        """How many of the bench's faults were reported."""
        self.roles: dict[str, int] = {}
        """The lab's names for pins (`LED_R`), with their GPIO numbers; empty outside a lab."""
        self.board_id = ""
        """The board of the bench that cells run on."""
        self.saved: dict[str, dict[str, bytes]] = {}
        """What cells have saved on each board of the bench, by board id and file name."""
        self._opened: dict[str, Board] = {}
        self._refused = ""
        """What the last `connect` could not open, while no board is connected."""

    def connect(self, url: str) -> Board:
        """Open a real board by its URL or device, or a virtual one by `bench:…`, the path of a
        diagram, a board's name or a family. What is connected stays until the new one is open.

        Raises:
            BoardNotFound, BoardBusy, DiagramError: from the port or the bench; its cure says on
                which board cells still run. When there is none, cells run nowhere.
        """
        try:
            return self._connect(url)
        except HardwareError as error:
            if self.board is None:
                self._refused = url
            else:
                stays = _("Cells still run on {url}.").format(url=self.url)
                error.cure = f"{error.cure} {stays}".strip()
            raise

    def _connect(self, url: str) -> Board:
        if is_virtual(url):
            where = parse(url)
            bench = LiveBench(
                where.circuit, mode=where.mode, seed=where.seed, flash=where.flash, baud=where.baud
            )
            self._reopen = lambda: self.connect(url)
            return self._connect_bench(bench)
        if url == self.url:
            self.close()  # a port is open only once
        board = open_board(url)
        self.close()
        self.board, self.url = board, url
        return board

    def open_bench(
        self,
        circuit: str | Path | Mapping[str, Any] | Diagram,
        files: Mapping[str, bytes] | None = None,
        roles: Mapping[str, int] | None = None,
    ) -> Board:
        """Open a virtual board in a circuit, in real time, with `files` on its flash."""
        self._reopen = lambda: self.open_bench(circuit, files, roles)
        board = self._connect_bench(LiveBench(circuit))
        self.roles = dict(roles or {})
        for name, data in (files or {}).items():
            board.files.put(name, data)
        return board

    def _connect_bench(self, bench: LiveBench) -> Board:
        """Use a new bench in place of what was connected."""
        self.close()
        self.bench, self.faults_reported = bench, 0
        return self.use(next(iter(bench.board_types)))

    def renew(self) -> Board:
        """Open the virtual bench again as it was opened, with what cells have saved on its boards;
        returns the board that cells ran on."""
        board_id, saved = self.board_id, self.saved
        self._reopen()
        self.saved = saved
        for key, files in saved.items():
            for name, text in files.items():
                self.use(key).files.put(name, text)
        return self.use(board_id)

    def use(self, board_id: str) -> Board:
        """Run cells on another board of the bench; the serial lines of the others stay open.

        Raises:
            BoardNotFound: there is no board of this id, or no bench.
        """
        bench = self.need_bench()
        if board_id not in bench.board_types:
            what = _("there is no board {board} on the bench").format(board=repr(board_id))
            raise BoardNotFound(what, suggest(board_id, bench.board_types))
        if board_id not in self._opened:
            self._opened[board_id] = Board(bench.connect(board_id))
        self.board, self.board_id = self._opened[board_id], board_id
        self.url = f"{SCHEME}{bench.board_types[board_id].name}"
        return self.board

    def propose(self, circuit: Path, files: Mapping[str, bytes], roles: Mapping[str, int]) -> None:
        """Set the bench for cells without a `%board connect`; the first of them opens it.

        A virtual board of another circuit is switched off; a real one stays connected.
        """
        if self.bench:
            self.close()
        self._default = lambda: self.open_bench(circuit, files, roles)
        self.proposed, self._refused = True, ""

    def need_board(self) -> Board:
        """The board; opens the proposed one when none is connected.

        Raises: BoardNotFound when the last `connect` failed: cells run on no board that nobody
        chose.
        """
        if self.board is None and self._refused:
            raise BoardNotFound(
                _("No board is connected: {url} was not opened.").format(url=self._refused),
                _("Connect a board first; %board list shows what there is."),
            )
        return self.board or self._default()

    def need_bench(self) -> LiveBench:
        """The virtual bench. Raises: BoardNotFound when a real board is connected."""
        if self.bench is None:
            self.need_board()
        if self.bench is None:
            raise BoardNotFound(
                _("{url} is a real board: there is no virtual bench.").format(url=self.url),
                _("Press the real button, or use a virtual board: %board connect esp32"),
            )
        return self.bench

    def is_bare(self) -> bool:
        """Whether there is a bench with nothing but one board."""
        return self.bench is not None and len(self.bench.diagram.parts) == 1

    def close(self) -> None:
        """Close the board; a virtual one is switched off."""
        for board in {*self._opened.values(), *filter(None, [self.board])}:
            board.close()
        if self.bench:
            self.bench.close()
        self.board, self.bench, self.url, self.roles = None, None, "", {}
        self.board_id, self._opened, self.saved, self._refused = "", {}, {}, ""


def available() -> list[tuple[str, str]]:
    """(URL, description) of what `connect` can open: lines with a USB id, virtual boards."""
    real = [(port.device, port.description) for port in list_ports.comports() if port.vid]
    virtual = [(f"bench:{name}", boards.load(name).title) for name in boards.names()]
    return real + virtual


def is_virtual(url: str) -> bool:
    """Whether `connect` opens a virtual board for this: a `bench:` URL, a diagram, or a name that
    is neither a path nor a Windows port."""
    if url.startswith(SCHEME) or url.endswith(".json"):
        return True
    return not re.search(r"[/\\:]|^COM\d+$", url, re.IGNORECASE)


current = Session()
"""The session of this kernel."""
programs: dict[str, str] = {}
"""The board programs of this notebook: the text of the last `%%board` cell for each file name."""
blank_lines: dict[str, int] = {}
"""How many blank lines each of these cells has above its magic line. IPython drops them, but a
trainee counts them."""
