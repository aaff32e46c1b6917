"""What the magics show of a bench: its picture, waveforms of its pins, and lint remarks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from IPython import get_ipython
from IPython.display import HTML, Image, display

from hardware.bench.diagram import suggest
from hardware.bench.drawing.bench_picture import MARK_COLOURS, draw
from hardware.bench.drawing.png import to_png
from hardware.bench.drawing.waveform import waveform
from hardware.bench.lint.lint import lint
from hardware.bench.lint.rule import Finding
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.trace.trace import Trace
from hardware.errors import HardwareError
from hardware.i18n import _, language
from hardware.notebook.running import print_note
from hardware.notebook.widget_server import WidgetServer

ZOOM = 1.5
"""Pixels per unit of the drawing: sharp on usual screens, with half the bytes of 2."""
LIVE_BENCH = "application/vnd.warsha.bench.v1+json"
"""The kind of output that `labextension/bench_output.js` shows."""
LAST_S = 10.0
"""The seconds that `%wave` shows by default."""
TAIL = 0.05
"""The part of the window after the last edge."""


def show_bench(live: LiveBench, server: WidgetServer | None) -> None:
    """Show the circuit with its lamps, buttons and knobs as they are now. With a server the output
    also names it: JupyterLab shows the live bench there, and the picture when it is closed."""
    data, metadata = get_ipython().display_formatter.format(
        _image(live.ask(lambda _bench: draw(live.circuit)), _("The picture of the bench"))
    )
    if server:
        note = _("This is a picture of the bench. Run the cell again for the live bench.")
        data[LIVE_BENCH] = {"bench": server.name, "note": note}
    display(data, metadata=metadata, raw=True)


@dataclass(frozen=True)
class WavePart:
    """A part of the virtual time, in seconds since power-on; the edges decide what is None."""

    last_s: float | None = None
    from_s: float | None = None
    to_s: float | None = None

    def window(self, trace: Trace, gpios: Iterable[int]) -> tuple[int, int]:
        """Start and end in virtual ns. Without `to_s` the window ends a little after the last
        change of these pins: virtual time runs on while one reads."""
        end_ns = _last_change_ns(trace, gpios)
        if self.to_s is not None:
            end_ns = min(round(self.to_s * 1e9), trace.end_ns)
        if self.from_s is not None:
            return min(round(self.from_s * 1e9), end_ns), end_ns
        length_ns = round((self.last_s or LAST_S) * 1e9)
        if self.to_s is None:
            end_ns = min(end_ns + round(TAIL * length_ns), trace.end_ns)
        return max(0, end_ns - length_ns), end_ns


def show_wave(
    live: LiveBench,
    names: Sequence[str],
    between: WavePart,
    roles: Mapping[str, int],
    board: str = "",
) -> None:
    """Show the named signals and how many edges each has; without names, every pin that changed.

    Args:
        board: the id of the board; without one, the first board.
        roles: the lab's names for pins (`LED_R`), with their GPIO numbers; shown where they exist.

    Raises:
        HardwareError: there is no such signal, or no pin has changed.
    """
    board = board or next(iter(live.board_types))
    trace = live.ask(lambda bench: bench.traces[board]).named(roles)
    if unknown := [name for name in names if name not in trace.nets]:
        raise HardwareError(
            _("There is no signal {name}.").format(name=unknown[0]),
            suggest(unknown[0], trace.nets),
        )
    pins = {name: trace.nets[name] for name in names} or _pin_names(trace, roles)
    window = between.window(trace, pins.values())
    signals = list(names) or [n for n, gpio in pins.items() if _has_changed(trace, gpio, window)]
    if not signals:
        seconds = (window[1] - window[0]) / 1e9
        raise HardwareError(
            _("No pin has changed in these {s:g} s.").format(s=seconds),
            _("Run a program first, or look further back: %wave --last 60s"),
        )
    display(_image(waveform(trace, signals, window), "waveform"))
    counts = (f"{name} {_edges(trace, trace.nets[name], window)}" for name in signals)
    print_note(_("edges: {counts}").format(counts=", ".join(counts)))


def show_lint(live: LiveBench) -> None:
    """Show the remarks on the wiring as a list, and a picture with their places."""
    findings = lint(live.diagram)
    if not findings:
        print_note(_("The wiring is fine."))
        return
    display(HTML(_remarks(findings)))
    picture = live.ask(lambda _bench: draw(live.circuit, findings))
    display(_image(picture, "lint"))


def _remarks(findings: list[Finding]) -> str:
    """The list as HTML, in the reader's language; its numbers are in the picture, too."""
    rows = "".join(
        f'<li style="margin:.3em 0"><strong style="color:{MARK_COLOURS[finding.level]}">'
        f"{escape(_level(finding))}</strong> {escape(finding.text)} "
        f'<code dir="ltr" style="opacity:.7;white-space:nowrap">{finding.rule}</code></li>'
        for finding in findings
    )
    direction = 'dir="rtl" lang="ar"' if language() == "ar" else 'dir="ltr" lang="en"'
    return f'<ol {direction} style="margin:.3em 0;padding-inline-start:2em">{rows}</ol>'


def _level(finding: Finding) -> str:
    """The level of a remark, as a word for people."""
    match finding.level:
        case "error":
            return _("Error:")
        case "warning":
            return _("Warning:")
    return _("Hint:")


def _pin_names(trace: Trace, roles: Mapping[str, int]) -> dict[str, int]:
    """One name of each pin with its GPIO, by GPIO; the lab's names first."""
    names = {gpio: name for name, gpio in reversed({**roles, **trace.nets}.items())}
    return {name: gpio for gpio, name in sorted(names.items())}


def _edges(trace: Trace, gpio: int, window: tuple[int, int]) -> int:
    """How many edges a pin has in a window."""
    t_ns = trace.edges(gpio).t_ns[1:]
    return int(((t_ns >= window[0]) & (t_ns <= window[1])).sum())


def _has_changed(trace: Trace, gpio: int, window: tuple[int, int]) -> bool:
    waves = any(wave.freq_hz and wave.t_ns <= window[1] for wave in trace.pwm(gpio))
    return waves or _edges(trace, gpio, window) > 0


def _last_change_ns(trace: Trace, gpios: Iterable[int]) -> int:
    """The time of the last edge of these pins; now, when one has a PWM that runs, or none has
    an edge."""
    last_ns = 0
    for gpio in gpios:
        if (waves := trace.pwm(gpio)) and waves[-1].freq_hz:
            return trace.end_ns
        if len(t_ns := trace.edges(gpio).t_ns[1:]):
            last_ns = max(last_ns, int(t_ns[-1]))
    return last_ns or trace.end_ns


def _image(svg: str, what: str) -> Image:
    return Image(to_png(svg, ZOOM), format="png", alt=what)
