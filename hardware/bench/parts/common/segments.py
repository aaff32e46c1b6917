"""Displays made of bare LEDs: which of them a person sees lit."""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.bench.parts.common.part import PartView

SEEN_AMPERES = 0.0001
"""Dimmer than this cannot be told from dark in a lit room."""
GHOST = 0.1
"""A lamp with less of the brightest one's light is taken for a ghost: while a program goes from
digit to digit the old segments shine for a moment in the new place."""


@dataclass(frozen=True)
class Lamps:
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
