"""Parsons problems: `%%parsons`, the warm-up of a lesson. Its cell has the lines of a small
program in a wrong order, and some that are too many. The trainee moves lines until the program
does what the text says; each try runs on a virtual board.

`parsons.toml` in the lab's folder has the lines as they are handed out, the code before and after
them, and the scenario that the right order passes; `parsons_answer.py` has that order, and stays
with the instructor. The warm-up has no points.
"""

from collections import Counter
from pathlib import Path

from grader.lab.lab import LabBoard
from grader.lab.lab_file import LabFile
from hardware.bench import diagram
from hardware.bench.scenario.scenario import parse
from hardware.headless import RunOutcome, run_program
from hardware.i18n import _

FILE, ANSWER = "parsons.toml", "parsons_answer.py"
SECONDS = 30.0
"""The virtual time of a try."""


class Parsons:
    """The problem of a lab. Raises: LabError with file and key."""

    def __init__(self, folder: Path) -> None:
        source = LabFile(folder / FILE)
        self.before = source.take("before", str, "")
        self.lines = _lines(source.take("lines", str))
        self.after = source.take("after", str, "")
        self.scenario = parse(source.take("scenario", str), FILE)
        source.require_empty()

    def complaint(self, cell: str) -> str:
        """What is wrong with the lines of a cell before they are run; "" if nothing is."""
        own = _lines(cell)
        for line, count in Counter(own).items():
            given = self.lines.count(line)
            near = next((one for one in self.lines if one.strip() == line.strip()), "")
            if not given and near:
                text = _("the blanks at the beginning of a line stay as they are: {line!r}")
                return text.format(line=near)
            if not given:
                return _("this line is not among the given ones: {line!r}").format(line=line)
            if count > given:
                return _("this line is there {count} times: {line!r}").format(
                    count=count, line=line
                )
        if not own:
            return _("the cell has no lines")
        if own[0].startswith((" ", "\t")):
            return _("the first line begins with blanks: {line!r}").format(line=own[0])
        return ""

    def run(self, board: LabBoard, files: dict[str, bytes], cell: str) -> RunOutcome:
        """Runs the lines of a cell on a fresh board of the lab. Raises: BenchError."""
        program = "\n".join([self.before.rstrip(), *_lines(cell), self.after])
        return run_program(
            {**files, "main.py": program.encode()},
            diagram.load(board.diagram),
            scenario=self.scenario,
            seconds=SECONDS,
        )


def verdict(outcome: RunOutcome) -> str:
    """Why the lines are not in a right order; "" if they are."""
    failed = next((done for done in outcome.steps if done.failure), None)
    if failed is None:
        return ""
    raised = [found.text.strip().splitlines()[-1] for found in outcome.trace.exceptions()]
    if raised:
        return _("the program ended with {error}").format(error=raised[0])
    return failed.step.feedback_text or failed.failure


def _lines(text: str) -> list[str]:
    """The lines with something on them; comments are the trainee's own."""
    found = (line.rstrip() for line in text.splitlines())
    return [line for line in found if line and not line.lstrip().startswith("#")]
