"""Lines of nearly the wanted form: what a person reads in them, and which lines are slips."""

import pytest

from grader.lab.line_form import LONGEST, HasForm, LineForm
from tests.support.handmade_traces import run, trace

VOLTS = LineForm("V {volts:2}[ RAW {raw}]")
ROW = LineForm("{seq},{t:1|},{h:1|},{status:OK|RETRY|FAIL}")
STOP = LineForm("STOP t={t}")
DISTANCE = LineForm("D {mm:*|NA}")
ID = LineForm("ID {id:word} {system:word}")
RUN = run(trace())


@pytest.mark.parametrize(
    "text",
    [
        "V 13.20 RAW 32768",
        "V 13.2 RAW 32768",
        "V 13.204 RAW 32768",
        "v 13.20 raw 32768",
        "V: 13.20 RAW: 32768",
        "V = 13.20, RAW = 32768",
        "V13.20 RAW32768",
        "  V  13.20   RAW  32768  ",
        "V 13.20 V RAW 32768",
        "V 13.20V RAW 32768",
        "V 13.20 volts RAW 32768",
        "V 13,20 RAW 32768",
        "('V', 13.2, 'RAW', 32768)",
        "{'V': 13.2, 'RAW': 32768}",
        "> V 13.20 RAW 32768",
        "V ١٣٫٢٠ RAW ٣٢٧٦٨",
        "V -> 13.20 RAW -> 32768",
        "V 13.20; RAW 32768.",
    ],
)
def test_a_slip_of_form_does_not_hide_the_values(text: str) -> None:
    read = VOLTS.read(text)
    assert read is not None
    assert float(read["volts"]) == pytest.approx(13.2, abs=0.005)
    assert read["raw"] == "32768"


@pytest.mark.parametrize(
    ("form", "text", "fields"),
    [
        (VOLTS, "V 13.2", {"volts": "13.2", "raw": ""}),
        (STOP, "STOP t= 1934", {"t": "1934"}),
        (STOP, "stop T: 1934 ms", {"t": "1934"}),
        (STOP, "STOP t=-5", {"t": "-5"}),
        (STOP, "STOP t=101325 Pa", {"t": "101325"}),
        (STOP, "STOP t=\u2212٥", {"t": "-5"}),
        (DISTANCE, "D123 mm", {"mm": "123"}),
        (DISTANCE, "D na", {"mm": "NA"}),
        (DISTANCE, "D: None", {"mm": "NA"}),
        (ROW, "7, 22.5, 40.1, OK", {"seq": "7", "t": "22.5", "h": "40.1", "status": "OK"}),
        (ROW, "7;22.5;40.1;ok", {"seq": "7", "t": "22.5", "h": "40.1", "status": "OK"}),
        (ROW, "7 22.5 40.1 OK", {"seq": "7", "t": "22.5", "h": "40.1", "status": "OK"}),
        (ROW, "(7, 22.5, 40.1, 'OK')", {"seq": "7", "t": "22.5", "h": "40.1", "status": "OK"}),
        (ROW, "7,22.5C,40.1%,OK", {"seq": "7", "t": "22.5", "h": "40.1", "status": "OK"}),
        (ROW, "8,,,FAIL", {"seq": "8", "t": "", "h": "", "status": "FAIL"}),
        (ROW, "8,-,-,FAIL", {"seq": "8", "t": "", "h": "", "status": "FAIL"}),
        (ROW, "8,None,None,FAIL", {"seq": "8", "t": "", "h": "", "status": "FAIL"}),
        (ID, "ID b'240ac4' esp32", {"id": "240ac4", "system": "esp32"}),
        (ID, "id: 240AC4, esp32", {"id": "240AC4", "system": "esp32"}),
        (LineForm("ERR RANGE"), "Err_Range!", {}),
    ],
)
def test_what_a_person_reads(form: LineForm, text: str, fields: dict[str, str]) -> None:
    assert form.read(text) == fields


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (VOLTS, "V 13.20 12.10 RAW 32768"),
        (VOLTS, "V 13.20 RAW 32768 V 12.10 RAW 32768"),
        (VOLTS, "V 13.20/12.10 RAW 32768"),
        (VOLTS, "V 13.20.5 RAW 32768"),
        (VOLTS, "V RAW 32768"),
        (VOLTS, "voltage is 13.20"),
        (STOP, "STOP t=1 t=2"),
        (STOP, "STOP t=1 2"),
        (STOP, "STOP t=1,2"),
        (STOP, "STOP"),
        (DISTANCE, "D 12 NA"),
        (DISTANCE, "D"),
        (ROW, "7,22,5,40,1,OK"),
        (ROW, "7,22.5,40.1,OK,FAIL"),
        (ROW, "7,22.5,40.1,OK FAIL"),
        (ID, "ID 240ac4"),
        (ID, "ID 240ac4 esp32 rp2"),
        (LineForm("LONG"), "COUNT 1 LONG"),
        (LineForm("COUNT {n}"), "COUNT 1 LONG"),
        (LineForm("COUNT {n}"), ">>> COUNT 1"),
        (LineForm("COUNT {n}"), "COUNT 1" + " " * LONGEST),
    ],
)
def test_no_reading(form: LineForm, text: str) -> None:
    assert form.read(text) is None


@pytest.mark.parametrize(
    ("form", "text", "fields"),
    [
        (STOP, "Stop at 5310", {"t": "5310"}),
        (STOP, "stop at time: 5310 ms", {"t": "5310"}),
        (STOP, "STOP -5", {"t": "-5"}),
        (VOLTS, "V 13.2 ADC 5", {"volts": "13.2", "raw": "5"}),
        (STOP, "Stop at 1, start at 2", None),
        (STOP, "start at 5310", None),
        (ROW, "7,22.5", None),
    ],
)
def test_other_words_are_read_when_no_line_has_the_wanted_ones(
    form: LineForm, text: str, fields: dict[str, str] | None
) -> None:
    assert form.read(text) is None
    assert form.read_each(["hello", text]) == [None, fields]


def test_other_words_are_not_read_beside_a_line_that_has_the_wanted_ones() -> None:
    assert STOP.read_each(["STOP t=5310", "Stop at 5310"]) == [{"t": "5310"}, None]


def test_the_wanted_line_has_the_values_that_were_read() -> None:
    assert VOLTS.written({"volts": "13.2", "raw": "32768"}) == "V 13.20 RAW 32768"
    assert VOLTS.written({"volts": "13.2", "raw": ""}) == "V 13.20 RAW <raw>"
    assert ROW.written({"seq": "8", "t": "", "h": "", "status": "FAIL"}) == "8,,,FAIL"
    assert str(VOLTS) == "V <volts> RAW <raw>"


def test_zeros_at_the_end_may_be_missing_only_where_some_line_has_all_decimals() -> None:
    rounded = ["V 13.2 RAW 1", "V 13.25 RAW 1", "V 13.0 RAW 1"]
    assert VOLTS.slips(rounded) == []
    assert VOLTS.slips(["V 13.2 RAW 1", "V 13.3 RAW 1"]) == ["V 13.2 RAW 1", "V 13.3 RAW 1"]
    assert VOLTS.slips([*rounded, "V 13.255 RAW 1"]) == ["V 13.255 RAW 1"]


def test_the_nearest_line() -> None:
    lines = ["hello", "Volts are 13.2 raw 5", "COUNT 1"]
    assert VOLTS.nearest(lines) == "Volts are 13.2 raw 5"
    assert VOLTS.nearest([]) == ""


def test_the_limit_shows_the_line_that_came_beside_the_wanted_one() -> None:
    verdict = HasForm((VOLTS,)).judge(["V 13.25 RAW 5", "V: 13.2 RAW: 5"], RUN)
    assert (verdict.ok, verdict.measured) == (False, "V: 13.2 RAW: 5")
    assert verdict.expected == "V 13.20 RAW 5"
    assert HasForm((VOLTS,)).judge(["V 13.25 RAW 5"], RUN).ok
    assert not HasForm((VOLTS,)).judge([], RUN).ok
    both = HasForm((VOLTS, STOP))
    assert both.judge(["V 13.25 RAW 5", "STOP t=5"], RUN).ok
    assert both.judge(["V 13.25 RAW 5", "STOP t 5"], RUN).measured == "STOP t 5"
    assert HasForm((STOP,)).judge("Stop at 5", RUN).expected == "STOP t=5"
    spaces = HasForm((STOP,)).judge("STOP  t=5", RUN)
    assert (spaces.measured, spaces.expected) == ("STOP␣␣t=5", "STOP␣t=5")
