"""Certifies several boards at once, a thread a board."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from serial.tools import list_ports

from hardware import boards
from hardware.boards import BoardType
from hardware.connect import open_board
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.wire.board import Board
from station.certify.fault_words import fault_words
from station.certify.measurement import Verdict
from station.certify.plan import load_plan
from station.certify.self_test import (
    STEPS,
    Identity,
    OnStep,
    SelfTest,
    TestResult,
    board_type,
    identify,
)
from station.errors import StationError
from station.thread_per_board import thread_per_board

TypeOf = Callable[[str], str]
"""The board type of a MAC; "" when it is not known."""
OnBoardStep = Callable[[str, str, int, int], None]
"""Gets the port, the step that begins (for people), how many are done, and how many there are."""


@dataclass(frozen=True)
class PortOutcome:
    """What came of the board at a port: a result, or the reason why there is none."""

    port: str
    result: TestResult | None = None
    error: HardwareError | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the result; ERROR without one."""
        return self.result.verdict if self.result else "ERROR"

    @property
    def causes(self) -> list[str]:
        """What is wrong with the board, and why it could not be tested."""
        if self.result is None:
            return [str(self.error)]
        kind = self.result.plan.board
        faults = [fault_words(fault, kind)[0] for fault in self.result.board_faults]
        return faults + [error.cause for error in self.result.errors]


def plugged_ports() -> list[str]:
    """The serial ports whose USB id is one of a board type."""
    known = {usb_id for kind in map(boards.load, boards.names()) for usb_id in kind.usb_ids}
    ports = (port for port in list_ports.comports() if port.vid)
    return sorted(port.device for port in ports if f"{port.vid:04x}:{port.pid:04x}" in known)


def certify_all(
    ports: Sequence[str], type_of: TypeOf, on_step: OnBoardStep, *, with_jig: bool
) -> list[PortOutcome]:
    """Test the boards at these ports. An error of one board does not stop the others; Ctrl-C ends
    each before its next step."""
    stopped = threading.Event()

    def step(port: str, name: str, done: int, all_: int) -> None:
        if stopped.is_set():
            raise StationError(_("it was stopped"), _("Test the board again."))
        on_step(port, name, done, all_)

    def one(port: str) -> PortOutcome:
        try:
            return PortOutcome(port, _certify(port, type_of, step, with_jig))
        except HardwareError as error:
            return PortOutcome(port, error=error)

    return thread_per_board(one, ports, stopped)


@contextmanager
def board_at(port: str) -> Iterator[Board]:
    """The board at a port. Whatever happens, it is left at its friendly prompt, where people and
    other programs expect it."""
    with open_board(port) as board:
        try:
            yield board
        finally:
            with suppress(HardwareError):
                board.leave_to_people()


def _certify(port: str, type_of: TypeOf, on_step: OnBoardStep, with_jig: bool) -> TestResult:
    with board_at(port) as board:
        identity = identify(board)
        kind = board_type(identity, type_of(identity.mac))
        return certify_board(
            board,
            identity,
            kind,
            lambda step, done, all_: on_step(port, STEPS[step](), done, all_),
            with_jig=with_jig,
        )


def certify_board(
    board: Board, identity: Identity, kind: BoardType, on_step: OnStep, *, with_jig: bool
) -> TestResult:
    """Test an identified board; then only its own program is on it."""
    test = SelfTest(board, identity, load_plan(kind.name), with_jig=with_jig)
    result = test.run(on_step)
    with suppress(HardwareError):  # what it found counts; only the program stays on the board
        board.soft_reset()
    return result
