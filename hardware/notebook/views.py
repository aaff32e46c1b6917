"""What the magics show of a bench: its picture, and lint remarks."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Any

from IPython.display import HTML, display

from hardware.bench.drawing.bench_picture import MARK_COLOURS, draw
from hardware.bench.drawing.live_picture import LivePicture, what_is_seen
from hardware.bench.drawing.png import to_png
from hardware.bench.lint.rule import Finding
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.board_source import BoardSource
from hardware.i18n import _, language
from hardware.notebook.bench_editor import BenchEditor
from hardware.notebook.running import print_note
from hardware.notebook.session import no_plan
from hardware.notebook.widget_server import WidgetServer

ZOOM = 1.5
"""Pixels per unit of the drawing: sharp on usual screens, with half the bytes of 2."""
PICTURE = "application/vnd.warsha.picture.v1+json"
"""A picture with a text alternative: `labextension/picture_output.js` shows it; JupyterLab gives
pictures none."""
LIVE_BENCH = "application/vnd.warsha.bench.v1+json"
"""The kind of output that `labextension/bench_output.js` shows."""


def show_bench(live: LiveBench, server: WidgetServer | None) -> None:
    """Show the circuit with its lamps, buttons and knobs as they are now. With a server the output
    also names it: JupyterLab shows the live bench there, and the picture when it is closed."""
    drawing, seen = live.ask(lambda _bench: (draw(live.circuit), what_is_seen(live.circuit)))
    name = _("The bench. {seen}").format(seen=seen) if seen else _("The bench")
    picture = Picture(drawing, name)
    if server is None:
        picture.show()
        return
    data, metadata = picture.bundle()
    note = _("This is a picture of the bench. Run the cell again for the live bench.")
    _show_live(server, note, data, metadata)


def show_board(board: BoardSource, server: WidgetServer | None) -> None:
    """Show a real board: its wiring plan if there is one. With a server the output also names it,
    as that of `show_bench`."""
    note = _("Run the cell again to see the board live.")
    data: dict[str, object] = {"text/plain": note}
    metadata: dict[str, object] = {}
    if board.plan:
        note = _("This is the wiring plan. Run the cell again to see the board live.")
        picture = Picture(board.plan.svg, _("The wiring plan"))
        data, metadata = picture.bundle()
    if server is None:
        display(data, metadata=metadata, raw=True)
    else:
        _show_live(server, note, data, metadata)


def show_editor(editor: BenchEditor) -> None:
    """Show the editor of a circuit. The saved notebook keeps its name only."""
    note = _("The editor of {file} was here. Run the cell again to open it.")
    note = note.format(file=editor.diagram.name)
    live = {"editor": editor.widget.name, "note": note}
    display({"text/plain": note, LIVE_BENCH: live}, raw=True)


def _show_live(
    server: WidgetServer, note: str, data: dict[str, object], metadata: dict[str, object]
) -> None:
    data[LIVE_BENCH] = {"bench": server.name, "note": note}
    display(data, metadata=metadata, raw=True)


def show_lint(picture: LivePicture) -> None:
    """Show the remarks on the wiring as a list, and a picture with their places. Parts that the
    diagram hides have none."""
    if not picture.remarks:
        print_note(_("The wiring is fine."))
        return
    display(HTML(_remarks(picture.remarks)))
    numbered = enumerate(picture.remarks, 1)
    places = (f"{number}: {at.part} {at.pin}".rstrip() for number, at in numbered)
    what = _("The bench with the places of the remarks. {places}")
    Picture(picture.svg, what.format(places=", ".join(places))).show()


def show_plan_lint(plan: LivePicture | None, url: str) -> None:
    """The same for the wiring plan of a real board. Raises: BoardNotFound without one."""
    if plan is None:
        raise no_plan(url)
    print_note(_("This is the wiring plan: the wires of the real board cannot be seen."))
    show_lint(plan)


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


class Picture:
    """A drawing as an output of a cell. `what` says what is seen, for people who do not see it: it
    is the output's plain text, and its text alternative in JupyterLab and in exported pages."""

    def __init__(self, svg: str, what: str, own: Mapping[str, Any] | None = None) -> None:
        """`own`: what our renderer needs to know."""
        self._svg, self._what, self._own = svg, what, own or {}

    def bundle(self) -> tuple[dict[str, object], dict[str, object]]:
        """Its data and metadata by kind, without our own kind."""
        png = b64encode(to_png(self._svg, ZOOM)).decode()
        return {"image/png": png, "text/plain": self._what}, {"image/png": {"alt": self._what}}

    def show(self) -> None:
        """Show it below the cell."""
        data, metadata = self.bundle()
        display({**data, PICTURE: self._own}, metadata=metadata, raw=True)
