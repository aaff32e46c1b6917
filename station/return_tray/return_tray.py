"""Takes boards back at the end of a course, with one scan each: a board is found among those that
are plugged in, wiped, tested again, and its loan ends.

Boards work side by side while the next ones are scanned. A board that cannot be wiped is back all
the same, but it is faulty: it is not lent again with somebody's password in it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from hardware.errors import HardwareError
from hardware.i18n import _
from station.certify.fault_words import jig_question
from station.certify.keeping import keep
from station.certify.keys import StationKey
from station.certify.measurement import verdict_word
from station.certify.self_test import identify
from station.certify.side_by_side import PortOutcome, board_at, certify_all
from station.errors import Refused, StationError
from station.inventory import boards
from station.inventory.database import Inventory
from station.inventory.scan_loop import ReturnDesk, ScanLine
from station.inventory.tables import BoardRow
from station.return_tray.check_in import check_in, wipe_returned

MOST_AT_ONCE = 16
MOST_CAUSES = 3
"""So many are in a line; the record has all."""
OnLine = Callable[[ScanLine], None]
"""Gets what became of a board, when it is done."""


@dataclass(frozen=True)
class TestSetup:
    """How boards are tested, and where their records go."""

    __test__ = False  # pytest: this is no class of tests

    key: StationKey
    folder: Path
    with_jig: bool


class ReturnTray(ReturnDesk):
    """Scan boards that are plugged in; `finish` waits for those that still work."""

    def __init__(
        self,
        inventory: Inventory,
        ports: Callable[[], list[str]],
        setup: TestSetup,
        show: OnLine,
    ) -> None:
        """`ports`: those that are plugged in now; they are asked again when a board is not
        found."""
        super().__init__(inventory)
        self._ports, self._setup, self._show = ports, setup, show
        self._macs: dict[str, str] = {}
        """Port to the MAC of its board."""
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE)
        self._working: dict[str, Future[None]] = {}
        """The work on each board, by MAC."""
        self._ending = Lock()
        self.failed = 0
        """Boards that did not pass, or were not tested or not wiped."""

    def finish(self) -> None:
        """Wait for all boards."""
        self._threads.shutdown()

    def _scan(self, code: str) -> list[ScanLine]:
        lines = []
        for board in self._found(code)[0]:
            if board.mac in self._working:
                raise Refused(_("{board} was scanned already").format(board=board.label))
            port = self._port_of(board)
            self._working[board.mac] = self._threads.submit(self._take_in, board, port)
            text = _("{board} is being wiped and tested: {port}")
            lines.append(ScanLine(True, text.format(board=board.label, port=port)))
        return lines

    def _port_of(self, board: BoardRow) -> str:
        """Where the board is plugged in. Raises: Refused."""
        silent = []
        if board.mac not in self._macs.values():
            working = {mac for mac, work in self._working.items() if not work.done()}
            for port in self._ports():
                if self._macs.get(port) not in working:
                    silent += self._look_at(port)
        for port, mac in self._macs.items():
            if mac == board.mac:
                return port
        cause = _("{board} is not among the boards that answer").format(board=board.label)
        if silent:
            cause = f"{cause} ({'; '.join(silent)})"
        cure = _("plug it in and scan it again; a dead board: warsha boards return, then fault")
        raise Refused(cause, cure)

    def _look_at(self, port: str) -> list[str]:
        """Ask the board at a port who it is. Returns: why it does not answer, if so."""
        self._macs.pop(port, None)
        try:
            with board_at(port) as board:
                self._macs[port] = identify(board).mac
        except HardwareError as error:
            return [str(error)]
        return []

    def _take_in(self, board: BoardRow, port: str) -> None:
        """Wipe, test and take back one board; an error of it stops no other."""
        outcome, not_wiped = None, ""
        try:
            self._wipe(board, port)
            (outcome,) = certify_all(
                [port], lambda _mac: board.type, lambda *_step: None, with_jig=self._setup.with_jig
            )
        except HardwareError as error:
            not_wiped = f"{error} {error.cure}".strip()
        try:
            line = self._ended(board, outcome, not_wiped)
        except (HardwareError, OSError) as error:
            line = ScanLine(False, f"{board.label}: {error}")
        with self._ending:
            self.failed += not line.good
            self._show(line)

    def _wipe(self, board: BoardRow, port: str) -> None:
        """Raises: HardwareError."""
        with board_at(port) as opened:
            if identify(opened).mac != board.mac:  # swapped since it was found
                cause = _("another board is plugged in at {port} now").format(port=port)
                raise StationError(cause, _("Plug it in and scan it again."))
            wipe_returned(opened, board.mac, self._inventory)

    def _ended(self, board: BoardRow, outcome: PortOutcome | None, not_wiped: str) -> ScanLine:
        """Record what came out, and end the loan. Raises: StationError, OSError."""
        if outcome and outcome.result:
            keep(outcome.result, self._setup.folder, self._setup.key, self._inventory)
        if loan := check_in(self._inventory, board.mac, not_wiped):
            self._scans.append([loan])
        with self._inventory.read() as session:
            state = boards.state_name(boards.find(session, board.mac).state)
        text = _("{board}: {result}, it was not lent, now: {state}")
        if loan:
            text = _("{board}: {result}, back from {trainee}, now: {state}")
        line = text.format(
            board=board.label,
            result=verdict_word(outcome.verdict) if outcome else _("NOT WIPED"),
            trainee=loan.trainee if loan else "",
            state=state,
        )
        causes = outcome.causes if outcome else [not_wiped]
        if outcome and outcome.result and (question := jig_question(outcome.result)):
            causes = [" ".join(question), *causes]
        why = _("; ").join([*causes[:MOST_CAUSES], "…"] if len(causes) > MOST_CAUSES else causes)
        good = outcome is not None and outcome.verdict == "PASS"
        return ScanLine(good, f"{line}: {why}" if why else line)
