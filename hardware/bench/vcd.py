"""A trace as a VCD file, for PulseView, GTKWave and every other viewer of waveforms.

An export only: the trace's canonical form is elsewhere. No date is written, so that one trace
gives one file. What went over buses is unfolded into edges. A pin whose PWM runs is `x`
meanwhile, and a second variable `<name>_duty` has its duty in percent: pulses by the million
would help nobody.
"""

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import IO

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.wire_edges import wire_edges
from hardware.bench.trace.edges import Edges
from hardware.bench.trace.trace import PwmAt, Trace

FIRST, SYMBOLS = 33, 94
"""Identifiers of VCD are printable ASCII: 94 of them, from `!` on."""

Change = tuple[int, str]
"""A time, and the line of the file that says what changed."""


def write_vcd(trace: Trace, target: str | PathLike[str] | IO[str], names: Sequence[str]) -> None:
    """Write the levels of the named pins. Raises: KeyError for a name that the trace does not
    know."""
    if isinstance(target, str | PathLike):
        Path(target).write_text(vcd(trace, names), encoding="utf-8")
    else:
        target.write(vcd(trace, names))


def vcd(trace: Trace, names: Sequence[str]) -> str:
    """The levels of the named pins as the text of a VCD file, in nanoseconds."""
    head = ["$version Warsha $end", "$timescale 1 ns $end", f"$scope module {trace.board} $end"]
    start: list[str] = []
    changes: list[Change] = []
    for number, name in enumerate(names):
        wire, duty = _identifier(2 * number), _identifier(2 * number + 1)
        head.append(f"$var wire 1 {wire} {_word(name)} $end")
        if trace.pwm(name):
            head.append(f"$var real 64 {duty} {_word(name)}_duty $end")
            start.append(f"r0 {duty}")
        edges = _edges(trace, name)
        start.append(f"{int(edges.level[0])}{wire}")
        changes += _changes(trace.pwm(name), edges, wire, duty)
    head += ["$upscope $end", "$enddefinitions $end", "#0", "$dumpvars", *start, "$end"]
    return "\n".join([*head, *_body(sorted(changes, key=lambda change: change[0]))]) + (
        f"\n#{trace.end_ns}\n"
    )


def _edges(trace: Trace, name: str) -> Edges:
    """Of a bus that fills a trace only what the program did: no viewer opens such a file."""
    try:
        return wire_edges(trace, name)
    except ValueError:
        return trace.edges(name)


def _changes(waves: Sequence[PwmAt], edges: Edges, wire: str, duty: str) -> Iterator[Change]:
    """What happens at a pin. At the same time, the end of a PWM goes before the level that
    follows."""
    for wave in waves:
        level = "x" if wave.freq_hz else str(int(edges.level_at(wave.t_ns)))
        yield wave.t_ns, f"{level}{wire}"
        share = wave.duty_u16 / DUTY_MAX if wave.freq_hz else 0.0
        yield wave.t_ns, f"r{100 * share:.4g} {duty}"
    for t_ns, level in zip(edges.t_ns[1:].tolist(), edges.level[1:].tolist(), strict=True):
        yield t_ns, f"{int(level)}{wire}"


def _body(changes: Sequence[Change]) -> Iterator[str]:
    now = 0
    for t_ns, line in changes:
        if t_ns != now:
            now = t_ns
            yield f"#{t_ns}"
        yield line


def _identifier(number: int) -> str:
    """A short name for a signal inside the file: `!`, `"`, … then two characters."""
    more, last = divmod(number, SYMBOLS)
    return (_identifier(more - 1) if more else "") + chr(FIRST + last)


def _word(name: str) -> str:
    """A name without blanks, which end a name in VCD."""
    return "_".join(name.split()) or "_"
