"""Wipes a board: programs, files and settings, so also the passwords of WiFi networks.

Deleted files stay in the flash until their blocks are used again. So every block is erased, and
read back. Trust boundary: the board sends plain values only (`Board.eval`), and their form is
checked.
"""

from collections.abc import Callable
from pathlib import Path

from hardware.errors import ProtocolError
from hardware.i18n import _
from hardware.wire.board import Board
from station.errors import NotWiped

PROGRAM = Path(__file__).with_name("wipe_board.py")
BLOCKS_AT_ONCE = 16
"""64 KB; a flash chip takes about 1 s for them: typically 45 ms for 4 KB (W25Q32JV, 9.6)."""
CALL_S = 30.0
"""A chip near the end of its life takes 400 ms a block (the same table)."""
MOST_AREAS, MOST_BLOCKS = 16, 4096
"""16 MB: a board that claims more is not believed."""
BLOCK = 4096
FIRST_FILES = {"boot.py"}
"""What the ESP32's MicroPython puts into a new file system."""
RESET_S = 20.0
"""MicroPython makes its file system in this time."""
OnBlock = Callable[[int, int], None]
"""Gets how many blocks are done, and how many there are."""


def wipe(board: Board, on_block: OnBlock = lambda _done, _all: None) -> int:
    """Erase all that programs can write, then reset the board: it has an empty file system.

    Returns: the number of bytes that were erased and read back.
    Raises: NotWiped when something is left; HardwareError when the board does not answer.
    """
    board.soft_reset()
    board.run(PROGRAM.read_text(encoding="utf-8"))
    areas = _areas(board)
    total, done = sum(count for _name, count in areas), 0
    for number, (name, count) in enumerate(areas):
        for first in range(0, count, BLOCKS_AT_ONCE):
            some = min(BLOCKS_AT_ONCE, count - first)
            on_block(done, total)
            bad = board.eval(f"wipe({number}, {first}, {some})", timeout_s=CALL_S)
            if bad != 0:
                cause = _("the flash is damaged: {bad} of {some} blocks of {name} are not empty")
                raise NotWiped(
                    cause.format(bad=bad, some=some, name=name),
                    _("Its old content may still be there: do not lend it, destroy it."),
                )
            done += some
    board.reset(timeout_s=RESET_S)
    if left := {file.name for file in board.files.ls()} - FIRST_FILES:
        cause = _("files are still there: {names}").format(names=", ".join(sorted(left)))
        raise NotWiped(cause, _("Flash the board, and wipe it again."))
    return total * BLOCK


def _areas(board: Board) -> list[tuple[str, int]]:
    """The areas that the board names. Raises: ProtocolError."""
    answer = board.eval("areas()", timeout_s=CALL_S)
    try:
        found = [(str(name), int(count)) for name, count in answer]  # type: ignore[attr-defined]
        if not 1 <= len(found) <= MOST_AREAS or not 1 <= sum(n for _x, n in found) <= MOST_BLOCKS:
            raise ValueError(found)
    except (ValueError, TypeError) as error:
        cause = _("the board sent an invalid answer: {error}").format(error=error)
        raise ProtocolError(cause, _("Flash MicroPython again, and start again.")) from error
    return found
