"""Judges the runs of one seed: gives points to each check and item."""

import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from grader.host.host_functions import HostError
from grader.lab.check import Check
from grader.lab.limits import Never, Verdict, shortened
from grader.lab.line_form import LineForm
from grader.lab.run import OutputLine, Run
from grader.measure.answers import DrivenWire
from grader.measure.memory import heap
from grader.measure.power import boots
from grader.score.results import ItemResult
from hardware.bench.protocol.frames import END_CPU, END_WALL

LONGEST_DETAIL = 200
"""Characters of the last line of a traceback that feedback shows."""
MOST_LOST = 2048
"""In a lab with `stable = true` the free heap may fall by so many bytes in an episode."""
_PROMPT = re.compile(r'>>>|\.\.\. |MicroPython v|Type "help|Traceback |  File |\w+Error:')
_PLACE = re.compile(r'^  File "/?main\.py", line (\d{1,6})', re.MULTILINE)


OnRun = Callable[[Run, Sequence[ItemResult]], None]
"""Gets a run before it is dropped, and for each item that was missed on it the part that shows."""


def judge(
    checks: Sequence[Check],
    runs: Iterable[Run],
    first: str,
    on_run: OnRun | None = None,
    *,
    stable: bool = False,
) -> tuple[dict[str, ItemResult], dict[str, ItemResult]]:
    """Judge every check, in order. `first` is the episode of checks that name none. `stable`: an
    unstable run earns half (see `_halved`).

    The next run is taken when a check needs it, and dropped after the last check that does: the
    traces of a program without a pause fill the memory.

    Returns: the results of items and of parts, by id. Raises: what a check raises.
    """
    parts: dict[str, ItemResult] = {}
    shown: dict[str, ItemResult] = {}
    held: dict[str, Run] = {}
    coming = iter(runs)
    needs = [check.episodes or (first,) for check in checks]
    forms = [check.reads for check in checks if check.reads is not None]

    def drop(names: Iterable[str]) -> None:
        for name in names:
            run = held.pop(name)
            if on_run is not None:
                on_run(run, [part for part in shown.values() if part.episode == name])

    for number, (check, names) in enumerate(zip(checks, needs, strict=True), 1):
        while not held.keys() >= {*names}:
            _take(coming, held)
        parts[check.id] = _judge_part(check, held, names, parts, forms, stable)
        if parts[check.id].key:
            shown.setdefault(check.item, parts[check.id])
        later = {name for names in needs[number:] for name in names}
        drop([name for name in held if name not in later])
    while _take(coming, held, last=True):
        drop(list(held))
    items = dict.fromkeys(check.item for check in checks)
    return {item: _combine(item, checks, parts) for item in items}, parts


def _take(coming: Iterator[Run], held: dict[str, Run], *, last: bool = False) -> bool:
    """Hold the next run. Returns whether there was one. Raises: KeyError when one is missing."""
    run = next(coming, None)
    if run is not None:
        held[run.episode.name] = run
    elif not last:
        raise KeyError(f"no such episode; there are {', '.join(held)}")
    return run is not None


def _combine(item: str, checks: Iterable[Check], parts: Mapping[str, ItemResult]) -> ItemResult:
    """The result of an item from those of its parts. It shows the values of the first part that
    was missed, else of the first part that is no gate. Parts that were missed for other reasons
    are told, too, but not while the item waits for another one: that must be mended first."""
    mine = [(check, parts[check.id]) for check in checks if check.item == item]
    gates = [part for check, part in mine if check.is_gate]
    points = 0.0 if any(part.key for part in gates) else sum(part.points for _, part in mine)
    first = next(part for check, part in mine if not check.is_gate)
    missed: dict[tuple[str, str], ItemResult] = {}
    for _, part in mine:
        if part.key:
            missed.setdefault((part.key, part.detail), part)
    shown = next(iter(missed.values()), first)
    waits_for_other = shown.key == "after" and not points
    return ItemResult(
        id=item,
        points=round(points, 2),
        max_points=sum(part.max_points for _, part in mine),
        measured=shown.measured,
        expected=shown.expected,
        key=shown.key,
        timed_out=any(part.timed_out for _, part in mine),
        detail=shown.detail,
        episode=shown.episode,
        at_ns=shown.at_ns,
        part=shown.id,
        also=tuple(
            part for part in [*missed.values()][1:] if part.key != "after" and not waits_for_other
        ),
    )


def _judge_part(
    check: Check,
    runs: Mapping[str, Run],
    names: Sequence[str],
    parts: Mapping[str, ItemResult],
    forms: Sequence[LineForm],
    stable: bool,
) -> ItemResult:
    """The worst of the check's episodes, which have these names. `forms`: all that the lab
    reads."""
    for name in names:
        if failure := _run_failure(runs[name]):
            return replace(_miss(check, name, *failure), timed_out=_timed_out(runs[name]))
    for name in check.after:
        if not _holds(name, parts):
            return _miss(check, names[0], "after", name)
    results = [_judge_run(check, runs[name], forms) for name in names]
    if stable:
        results = [
            _halved(check, result, runs[name]) if result.points else result
            for name, result in zip(names, results, strict=True)
        ]
    return min(results, key=lambda result: (result.points, not result.key))


def _halved(check: Check, result: ItemResult, run: Run) -> ItemResult:
    """What an unstable run leaves of the points: half of them, and none for safety."""
    found = run.once("instability", lambda: _instability(run))
    if found is None:
        return result
    points = 0.0 if check.safety else result.points / 2
    return replace(result, points=points, key=found.key, detail=found.detail, at_ns=found.at_ns)


def _instability(run: Run) -> "_Reason | None":
    """What makes a run unstable: an exception that ended the program, or a heap that falls."""
    if ended := run.tracebacks():
        return _Reason("crashed", _last_line(ended[0].text), ended[0].at_ns)
    lost = max(_heap_losses(run), default=0)
    return _Reason("heap_falls", str(lost)) if lost > MOST_LOST else None


def _heap_losses(run: Run) -> Iterator[int]:
    """What each start of the program lost of the free heap, from its READY line on: a reset gives
    everything back, and the program has not yet made its data then."""
    if run.ready_ns is None:
        return
    lines = run.all_lines()
    ready = next(line.text for line in lines if line.at_ns == run.ready_ns - run.zero_ns)
    at_ns = [line.at_ns for line in lines if line.text == ready]
    ends_ns = [*(boot.at_ns for boot in boots(run)), run.end_ns - run.zero_ns]
    for boot_ns, end_ns in pairwise(ends_ns):
        first = bisect(at_ns, boot_ns)
        lost = heap(run).lost(at_ns[first], end_ns) if first < len(at_ns) else None
        if lost is not None:
            yield lost


def _judge_run(check: Check, run: Run, forms: Sequence[LineForm]) -> ItemResult:
    """One check on one run. Host code that gives no answer, and an answer of a part that the
    program drove itself, are the submission's fault."""
    try:
        return _measured(check, run, forms)
    except DrivenWire as refused:
        return _miss(check, run.episode.name, "driven_wire", str(refused))
    except HostError as error:
        missed = _miss(check, run.episode.name, "host_failed", str(error))
        return replace(missed, timed_out=error.kind == "time")


def _measured(check: Check, run: Run, forms: Sequence[LineForm]) -> ItemResult:
    measured = check.measure(run)
    if measured is None:
        verdict, points = Verdict(False, "", check.expect.window(run)), 0.0
    else:
        verdict = check.expect.judge(measured, run)
        points = check.points if verdict.ok else _partial(check, measured, run)
    reason = _Reason("") if verdict.ok else _why(check, measured, run, forms)
    if reason.key == "unread" and check.reads is not None:
        nearest = check.reads.nearest(_strange(run, forms))
        verdict = Verdict(False, shortened(nearest), str(check.reads))
    return ItemResult(
        id=check.id,
        points=points,
        max_points=check.points,
        measured=verdict.measured,
        expected=verdict.expected,
        key=reason.key,
        detail=reason.detail,
        episode=run.episode.name,
        at_ns=verdict.at_ns if reason.at_ns is None else reason.at_ns,
        length_ns=verdict.length_ns,
    )


def _partial(check: Check, measured: Any, run: Run) -> float:
    """The points of the first partial limit that the measurement fits; 0 when it fits none."""
    return next((pts for limit, pts in check.ladder if limit.judge(measured, run).ok), 0.0)


def _timed_out(run: Run) -> bool:
    """Whether a time limit of this machine, CPU time or wall time, ended the board."""
    end = run.early_end()
    return end is not None and end.cause in (END_CPU, END_WALL)


def _run_failure(run: Run) -> tuple[str, str] | None:
    """Key and detail when the whole run counts as missed: the board ended early, or there was no
    READY line."""
    if end := run.early_end():
        return "board_died", end.detail
    if run.ready_ns is None:
        if raised := run.tracebacks():
            return "exception", _last_line(raised[0].text)
        nearest = LineForm("READY").nearest(_printed(run.all_lines()))
        return ("other_ready", shortened(nearest)) if nearest else ("no_ready", "")
    return None


@dataclass(frozen=True)
class _Reason:
    """Why a check was missed: key and detail of its message, and when it happened, if the value
    does not say it."""

    key: str
    detail: str = ""
    at_ns: int | None = None


def _why(check: Check, measured: Any, run: Run, forms: Sequence[LineForm]) -> _Reason:
    """The reason of a miss: an exception first, then what the check finds, the most likely one
    last."""
    if error := _error(check, run):
        return error
    if check.why is not None and (found := check.why(run)):
        key, _, detail = found.partition(" ")
        return _Reason(key, detail)
    empty = isinstance(measured, Sequence) and not measured
    if measured is None or (empty and not isinstance(check.expect, Never)):
        return _Reason(_nothing(check, run, forms))
    return _Reason(check.on_miss)


def _error(check: Check, run: Run) -> _Reason | None:
    """The first exception of the program, else the first that was printed, as one of a callback
    is."""
    ended = run.tracebacks()
    first = next(iter(ended or run.printed_tracebacks()), None)
    if first is None:
        return None
    known = check.on_error(run) if check.on_error else ""
    key = known or ("exception" if ended else "printed_error")
    return _Reason(key, _last_line(first.text), first.at_ns)


def _nothing(check: Check, run: Run, forms: Sequence[LineForm]) -> str:
    """The key when nothing was measured. While lines arrive the program does not stand still, and
    when main.py ended it does not hang. A program whose lines all have forms of this lab made no
    slip of form, and may wait for the next command."""
    printed, reads = _printed(run.lines()), check.reads
    can_read = reads is not None and any(one is not None for one in reads.read_each(printed))
    has_others = bool(printed) and reads is not None and not can_read
    if has_others and _strange(run, forms):
        return "unread"
    if run.waits and not has_others and not run.main_ends_ns():
        return "waits"
    if can_read:
        return check.on_miss
    if run.main_ends_ns():
        return "main_ended"
    return "unreached" if printed else "nothing"


def _strange(run: Run, forms: Sequence[LineForm]) -> list[str]:
    """The printed lines that have none of these forms."""
    return [t for t in _printed(run.lines()) if all(form.read(t) is None for form in forms)]


def _printed(lines: Sequence[OutputLine]) -> list[str]:
    """The lines of the program, without those of the prompt that comes when main.py ends."""
    return [line.text for line in lines if line.text.strip() and not _PROMPT.match(line.text)]


def _holds(name: str, parts: Mapping[str, ItemResult]) -> bool:
    """Whether a part (`d.long`) has points, a gate was not missed, or an item whose gates hold has
    points."""
    if "." in name:
        return parts[name].points > 0 or not parts[name].key
    mine = [part for id, part in parts.items() if id.partition(".")[0] == name]
    gate_failed = any(part.key for part in mine if not part.max_points)
    return not gate_failed and any(part.points > 0 for part in mine)


def _miss(check: Check, episode: str, key: str, detail: str) -> ItemResult:
    return ItemResult(check.id, 0.0, check.points, key=key, detail=detail, episode=episode)


def _last_line(traceback: str) -> str:
    """The exception of a traceback, and the line of the program."""
    lines = traceback.strip().splitlines()
    places = _PLACE.findall(traceback)
    where = f" (main.py, line {places[-1]})" if places else ""
    return lines[-1].strip()[:LONGEST_DETAIL] + where if lines else ""
