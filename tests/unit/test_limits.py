"""Limits: their verdicts and texts, and type errors for a wrong unit."""

from pathlib import Path
from typing import Any

import pytest
from mypy import api as mypy

from grader.lab.limits import AtLeast, AtMost, Between, Exactly, Limit, Never, Within, shortened
from grader.lab.run import Run
from grader.lab.text_limits import Conforms, Matches
from grader.lab.units import Hertz, Millis, Moment, Percent, Text, ms, us
from grader.lab.value_path import Follows, ValuePath, correlation
from hardware.paths import build_dir
from tests.support.handmade_traces import run, trace

RUN = run(trace(), data={"plan": [4000.0, 1000.0]})


def plan(run: Run) -> list[Millis]:
    return [Millis(length) for length in run.data["plan"]]


@pytest.mark.parametrize(
    ("limit", "measured", "ok", "shown", "wanted"),
    [
        (Within(ms(10), of=ms(250)), ms(260), True, "260 ms", "250 ± 10 ms"),
        (Within(ms(10), of=ms(250)), [ms(250), ms(239.9)], False, "239.9 ms", "250 ± 10 ms"),
        (Within(ms(10), of=plan), [ms(4009), ms(1001)], True, "4009 ms", "4000 ± 10 ms"),
        (Within(ms(10), of=plan), [ms(4009)], False, "1 ×", "2 ×, #2: 1000 ± 10 ms"),
        (Within(ms(10), of=plan), [], False, "0 ×", "2 ×, #1: 4000 ± 10 ms"),
        (Within(ms(10), of=plan), [ms(4009), ms(1009), ms(7)], False, "3 ×, #3: 7 ms", "2 ×"),
        (Within(ms(10), of=plan), [ms(9)] * 3, False, "3 ×, #1: 9 ms", "2 ×, #1: 4000 ± 10 ms"),
        (AtMost(ms(5)), ms(float("inf")), False, "∞ ms", "≤ 5 ms"),
        (Within(ms(30), percent=5, of=ms(4000)), ms(4200), True, "4200 ms", "4000 ± 200 ms"),
        (Within(ms(30), percent=5, of=ms(100)), ms(131), False, "131 ms", "100 ± 30 ms"),
        (Within(percent=1, of=Hertz(1000)), Hertz(1011), False, "1011 Hz", "1000 ± 10 Hz"),
        (Between(ms(10), ms(50)), [ms(12), ms(50.5)], False, "50.5 ms", "10 – 50 ms"),
        (Between(2, 5), 3, True, "3", "2 – 5"),
        (AtMost(ms(900_000)), ms(5_400_500), False, "1 h 30 min 0.5 s", "≤ 15 min"),
        (Between(ms(0), ms(90_000)), ms(9999), True, "9999 ms", "0 ms – 1 min 30 s"),
        (Between(ms(0), ms(30_000)), ms(59_999), False, "59.999 s", "0 ms – 30 s"),
        (Within(ms(500), of=ms(7_200_000)), ms(-60_000), False, "-1 min", "2 h ± 500 ms"),
        (AtMost(ms(5)), [ms(1), ms(4.25)], True, "4.25 ms", "≤ 5 ms"),
        (AtLeast(Hertz(6)), Hertz(5.9), False, "5.9 Hz", "≥ 6 Hz"),
        (AtLeast(2), 2, True, "2", "≥ 2"),
        (AtLeast(2), [], False, "", "≥ 2"),
        (Exactly("pong 4"), "pong 4", True, "pong 4", "pong 4"),
        (Exactly(["G", "Y", "R"]), ["G", "R", "Y"], False, "G R Y", "G Y R"),
        (Exactly([1, 2, 3, 4, 5]), [1, 2, 3, 4, 6], False, "… 3 4 6", "… 3 4 5"),
        (Exactly(["G", "Y"]), ["G", "Y", "G"], False, "G Y G", "G Y"),
        (Never("R + G"), [], True, "0 ×", "0 × R + G"),
        (Never(""), [], True, "0 ×", "0 ×"),
        (Never(""), [Moment(5)], False, "1 ×, t = 5 ms", "0 ×"),
        (Never(""), [Moment(62_370_720.4)], False, "1 ×, t = 17 h 19 min 30.72 s", "0 ×"),
        (Between(us(10), us(50)), us(9999.5), False, "9999.5 µs", "10 – 50 µs"),
        (Between(us(10), us(50)), us(20_000), False, "20 ms", "10 – 50 µs"),
        (Between(us(10), us(50)), us(1_000_012), False, "1 s", "10 – 50 µs"),
        (Never("R + G"), [Moment(5), Moment(9)], False, "R + G: 2 ×, t = 5 ms", "0 × R + G"),
    ],
)
def test_judging(limit: Limit[Any], measured: object, ok: bool, shown: str, wanted: str) -> None:
    verdict = limit.judge(measured, RUN)
    assert (verdict.ok, verdict.measured, verdict.expected) == (ok, shown, wanted)


NAN = Millis(float("nan"))


@pytest.mark.parametrize(
    "limit",
    [Within(ms(10), of=ms(250)), Between(ms(1), ms(500)), AtMost(ms(500)), AtLeast(ms(1))],
)
@pytest.mark.parametrize("measured", [NAN, [ms(250), NAN], [NAN, ms(250)]])
def test_a_value_that_is_no_number_is_never_accepted(limit: Limit[Any], measured: object) -> None:
    verdict = limit.judge(measured, RUN)
    assert (verdict.ok, verdict.measured) == (False, "nan ms")


def text_at(text: str, at_ns: int = 0) -> Text:
    return Text(text, at_ns)


SCHEMA = {
    "type": "object",
    "required": ["seq"],
    "properties": {"seq": {"type": "integer"}, "t": {"type": "number"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("limit", "measured", "ok", "shown", "at_ns"),
    [
        (Matches(r"\d+,\d+", "1,2"), ["12,5", text_at("x", 7)], False, "x", 7),
        (Matches(r"\d+,\d+", "1,2"), ["12,5"], True, "12,5", None),
        (Matches(r"\d+", "1"), ["\u0661\u0662"], False, "\u0661\u0662", None),
        (Matches(r"\d+", "1"), "12\n", False, "12\n", None),
        (Matches(r"\d+", "1"), [], False, "", None),
        (Conforms(SCHEMA), [text_at('{"seq": 1}', 3)], True, '{"seq": 1}', None),
        (Conforms(SCHEMA), '{"seq": 1, "t": 2}', True, '{"seq": 1, "t": 2}', None),
        (Conforms(SCHEMA), [text_at('{"seq": "1"}', 3)], False, "$.seq: '1' is not of type", 3),
        (Conforms(SCHEMA), '{"t": 1}', False, "$: 'seq' is a required property", None),
        (Conforms(SCHEMA), '{"seq": 1, "t": NaN}', False, "it holds NaN", None),
        (Conforms(SCHEMA), "{'seq': 1}", False, "\"{'seq': 1}\"", None),
        (Conforms(SCHEMA), "[" * 100_000, False, "'[[[[", None),
        (Conforms(SCHEMA), '{"seq": 1, "t": 1e999}', False, "too large", None),
        (Conforms({"multipleOf": 0.5}), "9" * 400, False, "'9999", None),
        (Conforms(SCHEMA), "[" * 500 + "]" * 500, False, "'[[[[", None),
        (Conforms(SCHEMA), '{"seq": "\\ud800"}', False, "can't encode", None),
        (Conforms(SCHEMA), [], False, "", None),
        (Exactly(["on", "off"]), [text_at("on", 1), text_at("on", 2)], False, "on on", 2),
    ],
)
def test_texts(
    limit: Limit[Any], measured: object, ok: bool, shown: str, at_ns: int | None
) -> None:
    verdict = limit.judge(measured, RUN)
    assert (verdict.ok, verdict.at_ns) == (ok, at_ns)
    assert shown in verdict.measured and len(verdict.measured) <= 72


def test_the_worst_value_has_its_place() -> None:
    values = [Percent(50, 10), Percent(61, 20), Percent(52, 30)]
    assert Within(Percent(5), of=Percent(50)).judge(values, RUN).at_ns == 20


def test_a_missing_or_extra_value_has_its_place() -> None:
    due = [Millis(4, 100), Millis(4, 200)]
    within = Within(ms(1), of=due)
    assert within.judge([Millis(4, 101)], RUN).at_ns == 200
    assert within.judge([Millis(4, 101), Millis(4, 201), Millis(4, 301)], RUN).at_ns == 301
    assert within.judge([Millis(4, 101), Millis(9, 201), Millis(4, 301)], RUN).at_ns == 201
    assert Exactly([text_at("on", 1), text_at("off", 2)]).judge([text_at("on", 1)], RUN).at_ns == 2


def test_long_sequences_are_cut() -> None:
    verdict = Exactly(list(range(100))).judge(list(range(99)), RUN)
    assert not verdict.ok
    assert verdict.measured == "… 97 98"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" ".join(map(str, range(100))), " ".join(map(str, range(27))) + " …"),
        ("[" + ",".join(["-21.5"] * 20) + "]", "[" + "-21.5," * 11 + " …"),
        ("a sentence " * 10, "a sentence " * 6 + "a …"),
        ("x" * 100, "x" * 70 + " …"),
        ("READY " + "x" * 100, "READY " + "x" * 64 + " …"),
        ("1 " * 36, "1 " * 36),
    ],
)
def test_a_text_is_cut_after_a_whole_word_or_number(text: str, shown: str) -> None:
    assert shortened(text) == shown
    assert len(shown) <= 72


WRONG_UNITS = """
from grader.lab.check import check
from grader.lab.limits import Exactly, Never, Within
from grader.lab.run import Run
from grader.lab.units import Hertz, Millis, ms

@check("a", points=5, expect=Within(ms(10), of=ms(5)), on_miss="x")
def right(run: Run) -> list[Millis]:
    return []

@check("b", points=5, expect=Within(ms(10), of=ms(5)), on_miss="x")
def unit(run: Run) -> list[Hertz]:
    return []

@check("c", points=5, expect=Exactly("abc"), on_miss="x")
def kind(run: Run) -> int:
    return 3

@check("d", points=5, expect=Never("x"), on_miss="x")
def moments(run: Run) -> list[Millis]:
    return []
"""


def test_a_type_checker_sees_a_measurement_that_does_not_fit(tmp_path: Path) -> None:
    file = tmp_path / "checks.py"
    file.write_text(WRONG_UNITS)
    cache = build_dir() / "mypy"  # kept: without it numpy's types are read anew each time
    output, _, _ = mypy.run(["--strict", "--cache-dir", str(cache), str(file)])
    lines = [
        line.split(":")[1] for line in output.splitlines() if "error" in line and "checks" in line
    ]
    assert lines == ["11", "15", "19"], output


# A value that follows a path.

PATH = ValuePath([(0, Millis(10)), (2000, Millis(30)), (5000, Millis(20))])


def series(*rows: tuple[float, float]) -> list[Millis]:
    """Values with their times in seconds."""
    return [Millis(value, round(at * 1e9)) for at, value in rows]


FOLLOWED = [(1, 10), (2.1, 12), (2.4, 29), (4, 31), (5.4, 25), (6, 20), (8, 20), (9.5, 19)]


@pytest.mark.parametrize(
    ("changed", "ok", "shown", "at_s"),
    [
        ({}, True, "31 ms", None),
        ({3: (4, 31.5)}, False, "31.5 ms", 4),
        ({5: (6, 25)}, False, "25 ms", 6),
        ({7: (9.5, float("nan"))}, False, "nan ms", 9.5),
        ({6: (9, 20)}, False, "0 × / 3000 ms", 6),
        ({7: (8, 20)}, True, "31 ms", None),
    ],
)
def test_a_series_follows_a_path(
    changed: dict[int, tuple[float, float]], ok: bool, shown: str, at_s: float | None
) -> None:
    limit = Follows(Millis(1), lag=ms(500), every=ms(2500), of=lambda run: PATH)
    rows = [changed.get(index, row) for index, row in enumerate(FOLLOWED)]
    verdict = limit.judge(series(*rows), RUN)
    assert (verdict.ok, verdict.measured) == (ok, shown)
    if at_s is not None:
        assert verdict.at_ns == at_s * 1e9
    assert limit.window(RUN) == "10 ± 1 ms"
    assert not limit.judge([], RUN).ok


def test_a_path_between_its_steps() -> None:
    at = PATH.at([0, 1_999_999_999, 2_000_000_000, 9_000_000_000])
    assert at == [Millis(value) for value in (10, 10, 30, 20)]
    assert PATH.since_step([500_000_000, 6_000_000_000]) == [Millis(500), Millis(1000)]
    between = PATH.between(1_000_000_000, 5_000_000_000)
    assert between == [Millis(value) for value in (10, 30, 20)]


def test_correlation_asks_for_the_course_and_not_for_the_scale() -> None:
    volts = [8.0, 22.0, 12.5, 17.0]
    assert correlation([16 * each + 3 for each in volts], volts) == pytest.approx(100)
    assert correlation([*volts, float("inf")], [*volts, 9.0]) == pytest.approx(100)
    assert correlation([-each for each in volts], volts) == pytest.approx(-100)
    unknown = [correlation([12.0] * 4, volts), correlation([], []), correlation([8.0], [8.0])]
    assert unknown == [Percent(0)] * 3
