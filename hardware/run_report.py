"""What `warsha run` says of a run: files that it writes, messages on stderr, and the exit code."""

import json
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware.bench.board.end_reason import why
from hardware.bench.drawing.time_axis import duration
from hardware.bench.pcap import pcap
from hardware.bench.trace.summary import summary
from hardware.bench.vcd import write_vcd
from hardware.errors import HardwareError
from hardware.headless import RunOutcome
from hardware.i18n import _, reason

MOST_FAULTS = 20
"""How many faults are printed. A lamp may burn at each blink: the first are enough."""
RAISED, STEP_FAILED, OVER_TIME = 3, 4, 124
"""Exit codes."""


def board_files(file: Path, boards: Collection[str]) -> dict[str, Path]:
    """The file of each board: with several boards each has its own."""
    several = len(boards) > 1
    return {board: file.with_stem(f"{file.stem}-{board}") if several else file for board in boards}


def write_files(
    outcome: RunOutcome, vcd: Path | None, pcap_: Path | None, json_: Path | None
) -> None:
    """Write the VCD, pcap and JSON files that are wanted. Raises: HardwareError when that is not
    possible."""
    several = len(outcome.boards) > 1
    if vcd:
        for board, file in board_files(vcd, outcome.boards).items():
            with _writing(file):
                write_vcd(outcome.boards[board].trace, file, outcome.boards[board].pins)
    if pcap_:
        for board, file in board_files(pcap_, outcome.boards).items():
            with _writing(file):
                file.write_bytes(pcap(outcome.boards[board].trace))
    if json_:
        each = {board: summary(ran.trace) for board, ran in outcome.boards.items()}
        content = {"boards": each} if several else summary(outcome.trace)
        content |= _steps(outcome)
        with _writing(json_):
            json_.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Raises: HardwareError with the file's name, which the error of a full disk does not have."""
    try:
        yield
    except OSError as error:
        cure = _("Give a path that is writable.")
        raise HardwareError(f"{file}: {reason(error)}", cure) from error


def exit_code(outcome: RunOutcome) -> int:
    """The exit code of a run; faults, unknown hosts, failed steps and the end of a board go to
    stderr."""
    ends = [end for ran in outcome.boards.values() if (end := ran.trace.ended())]
    for fault in outcome.faults[:MOST_FAULTS]:
        print(f"{duration(fault.t_ns)}: {fault}", file=sys.stderr)
    for host in outcome.unknown_hosts:
        what = _("{host}: no host of the bench's network has this name")
        print(what.format(host=host), file=sys.stderr)
    failed = _print_steps(outcome)
    for end in () if outcome.failed_step else ends:
        if end.detail:
            print(_("The board ended: {why}.").format(why=why(end)), file=sys.stderr)
    if outcome.over_time:
        return OVER_TIME
    if failed:
        return STEP_FAILED
    return RAISED if outcome.raised else 0


def _print_steps(outcome: RunOutcome) -> bool:
    """Print failed steps and the points; returns whether a step failed."""
    failed = [done for done in outcome.steps if done.failure]
    for done in failed[:-1] if outcome.failed_step else failed:
        lines = [done.message, done.step.feedback_text]
        print(*filter(None, lines), sep="\n", file=sys.stderr)
    if outcome.failed_step:
        lines = [str(outcome.failed_step), outcome.failed_step.cure]
        print(*filter(None, lines), sep="\n", file=sys.stderr)
    if outcome.points:
        earned, most = outcome.points
        print(
            _("Points: {earned:g} of {most:g}").format(earned=earned, most=most), file=sys.stderr
        )
    return bool(failed)


def _steps(outcome: RunOutcome) -> dict[str, object]:
    """The scenario's part of the JSON summary."""
    if outcome.scenario is None:
        return {}
    steps = [
        {
            "line": done.step.line,
            "name": done.step.name,
            "t_ns": done.t_ns,
            "failed": done.failure or None,
            "points": None if done.step.points is None else done.points,
            "most": done.step.points,
            "feedback": done.step.feedback if done.failure else {},
        }
        for done in outcome.steps
    ]
    earned, most = outcome.points or (None, None)
    return {"steps": steps, "points": earned, "most": most}
