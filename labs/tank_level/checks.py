"""L07: distances are right at any temperature, echo faults are reported, the bar does not flicker.

A *ping* is one trigger, its echo, and the output until the next trigger. All times in `data`
are milliseconds since t = 0 (see scenario.py).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from grader import (
    AtLeast,
    AtMost,
    Between,
    Check,
    Episode,
    Exactly,
    HasForm,
    Hertz,
    LineForm,
    Micros,
    Millimetres,
    Millis,
    Moment,
    Never,
    Percent,
    Quantity,
    Run,
    Text,
    Within,
    check,
    correlation,
    gate,
    micros_of_ns,
    millis_of_ns,
    moment_of_ns,
    ms,
    observe,
    once,
    set_control,
    us,
)
from grader.measure.pins import other_pin
from grader.measure.pulses import Echoes, echoes, pulses
from grader.measure.serial import read_lines
from grader.measure.states import State, phases
from grader.measure.times import Times, moments

PERIOD, LATEST_NA, LONGEST_PAUSE = ms(100), ms(60), ms(150)
JITTER = ms(7)
"""A garbage collection delays a trigger by up to 5 ms. The echoes differ by 18 ms and more, so a
wait of constant length after each measurement is still found."""
PUBLIC_HEIGHT, NEVER = 2000, float("inf")
UPPER, LOWER, OUTSIDE = 70, 30, 1.5
"""Limits of the bar in percent. While the level is nearer than OUTSIDE to a limit, the LED is not
judged."""
GRACE, FLICKER, STUCK = ms(500), ms(20), ms(30)  # an echo longer than STUCK counts as none
MOST_TRIGGERS = 100  # per second
ALIKE, MOST = 0.1, 0.75
"""A wrong idea explains a printed distance that is within 10 % (ALIKE) of what the idea gives.
An idea is named when it explains more than MOST of all distances."""
FOLLOWS = AtLeast(Percent(90))
LINE = LineForm("D {mm:*|NA}")


@dataclass(frozen=True)
class Ping:
    """One trigger. `echo` is "sound" (valid), "lost", "stuck" (too long), or "blind": ECHO was
    still high, so the sensor ignored the trigger."""

    at_ns: int
    until_ns: int
    """When the next trigger began."""
    echo: str
    mm: float
    """The distance of the surface."""
    lines: Sequence[tuple[int, str]]
    """The D lines until then: time and text."""

    def distances(self) -> list[Millimetres]:
        """The printed distances; infinite for NA, or without a line."""
        found = [
            Millimetres(NEVER if mm == "NA" else float(mm), self.at_ns) for _, mm in self.lines
        ]
        return found or [Millimetres(NEVER, self.at_ns)]


def extremes(spans_ns: Times, at_ns: Times) -> list[tuple[int, int]]:
    """The shortest and the longest span, each with its time: a loop can make millions."""
    ends = {int(spans_ns.argmin()), int(spans_ns.argmax())} if len(spans_ns) else set()
    return [(int(spans_ns[n]), int(at_ns[n])) for n in sorted(ends)]


def triggers(run: Run) -> Echoes:
    """Every trigger with its echo."""
    return echoes(run.signal("TRIG"), run.signal("ECHO"))


@once
def pings(run: Run) -> list[Ping]:
    """All triggers but the last, which has no answer yet. Empty if they are endless."""
    seen, lines = triggers(run), read_lines(run, LINE)
    if len(seen) > MOST_TRIGGERS * run.episode.seconds:
        return []
    path: list[tuple[float, float]] = run.data["path"]
    starts = [at for at, _ in path]
    found = []
    for n, (at, until) in enumerate(pairwise(seen.at_ns.tolist())):
        echo = "sound" if seen.rise_ns[n] >= 0 else "blind" if seen.blind[n] else "lost"
        if echo == "sound" and not 0 <= seen.echo_ns[n] <= STUCK.ns:
            echo = "stuck"
        sent = millis_of_ns(at + int(seen.trigger_ns[n]))
        mm = path[max(bisect_right(starts, sent) - 1, 0)][1]
        mine = lines.between(at, until)
        printed = list(zip(mine.at_ns.tolist(), mine.texts("mm"), strict=True))
        found.append(Ping(at, until, echo, mm, printed))
    return found


def judged(run: Run) -> list[Ping]:
    """The pings in the times in which distances count."""
    spans = [(ms(a).ns, ms(b).ns) for a, b in run.data["spans"]]
    return [ping for ping in pings(run) if any(a <= ping.at_ns < b for a, b in spans)]


def bars(run: Run) -> list[State]:
    """Which LEDs were lit together, and from when to when."""
    return phases({name: run.signal(f"LED_{name}") for name in "RYG"}, FLICKER)


def sound_lines(run: Run) -> list[tuple[float, float]]:
    """The printed and the right distance of each sound echo that was answered by one."""
    found = [(ping.distances()[0], ping.mm) for ping in pings(run) if ping.echo == "sound"]
    return [(mm, true) for mm, true in found if 0 < mm < NEVER]


def why_distance(run: Run) -> str:
    """Most distances are not halved, or in centimetres."""
    found = [mm / true for mm, true in sound_lines(run)]
    times = np.median(found) if found else 0
    if 1.9 < times < 2.1:
        return "echo_no_half"
    return "unit_cm" if 0.08 < times < 0.12 else ""


def why_printed(run: Run) -> str:
    """As before; or most distances are the median of the last three, where that is another one."""
    found = sound_lines(run)
    middles = [sorted(true for _, true in found[n : n + 3])[1] for n in range(len(found) - 2)]
    trios = [(*line, middle) for line, middle in zip(found[2:], middles, strict=True)]
    near = [
        abs(mm - middle) < ALIKE * middle
        for mm, true, middle in trios
        if abs(middle - true) > ALIKE * true
    ]
    return why_distance(run) or ("median_printed" if near and np.mean(near) > MOST else "")


def why_warm(run: Run) -> str:
    """As before; or the distances are not off by one factor, as with a wrong speed of sound."""
    factors = np.array([mm / true for mm, true in sound_lines(run)])
    near = np.abs(factors / np.median(factors) - 1) < ALIKE if len(factors) else [False]
    return why_printed(run) or ("" if np.mean(near) > MOST else "wrong_distance")


# a: triggers.


@gate("a.width", expect=Between(us(10), us(50)), on_miss="trig_width")
def trigger_widths(run: Run) -> list[Micros]:
    """The widths of the shortest and the longest trigger."""
    sent = pulses(run.signal("TRIG"), True)
    return [micros_of_ns(w, t) for w, t in extremes(sent.width_ns, sent.at_ns)]


def why_uneven(run: Run) -> str:
    """Most periods are not too long, and they do not grow with the distance: the time of the
    measuring is not added to them."""
    spans = [ping.until_ns - ping.at_ns for ping in pings(run)]
    is_long = bool(spans) and np.median(spans) > PERIOD.ns + JITTER.ns
    grows = correlation(spans, [ping.mm for ping in pings(run)]) >= FOLLOWS.least
    return "" if is_long or grows or not len(triggers(run)) else "uneven"


@check("a", points=1, expect=Within(JITTER, of=PERIOD), on_miss="pace", why=why_uneven)
def trigger_periods(run: Run) -> list[Millis] | None:
    """The shortest and the longest time from one trigger to the next; pauses at both ends count,
    too."""
    at_ns = pulses(run.signal("TRIG"), True).at_ns
    if not len(at_ns):
        return None
    ends = [(0, int(at_ns[0])), (int(at_ns[-1]), run.end_ns - run.zero_ns)]
    silent = [(b - a, a) for a, b in ends if b - a > GRACE.ns]
    return [millis_of_ns(w, t) for w, t in [*extremes(np.diff(at_ns), at_ns), *silent]]


# b, c: distances.


def line_rate(run: Run) -> Hertz | None:
    """How many triggers per second were answered."""
    answered = sum(bool(ping.lines) for ping in judged(run))
    return Hertz(1000 * answered / sum(b - a for a, b in run.data["spans"])) if answered else None


def true_distances(run: Run) -> list[Millimetres]:
    """The right value of each of `printed_distances`."""
    return [Millimetres(ping.mm) for ping in judged(run) for _ in ping.distances()]


def printed_distances(run: Run) -> list[Millimetres]:
    """The distances that were printed for each trigger."""
    return [mm for ping in judged(run) for mm in ping.distances()]


OFTEN = AtLeast(Hertz(5))
NEAR = Within(Millimetres(20), percent=1.5, of=true_distances)
NEARER = Within[Millimetres](percent=1, of=true_distances)
enough_lines = gate("b.rate", expect=OFTEN, on_miss="few_lines", reads=LINE)(line_rate)
enough_warm_lines = gate("c.rate", episode="warm", expect=OFTEN, on_miss="few_lines", reads=LINE)(
    line_rate
)


@gate(
    "b.follows",
    expect=FOLLOWS,
    on_miss="wrong_distance",
    why=why_printed,
    reads=LINE,
)
def follows(run: Run) -> Percent | None:
    """How closely the printed distances grow with the right ones: the form of lines counts also
    with a wrong unit."""
    printed = printed_distances(run)
    return correlation(printed, true_distances(run)) if printed else None


right_distances = check(
    "b.mm", points=5, expect=NEAR, on_miss="wrong_distance", why=why_printed, reads=LINE
)(printed_distances)


@check(
    "b.form",
    points=1,
    episode=("range", "fault"),
    expect=HasForm((LINE,)),
    on_miss="form",
)
def line_forms(run: Run) -> Sequence[Text]:
    """The D lines, as they are."""
    return read_lines(run, LINE).lines


right_warm_distances = check(
    "c", points=4, episode="warm", expect=NEARER, on_miss="speed_const", why=why_warm
)(printed_distances)


# d: lost and stuck echoes.


def is_dark(run: Run, from_ns: int, to_ns: int) -> bool:
    """Whether all LEDs are off all the time."""
    levels = [run.signal(f"LED_{name}").since(from_ns) for name in "RYG"]
    return not any(s.at(from_ns) or any(s.rises_ns() < to_ns) for s in levels)


def na_delays(echo: str, run: Run) -> list[Millis] | None:
    """The time from each of the three triggers of that kind to its D NA; None without triggers."""
    delays = []
    for ping in (ping for ping in pings(run) if ping.echo == echo):
        alone = {mm for _, mm in ping.lines} == {"NA"}
        right = alone and is_dark(run, ping.at_ns + LATEST_NA.ns, ping.until_ns)
        delay = millis_of_ns(ping.lines[0][0] - ping.at_ns) if right else NEVER
        delays.append(Millis(delay, ping.at_ns))
    stopped = triggers(run).at_ns[-1:].tolist() if len(delays) < 3 else []
    return delays + [Millis(NEVER, at_ns) for at_ns in stopped] or None


def why_no_na(run: Run) -> str:
    """It waits forever for an echo that was lost, or uses the error value of `time_pulse_us` as a
    time."""
    seen = triggers(run)
    faults = [ping for ping in pings(run) if ping.echo in ("lost", "stuck")]
    if (
        len(seen)
        and seen.rise_ns[-1] < 0
        and run.end_ns - run.zero_ns - int(seen.at_ns[-1]) > 5 * PERIOD.ns
    ):
        return "endless_wait"
    printed = [mm for ping in faults for _, mm in ping.lines if mm != "NA"]
    return "pulse_codes" if printed and all(abs(float(mm)) <= 1 for mm in printed) else ""


@gate("d.sound", episode="fault", expect=AtLeast(Percent(75)), on_miss="na_always", why=why_no_na)
def sound_answers(run: Run) -> Percent | None:
    """How many of the right echoes gave a distance and a lit LED; None without D lines."""
    if not any(ping.lines for ping in pings(run)):
        return None
    sound = [ping for ping in pings(run) if ping.echo == "sound"]
    answered = [ping for ping in sound if max(ping.distances()) < NEVER]
    good = [ping for ping in answered if not is_dark(run, ping.lines[0][0], ping.until_ns)]
    missed = [ping.at_ns for ping in sound if ping not in good]
    places = missed + triggers(run).at_ns[-1:].tolist()
    return Percent(100 * len(good) / max(len(sound), 1), places[0]) if places else None


def why_late_na(run: Run) -> str:
    """As before; or D NA came in time, but LEDs stay lit."""
    faults = [ping for ping in pings(run) if ping.echo in ("lost", "stuck")]
    printed = [[mm for _, mm in ping.lines] for ping in faults]
    is_lit = any(not is_dark(run, ping.at_ns + LATEST_NA.ns, ping.until_ns) for ping in faults)
    return why_no_na(run) or ("leds_lit" if is_lit and all(p == ["NA"] for p in printed) else "")


def na_check(id: str, echo: str) -> Check:
    """One point for D NA after all echoes of that kind."""
    declare = check(
        id, points=1, episode="fault", expect=AtMost(LATEST_NA), on_miss="no_na", why=why_late_na
    )
    return declare(lambda run: na_delays(echo, run))


lost_delays, stuck_delays = na_check("d.lost", "lost"), na_check("d.stuck", "stuck")


def why_lost_beat(run: Run) -> str:
    """It triggers while the sensor ignores it, or waits forever."""
    return "trig_blind" if any(triggers(run).blind) else why_no_na(run)


@check(
    "d.go",
    points=1,
    episode="fault",
    expect=Never("pause, trigger while ECHO is high"),
    on_miss="trig_stop",
    why=why_lost_beat,
    stated=[LONGEST_PAUSE],
)
def lost_beats(run: Run) -> list[Moment] | None:
    """Triggers while ECHO was high; and long pauses after a trigger or the end of its echo."""
    seen = triggers(run)
    if not len(seen):
        return None
    begins = np.append(0, np.maximum(seen.at_ns, seen.rise_ns + seen.echo_ns))
    pauses = begins[np.append(seen.at_ns, run.end_ns - run.zero_ns) - begins > LONGEST_PAUSE.ns]
    return moments(np.sort(np.append(seen.at_ns[seen.blind], pauses))[:100])


# e: the bar.


def zones(run: Run, height: float) -> list[tuple[str, int, int]]:
    """The LED for a level; "" near a limit."""
    found: list[tuple[str, int, int]] = []
    for (at, mm), (until, _) in pairwise([*run.data["path"], (run.episode.seconds * 1000, 0)]):
        level = 100 * (height - mm) / height
        near = any(abs(level - limit) < OUTSIDE for limit in (LOWER, UPPER))
        zone = "" if near else "G" if level >= UPPER else "R" if level < LOWER else "Y"
        start = found.pop()[1] if found and found[-1][0] == zone else ms(at).ns
        found.append((zone, start, ms(until).ns))
    return found


def wrong_moments(run: Run, height: float) -> list[Moment]:
    """When a wrong LED, no LED or several LEDs were on."""
    wrong = []
    for zone, begin, end in zones(run, height):
        for state in bars(run) if zone else ():
            at_ns = max(begin + GRACE.ns, state.from_ns)
            if at_ns < min(end, state.to_ns) and state.high != {zone}:
                wrong.append(moment_of_ns(at_ns))
    return wrong


def why_bar(run: Run) -> str:
    """It drives another pin, fails only after the ghost echo, has wrong distances, or uses another
    height."""
    if all(0 <= t - run.data["ghost"] < 300 for t in wrong_moments(run, run.data["height"])):
        return "no_median"
    fits = not wrong_moments(run, PUBLIC_HEIGHT)
    likely = "hardcoded" if fits else other_pin(run, "LED_R", "LED_Y", "LED_G")
    return why_distance(run) or likely


@check(
    "e.right", points=2, episode="bar", expect=Never("wrong LED"), on_miss="wrong_led", why=why_bar
)
def wrong_leds(run: Run) -> list[Moment] | None:
    """When the LED was wrong; None if none was ever lit."""
    return wrong_moments(run, run.data["height"]) if any(s.high for s in bars(run)) else None


@gate("e.known", episode="bar", expect=AtLeast(Percent(90)), on_miss="wrong_led", why=why_bar)
def known_levels(run: Run) -> Percent:
    """At how many pings the program knew the level: at all of them if the LED is right, else at
    those with a right distance."""
    if wrong_leds.measure(run) == []:
        return Percent(100)
    right = [abs(p.distances()[0] - p.mm) <= max(20, 0.05 * p.mm) for p in pings(run)]
    return Percent(100 * sum(right) / max(len(right), 1))


def why_changes(run: Run) -> str:
    """The LED is that of another level, so it changes elsewhere: it does not flicker."""
    flickers = any(count > 1 for count in changes.measure(run))
    return "" if flickers else why_bar(run) or "wrong_led"


@check(
    "e.calm",
    points=2,
    episode="bar",
    expect=Exactly([1.0] * 4),
    on_miss="no_hysteresis",
    why=why_changes,
    after="e.known",
)
def changes(run: Run) -> list[Quantity]:
    """How often the LED changed at each crossing."""
    at_ns = [state.from_ns for state in bars(run)[1:]]
    near = [(a, b + GRACE.ns) for zone, a, b in zones(run, run.data["height"]) if not zone]
    each = [[t for t in at_ns if a <= t < b] for a, b in near]
    return [Quantity(len(t), (t[1:] or [a])[0]) for t, (a, _) in zip(each, near, strict=True)]


# The "predict" question.


@observe(
    Episode(
        "predict",
        seconds=4,
        steps=[
            *set_control("sonar", "distance", 100, at=ms(0)),
            *set_control("sonar", "temperature", 20, at=ms(0)),
            *set_control("sonar", "temperature", 45, at=ms(2000)),
        ],
    )
)
def echo_times(run: Run) -> dict[str, str] | None:
    """The last echo at each temperature."""
    found = echoes(run.signal("TRIG"), run.signal("ECHO"))
    heard = found.echo_ns > 0
    cool = found.echo_ns[heard & (found.at_ns < ms(1900).ns)]
    warm = found.echo_ns[heard & (found.at_ns > ms(2100).ns)]
    if not len(cool) or not len(warm):
        return None
    return {"cool": str(millis_of_ns(cool[-1])), "warm": str(millis_of_ns(warm[-1]))}
