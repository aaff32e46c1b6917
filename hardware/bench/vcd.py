"""A trace as a VCD file, for PulseView, GTKWave and every other viewer of waveforms.

An export only: the trace's canonical form is elsewhere. No date is written, so that one trace
gives one file.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np

from hardware.bench.trace import Trace

FIRST, SYMBOLS = 33, 94
"""Identifiers of VCD are printable ASCII: 94 of them, from `!` on."""


def write_vcd(trace: Trace, target: str | PathLike[str] | IO[str], names: Sequence[str]) -> None:
    """Write the levels of the named pins. Raises: KeyError for a name that the trace does not
    know."""
    if isinstance(target, str | PathLike):
        Path(target).write_text(vcd(trace, names), encoding="utf-8")
    else:
        target.write(vcd(trace, names))


def vcd(trace: Trace, names: Sequence[str]) -> str:
    """The levels of the named pins as the text of a VCD file, in nanoseconds."""
    edges = [trace.edges(name) for name in names]
    marks = [_identifier(i) for i in range(len(names))]
    lines = ["$version Warsha $end", "$timescale 1 ns $end", f"$scope module {trace.board} $end"]
    lines += [f"$var wire 1 {m} {_word(n)} $end" for m, n in zip(marks, names, strict=True)]
    lines += ["$upscope $end", "$enddefinitions $end", "#0", "$dumpvars"]
    lines += [f"{int(e.level[0])}{mark}" for e, mark in zip(edges, marks, strict=True)]
    lines.append("$end")
    if edges:
        times = np.concatenate([e.t_ns[1:] for e in edges])
        signal = np.concatenate([np.full(len(e.t_ns) - 1, i) for i, e in enumerate(edges)])
        levels = np.concatenate([e.level[1:] for e in edges])
        order = np.argsort(times, kind="stable")
        now = 0
        for i in order.tolist():
            if times[i] != now:
                now = int(times[i])
                lines.append(f"#{now}")
            lines.append(f"{int(levels[i])}{marks[signal[i]]}")
    lines.append(f"#{trace.end_ns}")
    return "\n".join(lines) + "\n"


def _identifier(number: int) -> str:
    """A short name for a signal inside the file: `!`, `"`, … then two characters."""
    more, last = divmod(number, SYMBOLS)
    return (_identifier(more - 1) if more else "") + chr(FIRST + last)


def _word(name: str) -> str:
    """A name without blanks, which end a name in VCD."""
    return "_".join(name.split()) or "_"
