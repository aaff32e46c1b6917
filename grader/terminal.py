"""Output in a terminal. Text from a submission stays text, whatever characters it contains."""

import webbrowser
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hardware.i18n import ISOLATES, _


def one_line(text: str) -> Text:
    """Text that may contain untrusted names, on one line: control characters, and what a terminal
    cannot write, are written out."""
    shown = (c if c.isprintable() or c in ISOLATES else ascii(c)[1:-1] for c in text)
    return Text("".join(shown))


def show_page(out: Console, file: Path) -> None:
    """Open a page in the browser, or print that there is none."""
    if not webbrowser.open(file.as_uri()):
        out.print(_("no browser was found: open the page yourself"))
