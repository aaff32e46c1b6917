"""What the magics show of a bench: its picture, and lint remarks."""

from html import escape

from IPython import get_ipython
from IPython.display import HTML, Image, display

from hardware.bench.drawing.bench_picture import MARK_COLOURS, draw
from hardware.bench.drawing.png import to_png
from hardware.bench.lint.lint import lint
from hardware.bench.lint.rule import Finding
from hardware.bench.serving.live_bench import LiveBench
from hardware.i18n import _, language
from hardware.notebook.running import print_note
from hardware.notebook.widget_server import WidgetServer

ZOOM = 1.5
"""Pixels per unit of the drawing: sharp on usual screens, with half the bytes of 2."""
LIVE_BENCH = "application/vnd.warsha.bench.v1+json"
"""The kind of output that `labextension/bench_output.js` shows."""


def show_bench(live: LiveBench, server: WidgetServer | None) -> None:
    """Show the circuit with its lamps, buttons and knobs as they are now. With a server the output
    also names it: JupyterLab shows the live bench there, and the picture when it is closed."""
    picture = image(live.ask(lambda _bench: draw(live.circuit)), _("The picture of the bench"))
    if server is None:
        display(picture)
        return
    data, metadata = get_ipython().display_formatter.format(picture)
    note = _("This is a picture of the bench. Run the cell again for the live bench.")
    data[LIVE_BENCH] = {"bench": server.name, "note": note}
    display(data, metadata=metadata, raw=True)


def show_lint(live: LiveBench) -> None:
    """Show the remarks on the wiring as a list, and a picture with their places."""
    findings = lint(live.diagram)
    if not findings:
        print_note(_("The wiring is fine."))
        return
    display(HTML(_remarks(findings)))
    picture = live.ask(lambda _bench: draw(live.circuit, findings))
    display(image(picture, "lint"))


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


def image(svg: str, what: str) -> Image:
    """A drawing as a picture of the notebook; `what` is its text for screen readers."""
    return Image(to_png(svg, ZOOM), format="png", alt=what)
