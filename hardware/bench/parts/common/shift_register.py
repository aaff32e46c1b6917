"""Parts into which a program shifts bits, and that take them over at an edge of another line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from hardware.bench.parts.common.logic import Logic

if TYPE_CHECKING:  # numpy: the lint needs none
    import numpy as np
    import numpy.typing as npt


class ShiftRegister(Logic):
    """Bits come in at `DATA` with the rising edges of `CLOCK`, and go out at `CARRY`, to the next
    register of a chain. A rising edge of `LATCH` takes over what the stages hold.

    While no program notices what comes of that, a chain gets no edges: its state is worked out
    when somebody looks (`circuit/lazy_registers.py`).
    """

    DATA: ClassVar[str]
    CLOCK: ClassVar[str]
    LATCH: ClassVar[str]
    CARRY: ClassVar[str]
    CLEAR: ClassVar[str] = ""
    """Low clears the stages; empty: it has none."""
    SHOWN: ClassVar[tuple[str, ...]] = ()
    """The outputs that have the bits that were taken over."""
    WORD_BITS: ClassVar[int] = 0
    """What it takes over are words of so many bits, which `take_words` loads one after the other;
    0: the outputs `SHOWN` have it."""
    CARRIES_LATE: ClassVar[bool] = False
    """`CARRY` changes at the falling edge of the clock, not at the rising one."""

    shifted = 0
    """What the stages hold; the lowest bit came last."""

    @property
    @abstractmethod
    def stages(self) -> int:
        """How many there are."""

    @property
    def shifts(self) -> bool:
        """Whether edges have an effect now."""
        return self.powered and (not self.CLEAR or self.level[self.CLEAR])

    def take_words(self, words: Sequence[npt.NDArray[np.int64]]) -> None:
        """Takes what edges have led to that were worked out elsewhere: for each word of stages,
        the latest bits first, all that was taken over, in order."""

    def take_shifted(self, shifted: int, carry: bool | None) -> None:
        """Takes what the stages hold after edges that were worked out elsewhere, and the level of
        `CARRY`; None: it is as before."""
        self.shifted = shifted
        if carry is not None:
            self.driven[self.CARRY] = carry
