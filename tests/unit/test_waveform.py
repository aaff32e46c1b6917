"""The drawn waveform: its content, and its limited number of elements."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

from hardware.bench.drawing.png import to_png
from hardware.bench.drawing.time_axis import Window, duration, ticks
from hardware.bench.drawing.waveform import (
    LABELS,
    LETTER,
    NAME_SIZE,
    WaveformMark,
    isolate,
    waveform,
)
from hardware.bench.drawing.waveform_rows import (
    Band,
    Level,
    TextBox,
    Value,
    control_rows,
    serial_rows,
    signal_row,
)
from hardware.bench.protocol.frames import MODE_OUT, REC_MODE, REC_OUT, REC_PWM, REC_RX, REC_TX
from hardware.bench.protocol.records import RECORD
from hardware.bench.trace.trace import ControlAt, Trace

MS, S = 1_000_000, 1_000_000_000
NETS = {"LED_G": 27, "BUZZER": 14}


def made(rows: list[tuple[int, int, int, int, int]], controls: list[ControlAt]) -> Trace:
    modes = [(REC_MODE, gpio, MODE_OUT, 0, 1) for gpio in NETS.values()]
    return Trace("esp32_devkit_c_v4", np.array(modes + rows, RECORD), controls, 10 * S, NETS)


def blink(count: int, half_ns: int) -> list[tuple[int, int, int, int, int]]:
    return [(REC_OUT, 27, 0, (i + 1) % 2, S + i * half_ns) for i in range(count)]


WINDOW = Window(0, 10 * S, 1000)


def test_levels_are_cut_to_the_window() -> None:
    trace = made(blink(4, S), [])
    row = signal_row(trace, "LED_G", 0, Window(1_500 * MS, 3_500 * MS, 200))
    assert row.pieces == (Level(0, 50, True), Level(50, 150, False), Level(150, 200, True))


def test_dense_pulses_become_one_band_and_a_lone_glitch_stays() -> None:
    dense = blink(2000, MS)
    glitch = [(REC_OUT, 27, 0, 1, 8 * S), (REC_OUT, 27, 0, 0, 8 * S + MS)]
    pieces = signal_row(made(dense + glitch, []), "LED_G", 0, WINDOW).pieces
    bands = [p for p in pieces if isinstance(p, Band)]
    assert len(bands) == 1 and len(pieces) < 10
    assert bands[0].x0 == pytest.approx(100, abs=2) and bands[0].x1 == pytest.approx(300, abs=2)
    assert [p for p in pieces if isinstance(p, Level) and p.high and 799 < p.x0 < 801]


def test_an_hour_of_blinking_is_a_small_picture() -> None:
    trace = made(blink(7200, 500 * MS), [])
    trace.end_ns = 3600 * S
    assert len(waveform(trace, ["LED_G"])) < 30_000


def test_pwm_is_a_band_with_its_figures_or_pulses_when_there_is_room() -> None:
    rows = [(REC_PWM, 14, 32768, 440, 2 * S), (REC_PWM, 14, 0, 0, 4 * S)]
    trace = made(rows, [])
    assert Band(200, 400, "440 Hz 50.0 %") in signal_row(trace, "BUZZER", 0, WINDOW).pieces
    near = signal_row(trace, "BUZZER", 0, Window(2 * S, 2 * S + 10 * MS, 1000)).pieces
    assert sum(1 for p in near if isinstance(p, Level) and p.high) == 5


@pytest.mark.parametrize("duty", [0, 65535])
def test_pwm_without_pulses_is_one_level_at_any_frequency(duty: int) -> None:
    row = signal_row(made([(REC_PWM, 14, duty, 40_000_000, 2 * S)], []), "BUZZER", 0, WINDOW)
    assert row.pieces[-1] == Level(200, 1000, duty > 0)


def test_controls_have_rows_of_their_own() -> None:
    moves = [ControlAt(S, "btn1", "pressed", 1), ControlAt(2 * S, "btn1", "pressed", 0)]
    moves.append(ControlAt(3 * S, "pot1", "position", 0.4))
    moves.append(ControlAt(3 * S, "ap", "utc", 1_910_340_000))
    button, pot, time = control_rows(made([], moves), WINDOW)
    assert button.name == "btn1" and Level(100, 200, True) in button.pieces
    assert pot.name == "pot1 position" and pot.pieces == (Value(300, 1000, 0.4, "0.4"),)
    assert time.pieces == (Value(300, 1000, 1.0, "1910340000"),)


def test_a_waveform_at_a_control_is_a_text_where_it_begins() -> None:
    moves = [ControlAt(S, "imu", "accelX", 0.5), ControlAt(S, "imu", "accelX ~", "±0.3 12 Hz")]
    moves.append(ControlAt(5 * S, "imu", "accelX ~", "0"))
    middle, swing = control_rows(made([], moves), WINDOW)
    assert middle.name == "imu accelX" and swing.name == "imu accelX ~" and swing.stimulus
    boxes = [piece for piece in swing.pieces if isinstance(piece, TextBox)]
    assert [(box.x0, box.text) for box in boxes] == [(100, "±0.3 12 Hz"), (500, "0")]


def test_values_of_a_turning_knob_do_not_overlap() -> None:
    turns = [ControlAt(n * 50 * MS, "pot1", "position", 0.111111 + n / 300) for n in range(199)]
    drawn = ET.fromstring(waveform(made([], turns), []))
    words = [e for e in drawn.iter() if e.tag.endswith("text") and "." in (e.text or "")]
    places = [(float(e.attrib["x"]), len(e.text or "")) for e in words]
    assert 5 < len(places) < 30
    assert all(x + 5 * long < after for (x, long), (after, _) in pairwise(places))
    right = float(drawn.attrib["viewBox"].split()[2])
    assert places[-1][0] + 5 * places[-1][1] <= right


@pytest.mark.parametrize(
    ("start_s", "end_s", "labels"),
    [
        (0, 590, ["0 s", "50 s", "100 s"]),
        (0, 36 * 3600, ["0 s", "3 h", "6 h"]),
        (62_000, 63_000, ["17 h 14 min", "17 h 16 min", "17 h 18 min"]),
        (62_369, 62_372, ["17 h 19 min 29 s", "17 h 19 min 29.5 s", "17 h 19 min 30 s"]),
        (600, 1200, ["10 min", "11 min", "12 min"]),
    ],
)
def test_late_ticks_are_hours_minutes_and_seconds_with_room_between(
    start_s: int, end_s: int, labels: list[str]
) -> None:
    found = ticks(Window(start_s * S, end_s * S, 900), 0)
    assert [label for _x, label in found][: len(labels)] == labels
    for (x, label), (following, _label) in pairwise(found):
        assert following - x > 6 * len(label), "the labels do not touch"


def test_ticks_are_round_and_count_from_the_origin() -> None:
    window = Window(0, 10 * S, 800)
    assert [label for _, label in ticks(window, 500 * MS)][:3] == ["0 s", "1 s", "2 s"]
    assert ticks(Window(0, 40_000, 800), 0)[1][1] == "5 µs"
    late = Window(1_795_860_000, 1_796_860_000, 800)
    assert [label for _, label in ticks(late, 0)][:2] == ["1795.9 ms", "1796 ms"]
    assert [duration(ns) for ns in (0, 999, 20_500, 3 * MS, 1_250 * MS)] == [
        "0 ns",
        "999 ns",
        "20.5 µs",
        "3 ms",
        "1.25 s",
    ]


def test_the_picture_is_xml_with_marks_and_isolated_arabic() -> None:
    marks = [
        WaveformMark(S, 2 * S, "ارتداد التلامس", "LED_G"),
        WaveformMark(3 * S, 3 * S, "a < b", kind="note"),
    ]
    svg = waveform(made(blink(4, S), []), ["LED_G"], marks=marks, caption="إشارة المرور")
    words = ["".join(node.itertext()) for node in ET.fromstring(svg).iter() if node.text]
    assert "\u2067إشارة المرور\u2069" in words and "\u2067ارتداد التلامس\u2069" in words
    assert "a < b" in words and "LED_G" in words
    assert isolate("5 ms") == "5 ms"


def test_labels_of_marks_do_not_overlap() -> None:
    marks = [WaveformMark(5 * S, 5 * S, f"mark number {i}") for i in range(3)]
    root = ET.fromstring(waveform(made([], []), ["LED_G"], marks=marks))
    heights = {n.get("y") for n in root.iter() if n.text and n.text.startswith("mark number")}
    assert len(heights) == 3


def test_a_long_name_of_a_row_fits_beside_the_wave() -> None:
    def size(name: str) -> float:
        root = ET.fromstring(waveform(made([], []).named({name: 27}), [name]))
        return next(float(n.get("font-size", 0)) for n in root.iter() if n.text == name)

    assert size("LED_G") == NAME_SIZE > size("probe1 temperature")
    assert LETTER * size("n" * 40) * 40 < LABELS


def test_png_for_notebooks() -> None:
    png = to_png(waveform(made(blink(4, S), []), ["LED_G", "BUZZER"]), zoom=1)
    assert png.startswith(b"\x89PNG")


def text_rows(kind: int, text: str, at_ns: int) -> list[tuple[int, int, int, int, int]]:
    """A text on the serial line as records, one byte each 87 µs."""
    return [(kind, 1, byte, 0, at_ns + n * 87_000) for n, byte in enumerate(text.encode())]


def trace_with_text(*lines: tuple[int, str, int]) -> Trace:
    """A trace with these lines: kind, text, time."""
    rows = sorted((row for line in lines for row in text_rows(*line)), key=lambda row: row[-1])
    return made(rows, [])


def test_the_serial_line_has_rows_of_its_own_on_request() -> None:
    trace = trace_with_text((REC_RX, "ping 3\n", S), (REC_TX, "pong 4\n", S + 50 * MS))
    words = "".join(ET.fromstring(waveform(trace, ["LED_G"], serial=True)).itertext())
    assert words.index("serial in") < words.index("LED_G") < words.index("serial out")
    assert "ping 3" in words and "pong 4" in words
    assert "ping 3" not in waveform(trace, ["LED_G"])


def test_close_lines_share_a_box_and_long_ones_are_cut() -> None:
    trace = trace_with_text((REC_TX, "one\ntwo\n", S), (REC_TX, "x" * 300 + "\n", 2 * S))
    (out,) = serial_rows(trace, WINDOW)[1]
    first, second = (piece for piece in out.pieces if isinstance(piece, TextBox))
    assert first.text == "one ↵ two" and first.x0 == pytest.approx(100, abs=1)
    assert second.text.endswith("…") and second.x1 <= WINDOW.width


def test_events_outside_of_the_window_are_not_drawn() -> None:
    trace = trace_with_text(
        (REC_TX, "early\n", S), (REC_TX, "now\n", 3 * S), (REC_TX, "late\n", 5 * S)
    )
    (out,) = serial_rows(trace, Window(2 * S, 4 * S, 800))[1]
    assert [piece.text for piece in out.pieces if isinstance(piece, TextBox)] == ["now"]


def test_direction_marks_and_tags_in_program_text_are_escaped() -> None:
    svg = waveform(trace_with_text((REC_TX, "a\u202eb<script>\n", S)), [], serial=True)
    assert "\u202e" not in svg and "<script>" not in svg
    assert "a\\u202eb<script>" in "".join(ET.fromstring(svg).itertext())
