"""The magics `%wave` and `%trace`."""

from pathlib import Path

from IPython.core.magic import Magics, line_magic, magics_class

from hardware.i18n import both
from hardware.notebook.magic_line import (
    guard,
    option,
    seconds,
    shown_help,
    split,
    take_seconds,
    usage,
)
from hardware.notebook.session import current
from hardware.notebook.waves import SESSION, WavePart, save_trace, show_wave

CURSORS = "--cursors"
PART_FORM = "[SIGNAL …] [--last 2s | --from 1.5s --to 2s]"
WAVE_FORM = f"%wave {PART_FORM} [{CURSORS} 1.2s 1.45s]"
TRACE_FORM = f"%trace FILE.vcd|FILE.sr {PART_FORM}"

WAVE_HELP = (
    both("What pins did before the last edge, the number of edges, PWM, and transfers on buses."),
    "",
    "%wave [SIGNAL …] [--last 2s]",
    "%wave [SIGNAL …] --from 1.5s --to 2s",
    both("%wave LED_R --cursors 1.2s 1.45s    measure the time between two edges"),
)
TRACE_HELP = (
    both("The same as `%wave`, as a file for PulseView and GTKWave."),
    "",
    both("%trace FILE.sr [SIGNAL …] [--last 2s | --from 1.5s --to 2s]    for PulseView"),
    both("%trace FILE.vcd …    for GTKWave and other programs, too"),
)


@magics_class
class WaveMagics(Magics):
    """The trace of the board."""

    @line_magic
    @shown_help(WAVE_HELP)
    def wave(self, line: str) -> None:
        """See `WAVE_HELP`."""
        guard(lambda: _wave(split(line)))

    @line_magic
    @shown_help(TRACE_HELP)
    def trace(self, line: str) -> None:
        """See `TRACE_HELP`."""
        guard(lambda: _trace(split(line)))


def _wave(words: list[str]) -> None:
    cursors = []
    if option(words, CURSORS) is not None:
        at = words.index(CURSORS)
        cursors = [seconds(word) for word in words[at + 1 : at + 3]]
        if len(cursors) < 2:
            raise usage(WAVE_FORM)
        del words[at : at + 3]
    part = _part(words, WAVE_FORM)
    show_wave(current, words, part, cursors)


def _trace(words: list[str]) -> None:
    part = _part(words, TRACE_FORM)
    match words:
        case [file, *names] if file.endswith((".vcd", SESSION)):
            save_trace(current, Path(file), names, part)
        case _:
            raise usage(TRACE_FORM)


def _part(words: list[str], form: str) -> WavePart:
    """The part of time in the words; they are removed. Raises: HardwareError."""
    part = WavePart(*(take_seconds(words, name) for name in ("--last", "--from", "--to")))
    if any(word.startswith("--") for word in words):
        raise usage(form)
    return part
