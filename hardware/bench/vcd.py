"""A trace as a VCD file, for PulseView, GTKWave and every other viewer of waveforms.

This is an export only; a trace has its own canonical form. The file has no date, so one trace
always gives the same file. Transfers on buses appear as the edges that they make. While PWM runs
on a pin, its level is `x`, and a second variable `<name>_duty` has the duty cycle in percent:
millions of pulses would be of no use to a reader.

PulseView keeps all samples in memory, also those between two edges: a second at 1 ns takes 1 GB
there. It takes `x` for low and has no variables of numbers. A file for it (`analyzer_vcd`) has a
larger unit, a part of the time, and the pulses of PWM.

pyvcd writes the file. Our own writer took 0.8 to 1.0 of pyvcd's time for 100,000 edges: that is
too little gain to keep one.
"""

import io
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from vcd.writer import VCDWriter

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.wire_edges import scope_edges, wire_edges
from hardware.bench.trace.edges import Edges, TimeWindow
from hardware.bench.trace.trace import PwmAt, Trace

UNITS_NS = (1000, 100, 10, 1)
"""Units of a VCD file: powers of ten."""
SAMPLES = 4
"""Samples in the shortest pulse, so that decoders read it right."""
Change = tuple[int, Any, int | float | str]
"""A time (virtual ns), the variable of pyvcd that changes, and its new value."""


def write_vcd(trace: Trace, target: str | PathLike[str] | IO[str], names: Sequence[str]) -> None:
    """Write the levels of the named pins to a path or an open text file.

    Raises: KeyError for a name that the trace does not know.
    """
    if isinstance(target, str | PathLike):
        Path(target).write_text(vcd(trace, names), encoding="utf-8")
    else:
        target.write(vcd(trace, names))


def vcd(trace: Trace, names: Sequence[str]) -> str:
    """The levels of the named pins as the text of a VCD file; its unit is the nanosecond."""
    signals = [PinChanges(_edges(trace, name), trace.pwm(name)) for name in names]
    # records of an ended board may lie after the end
    end_ns = max(trace.end_ns, *(signal.last_ns() for signal in signals), 0)
    return _text(trace.board, names, signals, TimeWindow(0, end_ns))


class AnalyzerFile(NamedTuple):
    """A VCD file for a logic analyzer's program."""

    text: str
    unit_ns: int
    """The length of a sample."""


def analyzer_vcd(trace: Trace, names: Sequence[str], window: TimeWindow) -> AnalyzerFile:
    """The levels of the named pins in a part of time (virtual ns), as a logic analyzer samples
    them: with the pulses of PWM, while there are not too many, and with the edges of buses. The
    shortest pulse has at least `SAMPLES` samples, or they are of 1 ns."""
    signals, unit_ns = sampled(trace, names, window)
    return AnalyzerFile(_text(trace.board, names, signals, window, unit_ns), unit_ns)


class PinChanges(NamedTuple):
    """A pin: its level, and the PWM settings that have no pulses in it."""

    edges: Edges
    pwm: Sequence[PwmAt]

    def last_ns(self) -> int:
        """The time of the last change."""
        return max(int(self.edges.t_ns[-1]), *(wave.t_ns for wave in self.pwm), 0)

    def shortest_ns(self, window: TimeWindow) -> int:
        """The shortest pulse or gap in a window."""
        times = window.within(self.edges.t_ns)
        return int(np.diff(times).min(initial=UNITS_NS[0] * SAMPLES))


def sampled(
    trace: Trace, names: Sequence[str], window: TimeWindow
) -> tuple[list[PinChanges], int]:
    """The named pins as a logic analyzer sees them, and the length of a sample in ns, as in
    `analyzer_vcd`."""
    signals = [_seen(trace, name, window) for name in names]
    shortest = min((signal.shortest_ns(window) for signal in signals), default=UNITS_NS[0])
    return signals, next((unit for unit in UNITS_NS if unit * SAMPLES <= shortest), 1)


def _seen(trace: Trace, name: str, window: TimeWindow) -> PinChanges:
    try:
        return PinChanges(scope_edges(trace, name, *window), ())
    except ValueError:
        return PinChanges(_edges(trace, name), trace.pwm(name))


def _text(
    board: str,
    names: Sequence[str],
    signals: Sequence[PinChanges],
    window: TimeWindow,
    unit_ns: int = 1,
) -> str:
    """The file of these signals."""
    file = io.StringIO()
    begin = window.begin_ns // unit_ns
    unit = f"{unit_ns} ns" if unit_ns < 1000 else f"{unit_ns // 1000} us"
    writer = VCDWriter(file, timescale=unit, date="", version="Warsha", init_timestamp=begin)
    changes: list[Change] = []
    for (edges, pwm), label in zip(signals, labels(names), strict=True):
        level = edges.level_at(window.begin_ns)
        wire = writer.register_var(board, label, "wire", 1, init=int(level))
        if pwm:
            duty = writer.register_var(board, f"{label}_duty", "real", init=0.0)
            changes += _pwm_changes(pwm, edges, wire, duty)
        pairs = zip(edges.t_ns[1:].tolist(), edges.level[1:].tolist(), strict=True)
        changes += [(t_ns, wire, int(level)) for t_ns, level in pairs if t_ns > window.begin_ns]
    # The sort is stable: at one time, the end of a PWM is before the level that follows it.
    for t_ns, variable, value in sorted(changes, key=lambda change: change[0]):
        if t_ns <= window.end_ns:
            writer.change(variable, max(begin, t_ns // unit_ns), value)
    writer.close(window.end_ns // unit_ns)
    return file.getvalue()


def _edges(trace: Trace, name: str) -> Edges:
    """The edges at a pin. If its buses made too many, only those that the program made itself:
    no viewer opens a file with all of them."""
    try:
        return wire_edges(trace, name)
    except ValueError:
        return trace.edges(name)


def _pwm_changes(waves: Sequence[PwmAt], edges: Edges, wire: Any, duty: Any) -> Iterator[Change]:
    """Level and duty cycle (percent, four digits) at each change of a PWM."""
    for wave in waves:
        yield wave.t_ns, wire, "x" if wave.freq_hz else int(edges.level_at(wave.t_ns))
        share = wave.duty_u16 / DUTY_MAX if wave.freq_hz else 0.0
        yield wave.t_ns, duty, float(f"{100 * share:.4g}")


def labels(names: Sequence[str]) -> list[str]:
    """The names without blanks, which would end a name in VCD, also in other formats; each of
    them once."""
    labels: list[str] = []
    taken: set[str] = set()
    for name in names:
        word = "_".join(name.split()) or "_"
        label, number = word, 1
        while {label, f"{label}_duty"} & taken:
            number += 1
            label = f"{word}_{number}"
        taken |= {label, f"{label}_duty"}
        labels.append(label)
    return labels
