"""The state of this notebook: its board, the bench of a virtual board, and its programs."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from IPython import get_ipython

from hardware import boards
from hardware.bench.circuit import tolerant
from hardware.bench.diagram import Diagram, suggest
from hardware.bench.serving.address import SCHEME, find_diagram, names_file, parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.bench_source import BenchSource
from hardware.bench.serving.page.board_source import BoardSource
from hardware.bench.serving.program_tail import ProgramTail
from hardware.connect import DEFAULT, family_at, open_port, usb_ports
from hardware.errors import BoardNotFound, HardwareError
from hardware.i18n import _
from hardware.notebook.widget_server import WidgetServer
from hardware.wire.board import Board
from hardware.wire.watched_port import WatchedPort

STARTED = ("boot.py", "main.py")
"""The files that a board runs at its start."""
START_S = 5.0
"""The longest time from a reset to the prompt."""
MOST_PROGRAMS = 50
"""How many programs of cells completion reads."""


class Session:
    """The board of one kernel. A new connection closes the old one."""

    def __init__(self) -> None:
        self._default: Callable[[], Board] = lambda: self.connect(DEFAULT)
        self.board: Board | None = None
        self.bench: LiveBench | None = None
        self._line: tuple[WatchedPort, ProgramTail] | None = None
        """Of a real board."""
        self._source: BoardSource | None = None
        self._tails: dict[str, ProgramTail] = {}
        self._plan: Diagram | None = None
        """The circuit of the lab, or the last one that was opened: the wiring plan of a real
        board."""
        self._plan_file: Path | None = None
        self._bench_file: Path | None = None
        """The files of that circuit, and of the bench's, if they have one."""
        self.editor_name = ""
        """What outputs call the editor that was opened last (`bench_editor.py`)."""
        self._widget_server: WidgetServer | None = None
        self.url = ""
        self.proposed = False
        """A lab has proposed its bench."""
        self.find_lab: Callable[[], None] = lambda: None
        """Proposes the bench of the notebook's lab while no cell has: the grader sets this."""
        self.faults_reported = 0
        """How many of the bench's faults were reported."""
        self.roles: dict[str, int] = {}
        """The lab's names for pins (`LED_R`), with their GPIO numbers; empty outside a lab."""
        self.board_id = ""
        """The board of the bench that cells run on."""
        self.saved: dict[str, dict[str, bytes]] = {}
        """What cells have saved on each board of the bench, by board id and file name: what
        completion and checks know of its files."""
        self.begun: dict[str, bytearray] = {}
        """What came of a file before its transfer from the board was cut, by its name; kept over a
        new connection."""
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
                which board cells still run: the one that is connected, or that of the lab. When
                there is neither, cells run nowhere.
        """
        try:
            return self._connect(url)
        except HardwareError as error:
            stays = _("Cells still run on {url}.").format(url=self.url)
            if self.board is None and self.proposed:
                stays = _("Cells still run on the virtual board of the lab.")
            elif self.board is None:
                self._refused, stays = url, ""
            error.cure = f"{error.cure} {stays}".strip()
            raise

    def _connect(self, url: str) -> Board:
        if is_virtual(url):
            where = parse(url)
            named = where.circuit
            circuit = tolerant.load(Path(named)) if names_file(named) else named
            bench = LiveBench(
                circuit, mode=where.mode, seed=where.seed, flash=where.flash, baud=where.baud
            )
            return self._connect_bench(bench, where.circuit)
        if url == self.url and self.board:
            try:
                self.board.check_line()
                self.board.leave_prompt()
                return self.board
            except BoardNotFound:  # it was unplugged, and has perhaps come back
                self.close()
        tail = ProgramTail()
        port = WatchedPort(open_port(url), tail.offer)
        self.close()
        self.board, self.url, self._family = Board(port, tail.expect), url, family_at(url)
        self._line = port, tail
        return self.board

    def open_bench(
        self,
        circuit: str | Path | Mapping[str, Any] | Diagram,
        files: Mapping[str, bytes] | None = None,
        roles: Mapping[str, int] | None = None,
    ) -> Board:
        """Open a virtual board in a circuit, in real time, with `files` on its flash."""
        board = self._connect_bench(LiveBench(circuit), circuit)
        self.roles, self._given = dict(roles or {}), dict(files or {})
        for name, data in self._given.items():
            board.files.put(name, data)
        return board

    def _connect_bench(self, bench: LiveBench, circuit: object) -> Board:
        """Use a new bench in place of what was connected; it has this circuit."""
        self.close()
        self.bench, self.faults_reported, self._bench_file = bench, 0, _file_of(circuit)
        if not self.is_bare():
            self._plan, self._plan_file = bench.diagram, self._bench_file
        self._tails = {board: ProgramTail() for board in bench.board_types}
        for board, tail in self._tails.items():
            bench.keep_output(tail, board)
        return self.use(next(iter(bench.board_types)))

    def reset_to_prompt(self) -> None:
        """Reset the virtual board that cells run on, whatever its programs do: boot.py and main.py
        do not run at this start. All its files stay.

        Raises: BoardTimeout when it does not come to its prompt all the same.
        """
        board = self.need_board()
        programs = self.need_bench().reset_without(STARTED, self.board_id)
        board.stop(timeout_s=START_S)
        for name, data in programs.items():
            board.files.put(name, data)

    def run_circuit(self, circuit: Path) -> Board:
        """Open a virtual bench with a circuit file in place of the present one, with what cells
        have saved on its boards; returns the board that cells run on."""
        board_id, saved = self.board_id, self.saved
        self.open_bench(circuit, self._given, self.roles)
        known = self.need_bench().board_types
        self.saved = {key: files for key, files in saved.items() if key in known}
        for key, files in self.saved.items():
            for name, text in files.items():
                for folder in [*PurePosixPath(name).parents][-2::-1]:
                    with suppress(FileExistsError):
                        self.use(key).files.mkdir(str(folder))
                self.use(key).files.put(name, text)
        return self.use(board_id if board_id in known else next(iter(known)))

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
        self._plan, self._plan_file = find_diagram(circuit), circuit.resolve()
        if self.board is None:
            kinds = [boards.for_diagram(spec.type) for spec in self._plan.parts]
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
        if not (self.board or self.proposed):
            self.find_lab()
        return self.board or self._default()

    def will_open_bench(self) -> bool:
        """Whether the next cell for the board opens the bench that a lab has proposed."""
        return self.board is None and self.proposed

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
        """What shows the bench, or the real board, in the outputs of cells; None without a kernel,
        and where nobody will look: a notebook that is graded."""
        watched = hasattr(get_ipython(), "kernel") and "NBGRADER_EXECUTION" not in os.environ
        if self._widget_server is None and watched:
            source = self.real_board() or BenchSource(
                self.need_bench(), self._tails, self.editor_name
            )
            with suppress(OSError):  # the picture is enough
                self._widget_server = WidgetServer(source)
        return self._widget_server

    def need_circuit(self) -> tuple[Diagram, Path | None]:
        """The circuit of the bench, or the wiring plan of the real board, and its file if it has
        one. Raises: BoardNotFound when a real board has no plan."""
        self.need_board()
        if self.bench:
            return self.bench.diagram, self._bench_file
        if self._plan is None:
            raise no_plan(self.url)
        return self._plan, self._plan_file

    def real_board(self) -> BoardSource | None:
        """What can be seen of the real board; None when none is connected."""
        if self._source is None and self._line and self.board:
            self._source = BoardSource(self.board, *self._line, self._family, self._plan)
        return self._source

    def tail(self) -> ProgramTail:
        """The last output of programs on the board that is connected."""
        return self._line[1] if self._line else self._tails[self.board_id]

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
        """A file was saved on the board."""
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
        if self._widget_server:
            self._widget_server.close()
        for board in {*self._opened.values(), *filter(None, [self.board])}:
            board.close()
        if self.bench:
            self.bench.close()
        self.board, self.bench, self._widget_server = None, None, None
        self._line, self._source, self.editor_name = None, None, ""
        self.url, self.roles = "", {}
        self.board_id, self._opened, self.saved, self._refused = "", {}, {}, ""
        self._ran, self._given = {}, {}


def no_plan(url: str) -> BoardNotFound:
    """The error for a real board whose circuit is not known."""
    return BoardNotFound(
        _("{url} is a real board without a wiring plan.").format(url=url),
        _("Connect its circuit once, then the board again: %board connect diagram.json"),
    )


def _file_of(circuit: object) -> Path | None:
    """The file of a circuit as it was given to `connect` or `open_bench`."""
    names = isinstance(circuit, Path) or (isinstance(circuit, str) and names_file(circuit))
    return Path(str(circuit)).resolve() if names else None


def available() -> list[tuple[str, str]]:
    """(URL, description) of what `connect` can open: lines with a USB id, virtual boards."""
    real = [(port.device, port.description) for port in usb_ports()]
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
CELL = ""
"""Stands for a file name: a `%%board` cell without one."""
programs: dict[str, str] = {}
"""The board programs of this notebook: the text of the last `%%board` cell for each file name, and
of the last without one. The last that ran is at the end."""
blank_lines: dict[str, int] = {}
"""How many blank lines each of these cells has above its magic line. IPython drops them, but a
trainee counts them."""
