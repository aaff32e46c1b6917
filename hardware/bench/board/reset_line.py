"""The pin that holds a board in reset: EN of an ESP32, RUN of a Pico."""

from contextlib import AbstractContextManager

from hardware.bench.board.virtual_board import VirtualBoard
from hardware.bench.events import NEVER

RELEASE_NS = 10_000_000
"""The board starts so long after the pin was let go: the ESP32 boards' 10 kOhm and 1 uF take
about that. A Pico has no capacitor there; on it a button that bounces gives some starts more, none
of which comes to the program."""


class ResetLine:
    """Low, it ends the board's process; high again, a new one begins as after power on.

    Args:
        lock: guards the changes of a board's process.
    """

    def __init__(self, station: VirtualBoard, lock: AbstractContextManager[object]) -> None:
        self._station = station
        self._lock = lock
        self._low = False
        self._begins_ns = NEVER

    def look(self) -> None:
        """Does what the level at the pin says, if that is another than before."""
        station = self._station
        low = station.circuit.held()
        if low == self._low:
            return
        self._low = low
        self._begins_ns = NEVER if low else station.now_ns + RELEASE_NS
        if low:
            with self._lock:
                station.hold()
        else:
            station.at(self._begins_ns, self._begin)

    def _begin(self) -> None:
        station = self._station
        if station.held and station.now_ns == self._begins_ns:  # not pulled down again meanwhile
            with self._lock:
                station.power_on()
