"""Text at a terminal: what a submission says stays text, whatever characters it holds."""

from rich.text import Text

ISOLATES = "\u2066\u2067\u2068\u2069"
"""What keeps Latin words in order in an Arabic line."""


def one_line(text: str) -> Text:
    """Text that may hold names of a trainee's making: one line, and nothing that steers a
    terminal or that it cannot write."""
    shown = (c if c.isprintable() or c in ISOLATES else ascii(c)[1:-1] for c in text)
    return Text("".join(shown))
