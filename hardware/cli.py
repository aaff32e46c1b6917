"""The verbs of the hardware: `warsha bench`, `run`, `lint`, `doctor`. They parse and print;
the work is elsewhere."""

import json
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hardware.bench import diagram as diagrams
from hardware.bench.board.end_reason import why
from hardware.bench.drawing.time_axis import duration
from hardware.bench.scenario import scenario as scenarios
from hardware.bench.trace.summary import summary
from hardware.bench.vcd import write_vcd
from hardware.errors import HardwareError
from hardware.headless import BoardFiles, RunOutcome, run_program
from hardware.i18n import _, reason
from hardware.wire.text import TextStream

if TYPE_CHECKING:
    from hardware.doctor import CheckResult

LONGEST_RUN_S = 366 * 86_400.0
"""A year: virtual nanoseconds fit their 64 bits five hundred times over."""

app = typer.Typer()

more_checks: "list[Callable[[], CheckResult]]" = []
"""What the doctor looks at for other packages; they add theirs."""
MOST_FAULTS = 20
"""Of a lamp that burns again at each blink, the first ones tell enough."""
RAISED, STEP_FAILED, OVER_TIME = 3, 4, 124
LEVELS = {"error": "red", "warning": "yellow", "info": "blue"}
MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@app.command()
def bench(
    diagram: Annotated[
        Path | None, typer.Argument(help="A circuit; without one a bare board.")
    ] = None,
    board: Annotated[str, typer.Option(help="The bare board's name.")] = "esp32",
    flash: Annotated[
        Path | None, typer.Option(help="Keep the board's flash in this file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Chance on the bench.")] = 0,
    baud: Annotated[int | None, typer.Option(help="Slow the line down to this speed.")] = None,
    socket: Annotated[int, typer.Option(help="TCP port of socket://; 0: a free one.")] = 0,
    rfc2217: Annotated[int, typer.Option(help="TCP port of rfc2217://; 0: a free one.")] = 0,
    reach: Annotated[
        list[str] | None, typer.Option(help="A host:port that boards may reach by WiFi.")
    ] = None,
) -> None:
    """Switch on a virtual board, and say where its serial line is. Ctrl-C switches it off."""
    from hardware.bench.lint.lint import lint as remarks
    from hardware.bench.serving.live_bench import LiveBench

    out = Console(soft_wrap=True, highlight=False)
    what = str(diagram) if diagram else board
    with LiveBench(what, seed=seed, flash=flash, baud=baud, reach=reach or ()) as live:
        several = len(live.board_types) > 1
        for number, (key, kind) in enumerate(live.board_types.items()):
            print(f"{_('board'):8} {f'{key}: ' if several else ''}{kind.title}")
            print(f"pty      {live.serve_pty(key)}")
            print(f"socket   {live.serve_socket(socket and socket + number, key)}")
            print(f"rfc2217  {live.serve_rfc2217(rfc2217 and rfc2217 + number, key)}", flush=True)
        for finding in remarks(live.diagram):
            if finding.level != "info":
                out.print(Text(finding.text, style=LEVELS[finding.level]))
        # Service managers say SIGTERM; what a shell starts in its background is deaf to SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            live.wait()


@app.command()
def run(
    program: Path,
    diagram: Annotated[Path, typer.Option(help="The circuit.")],
    scenario: Path | None = None,
    file: Annotated[
        list[Path] | None, typer.Option(help="Another file for the board; may be repeated.")
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(help="BOARD=FILE: the program of another board; may be repeated."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="End after so much virtual time.", min=0, max=LONGEST_RUN_S)
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Chance on the bench.")] = 0,
    vcd: Annotated[Path | None, typer.Option(help="Write the pins' levels here.")] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="Write a summary of the trace here.")
    ] = None,
) -> None:
    """Boot a virtual board with a program, headless; the serial line goes to stdout.

    With several boards on the bench, PROGRAM is the first one's; lines of others begin with their
    names, and each board has a VCD of its own.

    Steps that failed, their feedback and the points are said on stderr.

    Exit codes: 0 done, 3 an uncaught exception or a dead board, 4 a step of the scenario failed,
    124 it took too long on this machine.
    """
    files = {path.name: _content(path) for path in file or []}
    files["main.py"] = _content(program)
    text = TextStream()
    outcome = run_program(
        files,
        diagrams.load(diagram),
        scenario=scenarios.load(scenario) if scenario else None,
        seconds=seconds,
        seed=seed,
        on_output=lambda data: _print(text.feed(data)),
        others=dict(map(_other, on or [])),
    )
    _print(text.feed(b"", final=True))
    _keep(outcome, vcd, json_)
    if code := verdict(outcome):
        raise typer.Exit(code)


@app.command()
def lint(
    diagram: Path,
    json_: Annotated[
        bool, typer.Option("--json", help="Write the remarks as JSON, in both languages.")
    ] = False,
) -> None:
    """Say what is wrong with a circuit, a line each: `file: part pin: message (rule)`.

    Exit code 1 when there is an error; warnings and hints alone are 0.
    """
    from hardware.bench.lint.lint import as_json, lint_file

    findings = lint_file(diagram)
    if json_:
        print(as_json(findings))
    else:
        out = Console(soft_wrap=True, highlight=False)
        for finding in findings:
            where = " ".join(filter(None, (finding.part, finding.pin)))
            line = f"{diagram}: {where + ': ' if where else ''}{finding.text} ({finding.rule})"
            out.print(Text(line, style=LEVELS[finding.level]))
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Tell what works on this machine, and the cure for what does not."""
    from hardware.doctor import examine

    out = Console()
    table = Table.grid(padding=(0, 2))
    failed = False
    for finding in examine(more_checks):
        sign, style = MARKS[finding.state]
        failed |= finding.state == "fail"
        table.add_row(Text(sign, style=style), finding.name, Text(finding.found))
        if finding.cure:
            table.add_row("", "", Text(finding.cure, style="dim"))
    out.print(table)
    if failed:
        raise typer.Exit(1)


def _other(words: str) -> tuple[str, BoardFiles]:
    """The board and the program of `--on`. Raises: HardwareError."""
    board, mark, file = words.partition("=")
    if not (board and mark and file):
        what = _("{words} names no board and file").format(words=repr(words))
        raise HardwareError(what, _("Write for example --on pico=main.py."))
    return board, BoardFiles({"main.py": _content(Path(file))}, _by_line(board))


def _by_line(board: str) -> Callable[[bytes], None]:
    """Prints what a board says by whole lines, with its name before each."""
    text, held = TextStream(), ""

    def say(data: bytes) -> None:
        nonlocal held
        *lines, held = (held + text.feed(data)).split("\n")
        _print("".join(f"{board}: {line}\n" for line in lines))

    return say


def _content(path: Path) -> bytes:
    """A file for the board. Raises: HardwareError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        cure = _("Give the path of a file for the board.")
        raise HardwareError(f"{path}: {reason(error)}", cure) from error


def _keep(outcome: RunOutcome, vcd: Path | None, json_: Path | None) -> None:
    """Write the files that were asked for. Raises: HardwareError when one cannot be written."""
    several = len(outcome.boards) > 1
    try:
        if vcd:
            for board, seen in outcome.boards.items():
                target = vcd.with_stem(f"{vcd.stem}-{board}") if several else vcd
                write_vcd(seen.trace, target, seen.pins)
        if json_:
            found = {board: summary(seen.trace) for board, seen in outcome.boards.items()}
            told = {"boards": found} if several else summary(outcome.trace)
            told |= _steps(outcome)
            json_.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        cure = _("Give a path that can be written to.")
        raise HardwareError(f"{error.filename}: {reason(error)}", cure) from error


def _print(text: str) -> None:
    """The board's own words, as they are."""
    sys.stdout.write(text)
    sys.stdout.flush()


def verdict(outcome: RunOutcome) -> int:
    """The exit code of a run; what is not seen on the serial line is said on stderr."""
    ends = [end for seen in outcome.boards.values() if (end := seen.trace.ended())]
    for fault in outcome.faults[:MOST_FAULTS]:
        print(f"{duration(fault.t_ns)}: {fault}", file=sys.stderr)
    failed = _tell_steps(outcome)
    for end in () if outcome.failed_step else ends:
        if end.detail:
            print(_("The board ended: {why}.").format(why=why(end)), file=sys.stderr)
    if outcome.over_time:
        return OVER_TIME
    if failed:
        return STEP_FAILED
    return RAISED if outcome.raised else 0


def _tell_steps(outcome: RunOutcome) -> bool:
    """Says what the scenario found; whether a step failed."""
    failed = [done for done in outcome.steps if done.failure]
    for done in failed[:-1] if outcome.failed_step else failed:
        told = [done.message, done.step.feedback_text]
        print(*filter(None, told), sep="\n", file=sys.stderr)
    if outcome.failed_step:
        told = [str(outcome.failed_step), outcome.failed_step.cure]
        print(*filter(None, told), sep="\n", file=sys.stderr)
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
