"""Why a board is no more, in words for people."""

from hardware.bench import frames
from hardware.bench.tracing.trace import End
from hardware.say import _


def why(end: End) -> str:
    """The cause in the reader's language, and what exactly as the bench noted it."""
    texts = {
        frames.END_RESET: _("it was reset"),
        frames.END_OFF: _("it was switched off"),
        frames.END_CRASH: _("it crashed"),
        frames.END_CPU: _("the program used too much processor time"),
        frames.END_OUTPUT: _("the program printed too much"),
        frames.END_FORGED: _("it sent what no board can send"),
        frames.END_WALL: _("the run took too long on this machine"),
    }
    text = texts[end.cause]
    return _("{what} ({detail})").format(what=text, detail=end.detail) if end.detail else text
