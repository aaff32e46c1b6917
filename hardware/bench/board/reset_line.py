"""The reset pin of a board: EN of an ESP32, RUN of a Pico."""

from contextlib import AbstractContextManager

from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.events import NEVER

RELEASE_NS = 10_000_000
"""The time from the rise of the pin to the start of the board: 10 kOhm and 1 uF of the ESP32
boards take about that long. A Pico has no capacitor there: a button that bounces starts it a few
more times, each time too briefly for its program to run."""


class ResetLine:
    """A low level ends the board's process. After a high level a new one starts, as at power on.

    Args:
        lock: guards the changes of a board's process.
    """

    def __init__(self, board: VirtualBoard, lock: AbstractContextManager[object]) -> None:
        self._board = board
        self._lock = lock
        self._low = False
        self._starts_ns = NEVER

    def update(self) -> None:
        """Reads the level at the pin, and acts if it has changed."""
        board = self._board
        low = board.circuit.held()
        if low == self._low:
            return
        self._low = low
        self._starts_ns = NEVER if low else board.now_ns + RELEASE_NS
        if low:
            with self._lock:
                board.hold_in_reset()
        else:
            board.at(self._starts_ns, self._start)

    def _start(self) -> None:
        board = self._board
        again = board.now_ns == self._starts_ns  # and not low again meanwhile
        if board.in_reset and board.plugged and again:
            with self._lock:
                board.power_on()
