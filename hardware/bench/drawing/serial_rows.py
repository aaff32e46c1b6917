"""Rows of a waveform that hold words: what went over the serial line, each line at its time."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from hardware.bench.drawing.waveform_rows import STIMULUS, Piece, WaveformRow, Window, Word
from hardware.bench.trace.trace import SerialLog, Trace

LETTER_PX, PAD_PX = 5.9, 7.0
"""About so wide are a letter and the edges of its box."""
CROWD_PX, MOST, BREAK = 5.0, 50, " ↵ "
"""Lines that begin closer together than this are a crowd: so many of them stand in one box."""
OUTPUT = "#3d444d"

Line = tuple[int, int, str]
"""From when to when (ns), and the text."""


def serial_rows(trace: Trace, window: Window) -> tuple[list[WaveformRow], list[WaveformRow]]:
    """What came in over the serial line, and what went out; a row without a word is left out."""
    came = WaveformRow("serial in", STIMULUS, tuple(_words(trace.sent(), window)), stimulus=True)
    went = WaveformRow("serial out", OUTPUT, tuple(_words(trace.serial(), window)))
    return [came] if came.pieces else [], [went] if went.pieces else []


def _words(log: SerialLog, window: Window) -> Iterator[Piece]:
    """The lines in the window, as far as there is room for each."""
    places = [
        (max(0.0, window.x(start)), text)
        for start, end, text in _lines(log)
        if end >= window.start_ns and start < window.end_ns and text
    ]
    ends = [*(x for x, _ in places[1:]), window.width]
    for crowd in _crowds([x for x, _ in places]):
        x, text = places[crowd[0]][0], BREAK.join(places[n][1] for n in crowd[:MOST])
        room = ends[crowd[-1]] - x
        fitting = int((room - PAD_PX) / LETTER_PX)
        shown = text if len(text) <= fitting else text[: max(0, fitting - 1)] + "…"
        yield Word(x, x + min(room - 2, _width(shown)), shown if fitting > 1 else "")


def _width(text: str) -> float:
    return LETTER_PX * len(text) + PAD_PX


def _crowds(places: Sequence[float]) -> Iterator[list[int]]:
    """Neighbours that stand too close together, as lists of their numbers."""
    crowd: list[int] = []
    for number, x in enumerate(places):
        if crowd and x - places[number - 1] >= CROWD_PX:
            yield crowd
            crowd = []
        crowd.append(number)
    if crowd:
        yield crowd


def _lines(log: SerialLog) -> Iterator[Line]:
    """Every line with the times of its first byte and its last; the last one may be without an
    end."""
    breaks = np.flatnonzero(np.frombuffer(log.data, np.uint8) == ord("\n")) + 1
    cuts = [0, *breaks.tolist(), len(log.data)]
    for a, b in pairwise(cuts):
        if b > a:
            raw = log.data[a:b].decode(errors="replace").rstrip("\r\n")
            # A program says what it likes: no mark of it turns the words of the picture.
            text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in raw)
            yield int(log.t_ns[a]), int(log.t_ns[b - 1]), text
