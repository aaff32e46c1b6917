"""The rows of a drawn waveform: what happened at a pin, at a control, on a bus or on the serial
line, as pieces that can be drawn.

Pieces are in pixels of the plot; 0 is the start of the window. Edges that are too close to be seen
apart become a band, so that a picture never has more pieces than pixels.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hardware.bench.circuit.pads import DUTY_MAX
from hardware.bench.decode.buses import Bus
from hardware.bench.drawing.time_axis import Window
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import PwmAt, SerialLog, Trace

MAX_SETTINGS = 1000
"""PWM settings that are drawn of one pin: about one for each pixel."""
PERIOD_PX = 4.0
"""Two neighbouring pulses that are narrower than this together are not drawn one by one."""
BAND_EDGES = 4
"""This many narrow neighbours become a band; fewer are drawn, because a single glitch must be
visible."""
NAMED_COLOURS = {"_R": "#d93a34", "_Y": "#d9a520", "_G": "#2f9e55", "_B": "#2f6fd6"}
"""Pins whose names end like this are LEDs of that colour."""
COLOURS = ("#2f6fd6", "#8d5bd1", "#24929f", "#c2602a", "#5a7d1e", "#b0448f")
STIMULUS = "#b45f06"


@dataclass(frozen=True)
class Level:
    """A steady level."""

    x0: float
    x1: float
    high: bool


@dataclass(frozen=True)
class Band:
    """Pulses that are too dense to draw; `text` gives frequency and duty cycle if they are PWM."""

    x0: float
    x1: float
    text: str = ""


@dataclass(frozen=True)
class Value:
    """A control that is not 0 or 1: its height (0 to 1) and its value as text."""

    x0: float
    x1: float
    share: float
    text: str


@dataclass(frozen=True)
class TextBox:
    """A text of the serial line; it is empty where there is no room for it."""

    x0: float
    x1: float
    text: str


Piece = Level | Band | Value | TextBox


@dataclass(frozen=True)
class WaveformRow:
    """A named line of the picture."""

    name: str
    colour: str
    pieces: tuple[Piece, ...]
    stimulus: bool = False


def signal_row(trace: Trace, name: str, number: int, window: Window) -> WaveformRow:
    """The row of a pin; `number` chooses a colour where its name does not."""
    colour = NAMED_COLOURS.get(name[-2:], COLOURS[number % len(COLOURS)])
    return WaveformRow(name, colour, tuple(_pin(trace, name, window)))


def control_rows(trace: Trace, window: Window) -> list[WaveformRow]:
    """A row for each control that was moved, in the order of their first moves."""
    moved = dict.fromkeys((c.part, c.control) for c in trace.controls)
    rows = (_control(trace, part, control, window) for part, control in moved)
    return [row for row in rows if row.pieces]


def _control(trace: Trace, part: str, control: str, window: Window) -> WaveformRow:
    found = [c for c in trace.controls if (c.part, c.control) == (part, control)]
    if any(isinstance(c.value, str) for c in found):  # a waveform begins or ends
        swings = [(c.t_ns, c.t_ns, str(c.value)) for c in found]
        boxes = tuple(_text_boxes(swings, window))
        return WaveformRow(f"{part} {control}", STIMULUS, boxes, stimulus=True)
    moves = [(c.t_ns, float(c.value)) for c in found]
    values = [value for _, value in moves]
    low, high = min(0.0, *values), max(1.0, *values)
    pieces: list[Piece] = []
    starts = [window.start_ns, *(t for t, _ in moves)]
    ends = [*(t for t, _ in moves), window.end_ns]
    for start, end, value in zip(starts, ends, [0.0, *values], strict=True):
        x0, x1 = (window.x(min(max(t, window.start_ns), window.end_ns)) for t in (start, end))
        if x1 <= x0:
            continue
        if set(values) <= {0.0, 1.0}:
            pieces.append(Level(x0, x1, value == 1))
        elif start > window.start_ns or value:
            text = f"{value:.0f}" if value.is_integer() else f"{value:g}"
            pieces.append(Value(x0, x1, (value - low) / (high - low), text))
    label = part if control == "pressed" else f"{part} {control}"
    return WaveformRow(label, STIMULUS, tuple(pieces), stimulus=True)


def _pin(trace: Trace, name: str, window: Window) -> Iterator[Piece]:
    """The pieces of a pin: its edges, and its PWM."""
    edges = trace.edges(name)
    at = window.start_ns
    running = 0, 0
    since = 0
    for change in (*_pwm_until(trace, name, window), None):
        until = change.t_ns if change else window.end_ns
        if until > at:
            if running[0]:
                yield from _pulses(window, at, until, since, *running)
            else:
                yield from _levels(window, at, until, edges.t_ns, edges.level)
            at = until
        if change:
            running, since = (change.freq_hz, change.duty_u16), change.t_ns


def _pwm_until(trace: Trace, name: str, window: Window) -> list[PwmAt]:
    """The PWM settings in a window: the one at its start, and those after it. Of many in less than
    a pixel the last one is enough."""
    rows = trace.rows(frames.REC_PWM, name)
    t_ns = rows["t"].astype(np.int64)
    first = max(int(np.searchsorted(t_ns, window.start_ns, side="right")) - 1, 0)
    last = int(np.searchsorted(t_ns, window.end_ns))
    rows, t_ns = rows[first:last], t_ns[first:last]
    if len(rows) > MAX_SETTINGS:
        pixel = t_ns * MAX_SETTINGS // max(1, window.end_ns - window.start_ns)
        rows = rows[np.append(pixel[1:] != pixel[:-1], True)]
    return [PwmAt(t, c, b) for _kind, _a, b, c, t in rows.tolist()]


def _pulses(
    window: Window, start: int, end: int, since: int, freq_hz: int, duty_u16: int
) -> Iterator[Piece]:
    """A PWM between two times: its pulses, or a band with its values when they are too dense."""
    if not 0 < duty_u16 < DUTY_MAX:  # no pulses, whatever the frequency
        yield Level(window.x(start), window.x(end), duty_u16 == DUTY_MAX)
        return
    period = 1e9 / freq_hz
    if window.x(window.start_ns + period) < PERIOD_PX:
        yield Band(window.x(start), window.x(end), f"{hertz(freq_hz)} {duty_u16 / 655.35:.1f} %")
        return
    first = int((start - since) // period)
    rises = since + period * np.arange(first, int((end - since) // period) + 1)
    high = period * duty_u16 / DUTY_MAX
    times = np.column_stack((rises, rises + high)).ravel().astype(np.int64)
    levels = np.tile([True, False], len(rises))
    yield from _levels(window, start, end, times, levels)


def hertz(freq_hz: int) -> str:
    """A frequency as text."""
    return f"{freq_hz / 1000:g} kHz" if freq_hz >= 1000 else f"{freq_hz} Hz"


def _levels(
    window: Window, start: int, end: int, t_ns: npt.NDArray[np.int64], level: npt.NDArray[np.bool_]
) -> Iterator[Piece]:
    """The levels between two times as pieces, with bands where they change too fast to see."""
    first = int(np.searchsorted(t_ns, start, side="right"))
    last = int(np.searchsorted(t_ns, end, side="left"))
    times = np.concatenate(([start], t_ns[first:last], [end]))
    before = bool(level[first - 1]) if first else False
    levels = np.concatenate(([before], level[first:last]))
    x = (times - window.start_ns) * (window.width / max(1, window.end_ns - window.start_ns))
    lengths = np.diff(x)
    pairs = lengths + np.append(lengths[1:], np.inf)
    narrow = pairs < PERIOD_PX
    narrow[1:] |= narrow[:-1]
    cuts = np.flatnonzero(np.diff(narrow)) + 1
    for run in np.split(np.arange(len(lengths)), cuts):
        if len(run) >= BAND_EDGES and narrow[run[0]]:
            yield Band(float(x[run[0]]), float(x[run[-1] + 1]))
            continue
        for i in run:
            yield Level(float(x[i]), float(x[i + 1]), bool(levels[i]))


CHARACTER_PX, PAD_PX = 5.9, 7.0
"""About the width of a character, and of the two edges of its box together."""
GROUP_PX, MAX_LINES, BREAK = 5.0, 50, " ↵ "
"""Lines that start closer together than this are a group; a box shows up to `MAX_LINES` of
them."""
OUTPUT = "#3d444d"

Line = tuple[int, int, str]
"""Start and end (ns), and the text."""


def serial_rows(trace: Trace, window: Window) -> tuple[list[WaveformRow], list[WaveformRow]]:
    """The rows of serial input and of serial output; an empty row is left out."""
    came = WaveformRow(
        "serial in", STIMULUS, tuple(_text_boxes(_lines(trace.sent()), window)), stimulus=True
    )
    went = WaveformRow("serial out", OUTPUT, tuple(_text_boxes(_lines(trace.serial()), window)))
    return [came] if came.pieces else [], [went] if went.pieces else []


def bus_row(bus: Bus, number: int, window: Window) -> WaveformRow:
    """The row of a bus: its transfers as texts; `number` chooses a colour."""
    lines = ((one.t_ns, one.end_ns, one.text) for one in bus.transfers)
    colour = COLOURS[number % len(COLOURS)]
    return WaveformRow(bus.name, colour, tuple(_text_boxes(lines, window, lasting=True)))


def _text_boxes(
    lines: Iterable[Line], window: Window, *, lasting: bool = False
) -> Iterator[Piece]:
    """The lines in the window, each shortened to the room that it has. With `lasting`, a box is
    at least as long as its line took."""
    starts = [
        (max(0.0, window.x(start)), text, window.x(end) if lasting else 0.0)
        for start, end, text in lines
        if end >= window.start_ns and start < window.end_ns and text
    ]
    ends = [*(x for x, *_ in starts[1:]), window.width]
    for group in _groups([x for x, *_ in starts]):
        x, text = starts[group[0]][0], BREAK.join(starts[n][1] for n in group[:MAX_LINES])
        room = ends[group[-1]] - x
        took = starts[group[-1]][2] - x
        fitting = int((room - PAD_PX) / CHARACTER_PX)
        shown = text if len(text) <= fitting else text[: max(0, fitting - 1)] + "…"
        yield TextBox(x, x + min(room - 2, max(_width(shown), took)), shown if fitting > 1 else "")


def _width(text: str) -> float:
    return CHARACTER_PX * len(text) + PAD_PX


def _groups(starts: Sequence[float]) -> Iterator[list[int]]:
    """Lines that are too close together, as lists of their numbers."""
    group: list[int] = []
    for number, x in enumerate(starts):
        if group and x - starts[number - 1] >= GROUP_PX:
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _lines(log: SerialLog) -> Iterator[Line]:
    """Every line with the times of its first and its last byte; the last line may have no end."""
    breaks = np.flatnonzero(np.frombuffer(log.data, np.uint8) == ord("\n")) + 1
    cuts = [0, *breaks.tolist(), len(log.data)]
    for a, b in pairwise(cuts):
        if b > a:
            raw = log.data[a:b].decode(errors="replace").rstrip("\r\n")
            # A program may print direction marks; they must not reorder the picture's text.
            text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in raw)
            yield int(log.t_ns[a]), int(log.t_ns[b - 1]), text
