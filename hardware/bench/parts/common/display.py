"""Displays: what a person reads on them, and which LEDs look lit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hardware.bench.parts.common.part import PartView

Pixels = npt.NDArray[np.uint8]
VISIBLE_AMPERES = 0.0001
"""With less current, an LED looks dark in a lit room."""
GHOST_SHARE = 0.1
"""An LED with less than this share of the brightest one's current counts as dark. When a program
switches from digit to digit, the old segments light up in the new digit for a moment."""


class Display:
    """A part that shows something: `text` is what a person reads, `pixels` what a person sees."""

    def text(self) -> str:
        """The lines of text; empty for a display that shows only pictures."""
        return ""

    def pixels(self) -> Pixels:
        """One byte for each dot (rows, columns), or three (red, green, blue); size 0 without
        dots."""
        return np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class LedGroup:
    """The LEDs of one part: anode and cathode pin of each."""

    ends: tuple[tuple[str, str], ...]

    def amperes(self, view: PartView) -> Iterator[float]:
        """The mean current (A) of each LED over the last 20 ms."""
        return (view.amperes(*pins) for pins in self.ends)

    def lit(self, view: PartView) -> list[bool]:
        """Which LEDs look lit to a person."""
        light = list(self.amperes(view))
        limit = max(VISIBLE_AMPERES, GHOST_SHARE * max(light, default=0))
        return [current >= limit for current in light]
