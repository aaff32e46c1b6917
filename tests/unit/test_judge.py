"""From runs to points: ladders, gates, parts, `after`, safety, and the reported misconception."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.lab.check import Check, check, gate
from grader.lab.episode import Episode
from grader.lab.limits import AtLeast, Never, Within
from grader.lab.line_form import LineForm
from grader.lab.run import Run
from grader.lab.units import Millis, Moment, moment_of_ns, ms
from grader.score.judge import judge
from grader.score.results import ItemResult
from hardware.bench.protocol import frames
from tests.support.handmade_traces import run, trace

BLINK_250 = trace({"LED_G": [(250 * n, n % 2) for n in range(1, 30)]})
BLINK_270 = trace({"LED_G": [(270 * n, n % 2) for n in range(1, 30)]})
STILL = trace()


@check(
    "a",
    points=5,
    expect=Within(ms(10), of=ms(250)),
    partial={Within(ms(50), of=ms(250)): 1, Within(ms(20), of=ms(250)): 3},
    on_miss="off",
)
def widths(run: Run) -> list[Millis]:
    return run.signal("LED_G").widths(True)


@gate("b.alive", expect=AtLeast(3), on_miss="dead")
def edges(run: Run) -> int:
    return len(run.signal("LED_G").edges_ns())


@check("b.red", points=2, expect=Never("red"), on_miss="red", safety=True, after="a")
def red(run: Run) -> list[Moment]:
    return [moment_of_ns(t) for t in run.signal("LED_R").rises_ns()]


@check("b.more", points=1, expect=AtLeast(1), on_miss="more", after="b.red")
def more(run: Run) -> int:
    return len(run.lines())


CHECKS = (widths, edges, red, more)


def judged(made: Run, checks: tuple[Check, ...] = CHECKS) -> Mapping[str, ItemResult]:
    return judge(checks, [made], "main")[0]


def results(made: Run) -> dict[str, tuple[float, str, str]]:
    return {id: (item.points, item.key, item.detail) for id, item in judged(made).items()}


def test_full_points() -> None:
    made = trace({"LED_G": [(250 * n, n % 2) for n in range(1, 30)]}, lines=[(1, "x")])
    items = judged(run(made))
    assert results(run(made)) == {"a": (5, "", ""), "b": (3, "", "")}
    assert items["a"].max_points == 5
    assert (items["a"].measured, items["a"].expected) == ("250 ms", "250 ± 10 ms")


def test_the_best_step_of_the_ladder_counts() -> None:
    result = judged(run(BLINK_270))["a"]
    assert (result.points, result.max_points, result.key) == (3, 5, "off")
    assert (result.measured, result.at_ns) == ("270 ms", 270_000_000)


def test_parts_add_up_and_the_first_miss_gives_the_misconception() -> None:
    assert results(run(BLINK_250))["b"] == (2, "more", "")


def test_parts_that_were_missed_for_other_reasons_are_told_too() -> None:
    many = tuple(
        check(f"a.{id}", points=1, expect=AtLeast(2), on_miss=key)(edges.measure)
        for id, key in (("one", "few"), ("two", "dead"), ("three", "few"), ("four", "dark"))
    )
    item = judged(run(STILL), many)["a"]
    assert (item.key, [part.key for part in item.also]) == ("few", ["dead", "dark"])
    assert not judged(run(BLINK_250), many)["a"].also


def test_a_program_that_does_nothing_gets_no_points() -> None:
    assert results(run(STILL)) == {"a": (0, "nothing", ""), "b": (0, "dead", "")}


def test_a_failed_after_names_the_item_it_needs() -> None:
    slow = trace({"LED_G": [(900 * n, n % 2) for n in range(1, 9)]}, lines=[(1, "x")])
    assert results(run(slow)) == {"a": (0, "off", ""), "b": (0, "after", "a")}


def test_an_item_that_waits_for_another_one_tells_nothing_else() -> None:
    later = check("b.later", points=1, expect=AtLeast(9), on_miss="few")
    checks = (widths, replace(red, id="b.red"), later(edges.measure))
    item = judged(run(trace({"LED_G": [(900 * n, n % 2) for n in range(1, 9)]})), checks)["b"]
    assert (item.points, item.key, item.also) == (0, "after", ())
    mended = judged(run(trace({"LED_G": [(250 * n, n % 2) for n in range(1, 9)]})), checks)["b"]
    assert (mended.points, mended.key) == (2, "few")


@check("c", points=1, expect=AtLeast(1), on_miss="more", after="b.alive")
def more_when_alive(run: Run) -> int:
    return len(run.lines())


def test_a_check_after_a_gate_counts_when_the_gate_holds() -> None:
    checks = (edges, replace(red, after=()), more_when_alive)
    alive = trace({"LED_G": [(250 * n, n % 2) for n in range(1, 30)]}, lines=[(1, "x")])
    assert judged(run(alive), checks)["c"].points == 1
    missed = judged(run(trace(lines=[(1, "x")])), checks)["c"]
    assert (missed.points, missed.key, missed.detail) == (0, "after", "b.alive")


def test_a_miss_of_a_never_is_its_own_misconception() -> None:
    made = trace({"LED_G": [(250 * n, n % 2) for n in range(1, 30)], "LED_R": [(700, 1)]})
    assert results(run(made))["b"] == (0, "red", "")
    assert judged(run(made))["b"].measured == "red: 1 ×, t = 700 ms"


def test_never_ready() -> None:
    assert results(run(BLINK_250, ready_ms=None)) == {
        "a": (0, "no_ready", ""),
        "b": (0, "no_ready", ""),
    }


def test_an_exception_has_priority_over_the_likely_misconception() -> None:
    made = trace(raises=[(3000, "Traceback (most recent call last):\nValueError: x\n")])
    assert results(run(made))["a"] == (0, "exception", "ValueError: x")
    assert results(run(made, ready_ms=None))["a"] == (0, "exception", "ValueError: x")


def test_an_exception_is_marked_where_it_ended_the_program() -> None:
    made = trace({"LED_G": [(700, 1), (1400, 0)]}, raises=[(3000, "ValueError: x\n")])
    assert judged(run(made))["a"].at_ns == 3_000_000_000


def test_an_exception_has_the_line_of_the_program() -> None:
    frames_of = 'Traceback (most recent call last):\n  File "main.py", line 7, in <module>\n'
    frames_of += '  File "ain.py", line 3, in read\nValueError: x\n'
    made = trace(raises=[(3000, frames_of)])
    assert results(run(made))["a"] == (0, "exception", "ValueError: x (main.py, line 7)")


def test_an_exception_of_a_callback_comes_before_any_guess() -> None:
    printed = ["Traceback (most recent call last):", '  File "main.py", line 7, in tick']
    lines = [(1000 + n, text) for n, text in enumerate([*printed, "TypeError: x", "more"])]
    guess = check("a", points=1, expect=AtLeast(1), on_miss="likely", why=lambda run: "guess")
    result = judged(run(trace(lines=lines)), (guess(lambda run: 0),))["a"]
    assert (result.key, result.detail) == ("printed_error", "TypeError: x (main.py, line 7)")
    assert result.at_ns == 1_002_000_000


def test_a_lab_may_explain_an_exception_itself() -> None:
    made = trace(raises=[(3000, "Traceback (most recent call last):\nIndexError: x\n")])

    def explained(name: str) -> Check:
        def known(run: Run) -> str:
            return "known" if run.raised(name) else ""

        declare = check("a", points=1, expect=AtLeast(1), on_miss="x", on_error=known)
        return declare(lambda run: 0)

    assert judged(run(made), (explained("IndexError"),))["a"].key == "known"
    assert judged(run(made), (explained("ValueError"),))["a"].key == "exception"


def test_a_program_that_prints_does_not_stand_still() -> None:
    lines = [(10, "hello"), (20, "count is 5")]
    assert judged(run(trace(lines=lines)))["a"].key == "unreached"
    form = LineForm("COUNT {n}")
    declare = check("a", points=1, expect=AtLeast(1), on_miss="few", reads=form)
    result = judged(run(trace(lines=lines)), (declare(lambda run: None),))["a"]
    assert (result.key, result.measured, result.expected) == (
        "unread",
        "count is 5",
        "COUNT <n>",
    )
    other = check("b", points=1, expect=AtLeast(1), on_miss="few", reads=LineForm("LONG"))
    both = (declare(lambda run: None), other(lambda run: 1))
    good = run(trace(lines=[(10, "LONG")]))
    for waits in (False, True):  # every line is right, but there is no COUNT
        assert judged(replace(good, waits=waits), both)["a"].key == "unreached"
    assert judged(run(trace(lines=[(10, "LONG"), (20, "n 5")])), both)["a"].measured == "n 5"
    lines.append((30, "Count: 5"))
    assert judged(run(trace(lines=lines)), (declare(lambda run: None),))["a"].key == "few"
    assert judged(run(STILL), (declare(lambda run: None),))["a"].key == "nothing"


def test_a_program_that_came_to_its_end_does_not_hang() -> None:
    assert judged(run(trace(main_end_ms=20)))["a"].key == "main_ended"
    assert judged(run(trace(lines=[(10, "hello")], main_end_ms=20)))["a"].key == "main_ended"
    raised = trace(main_end_ms=20, raises=[(15, "ValueError: x\n")])
    assert judged(run(raised))["a"].key == "exception"


def test_a_ready_line_of_another_form_is_shown() -> None:
    made = trace(lines=[(10, "starting"), (20, "I am ready")])
    result = judged(run(made, ready_ms=None))["a"]
    assert (result.key, result.detail) == ("other_ready", "I am ready")


def test_an_ended_board_gets_no_points() -> None:
    made = trace({"LED_G": [(250 * n, n % 2) for n in range(1, 30)]}, ended=(9000, frames.END_CPU))
    assert {key for _, key, _ in results(run(made)).values()} == {"board_died"}
    switched_off = trace({"LED_G": [(250, 1)]}, ended=(9000, frames.END_OFF))
    assert results(run(switched_off))["a"][1] != "board_died"


def test_why_comes_before_the_likely_one_and_may_return_nothing() -> None:
    def failing_with(key: str) -> Check:
        declare = check("a", points=1, expect=AtLeast(1), on_miss="likely", why=lambda run: key)
        return declare(lambda run: 0)

    assert judged(run(STILL), (failing_with("special"),))["a"].key == "special"
    assert judged(run(STILL), (failing_with(""),))["a"].key == "likely"
    result = judged(run(STILL), (failing_with("special GPIO 5, GPIO 6"),))["a"]
    assert (result.key, result.detail, result.part) == ("special", "GPIO 5, GPIO 6", "a")


def test_the_worst_episode_counts() -> None:
    both = check("a", points=2, expect=AtLeast(3), on_miss="few", episode=("one", "two"))(
        lambda run: len(run.signal("LED_G").edges_ns())
    )
    runs = [
        replace(run(made), episode=Episode(name, seconds=1))
        for name, made in (("one", BLINK_250), ("two", STILL))
    ]
    items, _ = judge((both,), runs, "one")
    assert (items["a"].points, items["a"].key, items["a"].measured) == (0, "few", "0")


def test_a_run_is_taken_when_a_check_needs_it_and_dropped_after_the_last_one() -> None:
    happened: list[str] = []

    def play() -> Iterator[Run]:
        for name in ("one", "two", "three", "four"):
            happened.append(f"play {name}")
            yield replace(run(STILL), episode=Episode(name, seconds=1))

    def measured(id: str, episode: str, points: int = 1) -> Check:
        def measure(run: Run) -> int:
            happened.append(f"{id} {run.episode.name}")
            return 0

        return check(id, points=points, expect=AtLeast(1), on_miss="few", episode=episode)(measure)

    def drop(run: Run, missed: Sequence[ItemResult]) -> None:
        happened.append(f"drop {run.episode.name} {[part.id for part in missed]}")

    checks = (measured("a.x", "one"), measured("b", "three"), measured("a.y", "one"))
    judge(checks, play(), "one", drop)
    assert happened == [
        *("play one", "a.x one", "play two", "play three", "b three"),
        *("drop two []", "drop three ['b']", "a.y one", "drop one ['a.x']"),
        *("play four", "drop four []"),
    ]
