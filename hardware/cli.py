"""The verbs of `hardware`: `warsha bench`, `run`, `lint`, `doctor`. This module only parses
arguments and prints; other modules do the work.

A module that takes long to import is imported in the verb that uses it.
"""

import math
import re
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardware import program_files
from hardware.atomic_file import check_writable
from hardware.doctor import Check, CheckResult
from hardware.errors import DiagramError, HardwareError
from hardware.i18n import _, at_place, language, reason
from hardware.wire.text import TextStream

if TYPE_CHECKING:
    from rich.table import Table

    from hardware.bench.diagram import Diagram
    from hardware.bench.lint.rule import Finding
    from hardware.bench.serving.live_bench import LiveBench
    from hardware.headless import BoardFiles

LONGEST_RUN_S = 366 * 86_400.0
"""A year. The 64 bits of a virtual time in nanoseconds have room for more than 500 years."""

MOST_REMARKS = 20
"""How many remarks of a kind are printed after a bad end."""
MISSING = re.compile(r"ImportError: no module named '(\w+)'")

app = typer.Typer()

PLUG_S = 30.0
"""How long `warsha doctor --plug` watches USB."""
LEVELS = {"error": "red", "warning": "yellow", "info": "blue"}
BARE_BOARD = "esp32"
"""The board without a circuit and without a name."""
MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@app.command()
def bench(
    diagram: Annotated[
        Path | None, typer.Argument(help="A circuit; without one a bare board.")
    ] = None,
    board: Annotated[str | None, typer.Option(help="The bare board's name.")] = None,
    port: Annotated[
        str | None,
        typer.Option(help="Show the real board at this device or URL, and its circuit as a plan."),
    ] = None,
    flash: Annotated[
        Path | None, typer.Option(help="Keep the board's flash in this file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bench's random numbers.")] = 0,
    baud: Annotated[
        int | None, typer.Option(min=1, help="Baud rate of the serial line; without it, no limit.")
    ] = None,
    socket: Annotated[int, typer.Option(help="TCP port of socket://; 0: a free one.")] = 0,
    rfc2217: Annotated[int, typer.Option(help="TCP port of rfc2217://; 0: a free one.")] = 0,
    reach: Annotated[
        list[str] | None, typer.Option(help="A host:port that boards may reach by WiFi.")
    ] = None,
    http: Annotated[
        int | None, typer.Option(help="Serve a page with the bench on this port; 0: a free one.")
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Serve the page and open it in the browser.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a new circuit file, with the bare board.")
    ] = False,
) -> None:
    """Start a virtual board and print where its serial line is. Ctrl-C stops it.

    A circuit is read as Wokwi reads it: what is not simulated is left out, with a remark.

    The page has a link to the editor of the circuit, which can start the bench again.
    """
    from hardware.bench.circuit import tolerant
    from hardware.bench.serving.address import names_file
    from hardware.bench.serving.live_bench import LiveBench

    if new:
        begin_diagram(diagram, board or BARE_BOARD)
    what = _bench_of(diagram, None if new else board)
    if port:
        if http is None and not open_:
            what = _("--port shows a real board on a page.")
            raise HardwareError(what, _("Add --open, or --http 0 to get only the address."))
        _serve_board(port, baud, diagram, http or 0, open_page=open_)
        return
    file = Path(what) if names_file(what) else None
    if file and not file.exists():
        cure = _("Give the path of a diagram.json, or add --new to begin one.")
        raise DiagramError(f"{file}: {_('there is no such file')}", cure)

    def tell(text: str) -> None:
        print(text, flush=True)

    def start(flash: Path | None) -> LiveBench:
        circuit = tolerant.load(file) if file else what
        live = LiveBench(circuit, seed=seed, flash=flash, baud=baud, reach=reach or (), tell=tell)
        _serve_lines(live, socket, rfc2217)
        _print_ports(live)
        _print_remarks(live.diagram)
        return live

    _end_by_signals()
    with suppress(KeyboardInterrupt):
        if http is None and not open_:
            with start(flash) as live:
                live.wait()
        else:
            import webbrowser

            from hardware.bench.serving.page.served_bench import ServedBench

            with ServedBench(start, flash, file, http or 0) as served:
                served.run(open_page=webbrowser.open if open_ else None)


def _bench_of(diagram: Path | None, board: str | None) -> str:
    """The circuit file, or the name of the bare board. Raises: HardwareError for both."""
    if diagram and board:
        what = _("a circuit has its own board: --board is for a bench without one")
        raise HardwareError(what, _("Give the circuit, or the name of a bare board."))
    return str(diagram) if diagram else board or BARE_BOARD


def _serve_lines(live: "LiveBench", socket: int, rfc2217: int) -> None:
    """Serve the serial line of each board, and print where it is. The TCP ports are those of the
    first board, the next boards have the next ones; 0: free ones."""
    several = len(live.board_types) > 1
    for number, (key, kind) in enumerate(live.board_types.items()):
        print(f"{_('board'):8} {f'{key}: ' if several else ''}{kind.title}")
        print(f"pty      {live.serve_pty(key)}")
        print(f"socket   {live.serve_socket(socket and socket + number, key)}")
        print(f"rfc2217  {live.serve_rfc2217(rfc2217 and rfc2217 + number, key)}", flush=True)


def _print_ports(live: "LiveBench") -> None:
    """The serial ports of USB-to-serial adapters."""
    for part in live.adapters():
        print(f"{part:8} {live.serve_port(part)}", flush=True)


def _serve_board(
    url: str, baud: int | None, plan: Path | None, http: int, *, open_page: bool
) -> None:
    """Serve the page of a real board until Ctrl-C."""
    import webbrowser

    from hardware.bench.serving.page.served_board import ServedBoard
    from hardware.connect import family_at, open_port
    from hardware.wire.port import BAUD

    _end_by_signals()
    with (
        suppress(KeyboardInterrupt),
        ServedBoard(open_port(url, baud or BAUD), family_at(url), plan, http) as served,
    ):
        served.run(open_page=webbrowser.open if open_page else None)


def _end_by_signals() -> None:
    """Service managers send SIGTERM; a process in a shell's background ignores SIGINT."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _real_number(value: float) -> float:
    """The option itself; `nan` is within all limits."""
    if math.isnan(value):
        raise typer.BadParameter(_("nan is not a number."))
    return value


@app.command()
def run(
    program: Annotated[Path, typer.Argument(help="The program of the board.")],
    diagram: Annotated[
        Path | None,
        typer.Option(help="The circuit; without it the diagram.json beside PROGRAM."),
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="The name of a bare board, in place of a circuit.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Steps for hands and network, with points (YAML).")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="Another file or folder for the board; may be repeated."),
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option(help="BOARD=FILE: the program of another board; may be repeated."),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            help="Virtual time after which the run ends.",
            min=0,
            max=LONGEST_RUN_S,
            callback=_real_number,
        ),
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Seed of the bench's random numbers.")] = 0,
    vcd: Annotated[Path | None, typer.Option(help="Write the pins' levels here.")] = None,
    pcap: Annotated[
        Path | None, typer.Option(help="Write the network's packets here, for Wireshark.")
    ] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="Write a summary of the trace here.")
    ] = None,
) -> None:
    """Boot a virtual board with a program, headless; its serial output goes to stdout.

    A circuit is read as Wokwi reads it: what is not simulated is left out, and stderr says so.
    With the diagram.json beside PROGRAM, the board also gets the files beside it, as in Wokwi.

    With several boards on the bench, PROGRAM is for the first one. Lines of other boards begin
    with their names, and each board has a VCD and a pcap of its own.

    Failed steps, their feedback and the points go to stderr.

    Exit codes: 0 done, 3 an uncaught exception or a board that ended, 4 a step of the scenario
    failed, 124 it took too long on this machine.
    """
    from hardware import run_report
    from hardware.bench.circuit.circuit import Circuit
    from hardware.bench.scenario import scenario as scenarios
    from hardware.headless import run_program

    circuit, is_project = _circuit(program, diagram, board)
    for remark in circuit.remarks:
        print(remark, file=sys.stderr)
    targets = _targets(Circuit(circuit).sides, vcd, pcap, json_)
    ours = [*targets, *filter(None, [scenario])]
    files = _files(program, file or [], without=ours if is_project else None)
    text = TextStream()
    outcome = run_program(
        files,
        circuit,
        scenario=scenarios.load(scenario) if scenario else None,
        seconds=seconds,
        seed=seed,
        on_output=lambda data: _print(text.feed(data)),
        others=dict(map(_other_board, on or [])),
    )
    _print(text.feed(b"", final=True))
    run_report.write_files(outcome, vcd, pcap, json_)
    code = run_report.exit_code(outcome)
    if outcome.raised:
        raised = [e.text for ran in outcome.boards.values() for e in ran.trace.exceptions()]
        _explain(circuit, program, files, raised)
    if code:
        raise typer.Exit(code)


def _targets(
    boards: Collection[str], vcd: Path | None, pcap: Path | None, json_: Path | None
) -> list[Path]:
    """The files that a run writes. Raises: HardwareError, before the run, for one that cannot be
    written."""
    from hardware import run_report

    written = [run_report.board_files(one, boards).values() for one in (vcd, pcap) if one]
    targets = [*filter(None, (*chain(*written), json_))]
    for target in targets:
        check_writable(target)
    return targets


def _files(program: Path, more: Iterable[Path], without: list[Path] | None) -> dict[str, bytes]:
    """What the board of a run gets: the program as main.py, `more`, and in a project (`without` is
    not None) the files beside the program but these."""
    files = {} if without is None else program_files.beside(program, without=without)
    for path in more:
        files |= program_files.of(path)
    files["main.py"] = program_files.content(program)
    return files


@app.command()
def lint(
    diagram: Annotated[Path, typer.Argument(help="The circuit.")],
    json_: Annotated[
        bool, typer.Option("--json", help="Write the remarks as JSON, in both languages.")
    ] = False,
) -> None:
    """Print what is wrong with a circuit, a line each: `file: message (rule)`.

    Exit code 1 when there is an error; warnings and hints alone are 0.
    """
    from hardware.bench.lint.lint import as_json, lint_file

    findings = lint_file(diagram)
    if json_:
        print(as_json(findings))
    else:
        for finding in findings:
            _print_finding(finding, at_place(diagram, f"{finding.text} ({finding.rule})"))
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
def ca(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write the certificate of the bench's CA: PEM, or DER where the file ends with .der.

    A program on a board checks servers of the virtual network with it. Trust it there only: its
    key is public.
    """
    from hardware.bench.network.tls.certificates import ca_certificate, pem

    der = ca_certificate()
    check_writable(file)
    file.write_bytes(der if file.suffix == ".der" else pem(der).encode())


def _circuit(program: Path, diagram: Path | None, board: str | None) -> "tuple[Diagram, bool]":
    """The circuit for `warsha run`, and whether it is that of a project: the one beside its
    program. Raises: DiagramError, BoardNotFound."""
    from hardware.bench.circuit import tolerant
    from hardware.bench.serving.address import bare_board, find_board

    if diagram and board:
        what = _("--diagram and --board exclude each other.")
        raise HardwareError(what, _("Give the circuit, or the name of a bare board."))
    beside = program.parent / "diagram.json"
    if diagram is None and board is None and beside.is_file():
        # Trust boundary: the project may be somebody else's, whose Python runs on the board only.
        return tolerant.load(beside, own_parts=False), True
    bare = find_board(board or BARE_BOARD)
    return tolerant.load(diagram) if diagram else bare_board(bare), False


def _explain(
    circuit: "Diagram", program: Path, files: Mapping[str, bytes], exceptions: Sequence[str]
) -> None:
    """Print what may have made a program end badly: modules that are beside the program and not
    on the board, or that no firmware has, characters that Python does not know, and what the
    lint finds in the circuit."""
    from hardware.bench.lint.lint import lint as remarks
    from hardware.bench.network.http import DRIVERS
    from hardware.notebook import stray_characters

    for name in MISSING.findall("\n".join(exceptions)):
        beside = [
            p for p in (program.with_name(f"{name}.py"), program.with_name(name)) if p.exists()
        ]
        for path in beside:
            what = _("{file} is beside the program, but not on the board: add --file {file}")
            print(what.format(file=path), file=sys.stderr)
        driver = DRIVERS / f"{name}.py"
        if not beside and driver.exists():
            what = _("{module} is not in the firmware of a board: add --file {file}")
            print(what.format(module=name, file=driver), file=sys.stderr)
    strays = [
        f"{name}: {stray.describe(language())}"
        for name, content in files.items()
        if name.endswith(".py")
        for stray in stray_characters.find(content.decode(errors="replace"))
    ]
    found = [
        f"{circuit.name}: {finding.text} ({finding.rule})"
        for finding in remarks(circuit)
        if finding.level != "info"
    ]
    for line in (*strays[:MOST_REMARKS], *found[:MOST_REMARKS]):
        print(line, file=sys.stderr)


def begin_diagram(diagram: Path | None, board: str) -> None:
    """Write a circuit file that has only a board. Raises: DiagramError when there is such a file,
    BoardNotFound."""
    from hardware.bench.serving.address import bare_board, find_board, names_file

    if diagram is None or not names_file(str(diagram)):
        cure = _("Write for example: warsha bench diagram.json --new --open")
        raise DiagramError(_("--new needs the name of a file that ends with .json"), cure)
    if diagram.exists():
        cure = _("Open it without --new, or give another name.")
        raise DiagramError(_("{file}: the file exists already").format(file=diagram), cure)
    try:
        bare_board(find_board(board)).save(diagram)
    except OSError as error:
        cure = _("Give a path that is writable.")
        raise DiagramError(f"{diagram}: {reason(error)}", cure) from error


def _print_remarks(diagram: "Diagram") -> None:
    from hardware.bench.lint.lint import lint as remarks

    for remark in diagram.remarks:
        print(remark)
    for finding in remarks(diagram):
        if finding.level != "info":
            _print_finding(finding, finding.text)


def _print_finding(finding: "Finding", line: str) -> None:
    """Print it in colour on a terminal: only for that, rich is worth its import."""
    if not sys.stdout.isatty():
        print(line)
        return
    from rich.console import Console
    from rich.text import Text

    Console(soft_wrap=True, highlight=False).print(Text(line, style=LEVELS[finding.level]))


def add_doctor(checks: Callable[[], Sequence[Check]]) -> None:
    """Add the verb `doctor`, which makes these checks; they are asked for when it runs."""

    @app.command()
    def doctor(
        plug: Annotated[
            bool,
            typer.Option("--plug", help="Watch USB while you plug a board in, and check it."),
        ] = False,
    ) -> None:
        """Check what works on this machine, and print how to fix what does not."""
        from rich.console import Console

        from hardware.doctor.boards import wait_for_board

        out = Console()
        if plug:
            text = _("Plug the board in now. It is watched for {seconds:g} s.")
            out.print(text.format(seconds=PLUG_S), highlight=False)
            results = [wait_for_board(PLUG_S)]
        else:
            results = [check() for check in checks()]
        out.print(_results_table(results))
        if any(result.state == "fail" for result in results):
            raise typer.Exit(1)


def _results_table(results: Sequence[CheckResult]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for result in results:
        sign, style = MARKS[result.state]
        table.add_row(Text(sign, style=style), result.name, Text(result.found))
        if result.cure:
            table.add_row("", "", Text(result.cure, style="dim"))
    return table


def _other_board(words: str) -> "tuple[str, BoardFiles]":
    """The board and the program of `--on`. Raises: HardwareError."""
    from hardware.headless import BoardFiles

    board, mark, file = words.partition("=")
    if not (board and mark and file):
        what = _("{words} does not name a board and a file").format(words=repr(words))
        raise HardwareError(what, _("Write for example --on pico=main.py."))
    return board, BoardFiles({"main.py": program_files.content(Path(file))}, _by_line(board))


def _by_line(board: str) -> Callable[[bytes], None]:
    """A function that prints a board's output by whole lines, with its name before each."""
    text, held = TextStream(), ""

    def print_lines(data: bytes) -> None:
        nonlocal held
        *lines, held = (held + text.feed(data)).split("\n")
        _print("".join(f"{board}: {line}\n" for line in lines))

    return print_lines


def _print(text: str) -> None:
    """Print output of a board, unchanged and at once."""
    sys.stdout.write(text)
    sys.stdout.flush()
