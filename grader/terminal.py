"""What a person has at a terminal: text, which stays text whatever characters a submission puts
into it, and the way to a page."""

import webbrowser
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hardware.i18n import _

ISOLATES = "\u2066\u2067\u2068\u2069"
"""What keeps Latin words in order in an Arabic line."""


def one_line(text: str) -> Text:
    """Text that may hold names of a trainee's making: one line, and nothing that steers a
    terminal or that it cannot write."""
    shown = (c if c.isprintable() or c in ISOLATES else ascii(c)[1:-1] for c in text)
    return Text("".join(shown))


def show_page(out: Console, file: Path) -> None:
    """Open a page in the browser; where there is none, say so."""
    if not webbrowser.open(file.as_uri()):
        out.print(_("there is no browser here: open the page in yours"))
