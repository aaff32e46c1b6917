"""Run the text of a cell on the board: output streams, and the stop button reaches the board."""

import os
import sys
from contextlib import suppress

from hardware.errors import BoardTimeout, DeviceError, HardwareError
from hardware.i18n import _
from hardware.notebook import stray_characters
from hardware.notebook.cell_failure import CellFailed, explain
from hardware.notebook.programs import above, programs
from hardware.notebook.session import current
from hardware.wire.board import Board

WATCH_S = 10.0
"""How long a saved program is watched before the notebook goes on, so that "Run All" ends."""


def show(text: str) -> None:
    """Board output. The kernel flushes it each 0.2 s; a flush here would make many messages."""
    sys.stdout.write(text)


def say(text: str) -> None:
    """A line of ours, told from the board's output by its mark."""
    print(f"· {text}")


def run_cell(magic: str, body: str) -> None:
    """Run a `%%board` cell; `magic` is its first line, behind the blank ones above it.

    Raises:
        CellFailed: what went wrong, with the cell's own lines.
    """
    cell = f"{magic}\n{body}"
    try:
        stray_characters.check(cell)
        # Line breaks in front: line n on the board is line n of the cell.
        lead = "\n" * (magic.count("\n") + 1)
        current.need_board().run(lead + body, timeout_s=None, on_output=show)
    except HardwareError as error:
        raise explain(error, cell) from None
    except KeyboardInterrupt:
        raise _stopped() from None
    finally:
        _tell_faults()


def run_program(magic: str, name: str, body: str, *, detach: bool, watch_s: float | None) -> None:
    """Save a `%%board main.py` cell as that file on the board and start the board anew with it.

    Args:
        detach: do not watch it at all.
        watch_s: how long to show its output; None: until it ends.

    Raises:
        CellFailed: what went wrong, with the cell's own lines.
    """
    cell = f"{magic}\n{body}"
    programs[name], above[name] = body, magic.count("\n")
    # Stock nbgrader runs every cell; the graded cells start the program on benches of their own.
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return
    try:
        stray_characters.check(cell)
        board = _save(current.need_board(), name, body.encode())
        if detach:
            board.boot_detached()
        else:
            _watch(board, name, watch_s)
    except HardwareError as error:
        raise explain(error, cell, name, shift=1 + above[name]) from None
    except KeyboardInterrupt:
        current.need_board().interrupt()
        raise _stopped() from None
    finally:
        _tell_faults()


def _save(board: Board, name: str, text: bytes) -> Board:
    """Put a file on the board, whatever the program before has left of it; returns the board.

    Raises: BoardTimeout, DeviceError and others when it is not there.
    """
    current.saved.setdefault(current.board_id, {})[name] = text
    try:
        board.files.put(name, text)
    except BoardTimeout:  # it lets no Ctrl-C through, sleeps deeply, or resets the chip at once
        if current.bench is None:
            raise
        board = _new_board()
    except DeviceError as error:  # it ended with no memory left, and its names are still there
        if not str(error).startswith("MemoryError"):
            raise
        board.soft_reset()
        board.files.put(name, text)
    return board


def reset() -> None:
    """Let the board start anew; a virtual one is replaced when its program lets nobody in then.

    Raises: BoardTimeout when a real one does not come to its prompt.
    """
    try:
        current.need_board().reset()
        say(_("the board has started anew"))
    except BoardTimeout:
        if current.bench is None:
            raise
        _new_board()


def _new_board() -> Board:
    """A virtual board that listens, with the programs of this notebook, in place of one that does
    not."""
    say(_("the program before cannot be stopped: this is a new virtual board"))
    return current.renew()


def _watch(board: Board, name: str, watch_s: float | None) -> None:
    try:
        board.boot(timeout_s=watch_s, on_output=show)
    except BoardTimeout:
        say(_("{name} goes on running on the board").format(name=name))


def _tell_faults() -> None:
    """Say what would have hurt a real board, each fault once a cell."""
    if current.bench:
        with suppress(HardwareError):  # a bench that broke has said so
            faults = current.bench.faults()
            for fault in dict.fromkeys(map(str, faults[current.faults_told :])):
                say(fault)
            current.faults_told = len(faults)


def _stopped() -> CellFailed:
    return CellFailed([_("stopped; the board is ready for the next cell")])
