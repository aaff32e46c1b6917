"""The magic `%run_scenario`: a scenario of your own, a file or a cell, on the bench of this
notebook.

The bench is built anew in virtual time, with the files that cells have saved on its boards. So
each run begins with power-on and takes little time; the board of the cells goes on as it was.
"""

from textwrap import dedent

from IPython.core.magic import Magics, line_cell_magic, magics_class

from hardware.bench.board.end_reason import why
from hardware.bench.drawing.time_axis import duration
from hardware.bench.drawing.waveform import WaveformMark
from hardware.bench.scenario.scenario import Scenario, ScenarioStep, load, parse
from hardware.errors import HardwareError
from hardware.headless import BoardFiles, RunOutcome, run_program
from hardware.i18n import _, both
from hardware.notebook.cell_failure import MAIN, PLAIN, RED, CellFailed, with_cell_lines
from hardware.notebook.magic_line import guard, shown_help, split, take_seconds, usage
from hardware.notebook.running import print_note
from hardware.notebook.session import blank_lines, current, programs
from hardware.notebook.waves import show_trace

FORM = "%run_scenario FILE.yaml [--seconds 10]"
CELL = "%%run_scenario"
"""How messages name a scenario that is a cell."""
TIME_WIDTH = len("6.24 ms")
RUN_S = 10.0
"""Virtual time after which a run ends."""

SCENARIO_HELP = (
    both("Play a scenario file on a fresh bench with your main.py; show each step."),
    "",
    "%run_scenario FILE.yaml [--seconds 10]",
    both("As %%run_scenario, the scenario is the text of the cell."),
)


@magics_class
class ScenarioMagics(Magics):
    """Scenarios on the bench of this notebook."""

    @line_cell_magic
    @shown_help(SCENARIO_HELP)
    def run_scenario(self, line: str, cell: str | None = None) -> None:
        """See `SCENARIO_HELP`."""
        guard(lambda: _run(split(line), cell))


def _run(words: list[str], cell: str | None) -> None:
    length_s = take_seconds(words, "--seconds") or RUN_S
    if len(words) != (cell is None) or any(word.startswith("--") for word in words):
        raise usage(FORM)
    play(load(words[0]) if cell is None else parse(cell, CELL), length_s)


def play(scenario: Scenario, length_s: float = RUN_S) -> None:
    """Plays a scenario on a fresh bench with the files of this notebook's boards, and shows its
    steps. Raises: HardwareError; CellFailed when a step failed."""
    bench = current.need_bench()
    first, *others = bench.board_types
    files = {board: current.files(board) for board in (first, *others)}
    if not any(MAIN in each for each in files.values()):
        cause = _("There is no main.py on this bench yet.")
        raise HardwareError(cause, _("Run the cell that begins with %%board main.py first."))
    try:
        outcome = run_program(
            files[first],
            bench.diagram,
            scenario=scenario,
            seconds=length_s,
            others={board: BoardFiles(files[board]) for board in others},
        )
    except KeyboardInterrupt:
        raise CellFailed([_("the scenario was stopped")]) from None
    _show(scenario, outcome)


def _show(scenario: Scenario, outcome: RunOutcome) -> None:
    """Print the steps, and draw what happened. Raises: CellFailed when a step failed."""
    numbers = len(str(outcome.steps[-1].step.line)) if outcome.steps else 0
    failed = [done for done in outcome.steps if done.failure]
    for done in outcome.steps:
        text = _("line {number} · {at} · {name}").format(
            number=str(done.step.line).rjust(numbers),
            at=duration(done.t_ns).rjust(TIME_WIDTH),
            name=done.step.name,
        )
        print("✗" if done.failure else "✓", text)
        if done.failure:
            ended = outcome.failed_step if done is failed[-1] else None
            cure = done.step.feedback_text or (ended.cure if ended else "")
            lines = *_source(scenario, done.step), done.failure, cure
            print(*(f"    {text}" for text in lines if text), sep="\n")
    _print_end(outcome)
    marks = [WaveformMark(at.t_ns, at.t_ns, f"{at.step.line}: {at.step.name}") for at in failed]
    show_trace(outcome.trace, current.roles, marks)
    if outcome.points:
        earned, most = outcome.points
        print_note(_("Points: {earned:g} of {most:g}").format(earned=earned, most=most))
    if failed:
        text = _("{place}: a step of the scenario failed: {name}")
        place = f"{scenario.file}:{failed[-1].step.line}"
        told = text.format(place=place, name=failed[-1].step.name)
        raise CellFailed([f"{RED}{told}{PLAIN}"])
    print_note(_("all steps passed: {count}").format(count=len(outcome.steps)))


def _source(scenario: Scenario, step: ScenarioStep) -> list[str]:
    """The lines of a step in its file."""
    lines = scenario.text.splitlines()
    after = [other.line - 1 for other in scenario.steps if other.line > step.line]
    return dedent("\n".join(lines[step.line - 1 : min(after, default=None)])).splitlines()


def _print_end(outcome: RunOutcome) -> None:
    """Print what else went wrong: exceptions of programs, boards that ended, faults."""
    for board, ran in outcome.boards.items():
        for raised in ran.trace.exceptions():
            own = board == current.board_id
            shift, program = 1 + blank_lines.get(MAIN, 0), programs.get(MAIN, "") if own else ""
            print(*with_cell_lines(raised.text, "\n" * shift + program, MAIN, shift), sep="\n")
        if (end := ran.trace.ended()) and end.detail:
            print_note(_("The board ended: {why}.").format(why=why(end)))
    for fault in dict.fromkeys(map(str, outcome.faults)):
        print_note(fault)
