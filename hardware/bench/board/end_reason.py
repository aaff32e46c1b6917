"""Why a board has ended, in words for people."""

import re
from functools import cache

from hardware.bench.board.board_process import Exit
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End
from hardware.i18n import _, arabic, both, language

OUTPUT = both("more output than allowed")
CPU = both("more than {n} s of CPU")
WALL = both("more than {n} s of wall time")
TORN = both("died in the middle of a record")
CODE = both("exit code {n}")
SIGNAL = both("signal {n}")
RECORDS = both("more than {n} records of what the program did, {percent} % of them of {what}")
PAYLOADS = both("more than {n} bytes to and from devices")
SET_UPS = both("more than {n} changes of pin modes")
"""The details of an end, in English. The trace keeps them so."""
DETAILS = (OUTPUT, CPU, WALL, TORN, CODE, SIGNAL, RECORDS, PAYLOADS, SET_UPS)


def detail_in(lang: str, detail: str) -> str:
    """The details of an end in `ar` or `en`; "" where there is no translation."""
    if lang != "ar":
        return detail
    for text in DETAILS:
        if found := _pattern(text).fullmatch(detail):
            return arabic(text).format(**found.groupdict())
    return ""


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)))


def how(end: Exit) -> str:
    """The detail of a process that has ended."""
    if end.code >= 0:
        return CODE.format(n=end.code)
    return SIGNAL.format(n=-end.code)


def why(end: End) -> str:
    """The cause and the details, in the reader's language."""
    texts = {
        frames.END_RESET: _("it was reset"),
        frames.END_OFF: _("it was switched off"),
        frames.END_CRASH: _("it crashed"),
        frames.END_CPU: _("the program used too much processor time"),
        frames.END_OUTPUT: _("the program printed too much"),
        frames.END_FORGED: _("it sent what no board can send"),
        frames.END_WALL: _("the run took too long on this machine"),
        frames.END_KILLED: _("this machine ended it or did not start it"),
        frames.END_RECORDS: _("the program did more than a trace holds"),
        frames.END_LOADER: _("its boot ROM waits for a program, as `machine.bootloader()` asked"),
    }
    text = texts[end.cause]
    detail = detail_in(language(), end.detail) or end.detail
    return _("{what} ({detail})").format(what=text, detail=detail) if detail else text
