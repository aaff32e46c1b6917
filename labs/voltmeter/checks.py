"""L05: the voltmeter prints the panel's voltage, at a steady rate, also with noise and spikes.

`data["path"]` is the panel's voltage over time: pairs of a time (ms since t = 0) and the volts
from then on. Lines in the second after a step are not judged.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grader import (
    NS_PER_S,
    AtLeast,
    AtMost,
    Episode,
    HasForm,
    Hertz,
    LineForm,
    Millis,
    Percent,
    Run,
    Text,
    ValuePath,
    Volts,
    Within,
    check,
    correlation,
    gate,
    millis_of_ns,
    ms,
    observe,
    once,
    place_of,
    set_control,
)
from grader.measure.adc import conversions
from grader.measure.pins import other_pin
from grader.measure.serial import SerialRecords, read_lines
from grader.measure.source import imported
from grader.measure.times import Times, periods

SUPPLY_V = 3.3
LINE = LineForm("V {volts:2}[ RAW {raw}]")
SETTLED = ms(1000)
LINE_EACH, READ_EACH = ms(500), ms(50)
TINY, ALIKE, CLEARER, NEVER = 1e-6, 0.015, 3, float("inf")
"""The volts that a wrong idea would print are computed, too. The idea explains the printed volts
when two things hold: they differ from its volts by less than ALIKE, and their difference from the
right volts is more than CLEARER times their difference from its volts."""
Floats = NDArray[np.float64]
MOST_OFF, SOME, MOST = Percent(1), Percent(40), Percent(80)
"""MOST_OFF: the largest error of RAW, in percent of the full scale. SOME: the share of the due
lines that must be there to judge values. MOST: the same to judge spikes; with fewer lines, every
spike can come between two of them."""
NEAR_FIRST, FOLLOWS = 0.15, AtLeast(Percent(90))
"""`old_reads` is named when the first volts are less than NEAR_FIRST from the panel's, and the
later ones do not follow it: their correlation with the panel's volts is below FOLLOWS. It is also
below FOLLOWS when the program prints the same value for ever, or random values."""


# What was seen, and what was true.


def path(run: Run) -> ValuePath[Volts]:
    """The panel's voltage over time."""
    return ValuePath([(at, Volts(volts)) for at, volts in run.data["path"]])


def true_at(run: Run, times_ns: Iterable[int]) -> list[Volts]:
    """The panel's voltage at these times."""
    return path(run).at(times_ns)


@once
def lines(run: Run) -> SerialRecords:
    """Every line with volts, also with slips of form."""
    return read_lines(run, LINE)


def settled(run: Run) -> list[int]:
    """Which lines are judged: all but those in the second after a step."""
    ages = path(run).since_step(lines(run).at_ns.tolist())
    return [n for n, age in enumerate(ages) if age >= SETTLED]


def shown(run: Run) -> list[Volts]:
    """The volts in the judged lines."""
    found = lines(run)
    volts, at_ns = found.numbers("volts").tolist(), found.at_ns.tolist()
    return [Volts(volts[n], at_ns[n]) for n in settled(run)]


def share_shown(run: Run) -> Percent | None:
    """How many of the due lines were printed."""
    begins = [at for at, _ in run.data["path"]] + [run.episode.seconds * 1000]
    due = sum(b - a - SETTLED for a, b in pairwise(begins)) / LINE_EACH
    return Percent(100 * len(settled(run)) / due) if len(lines(run)) else None


def true_volts(run: Run) -> list[Volts]:
    """The right volts for the judged lines."""
    at_ns = lines(run).at_ns
    return true_at(run, [int(at_ns[n]) for n in settled(run)])


def gaps(run: Run, at_ns: Times, each: Millis) -> list[Millis]:
    """The time from each to the next, and a pause at the end that is too long."""
    tail = millis_of_ns(run.end_ns - run.zero_ns - int(at_ns[-1]), int(at_ns[-1]))
    return periods(at_ns) + ([tail] if tail > 1.5 * each else [])


def seen_volts(run: Run, true: Floats) -> Floats:
    """The volts that the converter sees at the pin, at these voltages of the panel."""
    data = run.data
    seen: Floats = true / data["config"]["ratio"] * data.get("gain", 1.0) + data.get("offset", 0.0)
    return seen


# Which idea was wrong.


def ideas(run: Run, true: Floats) -> list[tuple[str, Floats]]:
    """What programs with each wrong idea print at these voltages of the panel."""
    data, ratio = run.data, run.data["config"]["ratio"]
    (seen_1, true_1), (seen_2, true_2) = data["cal"]
    slope = (true_2 - true_1) / (seen_2 - seen_1)
    seen = seen_volts(run, true)

    def calibrated(volts: Floats) -> Floats:
        right: Floats = true_1 + (volts - seen_1) * slope
        return right

    return [
        ("adc_scale", calibrated(seen * 16) * ratio),
        ("adc_vref", calibrated(seen * 5 / SUPPLY_V) * ratio),
        ("ratio_inverted", calibrated(seen) / ratio),
        ("ratio_missing", calibrated(seen)),
        ("hardcoded", calibrated(seen) * data["public"]["ratio"]),
        ("int_division", np.floor(true)),
        ("cal_pasted", seen * ratio),
        ("cal_swapped", (seen_1 + (seen - true_1) / slope) * ratio),
        ("offset_ignored", seen * slope * ratio),
        ("offset_ignored", seen * true_1 / seen_1 * ratio),
        ("offset_ignored", seen * true_2 / seen_2 * ratio),
    ]


def why_scale(run: Run) -> str:
    """The converter is read without the given module, or old reads stay in the list; else the
    wrong idea whose voltages are the printed ones."""
    if key := own_adc(run) or old_reads(run):
        return key
    found = lines(run)
    chosen = settled(run) or [n for n, t in enumerate(found.at_ns) if t > SETTLED.ns]
    if not chosen:
        return ""
    volts = found.numbers("volts")[chosen]
    true = np.array(true_at(run, found.at_ns[chosen]))
    best, key = min((distance(volts, would), key) for key, would in ideas(run, true))
    is_clear = best < ALIKE and best < distance(volts, true) / CLEARER
    return key if is_clear else ""


def old_reads(run: Run) -> str:
    """The first volts are right, and later ones do not follow the panel's."""
    end_ns, volts, true = ms(path(run).steps[1][0]).ns, shown(run), true_volts(run)
    if not volts or correlation(volts, true) >= FOLLOWS.least:
        return ""
    first = [abs(v - t) for v, t in zip(volts, true, strict=True) if (place_of(v) or 0) < end_ns]
    return "old_reads" if first and max(first) < NEAR_FIRST else ""


def own_adc(run: Run) -> str:
    """RAW is wrong, and the program reads the converter without the given module, whose readings
    are straight."""
    is_off = any(error > MOST_OFF for error in raw_error.measure(run))
    return "own_adc" if is_off and not imported(run.program, "ain") else ""


def distance(volts: Floats, others: Floats) -> float:
    """The mean distance between voltages, relative to the others; a small one counts as 1 V."""
    return float(np.mean(np.abs(volts - others) / np.maximum(others, 1.0)))


def why_lamp(run: Run) -> str:
    """It drives another pin, has wrong volts, uses the public thresholds, or changes too often."""
    if key := other_pin(run, "LED_R") or why_scale(run):
        return key
    if lamp_agrees(run, run.data["public"]):
        return "hardcoded"
    return "no_hysteresis" if len(lamp_edges(run)) > len(thresholds(run)) else ""


def lamp_agrees(run: Run, config: dict[str, float]) -> bool:
    """Whether LED_R changed, and did so at these thresholds."""
    times = np.arange(SETTLED.ns, run.end_ns - run.zero_ns, NS_PER_S // 4)
    lit, wanted = False, []
    for volts in true_at(run, times):
        lit = volts < config["v_on"] or (lit and volts <= config["v_off"])
        wanted.append(lit)
    changes = np.count_nonzero(np.diff(wanted))
    agreed = np.mean(run.signal("LED_R").at_all(times) == np.array(wanted))
    return 0 < changes == len(lamp_edges(run)) and bool(agreed > 0.9)


# a, e: what is printed.

enough, enough_calibrated = (
    gate(id, episode=episode, expect=AtLeast(SOME), on_miss="few_lines", reads=LINE)(share_shown)
    for id, episode in (("a.enough", "quiet"), ("e.enough", "recal"))
)

accuracy = check(
    "a",
    points=3,
    expect=Within(Volts(0.07), of=true_volts),
    partial={Within(Volts(0.15), of=true_volts): 2, Within(Volts(0.5), of=true_volts): 1},
    on_miss="inaccurate",
    why=why_scale,
    reads=LINE,
)(shown)

calibrated = check(
    "e",
    points=4,
    episode="recal",
    expect=Within(Volts(0.15), of=true_volts),
    on_miss="inaccurate",
    why=why_scale,
    reads=LINE,
)(shown)


# b: how often.


def why_rate(run: Run) -> str:
    """It makes several conversions at once: two of three pauses in a row are short. One alone
    comes after a read that was late."""
    are_short = np.diff(conversions(run, "AIN_1").at_ns) < ms(10).ns
    return "adc_burst" if (are_short[2:] | are_short[1:-1])[are_short[:-2]].any() else ""


@gate("b.read", expect=AtLeast(MOST), on_miss="no_measurement", reads=LINE)
def lines_with_reads(run: Run) -> Percent | None:
    """Before how many of the lines the converter was read, after the line before. What a program
    does with its readings can be judged although it makes wrong volts of them."""
    ends, read = np.append(0, lines(run).at_ns), conversions(run, "AIN_1").at_ns
    counts = np.diff(np.searchsorted(read, ends))
    return Percent(100 * float(np.mean(counts > 0))) if len(counts) else None


def shown_raw(run: Run) -> list[tuple[float, float, int]]:
    """RAW in each judged line that has it, the right number there, and the time (ns)."""
    found, seen = lines(run), seen_volts(run, np.array(true_volts(run)))
    raw, at_ns = found.numbers("raw"), found.at_ns
    return [
        (float(raw[n]), 65535 * volts / SUPPLY_V, int(at_ns[n]))
        for n, volts in zip(settled(run), seen.tolist(), strict=True)
        if not np.isnan(raw[n])
    ]


def why_raw(run: Run) -> str:
    """The converter is read without the given module, or old reads stay in the list; or RAW
    follows the pin, but is no code of the converter."""
    if key := own_adc(run) or old_reads(run):
        return key
    found = shown_raw(run)
    follows = correlation([raw for raw, *_ in found], [code for _, code, _ in found])
    return "raw_scale" if follows >= FOLLOWS.least else ""


@check(
    "b.raw",
    points=1,
    expect=AtMost(MOST_OFF),
    on_miss="wrong_raw",
    why=why_raw,
    reads=LINE,
)
def raw_error(run: Run) -> list[Percent]:
    """The error of RAW in each of these lines, in percent of the full scale."""
    return [Percent(100 * abs(raw - code) / 65535, t) for raw, code, t in shown_raw(run)]


@check(
    "b.lines",
    points=1,
    expect=Within(ms(10), of=LINE_EACH),
    on_miss="line_rate",
    reads=LINE,
)
def line_gaps(run: Run) -> list[Millis] | None:
    """The time from each line to the next."""
    at_ns = lines(run).at_ns
    return gaps(run, at_ns, LINE_EACH) if len(at_ns) > 1 else None


@check("b.form", points=1, expect=HasForm((LINE,)), on_miss="form", reads=LINE)
def printed(run: Run) -> list[Text]:
    """The lines with volts, as they are."""
    return list(lines(run).lines)


@check(
    "b.reads",
    points=2,
    expect=Within(Hertz(1), of=Hertz(20)),
    on_miss="read_rate",
    why=why_rate,
)
def read_rates(run: Run) -> list[Hertz] | None:
    """The rate of each four reads in a row, and of a pause at the end."""
    at_ns = conversions(run, "AIN_1").at_ns[::4]
    if len(at_ns) < 2:
        return None
    spans = gaps(run, at_ns, Millis(4 * READ_EACH))
    return [Hertz(4000 / max(span, 1e-3), span.at_ns) for span in spans]


# c: spikes.


def why_moved(run: Run) -> str:
    """A spike was printed, or a fifth of it."""
    moved, spike = spread.measure(run), abs(run.data["spike"]) * run.data["config"]["ratio"]
    return "mean_not_median" if moved is not None and moved < spike / 2 else ""


@gate(
    "c.follows",
    episode="quiet",
    expect=FOLLOWS,
    on_miss="no_measurement",
    why=why_scale,
    reads=LINE,
)
def follows(run: Run) -> Percent | None:
    """How closely the printed volts rise and fall with the panel's, also with a wrong scale."""
    return correlation(shown(run), true_volts(run)) if len(lines(run)) else None


enough_of_spikes = gate(
    "c.enough", episode="spikes", expect=AtLeast(MOST), on_miss="few_lines", reads=LINE
)(share_shown)


@check(
    "c",
    points=3,
    episode="spikes",
    expect=AtMost(Volts(0.1)),
    on_miss="no_filter",
    why=why_moved,
    reads=LINE,
)
def spread(run: Run) -> Volts | None:
    """How far the printed volts differ although the panel's voltage is constant. When their scale
    is wrong, as volts of the panel."""
    volts = shown(run)
    if not volts:
        return None
    middle = float(np.median(volts))
    worst = max(volts, key=lambda each: abs(each - middle))
    scale = true_volts(run)[0] / middle if middle > 0 else NEVER
    return Volts((max(volts) - min(volts)) * scale, worst.at_ns)


# d: the lamp.


def lamp_edges(run: Run) -> list[int]:
    """When LED_R changed."""
    return [int(t) for t in run.signal("LED_R").edges_ns() if t > SETTLED.ns]


def thresholds(run: Run) -> list[Volts]:
    """The voltages at which LED_R has to change, one for each crossing: on, off, on."""
    config, path = run.data["config"], run.data["path"]
    found, at = [], 0.0
    for name, way in (("v_on", -1), ("v_off", 1), ("v_on", -1)):
        past = (t for t, volts in path if t >= at and way * (volts - config[name]) > TINY)
        at = next(past)
        found.append(Volts(config[name], ms(at).ns))
    return found


@check(
    "d",
    points=3,
    episode="cross",
    expect=Within(Volts(0.2), of=thresholds),
    on_miss="wrong_threshold",
    why=why_lamp,
)
def changed_at(run: Run) -> list[Volts]:
    """The panel's voltage at each change of LED_R, and before them if it was lit from the start,
    while the panel was high."""
    lit = [SETTLED.ns] if run.signal("LED_R").at(SETTLED.ns) else []
    edges = lit + lamp_edges(run)
    return [Volts(v, t) for v, t in zip(true_at(run, edges), edges, strict=True)]


# The "predict" question.


@observe(
    Episode(
        "predict",
        seconds=6,
        steps=[
            *set_control("panel", "position", 1.65 / SUPPLY_V, at=ms(0)),
            *set_control("panel", "position", 1.75 / SUPPLY_V, at=ms(3000)),
        ],
    )
)
def codes(run: Run) -> dict[str, str] | None:
    """The last code that was printed at each voltage."""
    found = lines(run)
    raw = found.numbers("raw")
    first, last = raw[found.at_ns < ms(3000).ns], raw[found.at_ns >= ms(5000).ns]
    if not len(first) or not len(last) or not np.isfinite([first[-1], last[-1]]).all():
        return None
    return {"code": f"{first[-1]:.0f}", "more": f"{last[-1]:.0f}"}
