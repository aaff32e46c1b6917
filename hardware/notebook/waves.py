"""What happened at the pins of a board: a drawn waveform with decoded buses and cursors, or a
file for viewers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from hardware.atomic_file import check_writable
from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.buses import Bus, buses
from hardware.bench.decode.wire_edges import scope_edges
from hardware.bench.diagram import suggest
from hardware.bench.drawing.time_axis import duration
from hardware.bench.drawing.waveform import WaveformMark, waveform
from hardware.bench.drawing.waveform_rows import hertz
from hardware.bench.sigrok_session import write_session
from hardware.bench.trace.edges import TimeWindow
from hardware.bench.trace.trace import Trace
from hardware.bench.vcd import analyzer_vcd
from hardware.errors import HardwareError
from hardware.i18n import _, at_place, reason
from hardware.notebook.running import print_note
from hardware.notebook.session import Session
from hardware.notebook.views import Picture
from hardware.notebook.wave_lines import wave_lines

LAST_S = 10.0
"""The seconds that are shown by default."""
TAIL = 0.05
"""The part of the window after the last edge."""
MARGIN = 0.2
"""What is shown on each side of two cursors, as a part of the time between them."""
SNAP = 0.03
"""A cursor goes to an edge that is at most this part of the window away."""
MANY_SAMPLES = 500_000_000
"""PulseView needs a byte of memory for each sample of eight signals."""
SESSION = ".sr"
"""What the name of sigrok's files ends with."""


@dataclass(frozen=True)
class WavePart:
    """A part of the virtual time, in seconds since power-on; the edges decide what is None."""

    last_s: float | None = None
    from_s: float | None = None
    to_s: float | None = None

    def window(self, trace: Trace, last_ns: int) -> TimeWindow:
        """Start and end in virtual ns. Without `to_s` the window ends a little after the last
        change, at `last_ns`: virtual time runs on while one reads.

        Raises: HardwareError when the end is not after the start.
        """
        end_ns = last_ns
        if self.to_s is not None:
            end_ns = min(round(self.to_s * 1e9), trace.end_ns)
        if self.from_s is not None:
            begin_ns = round(self.from_s * 1e9)
            if self.to_s is not None and self.from_s >= self.to_s:
                cause = _("{begin:g} s is not before {end:g} s.")
                cure = _("Write the earlier time behind --from.")
                raise HardwareError(cause.format(begin=self.from_s, end=self.to_s), cure)
            if begin_ns >= (trace.end_ns if self.to_s is None else end_ns):
                cause = _("Nothing is after {at:g} s in this part.").format(at=self.from_s)
                raise HardwareError(cause, _now(trace))
            return TimeWindow(min(begin_ns, end_ns), end_ns)
        length_ns = round((self.last_s or LAST_S) * 1e9)
        if self.to_s is None:
            end_ns = min(end_ns + round(TAIL * length_ns), trace.end_ns)
        return TimeWindow(max(0, end_ns - length_ns), end_ns)


class Cursor(NamedTuple):
    """A time in virtual ns, and the edge that is there."""

    t_ns: int
    signal: str = ""
    rises: bool = False

    def __str__(self) -> str:
        at = f"{self.t_ns / 1e9:.9g} s"
        if not self.signal:
            return _("{at} (no edge is near)").format(at=at)
        text = _("{at} ({signal} rises)") if self.rises else _("{at} ({signal} falls)")
        return text.format(at=at, signal=self.signal)


def show_wave(
    session: Session, names: Sequence[str], part: WavePart, cursors: Sequence[float] = ()
) -> None:
    """Show the named signals, the buses on them, how many edges each has, and its PWM; without
    names, every pin that changed and every bus that was used. The lab's names for pins (`LED_R`)
    are known.

    Args:
        cursors: two times in seconds. Each goes to the nearest edge; the time between them is
            told.

    Raises:
        HardwareError: there is no such signal, or no pin has changed.
    """
    shown = _look(session, names, part)
    trace, signals, window = shown.trace, shown.signals, shown.window
    marks: list[WaveformMark] = []
    told: list[str] = []
    if cursors:
        window, marks, told = _between_cursors(trace, signals, window, cursors)
        if part == WavePart():
            window = _around(marks[0], trace.end_ns)
    told = [*_counts(shown, window), *told]
    drawing = waveform(trace, signals, window, marks, buses=shown.buses)
    ends = [t_ns for mark in marks for t_ns in (mark.start_ns, mark.end_ns)]
    lines = wave_lines(trace, _pins_of(shown), window, shown.buses, ends)
    _show(drawing, _in_words(window, told), lines)
    for text in told:
        print_note(text)


def save_trace(session: Session, file: Path, names: Sequence[str], part: WavePart) -> None:
    """Write what `show_wave` shows as a file: `.sr` for PulseView, else a VCD file for PulseView
    and GTKWave.

    Raises: HardwareError as `show_wave`, or when the file cannot be written.
    """
    shown = _look(session, names, part)
    signals = _pins_of(shown)
    check_writable(file)
    try:
        if is_session := file.suffix == SESSION:
            unit_ns = write_session(file, shown.trace, signals, shown.window)
        else:
            text, unit_ns = analyzer_vcd(shown.trace, signals, shown.window)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HardwareError(
            at_place(file, reason(error)), _("Give a path that is writable.")
        ) from None
    length_ns = shown.window.end_ns - shown.window.begin_ns
    text = _("{file} is here: {signals}; {length}, a sample every {unit}")
    length, unit = duration(length_ns), duration(unit_ns)
    print_note(text.format(file=file, signals=", ".join(signals), length=length, unit=unit))
    how = _("PulseView: Open > Import Value Change Dump data. GTKWave opens it as it is.")
    if is_session:
        how = _("PulseView opens it as it is; for GTKWave write a file that ends with .vcd.")
    print_note(how)
    if (samples := length_ns // unit_ns) > MANY_SAMPLES:
        text = _("PulseView needs about {size} GB for it; a shorter part needs less: --last 1s")
        print_note(text.format(size=f"{samples * -(-len(signals) // 8) / 1e9:.1f}"))


def show_trace(trace: Trace, roles: Mapping[str, int], marks: Sequence[WaveformMark]) -> None:
    """Show a whole trace: the pins that changed, buses, and the serial line."""
    whole = WavePart(from_s=0, to_s=trace.end_ns / 1e9)
    with suppress(HardwareError):  # no pin has changed
        shown = _looked(trace.named(roles), roles, (), whole)
        drawing = waveform(
            shown.trace, shown.signals, shown.window, marks, serial=True, buses=shown.buses
        )
        _show(drawing, _in_words(shown.window, _counts(shown, shown.window)))


def _show(drawing: str, what: str, lines: Mapping[str, Any] | None = None) -> None:
    """Show a waveform; people can zoom in its lines, if it has some."""
    Picture(drawing, what, {"waveform": True, "lines": lines}).show()


class _Looked(NamedTuple):
    """The signals and buses of a part of a trace."""

    trace: Trace
    names: dict[int, str]
    """One name of each pin."""
    signals: list[str]
    buses: list[Bus]
    window: TimeWindow


def _pins_of(shown: _Looked) -> list[str]:
    """The names of all pins that are shown, also of those that buses stand for."""
    of_buses = [shown.names[gpio] for bus in shown.buses for gpio in bus.pins]
    return list(dict.fromkeys([*shown.signals, *of_buses]))


def _look(session: Session, names: Sequence[str], part: WavePart) -> _Looked:
    live, roles = session.need_bench(), session.roles
    board = session.board_id or next(iter(live.board_types))
    trace = live.ask(lambda bench: bench.traces[board]).named(roles)
    floating = live.ask(lambda _bench: live.circuit.floating(board))
    return _looked(trace, roles, names, part, floating)


def _looked(
    trace: Trace,
    roles: Mapping[str, int],
    names: Sequence[str],
    part: WavePart,
    floating: Collection[int] = (),
) -> _Looked:
    """`floating`: inputs that nothing drives. They change at random, and do not move the end."""
    if unknown := [name for name in names if name not in trace.nets]:
        raise HardwareError(
            _("There is no signal {name}.").format(name=unknown[0]),
            suggest(unknown[0], trace.nets),
        )
    every = _pin_names(trace, roles)
    gpios = {trace.nets[name] for name in names} or {*every}
    used = [bus for bus in buses(trace) if gpios & {*bus.pins}]
    if not names:  # the row of a bus stands for its pins
        gpios -= {pin for bus in used for pin in bus.pins}
    driven = gpios.difference(floating)
    window = _kept(trace, part.window(trace, _last_change_ns(trace, driven or gpios, used)))
    used = [inside for bus in used if (inside := bus.within(window)).transfers]
    changed = [n for pin, n in every.items() if pin in gpios and _has_changed(trace, pin, window)]
    signals = list(names) or changed
    if not signals and not used:
        seconds = (window.end_ns - window.begin_ns) / 1e9
        raise HardwareError(
            _("No pin has changed in these {s:g} s.").format(s=seconds),
            _("Run a program first, or look further back: %wave --last 60s"),
        )
    return _Looked(trace, every, signals, used, window)


def _kept(trace: Trace, window: TimeWindow) -> TimeWindow:
    """What is left of a window when the bench has dropped the beginning of its trace."""
    if window.begin_ns >= trace.begin_ns:
        return window
    text = _("The bench keeps the latest part of its trace, from {at:.6g} s on.")
    print_note(text.format(at=trace.begin_ns / 1e9))
    return TimeWindow(min(trace.begin_ns, window.end_ns), window.end_ns)


def _counts(shown: _Looked, window: TimeWindow) -> list[str]:
    """How many edges each signal has in a window, the PWM of each that has one, and how many
    transfers each bus has. The edges of a PWM are in no record."""
    told, trace = [], shown.trace
    waves = {name: text for name in shown.signals if (text := _pwm(trace, name, window))}
    edges = {name: _edges(trace, trace.nets[name], window) for name in shown.signals}
    if counts := [f"{name} {n}" for name, n in edges.items() if n or name not in waves]:
        told.append(_("edges: {counts}").format(counts=", ".join(counts)))
    told += [
        _("PWM of {name}: {wave}").format(name=name, wave=text) for name, text in waves.items()
    ]
    if shown.buses:
        each = (f"{bus.name} {len(bus.transfers)}" for bus in shown.buses)
        told.append(_("transfers: {counts}").format(counts=", ".join(each)))
    return told


def _in_words(window: TimeWindow, told: Sequence[str]) -> str:
    """What a waveform shows, for people who do not see it."""
    begin, end = (f"{t_ns / 1e9:.6g} s" for t_ns in window)
    what = _("Waveform from {begin} to {end}; {counts}")
    return what.format(begin=begin, end=end, counts=_("; ").join(told))


def _between_cursors(
    trace: Trace, signals: Sequence[str], window: TimeWindow, times_s: Sequence[float]
) -> tuple[TimeWindow, list[WaveformMark], list[str]]:
    """The window with both cursors in it, the mark between them, and what is told of them."""
    wanted = sorted(round(time * 1e9) for time in times_s)
    if wanted[-1] > trace.end_ns:
        raise HardwareError(
            _("The cursor at {at:g} s is after the end.").format(at=wanted[-1] / 1e9), _now(trace)
        )
    window = TimeWindow(min(window.begin_ns, wanted[0]), max(window.end_ns, wanted[-1]))
    first, last = (_snapped(trace, signals, window, t_ns) for t_ns in wanted)
    delta_ns = last.t_ns - first.t_ns
    between = f"Δt = {duration(delta_ns, 6)}"
    if delta_ns:
        between += f", 1/Δt = {1e9 / delta_ns:.6g} Hz"
    told = [_("cursors: {first}, {last}").format(first=first, last=last), between]
    return window, [WaveformMark(first.t_ns, last.t_ns, between, kind="note")], told


def _around(mark: WaveformMark, end_ns: int) -> TimeWindow:
    """The time of a mark, and a little more."""
    margin_ns = round(MARGIN * (mark.end_ns - mark.start_ns)) + 1
    return TimeWindow(max(0, mark.start_ns - margin_ns), min(mark.end_ns + margin_ns, end_ns))


def _now(trace: Trace) -> str:
    return _("The board is at {now:.3f} s of virtual time.").format(now=trace.end_ns / 1e9)


def _snapped(trace: Trace, signals: Sequence[str], window: TimeWindow, t_ns: int) -> Cursor:
    """The edge that is nearest to a time, when it is near."""
    near = round(SNAP * (window.end_ns - window.begin_ns))
    found = []
    for name in signals:
        try:
            edges = scope_edges(trace, name, max(0, t_ns - near), t_ns + near)
        except ValueError:  # too many pulses
            edges = trace.edges(name)
        if len(edges.t_ns) > 1:
            at = int(abs(edges.t_ns[1:] - t_ns).argmin()) + 1
            found.append(Cursor(int(edges.t_ns[at]), name, bool(edges.level[at])))
    nearest = min(found, key=lambda cursor: abs(cursor.t_ns - t_ns), default=Cursor(t_ns))
    return nearest if abs(nearest.t_ns - t_ns) <= near else Cursor(t_ns)


def _pin_names(trace: Trace, roles: Mapping[str, int]) -> dict[int, str]:
    """One name of each pin, by GPIO; the lab's names first."""
    names = {gpio: name for name, gpio in reversed({**roles, **trace.nets}.items())}
    return dict(sorted(names.items()))


def _edges(trace: Trace, gpio: int, window: TimeWindow) -> int:
    """How many edges a pin has in a window, its end included."""
    t_ns = trace.edges(gpio).t_ns[1:]
    return int(((t_ns >= window.begin_ns) & (t_ns <= window.end_ns)).sum())


def _pwm(trace: Trace, name: str, window: TimeWindow) -> str:
    """The frequencies and duty cycles of a pin's PWM in a window, from the lowest to the highest,
    and its pulses; empty when it has none."""
    waves = trace.pwm(name)
    freqs, duties, pulses = [], [], 0
    for wave, later in zip_longest(waves, waves[1:]):
        begin_ns = max(wave.t_ns, window.begin_ns)
        end_ns = min(later.t_ns, window.end_ns) if later else window.end_ns
        if wave.freq_hz and begin_ns < end_ns:
            freqs.append(wave.freq_hz)
            duties.append(wave.duty_u16)
            if 0 < wave.duty_u16 < DUTY_MAX:
                first, after = (
                    -(-(t_ns - wave.t_ns) * wave.freq_hz // 10**9) for t_ns in (begin_ns, end_ns)
                )
                pulses += after - first
    if not freqs:
        return ""
    text = _("{freq}, {duty}, {pulses} pulses")
    return text.format(
        freq=_range([hertz(freq) for freq in (min(freqs), max(freqs))]),
        duty=_range([f"{duty / DUTY_MAX * 100:.1f} %" for duty in (min(duties), max(duties))]),
        pulses=pulses,
    )


def _range(ends: Sequence[str]) -> str:
    return " – ".join(dict.fromkeys(ends))


def _has_changed(trace: Trace, gpio: int, window: TimeWindow) -> bool:
    waves = [wave for wave in trace.pwm(gpio) if wave.t_ns <= window.end_ns]
    return (
        any(wave.t_ns >= window.begin_ns for wave in waves)
        or bool(waves and waves[-1].freq_hz)
        or _edges(trace, gpio, window) > 0
    )


def _last_change_ns(trace: Trace, gpios: Iterable[int], used: Iterable[Bus]) -> int:
    """The time of the last edge of these pins, or of the last transfer on these buses; now, when
    a pin has a PWM that runs, or nothing has happened."""
    last_ns = max((bus.transfers[-1].end_ns for bus in used), default=0)
    for gpio in gpios:
        if (waves := trace.pwm(gpio)) and waves[-1].freq_hz:
            return trace.end_ns
        if len(t_ns := trace.edges(gpio).t_ns[1:]):
            last_ns = max(last_ns, int(t_ns[-1]))
    return min(last_ns, trace.end_ns) or trace.end_ns
