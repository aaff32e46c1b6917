"""L05: the voltmeter prints the panel's voltage, at a steady rate, also with noise and spikes.

`data["path"]` is the panel's voltage over time: pairs of a time (ms since t = 0) and the volts
from then on. Lines in the second after a step are not judged.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from grader import (
    NS_PER_S,
    AtMost,
    Hertz,
    Millis,
    Percent,
    Run,
    ValuePath,
    Volts,
    Within,
    check,
    gate,
    millis_of_ns,
    ms,
)
from grader.measure.adc import conversions
from grader.measure.pins import other_pin
from grader.measure.serial import SerialRecords, records
from grader.measure.times import Times, periods

SUPPLY_V = 3.3
LINE = r"V (?P<volts>-?\d{1,7}\.\d\d) RAW (?P<raw>\d{1,5})"
SETTLED = ms(1000)
LINE_EACH, READ_EACH = ms(500), ms(50)
TINY = 1e-6
ENOUGH = 0.8
"""The part of the due lines that must be there."""


# What was seen, and what was true.


def path(run: Run) -> ValuePath[Volts]:
    """The panel's voltage over time."""
    return ValuePath([(at, Volts(volts)) for at, volts in run.data["path"]])


def true_at(run: Run, times_ns: Iterable[int]) -> list[Volts]:
    """The panel's voltage at these times."""
    return path(run).at(times_ns)


def lines(run: Run) -> SerialRecords:
    """Every line of the right form."""
    return records(run, LINE)


def settled(run: Run) -> list[int]:
    """Which lines are judged: all but those in the second after a step."""
    ages = path(run).since_step(lines(run).at_ns.tolist())
    return [n for n, age in enumerate(ages) if age >= SETTLED]


def shown(run: Run) -> list[Volts] | None:
    """The volts in the judged lines; None if there are too few lines."""
    found, chosen = lines(run), settled(run)
    begins = [at for at, _ in run.data["path"]] + [run.episode.seconds * 1000]
    due = sum(b - a - SETTLED for a, b in pairwise(begins)) / LINE_EACH
    if len(chosen) < ENOUGH * due:
        return None
    volts = found.numbers("volts")
    return [Volts(volts[n], int(found.at_ns[n])) for n in chosen]


def true_volts(run: Run) -> list[Volts]:
    """The right volts for the judged lines."""
    at_ns = lines(run).at_ns
    return true_at(run, [int(at_ns[n]) for n in settled(run)])


def gaps(run: Run, at_ns: Times, each: Millis) -> list[Millis]:
    """The time from each to the next, and a pause at the end that is too long."""
    tail = millis_of_ns(run.end_ns - run.zero_ns - int(at_ns[-1]), int(at_ns[-1]))
    return periods(at_ns) + ([tail] if tail > 1.5 * each else [])


# Which idea was wrong.


def why_scale(run: Run) -> str:
    """The mean ratio of printed to true volts shows what is wrong in the formula."""
    found, config = lines(run), run.data["config"]
    chosen = settled(run) or [n for n, t in enumerate(found.at_ns) if t > SETTLED.ns]
    if not chosen:
        return ""
    volts = found.numbers("volts")[chosen]
    share = volts.sum() / sum(true_at(run, found.at_ns[chosen]))
    if 0.9 < share < 1.05 and not (volts % 1).any():
        return "int_division"
    known = {
        "adc_scale": 16.0,
        "adc_vref": 5 / SUPPLY_V,
        "ratio_inverted": config["ratio"] ** -2,
        "cal_pasted": run.data.get("gain", 1.0),
        "hardcoded": run.data["public"]["ratio"] / config["ratio"],
    }
    near = {key: abs(share / value - 1) for key, value in known.items() if value != 1}
    key = min(near, key=near.__getitem__)
    return key if near[key] < 0.01 + 0.02 * (key == "ratio_inverted") else ""


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

accuracy = check(
    "a",
    points=6,
    expect=Within(Volts(0.05), of=true_volts),
    partial={Within(Volts(0.15), of=true_volts): 4, Within(Volts(0.5), of=true_volts): 2},
    on_miss="inaccurate",
    why=why_scale,
)(shown)

calibrated = check(
    "e",
    points=2,
    episode="recal",
    expect=Within(Volts(0.15), of=true_volts),
    on_miss="inaccurate",
    why=why_scale,
)(shown)


# b: how often.


def why_rate(run: Run) -> str:
    """It makes several conversions at once."""
    spans = np.diff(conversions(run, "AIN_1").at_ns)
    return "adc_burst" if len(spans) and spans.min() < ms(10).ns else ""


@gate("b.lines", expect=Within(ms(10), of=LINE_EACH), on_miss="line_rate")
def line_gaps(run: Run) -> list[Millis] | None:
    """The time from each line to the next."""
    at_ns = lines(run).at_ns
    return gaps(run, at_ns, LINE_EACH) if len(at_ns) > 1 else None


@gate("b.raw", expect=AtMost(Percent(1)), on_miss="wrong_raw")
def raw_error(run: Run) -> list[Percent]:
    """The error of RAW in each judged line, in percent of the full scale."""
    found, ratio = lines(run), run.data["config"]["ratio"]
    raw, at_ns, true = found.numbers("raw"), found.at_ns, true_volts(run)
    pairs = zip(settled(run), true, strict=True)
    return [
        Percent(100 * abs(raw[n] / 65535 - volts / ratio / SUPPLY_V), int(at_ns[n]))
        for n, volts in pairs
    ]


@check("b", points=3, expect=Within(Hertz(1), of=Hertz(20)), on_miss="read_rate", why=why_rate)
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


@check(
    "c",
    points=3,
    episode="spikes",
    expect=AtMost(Volts(0.1)),
    on_miss="no_filter",
    why=why_moved,
    after="a",
)
def spread(run: Run) -> Volts | None:
    """How far the printed volts differ although the panel's voltage is constant."""
    volts = shown(run)
    if not volts:
        return None
    worst = max(volts, key=lambda each: abs(each - np.median(volts)))
    return Volts(max(volts) - min(volts), worst.at_ns)


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
    points=4,
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
