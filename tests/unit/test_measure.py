"""Measurements in hand-made traces."""

import pytest

from grader.lab.limits import AtMost
from grader.lab.units import ms
from grader.measure.given import GivenCall, calls
from grader.measure.states import phases, states, together
from grader.measure.times import delay
from tests.support.handmade_traces import MS, run, trace

BLINK = trace({"LED_Y": [(500 * n, n % 2) for n in range(1, 20)]}, end_ms=10_000)
LAMPS = ("LED_R", "LED_Y", "LED_G")


def test_a_signal_counts_from_ready() -> None:
    signal = run(BLINK, ready_ms=700).signal("LED_Y")
    assert signal.t_ns[:3].tolist() == [0, 300 * MS, 800 * MS]
    assert signal.level[:3].tolist() == [True, False, True]
    assert signal.end_ns == 9300 * MS


def test_before_ready_times_are_negative() -> None:
    signal = run(BLINK, ready_ms=700).signal("LED_Y", boot=True)
    assert signal.t_ns[:2].tolist() == [-700 * MS, -200 * MS]
    assert not signal.at(-300 * MS)
    assert signal.at(-200 * MS)


def test_widths_periods_and_duties_are_of_whole_pulses() -> None:
    signal = run(BLINK).signal("LED_Y")
    assert signal.widths(True) == [500.0] * 9
    assert signal.widths(False) == [500.0] * 9
    assert signal.periods() == [1000.0] * 9
    assert signal.duties() == [50.0] * 9
    assert signal.periods()[1].at_ns == 1500 * MS


def test_duty_when_the_window_begins_high() -> None:
    signal = run(trace({"LED_Y": [(0, 1), (30, 0), (100, 1), (120, 0), (200, 1)]})).signal("LED_Y")
    assert signal.duties() == [20.0]
    assert signal.periods() == [100.0]


def test_a_still_pin_has_nothing_to_measure() -> None:
    signal = run(trace()).signal("LED_Y")
    assert signal.widths(True) == signal.widths(False) == signal.periods() == []
    assert signal.duties() == []
    assert signal.latency(0, True) is None


def test_latency() -> None:
    signal = run(trace({"LED_R": [(503.5, 1)]})).signal("LED_R")
    assert signal.latency(500 * MS, True) == 3.5
    assert signal.latency(600 * MS, True) == 0.0
    assert signal.latency(600 * MS, False) is None


def test_a_missing_response_is_an_infinite_delay_that_no_limit_accepts() -> None:
    lamp = run(trace({"LED_R": [(300, 1), (800, 0)]}))
    rises_ns = lamp.signal("LED_R").rises_ns()
    found = [delay(rises_ns, at * MS) for at in (100, 300, 301)]
    assert found == [200.0, 0.0, float("inf")]
    assert [one.at_ns for one in found] == [100 * MS, 300 * MS, 301 * MS]
    assert AtMost(ms(200)).judge(found[:2], lamp).ok
    verdict = AtMost(ms(10**9)).judge(found, lamp)
    assert not verdict.ok and verdict.at_ns == 301 * MS


def test_rises_with_a_minimum_duration() -> None:
    signal = run(trace({"LED_R": [(100, 1), (103, 0), (200, 1), (250, 0), (9990, 1)]})).signal(
        "LED_R"
    )
    assert (signal.rises_ns() / MS).tolist() == [100, 200, 9990]
    assert (signal.rises_ns(50 * MS) / MS).tolist() == [200]


def test_states_and_phases() -> None:
    made = trace(
        {"LED_G": [(10, 1), (1000, 0)], "LED_R": [(995, 1), (2000, 0)], "LED_Y": [(1500, 1)]},
        end_ms=3000,
    )
    signals = {name: run(made).signal(name) for name in LAMPS}
    assert [(sorted(s.high), s.length) for s in states(signals)] == [
        ([], 10.0),
        (["LED_G"], 985.0),
        (["LED_G", "LED_R"], 5.0),
        (["LED_R"], 500.0),
        (["LED_R", "LED_Y"], 500.0),
        (["LED_Y"], 1000.0),
    ]
    found = [(sorted(s.high), s.length) for s in phases(signals, ms(20))]
    assert found == [
        (["LED_G"], 995.0),
        (["LED_R"], 505.0),
        (["LED_R", "LED_Y"], 500.0),
        (["LED_Y"], 1000.0),
    ]
    assert together(signals, ["LED_R", "LED_G"]) == [995.0]


def test_a_glitch_does_not_cut_a_phase() -> None:
    made = trace({"LED_G": [(100, 1), (500, 0), (505, 1), (900, 0)]}, end_ms=1000)
    found = phases({"LED_G": run(made).signal("LED_G")}, ms(20))
    assert [phase.length for phase in found] == [100.0, 800.0, 100.0]


def test_lines_after_ready() -> None:
    made = trace(lines=[(100, "hello"), (200, "READY L02"), (300, "COUNT 1"), (400, "COUNT x")])
    seen = run(made, ready_ms=200)
    assert [(line.at_ns, line.text) for line in seen.lines()] == [
        (100 * MS, "COUNT 1"),
        (200 * MS, "COUNT x"),
    ]
    assert [match[1] for match in seen.matches(r"COUNT (\d+)")] == ["1"]
    assert seen.all_lines()[0].text == "hello"


@pytest.mark.parametrize("ready_ms", [0, 150])
def test_tracebacks(ready_ms: float) -> None:
    made = trace(raises=[(200, "Traceback:\n  File x\nOSError: 2\n")])
    found = run(made, ready_ms=ready_ms).tracebacks()
    assert [(one.at_ns, one.text.splitlines()[-1]) for one in found] == [
        (round((200 - ready_ms) * MS), "OSError: 2")
    ]


def test_calls_of_a_given_function_have_argument_and_length() -> None:
    given = [
        (100, 105, "log G"),
        (300, 305, "log RY"),
        (400, 520, "job_step"),
        (600, 600, "log R"),
    ]
    made = run(trace(given=given), ready_ms=200)
    logs = calls(made, "log", ms(1))
    assert logs == [GivenCall("G", -100 * MS, -95 * MS), GivenCall("RY", 100 * MS, 105 * MS)]
    (step,) = calls(made, "job_step", ms(120))
    assert (step.argument, step.length, step.length.at_ns) == ("", 120.0, 200 * MS)
    assert calls(made, "job_step", ms(121)) == []


def test_calls_inside_a_call_do_not_count_twice() -> None:
    """A timer calls the function, too, and so does another thread."""
    inside = [
        (10, 130, "job_step"),
        (0, 240, "job_step"),
        (100, 250, "job_step"),
        (250, 370, "job_step"),
    ]
    found = calls(run(trace(given=inside)), "job_step", ms(120))
    assert [call.from_ns for call in found] == [10 * MS, 250 * MS]
