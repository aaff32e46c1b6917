"""A trace as a VCD file, for PulseView, GTKWave and every other viewer of waveforms.

This is an export only; a trace has its own canonical form. The file has no date, so one trace
always gives the same file. Transfers on buses appear as the edges that they make. While PWM runs
on a pin, its level is `x`, and a second variable `<name>_duty` has the duty cycle in percent:
millions of pulses would be of no use to a reader.

pyvcd writes the file. Our own writer took 0.8 to 1.0 of pyvcd's time for 100,000 edges: that is
too little gain to keep one.
"""

import io
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any

from vcd.writer import VCDWriter

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.wire_edges import wire_edges
from hardware.bench.trace.edges import Edges
from hardware.bench.trace.trace import PwmAt, Trace

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
    file = io.StringIO()
    writer = VCDWriter(file, timescale="1 ns", date="", version="Warsha")
    scope = (trace.board,)
    changes: list[Change] = []
    for name, label in zip(names, _labels(names), strict=True):
        edges, pwm = _edges(trace, name), trace.pwm(name)
        wire = writer.register_var(scope, label, "wire", 1, init=int(edges.level[0]))
        if pwm:
            duty = writer.register_var(scope, f"{label}_duty", "real", init=0.0)
            changes += _pwm_changes(pwm, edges, wire, duty)
        pairs = zip(edges.t_ns[1:].tolist(), edges.level[1:].tolist(), strict=True)
        changes += [(t_ns, wire, int(level)) for t_ns, level in pairs]
    # The sort is stable: at one time, the end of a PWM is before the level that follows it.
    end_ns = trace.end_ns  # records of an ended board may lie after the end
    for t_ns, variable, value in sorted(changes, key=lambda change: change[0]):
        writer.change(variable, t_ns, value)
        end_ns = max(end_ns, t_ns)
    writer.close(end_ns)
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


def _labels(names: Sequence[str]) -> list[str]:
    """The names without blanks, which would end a name in VCD; each of them once."""
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
