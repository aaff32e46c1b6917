"""A trace as a picture: a row for each signal and each moved control, a time axis, and marks.

Time runs from left to right in every language. Captions and labels may be Arabic; each is isolated
(Unicode), so that the numbers and units next to it keep their order.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hardware.bench.circuit.circuit import Circuit
from hardware.bench.decode.buses import Bus
from hardware.bench.drawing.time_axis import Window, ticks
from hardware.bench.drawing.waveform_rows import (
    Band,
    TextBox,
    Value,
    WaveformRow,
    bus_row,
    control_rows,
    serial_rows,
    signal_row,
)
from hardware.bench.svg.elements import el, line, mix, path, rect, text
from hardware.bench.trace.trace import Trace
from hardware.boards import RESET_PAD

WIDTH, LABELS, PAD = 920.0, 118.0, 16.0
ROW, WAVE = 36.0, 21.0
"""Height of a row, and of the wave in it."""
LANE = 17.0
"""Height of a line of mark labels."""
DIGIT_PX = 6.0
"""Width of a digit of a value."""
NAME_SIZE, LETTER = 12.0, 0.58
"""Font size of a row's name, and the width of its letters for each px of it."""
INK, GREY, GRID, PAPER = "#23272d", "#59606b", "#e4e7eb", "#ffffff"
STRONG = ("L", "R", "AL")
"""Unicode bidirectional classes of letters that have a direction."""
KINDS = {"wrong": "#d93a34", "right": "#2f9e55", "note": "#2f6fd6"}


@dataclass(frozen=True)
class WaveformMark:
    """A marked span of time (or a moment), on one signal or on all of them."""

    start_ns: int
    end_ns: int
    text: str = ""
    signal: str | None = None
    kind: Literal["wrong", "right", "note"] = "wrong"


def waveform(
    trace: Trace,
    signals: Sequence[str],
    window: tuple[int, int] | None = None,
    marks: Sequence[WaveformMark] = (),
    *,
    caption: str = "",
    origin_ns: int = 0,
    serial: bool = False,
    buses: Sequence[Bus] = (),
) -> str:
    """The picture as SVG.

    `window` is in virtual ns (default: the whole trace). The axis counts from `origin_ns`. With
    `serial`, serial input and output have a row each; so has each of `buses`.
    """
    start, end = window or (0, max(trace.end_ns, 1))
    plot = Window(start, max(end, start + 1), WIDTH - LABELS - PAD)
    came, went = serial_rows(trace, plot) if serial else ([], [])
    rows = [
        *control_rows(trace, plot),
        *came,
        *(signal_row(trace, name, number, plot) for number, name in enumerate(signals)),
        *(bus_row(bus, number, plot) for number, bus in enumerate(buses)),
        *went,
    ]
    shown = [m for m in marks if m.end_ns >= plot.start_ns and m.start_ns <= plot.end_ns]
    return _Picture(plot, rows, shown, caption, origin_ns).svg()


def probed(circuit: Circuit, board: str = "") -> dict[str, int]:
    """The names of a board's signals: each channel of a logic analyzer that is on one of its pins,
    with the GPIO. Without a name it is the first board. A trace holds no other nets."""
    first = circuit.netlist.first_pad(board or circuit.board_id)
    nets = circuit.netlist.gpio_net[first : first + RESET_PAD]
    return {
        name: nets.index(net)
        for part in circuit.parts.values()
        for pin, name in part.probes.items()
        if (net := circuit.netlist.net(part.id, pin)) in nets
    }


def isolate(words: str) -> str:
    """A text that begins right to left, isolated (U+2067 … U+2069); other texts unchanged."""
    first = next((c for c in map(unicodedata.bidirectional, words) if c in STRONG), "L")
    return words if first == "L" else f"\u2067{words}\u2069"


class _Picture:
    """The layout and drawing of one waveform."""

    def __init__(
        self,
        plot: Window,
        rows: list[WaveformRow],
        marks: list[WaveformMark],
        caption: str,
        origin_ns: int,
    ) -> None:
        self.plot, self.rows, self.marks = plot, rows, marks
        self.caption, self.origin_ns = caption, origin_ns
        self.lanes = self._lanes()
        self.top = PAD + (24 if caption else 0) + LANE * (max(self.lanes, default=-1) + 1)
        self.bottom = self.top + ROW * len(rows)

    def svg(self) -> str:
        height = self.bottom + 34
        inner = (
            rect(0, 0, WIDTH, height, PAPER, 8, stroke=GRID)
            + self._caption()
            + self._axis()
            + "".join(self._shade(mark) for mark in self.marks)
            + "".join(self._row(row, self.top + ROW * i) for i, row in enumerate(self.rows))
            + "".join(self._label(m, lane) for m, lane in zip(self.marks, self.lanes, strict=True))
        )
        size = {
            "width": round(WIDTH),
            "height": round(height),
            "viewBox": f"0 0 {WIDTH:g} {height:g}",
        }
        return el("svg", inner, xmlns="http://www.w3.org/2000/svg", direction="ltr", **size)

    def _caption(self) -> str:
        if not self.caption:
            return ""
        words = isolate(self.caption)
        right = words != self.caption
        return text(
            WIDTH - PAD if right else PAD,
            PAD + 12,
            words,
            14,
            INK,
            font_weight=700,
            text_anchor="end" if right else "start",
        )

    def _axis(self) -> str:
        y = self.bottom + 4
        drawn = [line(LABELS, y, WIDTH - PAD, y, GREY, 1)]
        for x, label in ticks(self.plot, self.origin_ns):
            at = LABELS + x
            drawn.append(line(at, self.top, at, y + 4, GRID, 1))
            middle = min(at, WIDTH - 3.2 * len(label) - 3)
            drawn.append(text(middle, y + 17, label, 10.5, GREY, text_anchor="middle"))
        return "".join(drawn)

    # -- rows ---------------------------------------------------------------------------------

    def _row(self, row: WaveformRow, top: float) -> str:
        high = top + (ROW - WAVE) / 2
        low = high + WAVE
        fitting = (LABELS - 12) / (LETTER * max(len(row.name), 1))
        name = text(
            LABELS - 12,
            low - 5,
            isolate(row.name),
            min(NAME_SIZE, fitting),
            row.colour if row.stimulus else INK,
            text_anchor="end",
            font_weight=600,
            font_style="italic" if row.stimulus else None,
        )
        base = line(LABELS, low, WIDTH - PAD, low, GRID, 1)
        fills, lines = self._wave(row, high, low)
        dash = "5 3" if row.stimulus else None
        wave = path(
            lines,
            stroke=row.colour,
            stroke_width=1.7,
            stroke_linejoin="round",
            stroke_dasharray=dash,
        )
        return base + fills + (wave if lines else "") + name

    def _wave(self, row: WaveformRow, high: float, low: float) -> tuple[str, str]:
        """The filled areas of a row as SVG, and its line as path data."""
        fills, d, y_before, free = "", "", None, 0.0
        for piece in row.pieces:
            x0, x1 = LABELS + piece.x0, LABELS + piece.x1
            if isinstance(piece, Band):
                fills += _band(piece, x0, x1, high, low, row.colour)
                y_before = None
                continue
            if isinstance(piece, TextBox):
                fills += _text_box(piece, x0, x1, high, low, row.colour)
                continue
            share = piece.share if isinstance(piece, Value) else float(piece.high)
            y = low - (low - high) * share
            d += f"{'M' if y_before is None else 'L'}{x0:.2f} {y:.2f}H{x1:.2f}"
            y_before = y
            if share:
                tint = mix(row.colour, PAPER, 0.82)
                fills += rect(x0, y, max(x1 - x0, 0.7), low - y, tint)
            if isinstance(piece, Value):
                wide = DIGIT_PX * len(piece.text)
                x = min(x0 + 4, LABELS + self.plot.width - wide)
                # A control that keeps moving has more values than there is room for.
                if x >= free:
                    inside = low - 3 if share > 0.6 else y - 3
                    fills += text(x, inside, piece.text, 10, row.colour)
                    free = x + wide
        return fills, d

    # -- marks --------------------------------------------------------------------------------

    def _span(self, mark: WaveformMark) -> tuple[float, float]:
        """Left and right end of a mark (px), at least 2 px apart."""
        x0 = LABELS + max(0.0, self.plot.x(mark.start_ns))
        x1 = LABELS + min(self.plot.width, self.plot.x(mark.end_ns))
        return (x0, x1) if x1 - x0 >= 2 else (x0 - 1, x0 + 1)

    def _shade(self, mark: WaveformMark) -> str:
        x0, x1 = self._span(mark)
        colour = KINDS[mark.kind]
        names = [row.name for row in self.rows]
        top, height = self.top, self.bottom - self.top
        if mark.signal in names:
            top, height = self.top + ROW * names.index(mark.signal), ROW
        sides = "".join(
            line(x, top, x, top + height, colour, 1, stroke_dasharray="3 2") for x in (x0, x1)
        )
        return rect(x0, top, x1 - x0, height, colour, opacity=0.13) + sides

    def _label(self, mark: WaveformMark, lane: int) -> str:
        if not mark.text:
            return ""
        middle, width = self._place(mark)
        y = self.top - LANE * lane - 5
        colour = KINDS[mark.kind]
        x = sum(self._span(mark)) / 2
        stem = line(x, y + 3.5, x, self.top, colour, 1)
        box = rect(middle - width / 2, y - 11.5, width, 15, mix(colour, PAPER, 0.86), 4)
        return (
            stem
            + box
            + text(
                middle,
                y,
                isolate(mark.text),
                11,
                mix(colour, "#000000", 0.2),
                text_anchor="middle",
                font_weight=600,
            )
        )

    def _place(self, mark: WaveformMark) -> tuple[float, float]:
        """Middle and width of a mark's label (px); the label stays inside the picture."""
        x0, x1 = self._span(mark)
        width = 6.4 * len(mark.text) + 14
        middle = (x0 + x1) / 2
        return min(max(middle, LABELS + width / 2), WIDTH - PAD - width / 2), width

    def _lanes(self) -> list[int]:
        """The lane of each mark's label, counted from below; no two labels touch."""
        ends: list[list[tuple[float, float]]] = []
        lanes = []
        for mark in self.marks:
            middle, width = self._place(mark)
            a, b = middle - width / 2, middle + width / 2
            lane = 0
            while lane < len(ends) and any(a < d + 4 and c < b + 4 for c, d in ends[lane]):
                lane += 1
            if mark.text:
                ends += [[] for _ in range(lane + 1 - len(ends))]
                ends[lane].append((a, b))
            lanes.append(lane if mark.text else -1)
        return lanes


def _text_box(piece: TextBox, x0: float, x1: float, high: float, low: float, colour: str) -> str:
    """A box with the text in it; its left edge is at the time of the text."""
    box = rect(x0, high, max(x1 - x0, 1), low - high, mix(colour, PAPER, 0.86))
    edge = line(x0, high, x0, low, colour, 1.4)
    words = isolate(piece.text)
    return box + edge + (text(x0 + 4, low - 6.5, words, 10.5, colour) if words else "")


def _band(piece: Band, x0: float, x1: float, high: float, low: float, colour: str) -> str:
    """Dense pulses: a shaded strip between the levels."""
    words = ""
    if piece.text and x1 - x0 > 6.0 * len(piece.text) + 10:
        middle = (x0 + x1) / 2, (high + low) / 2 + 3.6
        ink = mix(colour, "#000000", 0.45)
        words = text(*middle, piece.text, 10.5, ink, text_anchor="middle", font_weight=600)
    body = rect(
        x0, high, x1 - x0, low - high, mix(colour, PAPER, 0.6), stroke=colour, stroke_width=1
    )
    return body + words
