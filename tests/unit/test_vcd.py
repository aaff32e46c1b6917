"""VCD export, read back with the reader of pyvcd (test_decode reads one with vcdvcd, too)."""

import io
from pathlib import Path

import numpy as np
import pytest
from vcd.reader import TokenKind, tokenize

from hardware.bench.protocol.frames import MODE_IN, MODE_OUT, REC_IN, REC_MODE, REC_OUT, REC_PWM
from hardware.bench.protocol.records import RECORD
from hardware.bench.trace.trace import Trace
from hardware.bench.vcd import vcd, write_vcd

ROWS = [
    (REC_MODE, 25, MODE_OUT, 0, 1_000),
    (REC_MODE, 32, MODE_IN, 0, 1_000),
    (REC_OUT, 25, 0, 1, 2_000),
    (REC_IN, 32, 0, 1, 2_000),
    (REC_OUT, 25, 0, 0, 3_500),
]


@pytest.fixture
def trace() -> Trace:
    nets = {"LED": 25, "BTN 1": 32}
    return Trace("esp32_devkit_c_v4", np.array(ROWS, RECORD), [], 10_000, nets)


def test_a_reader_sees_the_same_edges(trace: Trace) -> None:
    names: dict[str, str] = {}
    changes: list[tuple[int, str, str]] = []
    now = 0
    for token in tokenize(io.BytesIO(vcd(trace, ["LED", "BTN 1"]).encode())):
        if token.kind is TokenKind.VAR:
            names[token.var.id_code] = token.var.reference
        elif token.kind is TokenKind.TIMESCALE:
            assert str(token.timescale) == "1 ns"
        elif token.kind is TokenKind.CHANGE_TIME:
            now = token.time_change
        elif token.kind is TokenKind.CHANGE_SCALAR:
            changes.append((now, names[token.scalar_change.id_code], token.scalar_change.value))
    assert now == 10_000
    start = [(0, "LED", "0"), (0, "BTN_1", "0")]
    assert changes == [*start, (2000, "LED", "1"), (2000, "BTN_1", "1"), (3500, "LED", "0")]


def test_one_trace_gives_one_file_without_a_date(trace: Trace, tmp_path: Path) -> None:
    write_vcd(trace, tmp_path / "a.vcd", ["LED"])
    text = (tmp_path / "a.vcd").read_text()
    assert text == vcd(trace, ["LED"])
    assert "$date" not in text


def test_more_signals_than_one_character_can_name(trace: Trace) -> None:
    many = Trace(trace.board, trace.records, [], 10_000, {f"s{i}": 25 for i in range(200)})
    tokens = list(tokenize(io.BytesIO(vcd(many, list(many.nets)).encode())))
    assert len({t.var.id_code for t in tokens if t.kind is TokenKind.VAR}) == 200


def test_pwm_is_unknown_in_a_vcd_and_has_its_duty() -> None:
    rows = [
        (REC_MODE, 25, MODE_OUT, 0, 100),
        (REC_PWM, 25, 16384, 1000, 200),
        (REC_PWM, 25, 0, 0, 900),
    ]
    trace = Trace("pi_pico", np.array(rows, RECORD), [], 1000, {"BUZZER": 25})
    tokens = list(tokenize(io.BytesIO(vcd(trace, ["BUZZER"]).encode())))
    assert [t.scalar_change.value for t in tokens if t.kind is TokenKind.CHANGE_SCALAR] == [
        "0",
        "x",
        "0",
    ]
    duties = [t.real_change.value for t in tokens if t.kind is TokenKind.CHANGE_REAL]
    assert duties == [0, 25, 0]
