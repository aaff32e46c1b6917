"""The dots of a display as SVG: few shapes, however many dots."""

import numpy as np
import numpy.typing as npt

from hardware.bench.svg.elements import path


def dots(
    lit: npt.NDArray[np.bool_], x: float, y: float, pitch: tuple[float, float], fill: str,
    gap: float = 0.0, **more: object,
) -> str:  # fmt: skip
    """Every lit dot (rows, columns) in one colour, from a corner on; with a gap between dots each
    is a square of its own, without one neighbours run together."""
    wide, high = pitch
    drawn = []
    for row, line in enumerate(lit):
        top = y + row * high
        for start, end in _runs(line) if not gap else ((n, n + 1) for n in np.flatnonzero(line)):
            left, width = x + start * wide, (end - start) * wide - gap
            drawn.append(f"M{left:.2f} {top:.2f}h{width:.2f}v{high - gap:.2f}h-{width:.2f}z")
    return path("".join(drawn), fill, **more) if drawn else ""


def _runs(line: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where lit dots begin and end."""
    steps = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]
