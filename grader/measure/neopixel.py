"""NeoPixels: the colours that were sent to a chain of LEDs, and when."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.lab.run import MOST_CALLS, Run
from grader.measure.times import Times
from hardware.bench.decode.pixels import pixels

CHANNELS = 3
RGB = (1, 0, 2)
"""The place of red, green and blue in the data: a WS2812 takes green first."""


@dataclass(frozen=True)
class Colours:
    """What a chain showed, in columns: `rgb[i]` from `at_ns[i]` until `at_ns[i + 1]`."""

    at_ns: Times
    rgb: NDArray[np.uint8]
    """Shape: frames, LEDs, 3 (red, green, blue from 0 to 255)."""

    def __len__(self) -> int:
        return len(self.at_ns)

    def at(self, t_ns: int) -> list[tuple[int, int, int]]:
        """The colour of each LED at a time; dark before the first frame."""
        index = int(np.searchsorted(self.at_ns, t_ns, side="right")) - 1
        lamps = self.rgb[index] if index >= 0 else np.zeros(self.rgb.shape[1:], np.uint8)
        return [(int(red), int(green), int(blue)) for red, green, blue in lamps]

    def changes(self, lamp: int) -> Times:
        """When an LED changed its colour (ns since t = 0); it is dark at first."""
        of_lamp = self.rgb[:, lamp].astype(np.int64)
        before = np.vstack((np.zeros((1, CHANNELS), np.int64), of_lamp[:-1]))[: len(of_lamp)]
        changed: Times = self.at_ns[(of_lamp != before).any(axis=1)]
        return changed


def colours(run: Run, role: str, lamps: int) -> Colours:
    """What a chain of `lamps` LEDs showed since power-on (times before t = 0 are negative). A
    short frame does not change the other LEDs.

    Frames come from `machine.bitstream`, which the module `neopixel` uses.
    """
    kept = np.zeros(lamps * CHANNELS, np.uint8)
    times, shown = [], []
    for frame in pixels(run.trace, run.pins[role], MOST_CALLS):
        data = np.frombuffer(frame.data[: len(kept)], np.uint8)
        data = data[: len(data) // CHANNELS * CHANNELS]
        kept[: len(data)] = data
        times.append(frame.end_ns - run.zero_ns)
        shown.append(kept.copy())
    grb = np.array(shown, np.uint8).reshape(len(shown), lamps, CHANNELS)
    return Colours(np.array(times, np.int64), grb[:, :, list(RGB)])
