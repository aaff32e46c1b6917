"""The state of this notebook: its board, the bench of a virtual board, and its programs."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from IPython import get_ipython
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from hardware import boards
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.serving.address import SCHEME, find_diagram, parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.program_tail import ProgramTail
from hardware.connect import open_board
from hardware.errors import BoardNotFound, HardwareError
from hardware.i18n import _
from hardware.notebook.widget_server import WidgetServer
from hardware.wire.board import Board

DEFAULT = "esp32"
"""The board of a notebook that belongs to no lab: a bare virtual ESP32."""
MOST_PROGRAMS = 50
"""How many programs of cells completion reads."""


class Session:
    """The board of one kernel. A new connection closes the old one."""

    def __init__(self) -> None:
        self._default: Callable[[], Board] = lambda: self.connect(DEFAULT)
        self._reopen: Callable[[], Board] = self._default
        self.board: Board | None = None
        self.bench: LiveBench | None = None
        self._tails: dict[str, ProgramTail] = {}
        self._widget_server: WidgetServer | None = None
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
        self._family = DEFAULT
        """Of a real board, or of the board that the lab proposes."""
        self._ran: dict[str, list[str]] = {}
        self._given: dict[str, bytes] = {}
        """The lab's files for the board."""
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
        self.board, self.url, self._family = board, url, _family_at(url)
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
        self.roles, self._given = dict(roles or {}), dict(files or {})
        for name, data in self._given.items():
            board.files.put(name, data)
        return board

    def _connect_bench(self, bench: LiveBench) -> Board:
        """Use a new bench in place of what was connected."""
        self.close()
        self.bench, self.faults_reported = bench, 0
        self._tails = {board: ProgramTail() for board in bench.board_types}
        for board, tail in self._tails.items():
            bench.keep_output(tail, board)
        return self.use(next(iter(bench.board_types)))

    def renew(self) -> Board:
        """Open the virtual bench again as it was opened, with what cells have saved on its boards;
        returns the board that cells ran on."""
        board_id, saved = self.board_id, self.saved
        self._reopen()
        self.saved = saved
        for key, files in saved.items():
            for name, text in files.items():
                for folder in [*PurePosixPath(name).parents][-2::-1]:
                    with suppress(FileExistsError):
                        self.use(key).files.mkdir(str(folder))
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
            port, tail = bench.connect(board_id), self._tails[board_id]
            self._opened[board_id] = Board(port, tail.expect)
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
        self._given = dict(files)
        if self.board is None:
            kinds = [boards.for_diagram(spec.type) for spec in find_diagram(circuit).parts]
            self._family = next(kind.family for kind in kinds if kind)

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

    def widget_server(self) -> WidgetServer | None:
        """What shows the bench in the outputs of cells; None without a kernel, and where nobody
        will look: a notebook that is graded."""
        watched = hasattr(get_ipython(), "kernel") and "NBGRADER_EXECUTION" not in os.environ
        if self._widget_server is None and watched:
            with suppress(OSError):  # the picture is enough
                self._widget_server = WidgetServer(self.need_bench(), self._tails)
        return self._widget_server

    def family(self) -> str:
        """The family of the board that cells run on, or will run on: `esp32`, `rp2`. Of a real
        board its USB id tells it; without one, it is `esp32`."""
        found = self.bench.board_types.get(self.board_id) if self.bench else None
        return found.family if found else self._family

    def files(self, board_id: str = "") -> dict[str, bytes]:
        """The files of a board of the bench, or of the board that cells run on, as far as this
        notebook knows them: the lab's, and what cells have saved."""
        return {**self._given, **self.saved.get(board_id or self.board_id, {})}

    def note_file(self, name: str, data: bytes) -> None:
        """A file was saved on the board; a virtual board that is replaced gets it again."""
        self.saved.setdefault(self.board_id, {})[name.lstrip("/")] = data

    def forget_file(self, name: str) -> None:
        """A file was removed from the board."""
        for files in (self._given, self.saved.get(self.board_id, {})):
            files.pop(name.lstrip("/"), None)

    def ran(self) -> list[str]:
        """The programs that cells have run on the board since its reset, the last one last."""
        return self._ran.get(self.board_id, [])

    def note_program(self, text: str, *, fresh: bool = False) -> None:
        """A cell runs this program; with `fresh`, in a new interpreter."""
        before = [] if fresh else [other for other in self.ran() if other != text]
        self._ran[self.board_id] = [*before, text][-MOST_PROGRAMS:]

    def is_bare(self) -> bool:
        """Whether there is a bench with nothing but one board."""
        return self.bench is not None and len(self.bench.diagram.parts) == 1

    def close(self) -> None:
        """Close the board; a virtual one is switched off."""
        for board in {*self._opened.values(), *filter(None, [self.board])}:
            board.close()
        if self.bench:
            self.bench.close()
        if self._widget_server:
            self._widget_server.close()
        self.board, self.bench, self._widget_server = None, None, None
        self.url, self.roles = "", {}
        self.board_id, self._opened, self.saved, self._refused = "", {}, {}, ""
        self._ran, self._given = {}, {}


def available() -> list[tuple[str, str]]:
    """(URL, description) of what `connect` can open: lines with a USB id, virtual boards."""
    real = [(port.device, port.description) for port in _usb_ports()]
    virtual = [(f"bench:{name}", boards.load(name).title) for name in boards.names()]
    return real + virtual


def _family_at(url: str) -> str:
    """The family of a real board, from the USB id of its port."""
    ids = {f"{port.vid:04x}:{port.pid:04x}" for port in _usb_ports() if port.device == url}
    known = map(boards.load, boards.names())
    return next((board.family for board in known if ids & {*board.usb_ids}), DEFAULT)


def _usb_ports() -> list[ListPortInfo]:
    return [port for port in list_ports.comports() if port.vid]


def is_virtual(url: str) -> bool:
    """Whether `connect` opens a virtual board for this: a `bench:` URL, a diagram, or a name that
    is neither a path nor a Windows port."""
    if url.startswith(SCHEME) or url.endswith(".json"):
        return True
    return not re.search(r"[/\\:]|^COM\d+$", url, re.IGNORECASE)


current = Session()
"""The session of this kernel."""
CELL = ""
"""Stands for a file name: a `%%board` cell without one."""
programs: dict[str, str] = {}
"""The board programs of this notebook: the text of the last `%%board` cell for each file name, and
of the last without one. The last that ran is at the end."""
blank_lines: dict[str, int] = {}
"""How many blank lines each of these cells has above its magic line. IPython drops them, but a
trainee counts them."""
