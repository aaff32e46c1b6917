"""Parts that people read."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hardware.bench.parts.common.part import PartView

Pixels = npt.NDArray[np.uint8]
SEEN_AMPERES = 0.0001
"""Dimmer than this cannot be told from dark in a lit room."""
GHOST = 0.1
"""A lamp with less of the brightest one's light is taken for a ghost: while a program goes from
digit to digit the old segments shine for a moment in the new place."""


class Display:
    """A part that shows something. Its `text` is what a person reads, its `pixels` what one
    sees."""

    def text(self) -> str:
        """The lines on it; empty where it shows pictures only."""
        return ""

    def pixels(self) -> Pixels:
        """One byte for each dot (rows, columns), or three (red, green, blue); none: no dots."""
        return np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class LedGroup:
    """LEDs of one part: anode and cathode of each."""

    ends: tuple[tuple[str, str], ...]

    def amperes(self, view: PartView) -> Iterator[float]:
        """The mean current of each over the last 20 ms."""
        return (view.amperes(*pins) for pins in self.ends)

    def lit(self, view: PartView) -> list[bool]:
        """Which of them a person would call lit."""
        light = list(self.amperes(view))
        least = max(SEEN_AMPERES, GHOST * max(light, default=0))
        return [current >= least for current in light]
