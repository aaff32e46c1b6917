"""L04: the belt stops within milliseconds at any time, and starts only on an order.

A stop is single, or one of a pair: the second comes 600 ms after the first.
All times in `data` are milliseconds since t = 0.
"""

import random
from dataclasses import dataclass
from itertools import pairwise

from grader import (
    AtLeast,
    AtMost,
    BoardType,
    Episode,
    HasForm,
    Hertz,
    LineForm,
    Millis,
    Moment,
    Never,
    Run,
    Step,
    Text,
    Within,
    check,
    gate,
    millis_of_ns,
    moment_of_ns,
    ms,
    observe,
    press,
)
from grader.measure.given import calls
from grader.measure.pins import other_pin, setups
from grader.measure.pwm import tones
from grader.measure.scenario_item import scenario_item
from grader.measure.serial import read_lines
from grader.measure.times import delay

SINGLES, PAIRS = 12, 4
HALF_PERIOD, RHYTHM = ms(250), ms(5)
SLOWEST_STOP, LIT = ms(250), ms(50)
SAME_DELAY = ms(30)
"""The delays of an interrupt differ by less than this. With polling they differ by more, because a
stop can come at any moment of a job step."""
TOGETHER = ms(20)
"""A program may need this time between LED_R on and LED_G off."""
STEP = ms(120)
BELT_SEEN = ms(700)
"""In this time after START a belt that runs has lit LED_G."""
TICKS_PERIOD, WRAP_AFTER_MS = 1 << 30, 10_000
NEVER = float("inf")
REPORT = LineForm("STOP t={t}")


@dataclass(frozen=True)
class Stop:
    """One press of STOP, and the press of START that ends it, in ms."""

    at: float
    hold: float
    start_at: float
    single: bool = True
    again_at: float | None = None
    """When START is pressed while STOP is held. That must have no effect."""


def scenario(seed: int, board: BoardType) -> list[Episode]:
    """Twenty stops at any phase of the job, and one after `ticks_ms()` has wrapped around."""
    rng = random.Random(seed)
    stops = hidden_stops(rng)
    run_s = stops[-1].start_at / 1000 + 2
    late = Stop(at=rng.uniform(11_500, 14_000), hold=300, start_at=0)
    return [
        Episode(
            "run",
            seconds=run_s,
            steps=presses(stops),
            data={"stops": stops},
            ticks0_ms=rng.randrange(10_000, TICKS_PERIOD // 2),
        ),
        Episode(
            "wrap",
            seconds=late.at / 1000 + 1.5,
            steps=press("btn1", at=ms(late.at), hold=ms(late.hold)),
            data={"stops": [late]},
            ticks0_ms=TICKS_PERIOD - WRAP_AFTER_MS,
        ),
    ]


def hidden_stops(rng: random.Random) -> list[Stop]:
    """Twelve single stops and four pairs in any order; START is tried during ten of the twenty."""
    is_pair = rng.sample([True] * PAIRS + [False] * SINGLES, k=SINGLES + PAIRS)
    tried = iter(rng.sample([True] * 10 + [False] * 6, k=SINGLES + PAIRS))
    at = rng.uniform(1500, 2500)
    stops: list[Stop] = []
    for pair in is_pair:
        if pair:
            stops.append(Stop(at, hold=200, start_at=at + 350, single=False))
            at += 600
        stops.append(one_stop(rng, at, single=not pair, tried=next(tried)))
        at = stops[-1].start_at + rng.uniform(1000, 1700)
    return stops


def one_stop(rng: random.Random, at: float, *, single: bool, tried: bool) -> Stop:
    """A stop of at least 1.3 s (1.7 s at the end of a pair)."""
    hold = rng.uniform(400, 800)
    start_at = at + (rng.uniform(1300, 1600) if single else rng.uniform(1700, 2000))
    again_at = at + rng.uniform(100, hold - 200) if tried else None
    return Stop(at, hold, start_at, single, again_at)


def presses(stops: list[Stop]) -> list[Step]:
    """The presses of both buttons. START is held for 120 ms, or for 80 ms while STOP is held."""
    steps: list[Step] = []
    for stop in stops:
        steps += press("btn1", at=ms(stop.at), hold=ms(stop.hold))
        steps += press("btn2", at=ms(stop.start_at), hold=ms(120))
        if stop.again_at is not None:
            steps += press("btn2", at=ms(stop.again_at), hold=ms(80))
    return steps


# What was seen.


def stops_of(run: Run) -> list[Stop]:
    """The stops of this episode, in order."""
    stops: list[Stop] = run.data["stops"]
    return stops


def idle_windows(run: Run) -> list[tuple[int, int]]:
    """The times (ns) in which the belt runs without a press: from 300 ms after START to STOP."""
    starts = [0.0, *(stop.start_at for stop in stops_of(run))]
    ends = [stop.at for stop in stops_of(run)] + [run.episode.seconds * 1000]
    spans = [(start + 300, end) for start, end in zip(starts, ends, strict=True)]
    return [(ms(a).ns, ms(b).ns) for a, b in spans if b - a > 500]


def red_after(run: Run, stop: Stop) -> Millis | None:
    """The time from STOP until LED_R goes on and stays on; None if that takes more than 250 ms."""
    pressed = ms(stop.at).ns
    rises = run.signal("LED_R").rises_ns(LIT.ns) - pressed
    delay = next(iter(rises[(rises >= 0) & (rises <= SLOWEST_STOP.ns)]), None)
    return None if delay is None else millis_of_ns(delay, pressed)


def told_by_red(run: Run) -> list[Stop]:
    """The stops whose time LED_R tells. When no START switches it off, but the belt stops and
    starts as it must, that is the first one: item c judges the rest."""
    green, stops = run.signal("LED_G"), stops_of(run)
    if len(run.signal("LED_R").falls_ns()):
        return stops
    rises = green.rises_ns()
    stopped = [(ms(stop.at + TOGETHER).ns, ms(stop.start_at).ns) for stop in stops]
    runs_on = any(green.at(a) or ((a < rises) & (rises < b)).any() for a, b in stopped)
    started = [(ms(stop.start_at).ns, ms(after.at).ns) for stop, after in pairwise(stops)]
    starts = all(((a < rises) & (rises < b)).any() for a, b in started if b - a > BELT_SEEN.ns)
    return stops[:1] if starts and not runs_on else stops


def at_release(run: Run) -> bool:
    """Whether LED_R goes on when STOP is let go, at each stop before which it was off."""
    red, stops = run.signal("LED_R"), stops_of(run)
    dark = [stop for stop in stops if not red.at(ms(stop.at).ns)]
    rises = red.rises_ns()
    ends = [ms(stop.at + stop.hold).ns for stop in dark]
    return bool(dark) and all(((a <= rises) & (rises <= a + LIT.ns)).any() for a in ends)


def why_raised(run: Run) -> str:
    """A hard interrupt handler allocated memory."""
    return "isr_alloc" if run.raised("MemoryError") else ""


def why_input(run: Run) -> str:
    """A button has no pull-up: noise stops and starts the belt, or a pull-down hides it."""
    inputs = [setups(run, role)[-1:] for role in ("BTN_1", "BTN_2")]
    pulls = {one.pull for found in inputs for one in found if one.mode == "in"}
    return "pull_down" if "down" in pulls else "no_pullup" if "none" in pulls else ""


# The job. Without it the rest is easy, so rhythm and stop count only with it.


def job_rate(run: Run) -> Hertz:
    """Steps of the job per second while the belt runs, with LED_Y lit."""
    windows, yellow = idle_windows(run), run.signal("LED_Y")
    steps = [s for s in calls(run, "job_step", STEP) if yellow.at((s.from_ns + s.to_ns) // 2)]
    done = [step for step in steps if any(a <= step.from_ns < b for a, b in windows)]
    return Hertz(1e9 * len(done) / sum(b - a for a, b in windows))


belt_job, stop_job = (
    gate(name, expect=AtLeast(Hertz(6)), on_miss="job_dropped", why=why_input)(job_rate)
    for name in ("a.job", "b.job")
)


# a: the belt's rhythm.


@check(
    "a",
    points=2,
    expect=Within(RHYTHM, of=HALF_PERIOD),
    on_miss="rhythm",
    why=lambda run: other_pin(run, "LED_G") or why_input(run),
)
def half_periods(run: Run) -> list[Millis] | None:
    """The time from each edge of LED_G to the next while the belt runs, and each pause that is too
    long."""
    edges = [int(t) for t in run.signal("LED_G").edges_ns()]
    spans: list[Millis] = []
    for start, end in idle_windows(run):
        inside = [t for t in edges if start <= t < end]
        spans += [millis_of_ns(b - a, a) for a, b in pairwise(inside)]
        outer = [(start, inside[0]), (inside[-1], end)] if inside else [(start, end)]
        spans += [millis_of_ns(b - a, a) for a, b in outer if b - a > HALF_PERIOD.ns + RHYTHM.ns]
    return spans if edges else None


# b: how fast it stops.


def why_slow(run: Run) -> str:
    """The reason by the worst stop: it waits for a job step or for a slow handler, or is lost
    while a handler is busy."""
    delays = [(stop, red_after(run, stop)) for stop in told_by_red(run)]
    lost = [stop for stop, delay in delays if delay is None]
    if reason := why_input(run):
        return reason
    if at_release(run):
        return "at_release"
    if lost and len(lost) < len(delays) and not any(stop.single for stop in lost):
        return "isr_sleep"
    if lost and all(run.signal("LED_R").at(ms(stop.at).ns) for stop in lost):
        return "red_stays"
    if lost:
        return "lost_stop" if len(lost) < len(delays) else other_pin(run, "LED_R")
    times = [delay for _, delay in delays if delay is not None]
    return "polling" if max(times) - min(times) > SAME_DELAY else "slow_handler"


@check(
    "b",
    points=5,
    expect=AtMost(ms(5)),
    partial={AtMost(ms(50)): 3, AtMost(SLOWEST_STOP): 1},
    on_miss="no_stop",
    why=why_slow,
    on_error=why_raised,
)
def stop_delays(run: Run) -> list[Millis]:
    """The time from each STOP to LED_R; infinite without an edge within 250 ms."""
    return [red_after(run, stop) or Millis(NEVER, ms(stop.at).ns) for stop in told_by_red(run)]


# c: it stays stopped.


def restarts(run: Run) -> list[Moment]:
    """When LED_R went off or LED_G came on between STOP and START."""
    red, green = run.signal("LED_R"), run.signal("LED_G")
    found: list[int] = []
    for stop in stops_of(run):
        since = ms(stop.at + (red_after(run, stop) or 0)).ns
        until = ms(stop.start_at).ns
        found += [int(t) for t in red.falls_ns() if since < t < until]
        found += [int(t) for t in green.rises_ns() if since + TOGETHER.ns < t < until]
        if green.at(since + TOGETHER.ns):
            found.append(since + TOGETHER.ns)
    return [moment_of_ns(t) for t in sorted(found)]


def why_restarted(run: Run) -> str:
    """Noise starts the belt, or it starts while STOP is held, or when it is released."""
    if reason := why_input(run):
        return reason
    for moment in restarts(run):
        for stop in stops_of(run):
            if stop.at <= moment < stop.at + stop.hold:
                return "unlatched"
            if 0 <= moment - stop.at - stop.hold <= 100:
                return "both_edges"
    return ""


unsafe_moments = check(
    "c",
    points=4,
    expect=Never("restart"),
    on_miss="unsafe_state",
    why=why_restarted,
    safety=True,
    after="b",
)(restarts)


def why_no_restart(run: Run) -> str:
    """Noise stops the belt; or the program waits for the buzzer, and reads no START meanwhile."""
    return why_input(run) or (slow if (slow := why_slow(run)) == "isr_sleep" else "")


@gate("c.again", expect=AtMost(ms(300)), on_miss="no_restart", why=why_no_restart)
def restart_delays(run: Run) -> list[Millis]:
    """The time from each START to LED_R off."""
    red = run.signal("LED_R")
    return [
        red.latency(ms(stop.start_at).ns, False) or Millis(NEVER, ms(stop.start_at).ns)
        if red.at(ms(stop.start_at).ns)
        else Millis(0, ms(stop.start_at).ns)
        for stop in stops_of(run)
    ]


# d, e: what is reported.


def stop_times(run: Run) -> list[Millis]:
    """When STOP was pressed."""
    return [Millis(stop.at, ms(stop.at).ns) for stop in stops_of(run)]


def reported(run: Run) -> list[Millis]:
    """The times of the STOP lines."""
    found = read_lines(run, REPORT)
    pairs = zip(found.numbers("t").tolist(), found.at_ns.tolist(), strict=True)
    return [Millis(t, at_ns) for t, at_ns in pairs]


def why_time(run: Run) -> str:
    """It stops late itself, reports another unit, reads the clock late, or the counter wrapped
    around."""
    found, wanted = reported(run), stop_times(run)
    late = [t - w for t, w in zip(found, wanted, strict=False)]
    if reason := why_input(run):
        return reason
    if late and all(abs(t * 1000 - w) <= ms(1000) for t, w in zip(found, wanted, strict=False)):
        return "time_in_seconds"
    if max(map(abs, late), default=0) > TICKS_PERIOD / 2:
        return "ticks_wrap"
    if (slow := why_slow(run)) in ("isr_sleep", "at_release"):
        return slow
    if len(found) > len(wanted):
        return "extra_lines"
    if len(found) < len(wanted) or not all(-RHYTHM <= x <= SLOWEST_STOP for x in late):
        return ""
    return slow if max(stop_delays.measure(run)) > RHYTHM else "late_clock"


times_reported = check(
    "d.t",
    points=1,
    expect=Within(ms(5), of=stop_times),
    on_miss="wrong_time",
    why=why_time,
    reads=REPORT,
    on_error=why_raised,
)(reported)


@check("d.form", points=1, expect=HasForm((REPORT,)), on_miss="form", reads=REPORT)
def printed(run: Run) -> list[Text]:
    """The STOP lines, as they are."""
    return list(read_lines(run, REPORT).lines)


@check(
    "d.buzz",
    points=1,
    expect=Within(ms(200), of=ms(1000)),
    on_miss="buzz",
    why=lambda run: other_pin(run, "BUZZER"),
)
def buzzes(run: Run) -> list[Millis]:
    """How long the buzzer sounded after each single stop."""
    sounds = tones(run, "BUZZER")
    found: list[Millis] = []
    for stop in (stop for stop in stops_of(run) if stop.single):
        pressed = ms(stop.at).ns
        mine = [b - a for a, b in sounds if 0 <= a - pressed <= SLOWEST_STOP.ns]
        found.append(millis_of_ns(mine[0] if mine else 0, pressed))
    return found


time_reported_after_wrap = check(
    "e",
    points=2,
    episode="wrap",
    expect=Within(ms(200), of=stop_times),
    on_miss="wrong_time",
    why=why_time,
    reads=REPORT,
    on_error=why_raised,
)(reported)


# t: the trainee's own scenario.

right, found_wrong = scenario_item(
    "t",
    points=2,
    mutants=(
        "at_release",
        "both_edges",
        "isr_sleep",
        "job_dropped",
        "polling",
        "red_stays",
        "slow_handler",
        "unlatched",
    ),
)


# The "predict" question.

PRESSES = [ms(700 * n + random.Random(n).uniform(300, 900)) for n in range(20)]


@observe(
    Episode(
        "predict",
        seconds=16,
        steps=[step for at in PRESSES for step in press("btn1", at=at, hold=ms(150))],
        from_reset=True,
    ),
    program="experiment.py",
)
def latencies(run: Run) -> dict[str, str] | None:
    """How long polling and an interrupt take to notice a press."""
    values: dict[str, str] = {}
    for how, role in (("poll", "LED_Y"), ("irq", "LED_R")):
        rises_ns = run.signal(role).rises_ns()
        late = [delay(rises_ns, at.ns) for at in PRESSES]
        found = [one for one in late if one < NEVER]
        if not found:
            return None
        values |= {f"{how}_mean": str(Millis(sum(found) / len(found)))}
        values |= {f"{how}_worst": str(max(found))}
    return values
