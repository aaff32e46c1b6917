"""Parts that people read."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Display:
    """A part that shows something. Its `text` is what a person reads, its `pixels` what one
    sees."""

    def text(self) -> str:
        """The lines on it; empty where it shows pictures only."""
        return ""

    def pixels(self) -> Pixels:
        """One byte for each dot (rows, columns), or three (red, green, blue); none: no dots."""
        return np.zeros((0, 0), np.uint8)
