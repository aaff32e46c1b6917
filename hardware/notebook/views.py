"""What the magics show of a bench: its picture, waveforms of its pins, and lint remarks."""

from collections.abc import Mapping, Sequence
from html import escape

from IPython.display import HTML, Image, display

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

ZOOM = 1.5
"""Pixels per unit of the drawing: sharp on usual screens, with half the bytes of 2."""
LAST_S = 10.0
"""The seconds that `%wave` shows by default."""


def bench_picture(live: LiveBench) -> Image:
    """The circuit with its lamps, buttons and knobs as they are now."""
    return _image(live.ask(lambda _bench: draw(live.circuit)), "bench")


def wave_picture(
    live: LiveBench,
    names: Sequence[str],
    last_s: float | None,
    roles: Mapping[str, int],
    board: str = "",
) -> Image:
    """The last seconds of the named signals; without names, of every pin that changed.

    Args:
        board: the id of the board; without one, the first board.
        roles: the lab's names for pins (`LED_R`), with their GPIO numbers; shown where they exist.

    Raises:
        HardwareError: there is no such signal, or no pin has changed.
    """
    board = board or next(iter(live.board_types))
    trace = live.ask(lambda bench: bench.traces[board]).named(roles)
    start_ns = max(0, trace.end_ns - round((last_s or LAST_S) * 1e9))
    if unknown := [name for name in names if name not in trace.nets]:
        raise HardwareError(
            _("There is no signal {name}.").format(name=unknown[0]),
            _("There are: {names}.").format(names=", ".join(trace.nets)),
        )
    signals = list(names) or _changed_pins(trace, start_ns, roles)
    if not signals:
        raise HardwareError(
            _("No pin has changed in the last {s:g} s.").format(s=(trace.end_ns - start_ns) / 1e9),
            _("Run a program first, or look further back: %wave --last 60s"),
        )
    return _image(waveform(trace, signals, (start_ns, trace.end_ns)), "waveform")


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


def _changed_pins(trace: Trace, start_ns: int, roles: Mapping[str, int]) -> list[str]:
    """The names of the pins that changed since `start_ns`, one per pin; the lab's names first."""
    ordered = {**roles, **trace.nets}
    names = {gpio: name for name, gpio in reversed(ordered.items())}
    return [name for gpio, name in sorted(names.items()) if _has_changed(trace, gpio, start_ns)]


def _has_changed(trace: Trace, gpio: int, start_ns: int) -> bool:
    edges = trace.edges(gpio)
    waves = any(wave.freq_hz for wave in trace.pwm(gpio))
    return waves or bool((edges.t_ns[1:] >= start_ns).any())


def _image(svg: str, what: str) -> Image:
    return Image(to_png(svg, ZOOM), format="png", alt=what)
