"""`%bench lint`: the remarks on a wiring as a list, and a picture that shows where they are."""

from html import escape

from IPython.display import HTML, Image, display

from hardware.bench.drawing.bench_picture import MARK_COLOURS, draw
from hardware.bench.drawing.png import to_png
from hardware.bench.lint.lint import lint
from hardware.bench.lint.rule import Finding
from hardware.bench.serving.live_bench import LiveBench
from hardware.i18n import _, language
from hardware.notebook.pictures import ZOOM
from hardware.notebook.running import say


def show(live: LiveBench) -> None:
    """Show the remarks on what is on the bench."""
    findings = lint(live.diagram)
    if not findings:
        say(_("The wiring is fine."))
        return
    display(HTML(page(findings)))
    picture = live.ask(lambda _bench: draw(live.circuit, findings))
    display(Image(to_png(picture, ZOOM), format="png", alt="lint"))


def page(findings: list[Finding]) -> str:
    """The list as HTML, in the reader's language; the numbers are those of the picture."""
    arabic = language() == "ar"
    rows = "".join(
        f'<li style="margin:.3em 0"><strong style="color:{MARK_COLOURS[finding.level]}">'
        f"{escape(title(finding))}</strong> {escape(finding.text)} "
        f'<code dir="ltr" style="opacity:.7;white-space:nowrap">{finding.rule}</code></li>'
        for finding in findings
    )
    way = 'dir="rtl" lang="ar"' if arabic else 'dir="ltr" lang="en"'
    return f'<ol {way} style="margin:.3em 0;padding-inline-start:2em">{rows}</ol>'


def title(finding: Finding) -> str:
    """How bad it is, in a word."""
    match finding.level:
        case "error":
            return _("Error:")
        case "warning":
            return _("Warning:")
    return _("Hint:")
