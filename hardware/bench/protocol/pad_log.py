"""What a board has written to its pads, for parts that are worked out later. This module does not
import numpy: the wiring lint starts without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class LogPlace(NamedTuple):
    """A place in the log of a board's records."""

    power_cycle: int
    number: int
    """Of records of that power cycle before it."""


class Outputs(NamedTuple):
    """Writes to pads, a column for each field."""

    gpio: npt.NDArray[np.int64]
    level: npt.NDArray[np.bool_]
    t_ns: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    """The number of the record in its power cycle."""


class PadLog(Protocol):
    """The records of a board, as far as they are about pads (`trace/recorder.py`)."""

    def place(self, until_ns: int) -> LogPlace:
        """The place behind all that the board has done up to a time."""

    def outputs_since(
        self, since: LogPlace, gpios: Sequence[int], until_ns: int
    ) -> tuple[Outputs, LogPlace]:
        """What the board wrote to pads between a place and a time; and the place behind it."""


class NoRecords:
    """The log of a board that has no program."""

    def place(self, until_ns: int) -> LogPlace:
        """The only place."""
        return LogPlace(0, 0)

    def outputs_since(
        self, since: LogPlace, gpios: Sequence[int], until_ns: int
    ) -> tuple[Outputs, LogPlace]:
        """Nothing was written."""
        import numpy as np

        nothing = np.zeros(0, np.int64)
        return Outputs(nothing, nothing != 0, nothing, nothing), since
