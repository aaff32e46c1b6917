"""L18: which version runs is read from the lamp, whose period each version has of its own. What a
version that must not run does at its start is a burst of short pulses there."""

from typing import Any

import numpy as np

from grader import AtMost, Exactly, Never, Run, Text, check, gate, ms, once
from grader.measure import mqtt, network
from grader.measure.pins import other_pin
from grader.measure.times import inside_of

NS_PER_MS = ms(1).ns
CONNECTED_MS, INSTALLED_MS, BACK_MS, WATCHED_MS, REFUSED_MS = 6000, 20_000, 30_000, 5000, 4000
LISTED_MS = 15_000
SOON = ms(1200)
"""After a power cut the lamp blinks by then: the application does not wait for the network."""
AFTER_CUT_MS = 3000
FEWEST = 4
"""Edges that show a period."""
TOLERANCE = 0.2
SPREAD_NS = 60 * NS_PER_MS
"""`loop()` is called each 30 ms, and so the edges lie this close to their times or closer."""
HTTP_PORT = 80
SHORT_NS, BURST, GAP_NS = 8 * NS_PER_MS, 5, 20 * NS_PER_MS
STARTS = 2
MOST = 10
"""Of what must not happen, so many are told."""


# Which version runs.


def edges(run: Run, from_ms: float, to_ms: float) -> Any:
    """When the lamp changed in a window (ns), from the first time that it went on: a reset, too,
    switches it off."""
    lamp = run.signal("LED_G").since(ms(from_ms).ns)
    end_ns = ms(to_ms).ns
    rises, found = lamp.rises_ns(), lamp.edges_ns()
    return found[inside_of(found, int(rises[0]), end_ns)] if len(rises) else found[:0]


def running(run: Run, from_ms: float, to_ms: float, most: int | None = None) -> Text:
    """The version whose period the lamp has in a window; `-` when it has none of them, or its
    edges come irregularly. With `most` only so many edges count. The first one does not: the lamp
    may go on in the middle of a half period when a program begins."""
    at_ns = edges(run, from_ms, to_ms)[1:most]
    if len(at_ns) < FEWEST:
        return Text("-", ms(from_ms).ns)
    half = float(np.median(at_ns[2:] - at_ns[:-2])) / NS_PER_MS / 2
    for version, wanted in run.data["halves"].items():
        if abs(half - wanted) <= TOLERANCE * wanted:
            is_regular = most is not None or spread_ns(at_ns, wanted * NS_PER_MS) <= SPREAD_NS
            return Text(f"v{version}" if is_regular else "-", int(at_ns[0]))
    return Text("-", int(at_ns[0]))


def spread_ns(at_ns: Any, half_ns: int) -> float:
    """How far most edges lie from the multiples of half a period: some are late, as the program
    may stop for a moment to connect."""
    off_ns = (at_ns - at_ns[0] + half_ns // 2) % half_ns
    first, last = np.percentile(off_ns, (10, 90))
    return float(last - first)


@once
def starts(run: Run) -> list[tuple[int, int]]:
    """The starts of versions that must not run: when (ns), and how many pulses the burst had."""
    lamp = run.signal("LED_G")
    rises, falls = lamp.rises_ns(), lamp.falls_ns()
    falls = falls[np.searchsorted(falls, rises[0]) :] if len(rises) else falls
    high = rises[: len(falls)][falls - rises[: len(falls)] < SHORT_NS]
    if not len(high):
        return []
    bursts = np.split(high, np.flatnonzero(np.diff(high) > GAP_NS) + 1)
    return [(int(one[0]), len(one)) for one in bursts if len(one) >= BURST]


def started(run: Run, *faults: str) -> list[Text]:
    """The starts of versions with these faults."""
    names = {one.burst: one.fault for one in run.data["updates"] if one.fault in faults}
    return [Text(names[n], at_ns) for at_ns, n in starts(run) if n in names][:MOST]


# What the board reported.


def told(run: Run, event: str, version: int | None, from_ms: float, to_ms: float) -> Text:
    """The event, when it was reported in a window; else `-`."""
    reports = run.once("status", lambda: _reports(run))
    found = any(
        ms(from_ms).ns <= t_ns < ms(to_ms).ns
        and one.get("event") == event
        and (version is None or (type(one.get("version")) is int and one["version"] == version))
        for t_ns, one in reports
    )
    name = event if version is None else f"{event} {version}"
    return Text(name if found else "-", ms(from_ms).ns)


def _reports(run: Run) -> list[tuple[int, dict[str, Any]]]:
    sent = mqtt.published(run, f"{run.data['base']}/status")[:1000]
    return [(note.t_ns, one) for note, one in mqtt.objects(sent)]


def versions(run: Run) -> list[str]:
    """The good versions, in order."""
    return [f"v{one}" for one in run.data["halves"]]


# a: an update.


def why_update(run: Run) -> str:
    """The lamp is on another pin, the board was never at the broker, or the first version blinks
    at no period."""
    if other := other_pin(run, "LED_G"):
        return other
    if not mqtt.messages(run, "connect"):
        return "not_connected"
    at = run.data["updates"][0].at
    is_seen = len(edges(run, at - WATCHED_MS, at)) > FEWEST
    return "slow_loop" if is_seen and running(run, at - WATCHED_MS, at) == "-" else ""


def first_two(run: Run) -> list[str]:
    """What must run before the update, after it, and after the reset."""
    old, new, _big = versions(run)
    return [old, new, new]


@check(
    "a.runs",
    points=2,
    episode="update",
    expect=Exactly(first_two),
    on_miss="not_installed",
    why=why_update,
    stated=[INSTALLED_MS // 1000],
)
def installed(run: Run) -> list[Text]:
    """Which version runs before the update, after it, and after the reset."""
    at, reset = run.data["updates"][0].at, run.data["cuts"][0]
    found = [
        running(run, at - WATCHED_MS, at),
        running(run, reset - WATCHED_MS, reset),
        running(run, reset, reset + WATCHED_MS),
    ]
    return found if any(one != "-" for one in found) else []


def larger_update(run: Run) -> str:
    """It is the large update, which comes later, that did not fit into the memory."""
    return "no_report" if run.raised("MemoryError") else ""


def wanted_reports(run: Run) -> list[str]:
    """What must be reported of the update. Its retained message comes again at each connection;
    that is no reason to refuse it."""
    old, new, _big = run.data["halves"]
    return [f"start {old}", f"confirmed {new}", f"start {new}", "-"]


def why_reports(run: Run) -> str:
    """The message of the running version was refused."""
    return "refused_running" if all_reports(run)[-1] != "-" else ""


@check(
    "a.kept",
    points=1,
    episode="update",
    expect=Exactly(lambda run: versions(run)[1:2]),
    on_miss="not_kept",
    after="a.runs",
)
def kept(run: Run) -> list[Text]:
    """Which version runs after the last of the resets."""
    last = run.data["cuts"][-1]
    return [running(run, last, last + WATCHED_MS)]


@check(
    "a.report",
    points=1,
    episode="update",
    expect=Exactly(wanted_reports),
    on_miss="no_report",
    why=why_reports,
    on_error=larger_update,
    after="a.runs",
    stated=[INSTALLED_MS // 1000, CONNECTED_MS // 1000],
)
def reports(run: Run) -> list[Text]:
    """The three reports, and whether anything was refused."""
    return all_reports(run)


def all_reports(run: Run) -> list[Text]:
    """The answers that item a is about."""
    at, reset = run.data["updates"][0].at, run.data["cuts"][0]
    old, new, _big = run.data["halves"]
    return [
        told(run, "start", old, 0, CONNECTED_MS),
        told(run, "confirmed", new, at, at + INSTALLED_MS),
        told(run, "start", new, reset, reset + CONNECTED_MS),
        told(run, "refused", None, 0, (run.end_ns - run.zero_ns) / NS_PER_MS),
    ]


# b: what must be refused.


@gate(
    "b.works",
    episode="refuse",
    expect=Exactly(lambda run: versions(run)[-1:]),
    on_miss="refuses_all",
    why=why_update,
)
def works(run: Run) -> list[Text]:
    """Whether the good update after them is installed."""
    end = run.end_ns - run.zero_ns
    return [running(run, end / NS_PER_MS - WATCHED_MS, end / NS_PER_MS)]


@check(
    "b.signature",
    points=1,
    episode="refuse",
    expect=Never(""),
    on_miss="unsigned_ran",
    after="a.runs",
)
def unsigned_started(run: Run) -> list[Text]:
    """The starts of versions whose signature is missing or wrong."""
    return started(run, "key", "unsigned", "version")


@check(
    "b.content",
    points=1,
    episode="refuse",
    expect=Never(""),
    on_miss="wrong_content_ran",
    after="a.runs",
)
def wrong_started(run: Run) -> list[Text]:
    """The starts of files that are not those that were signed."""
    return started(run, "swapped", "short")


@check(
    "b.old",
    points=1,
    episode="refuse",
    expect=Never(""),
    on_miss="downgrade",
    after="a.runs",
)
def old_started(run: Run) -> list[Text]:
    """The starts of a version that is older than the running one."""
    return started(run, "old")


def refusals(run: Run) -> list[str]:
    """Each false update is refused; the good one is not."""
    return ["refused" if one.fault else "-" for one in run.data["updates"]]


@check(
    "b.report",
    points=1,
    episode="refuse",
    expect=Exactly(refusals),
    on_miss="not_refused",
    after="a.runs",
    stated=[REFUSED_MS // 1000],
)
def refused(run: Run) -> list[Text]:
    """The answer to each update."""
    return [told(run, "refused", None, one.at, one.at + REFUSED_MS) for one in run.data["updates"]]


# c: the power is cut.


def seen_after(run: Run) -> list[Text]:
    """What runs after each power cut: `runs` for the new version or one before it; `late` when
    the lamp began after more than SOON."""
    found = []
    for number, at in enumerate(run.data["cuts"]):
        now = running(run, at, at + AFTER_CUT_MS, FEWEST + 1)
        first = edges(run, at, at + AFTER_CUT_MS)[:1]
        is_late = len(first) and first[0] > ms(at + SOON).ns
        word = "runs" if now in versions(run)[: number + 1] else "-"
        word = "late" if is_late else word
        found.append(Text(word, ms(at).ns))
    return found


def why_late(run: Run) -> str:
    """All of them run, and one began late."""
    return "" if "-" in seen_after(run) else "late_start"


@check(
    "c.runs",
    points=3,
    episode="power",
    expect=Exactly(["runs"] * 4),
    on_miss="no_program",
    why=why_late,
    after="a.runs",
    safety=True,
    stated=[SOON / 1000],
)
def after_cuts(run: Run) -> list[Text]:
    """What runs after each power cut."""
    return seen_after(run)


def why_cut(run: Run) -> str:
    """When the first one that was cut off comes, what is missing was cut off on trial."""
    return "one_start" if at_ends(run)[1] == versions(run)[1] else ""


def at_ends(run: Run) -> list[Text]:
    """What runs INSTALLED_MS after each power cut."""
    return [
        running(run, at + INSTALLED_MS, at + INSTALLED_MS + WATCHED_MS) for at in run.data["cuts"]
    ]


@check(
    "c.done",
    points=2,
    episode="power",
    expect=Exactly(versions),
    on_miss="not_again",
    why=why_cut,
    after="a.runs",
    stated=[INSTALLED_MS // 1000],
)
def completed(run: Run) -> list[Text]:
    """Which version each cut ends with: the one that came, and after half of a file the first."""
    return at_ends(run)


# d: rollback.


def at_last(run: Run) -> list[Text]:
    """What runs BACK_MS after each of the versions that fail."""
    return [
        running(run, one.at + BACK_MS, one.at + BACK_MS + WATCHED_MS)
        for one in run.data["updates"]
    ]


def why_back(run: Run) -> str:
    """Which kind of failure was not rolled back; or they were, and were installed again."""
    updates = run.data["updates"]
    if len(network.connects(run, HTTP_PORT)) > len(updates):
        return "retry_loop"
    first = next(one for one, now in zip(updates, at_last(run), strict=True) if now == "-")
    end_ns = ms(first.at + BACK_MS).ns
    many = sum(n == first.burst and at_ns < end_ns for at_ns, n in starts(run))
    if first.fault == "offline" and all_failures(run)[-1] != "-":
        return "late_start"  # it went back, and the old one waits for the network
    if first.fault in ("ill", "offline"):
        return f"confirmed_{first.fault}"
    return "hangs" if first.fault in ("hang", "stuck") and many == 1 else ""


def broken_version(run: Run) -> str:
    """The exception of a version that fails was not handled."""
    return "no_rollback" if run.raised("ImportError", "ZeroDivisionError") else ""


@check(
    "d.back",
    points=2,
    episode="rollback",
    expect=Exactly(lambda run: versions(run) * len(run.data["updates"])),
    on_miss="no_rollback",
    why=why_back,
    on_error=broken_version,
    after="a.runs",
    stated=[BACK_MS // 1000],
)
def back(run: Run) -> list[Text]:
    """Which version runs then."""
    return at_last(run)


@check(
    "d.once",
    points=1,
    episode="rollback",
    expect=AtMost(STARTS),
    on_miss="retry_loop",
    after="d.back",
)
def most_starts(run: Run) -> list[int]:
    """How often each of them was started."""
    found = [n for _at_ns, n in starts(run)]
    return [found.count(one.burst) for one in run.data["updates"]]


@check(
    "d.report",
    points=1,
    episode="rollback",
    expect=Exactly(lambda run: [f"failed {one.version}" for one in run.data["updates"]]),
    on_miss="no_failed_report",
    after="d.back",
    stated=[BACK_MS // 1000],
)
def failures(run: Run) -> list[Text]:
    """The report of each failed version."""
    return all_failures(run)


def all_failures(run: Run) -> list[Text]:
    """What was reported of each; of the last one when the network is back."""
    *updates, last = run.data["updates"]
    network = run.data["network"]
    return [
        *(told(run, "failed", one.version, one.at, one.at + BACK_MS) for one in updates),
        told(run, "failed", last.version, network, network + LISTED_MS),
    ]


# e: in blocks.


def why_big(run: Run) -> str:
    """The board did not come back to the broker, which was away before."""
    away_ns = ms(run.data["away"]).ns
    came_back = any(one.t_ns > away_ns for one in mqtt.messages(run, "connect"))
    return "" if came_back else "no_reconnect"


@check(
    "e",
    points=1,
    episode="update",
    expect=Exactly(lambda run: versions(run)[-1:]),
    on_miss="whole_in_ram",
    why=why_big,
    on_error=lambda run: "whole_in_ram" if run.raised("MemoryError") else "",
    after="a.runs",
    stated=[INSTALLED_MS // 1000],
)
def big(run: Run) -> list[Text]:
    """What runs after the update that is larger than the heap."""
    at = run.data["updates"][1].at + INSTALLED_MS
    return [running(run, at, at + WATCHED_MS)]
