"""What this notebook is connected to: one board, and its bench when the board is virtual."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from serial.tools import list_ports

from hardware import boards
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.serving.address import SCHEME, parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board
from hardware.errors import BoardNotFound
from hardware.i18n import _
from hardware.wire.board import Board

DEFAULT = "esp32"
"""What a cell gets in a notebook that is about no lab: a bare virtual ESP32."""


class Session:
    """The connection of one kernel. A new one closes the old one."""

    def __init__(self) -> None:
        self._default: Callable[[], Board] = lambda: self.connect(DEFAULT)
        self._again: Callable[[], Board] = self._default
        self.board: Board | None = None
        self.bench: LiveBench | None = None
        self.url = ""
        self.faults_told = 0
        """So many of the bench's faults have been told."""
        self.roles: dict[str, int] = {}
        """GPIO numbers of the lab's own names for pins (`LED_R`); empty outside a lab."""
        self.board_id = ""
        """Which of the bench's boards cells run on."""
        self.saved: dict[str, dict[str, bytes]] = {}
        """What cells have put on each board of the bench: file name to text."""
        self._opened: dict[str, Board] = {}

    def connect(self, url: str) -> Board:
        """Open a real board by its URL or device, or a virtual one by `bench:…`, the path of a
        diagram, name or family.

        Raises:
            BoardNotFound, BoardBusy, DiagramError: as the port and the bench say.
        """
        if url.startswith(SCHEME) or url.endswith(".json") or _is_board_type(url):
            where = parse(url)
            bench = LiveBench(
                where.circuit, mode=where.mode, seed=where.seed, flash=where.flash, baud=where.baud
            )
            self._again = lambda: self.connect(url)
            return self._adopt(bench)
        self.close()
        self.board, self.url = open_board(url), url
        return self.board

    def open_bench(
        self,
        circuit: str | Path | Mapping[str, Any] | Diagram,
        files: Mapping[str, bytes] | None = None,
        roles: Mapping[str, int] | None = None,
    ) -> Board:
        """A virtual board in the given circuit, in real time, with `files` on its flash."""
        self._again = lambda: self.open_bench(circuit, files, roles)
        board = self._adopt(LiveBench(circuit))
        self.roles = dict(roles or {})
        for name, data in (files or {}).items():
            board.files.put(name, data)
        return board

    def _adopt(self, bench: LiveBench) -> Board:
        """Take a new bench in place of what was connected."""
        self.close()
        self.bench, self.faults_told = bench, 0
        return self.use(next(iter(bench.board_types)))

    def renew(self) -> Board:
        """The virtual bench as it was when it was opened, with what cells have put on its boards,
        and the board of before turned to."""
        board_id, saved = self.board_id, self.saved
        self._again()
        self.saved = saved
        for one, files in saved.items():
            for name, text in files.items():
                self.use(one).files.put(name, text)
        return self.use(board_id)

    def use(self, board_id: str) -> Board:
        """Turn to another board of the bench; the serial lines of the others stay open.

        Raises:
            BoardNotFound: no board of this id, or no bench.
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
        """The bench for cells that run before any `%board connect`; opened when one needs it.

        A virtual board of another circuit is switched off, a real one stays connected.
        """
        if self.bench:
            self.close()
        self._default = lambda: self.open_bench(circuit, files, roles)

    def need_board(self) -> Board:
        """The board; opens the proposed one when there is none yet."""
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

    def close(self) -> None:
        """Give the board back; a virtual one is switched off."""
        for board in {*self._opened.values(), *filter(None, [self.board])}:
            board.close()
        if self.bench:
            self.bench.close()
        self.board, self.bench, self.url, self.roles = None, None, "", {}
        self.board_id, self._opened, self.saved = "", {}, {}


def available() -> list[tuple[str, str]]:
    """(URL, description) of what `connect` would find: lines with a USB id, virtual boards."""
    real = [(port.device, port.description) for port in list_ports.comports() if port.vid]
    virtual = [(f"bench:{name}", boards.load(name).title) for name in boards.names()]
    return real + virtual


def _is_board_type(name: str) -> bool:
    return any(name in (known, boards.load(known).family) for known in boards.names())


current = Session()
"""The session of this kernel."""
