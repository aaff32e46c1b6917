"""Measurements as OpenHTF records them: a name, a value, a unit, limits, and a verdict.

FAIL says that a value was measured and is outside its limits. ERROR says that the test could not
be made (a cable was unplugged, a board did not answer): nothing is known of the board then.
"""

from dataclasses import dataclass
from typing import Literal

from hardware.errors import HardwareError
from hardware.i18n import _

Verdict = Literal["PASS", "FAIL", "ERROR"]
DECIMALS = 4
"""Values are rounded to this, so that a record has no digits that mean nothing."""


@dataclass(frozen=True)
class ValueRange:
    """The smallest and the largest good value; None: no limit."""

    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Measurement:
    """A measured value. `uncertainty` (same unit) counts for the board: it fails only when the
    value is outside its limits by more than that."""

    name: str
    value: float
    limits: ValueRange
    uncertainty: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the value is within its limits."""
        low, high = self.limits.minimum, self.limits.maximum
        too_low = low is not None and self.value + self.uncertainty < low
        too_high = high is not None and self.value - self.uncertainty > high
        return not (too_low or too_high)


@dataclass(frozen=True)
class BoardFault:
    """What is wrong with a board: a kind that `fault_words` explains, and the GPIO numbers."""

    kind: str
    gpios: tuple[int, ...] = ()


@dataclass(frozen=True)
class StepError:
    """A step that could not be made, and why."""

    step: str
    error: HardwareError

    @property
    def cause(self) -> str:
        """What went wrong."""
        return self.error.cause

    @property
    def cure(self) -> str:
        """What to do about it."""
        return self.error.cure


def verdict_word(verdict: Verdict) -> str:
    """A verdict in the reader's language."""
    words = {"PASS": _("PASS"), "FAIL": _("FAIL"), "ERROR": _("NOT TESTED")}
    return words[verdict]


def rounded(value: float) -> float | int:
    """A value as a record has it; a whole number is an integer, so that JSON writes it in one
    way."""
    value = round(value, DECIMALS)
    return int(value) if value == int(value) else value
