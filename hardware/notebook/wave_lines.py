"""The lines of a waveform as data in the output of a cell: JupyterLab lets people zoom in them,
also in a saved notebook (`labextension/wave_lines.js`). Everywhere else there is the picture.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hardware.bench.decode.buses import Bus
from hardware.bench.decode.wire_edges import scope_edges
from hardware.bench.drawing.live_picture import plain_arabic
from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace
from hardware.i18n import both, language

MOST_EDGES = 5000
"""About 50 KB of a notebook."""
TEXTS = (
    both("Zoom"),
    both("Zoom in"),
    both("Zoom out"),
    both("Earlier"),
    both("Later"),
    both("All"),
    both("{from} s to {to} s"),
    both("Levels of the pins"),
    both(
        "Click: a cursor. Keys: 1 and 2 set the cursors, Shift and an arrow key move one from "
        "edge to edge, Escape removes them."
    ),
)
"""The texts of the view; its script names them in English."""


def wave_lines(
    trace: Trace,
    names: Sequence[str],
    window: TimeWindow,
    buses: Sequence[Bus],
    cursors: Sequence[int],
) -> Mapping[str, Any] | None:
    """`{begin_ns, end_ns, lines: [{name, level, steps_ns}], buses: [{name, transfers}],
    cursors_ns, language, arabic}`: of each pin the level at the start, and the time to each edge
    from the one before, the first from the start; of each bus its transfers, `[begin_ns, end_ns,
    text]`. None: there is none, or there are more edges than a notebook should keep."""
    lines = []
    left = MOST_EDGES
    for name in names:
        try:
            edges = scope_edges(trace, name, *window)
        except ValueError:  # too many pulses
            return None
        times = window.within(edges.t_ns)
        times = times[times > window.begin_ns]
        left -= len(times)
        if left < 0:
            return None
        steps_ns = np.diff(times, prepend=window.begin_ns).tolist()
        level = int(edges.level_at(window.begin_ns))
        lines.append({"name": name, "level": level, "steps_ns": steps_ns})
    if not lines:
        return None
    return {
        "begin_ns": window.begin_ns,
        "end_ns": window.end_ns,
        "lines": lines,
        "buses": [{"name": bus.name, "transfers": bus.transfers} for bus in buses],
        "cursors_ns": list(cursors),
        "language": language(),
        "arabic": {text: plain_arabic(text) for text in TEXTS},
    }
