"""Practice in the trainee's notebook: `%lab`, `%%parsons`, `%%predict`, `%%explain`, `%%host`,
`%%scenario` and `grade("b")`.

The program of the last `%%board main.py` cell runs on a new virtual board. It is judged by the
same code as a submission. Each try has a new seed, as each submission has hidden ones. Stock
nbgrader reads the number that `grade` returns; for it the seed is the public one, so that two runs
of it give the same marks.
"""

import json
import os
import random
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Self

from IPython import get_ipython
from IPython.display import HTML, display

from grader.classrun.task import Task, predict_card, score_lab
from grader.errors import CourseError
from grader.host.host_functions import HostCode
from grader.host.probe import isolation_error
from grader.host.sandbox import Isolation
from grader.lab import cells, own_scenario
from grader.lab.lab import LABS, PREDICT, Lab, load
from grader.lab.prediction import OwnPrediction, prediction_in
from grader.notebook.parsons import Parsons, verdict
from grader.notebook.progress import Progress, save_progress
from grader.score.card import Card, card_html, comparison_html, own_text_html, total_html
from grader.score.observe import observe
from grader.seeds import PUBLIC_SEED
from hardware.bench.diagram import suggest
from hardware.bench.scenario.scenario import parse
from hardware.i18n import _
from hardware.notebook.completion import complete_arguments
from hardware.notebook.magic_line import guard
from hardware.notebook.scenario_magic import play
from hardware.notebook.session import blank_lines, programs
from hardware.notebook.session import current as bench

LARGEST_SEED = 999_999
"""Seeds of practice are short: a person types one to repeat a try."""
NOTEBOOK = "JPY_SESSION_NAME"
"""Jupyter's server sets this variable of a kernel to the path of its notebook."""
NBGRADER = "NBGRADER_EXECUTION"
"""nbgrader sets this variable while it autogrades or validates a notebook."""

_CELL = r"(?:\A|^```\n)((?:(?!^```).)*)^```python[^\n]*\n%%{magic}\n(.*?)^```"
"""The text before a cell of lesson.md, and the text of the cell."""


class Points(float):
    """A mark: a number for nbgrader and for arithmetic, a card for people."""

    html: str

    @classmethod
    def of(cls, value: float, html: str) -> Self:
        """The number, with the HTML that a notebook shows for it."""
        points = cls(value)
        points.html = html
        return points

    def _repr_html_(self) -> str:
        return self.html


@dataclass
class PracticeSession:
    """The lab, the answers and the last marks of this notebook."""

    lab: Lab | None = None
    board: str = ""
    answer: str | None = None
    reason: str | None = None
    host: str | None = None
    scenario: str | None = None
    seed: int = PUBLIC_SEED
    """The seed of the last try."""
    scored: dict[Task, list[Card]] = field(default_factory=dict)
    """The last task with its marks: `grade("a")` and `grade("b")` run the program only once."""


session = PracticeSession()


def grade(item: str | None = None, *, seed: int | None = None) -> Points:
    """The mark of one item, or the total with all items.

    `grade()` is a new try, with a new seed. `grade("b")` shows an item of the last try; it is a
    new try if the program has changed since. `seed` repeats a try: the line below the marks names
    it.

    Raises: CourseError when no lab is selected, it has no such item, the seed is no whole number,
    or the cell is stopped.
    """
    if seed is not None and (type(seed) is not int or seed < 0):
        raise CourseError(
            _("a seed is a whole number, not {seed!r}").format(seed=seed),
            _("for example: {call}").format(call="grade(seed=4711)"),
        )
    if session.lab is None or cells.PROGRAM not in programs:
        _read_notebook()
    lab = session.lab
    if lab is None:
        raise CourseError(_("no lab is selected"), _("run the cell with %lab first"))
    if item is not None and item not in list(lab.items):  # a list has no hash
        raise CourseError(
            _("lab {lab} has no item {item!r}").format(lab=lab.slug, item=item),
            _("choose one of: {names}").format(names=", ".join(lab.items)),
        )
    if cells.PROGRAM not in programs:
        print(
            "· " + _("no program yet: run the cell that begins with %%board main.py, then grade")
        )
    try:
        cards, is_new = _cards(lab, item, seed)
    except KeyboardInterrupt:
        raise CourseError(
            _("the grading was stopped"), _("run the cell again: your last marks stay until then")
        ) from None
    if item is None:
        total = round(sum(card.points for card in cards), 2)
        if NBGRADER not in os.environ:
            most = sum(card.maximum for card in cards)
            save_progress(Path.cwd(), lab.slug, Progress(total, most))
        return Points.of(total, total_html(cards) + _seed_html(session.seed))
    card = next(card for card in cards if card.item == item)
    seen = next((card for card in cards if is_new and card.item == PREDICT != item), None)
    html = card_html(card) + (comparison_html(seen) if seen else "") + _seed_html(session.seed)
    return Points.of(card.points, html)


def _cards(lab: Lab, item: str | None, seed: int | None) -> tuple[list[Card], bool]:
    """The cards of the try, and whether it is a new one. What the trainee writes of the "predict"
    question makes no new try."""
    task = _task(lab, session.seed if seed is None else seed)
    is_new = item is None or task not in session.scored
    if seed is None and is_new:
        public = NBGRADER in os.environ
        task = replace(task, seeds=(PUBLIC_SEED if public else random.randint(1, LARGEST_SEED),))
    if task not in session.scored:
        session.scored = {task: score_lab(lab, task)}
    session.seed = task.seeds[0]
    prediction = _prediction(lab)
    return [
        predict_card(lab, prediction, card.observed) if card.item == PREDICT else card
        for card in session.scored[task]
    ], is_new


def _task(lab: Lab, seed: int) -> Task:
    program = programs.get(cells.PROGRAM)
    return Task(
        lab=lab.slug,
        digest=lab.digest,
        board=session.board,
        program=program,
        host=session.host,
        scenario=session.scenario,
        prediction=OwnPrediction(),
        seeds=(seed,),
        sandbox=_sandbox() if lab.host else "bwrap",
        above=blank_lines.get(cells.PROGRAM, 0),
    )


def _seed_html(seed: int) -> str:
    call = f'<code dir="ltr">grade(seed={seed})</code>'
    return (
        '<div class="warsha-seed" dir="rtl" lang="ar" style="color:#57606a;font-size:90%">'
        f'<div class="warsha-ar">أرقام هذه المحاولة غير أرقام التي قبلها. لتكرارها: {call}</div>'
        '<div class="warsha-en" dir="ltr" lang="en" style="text-align:left">'
        f"Each try has new numbers. To repeat this one: {call}</div></div>"
    )


@cache
def _sandbox() -> Isolation:
    """How host code is isolated. A trainee's computer may have no sandbox; the code is his own."""
    return "none" if isolation_error() else "bwrap"


def _prediction(lab: Lab) -> OwnPrediction:
    question, reason_question = (handed_out_question(lab.folder, it) for it in cells.QUESTIONS)
    return prediction_in(session.answer, question, session.reason, reason_question)


def handed_out_question(folder: Path, magic: str) -> str:
    """The lab's question of `%%predict` or `%%explain`, as `released_question` has it."""
    handed_out, lesson = folder / f"{magic}.txt", folder / "lesson.md"
    if handed_out.is_file():
        return handed_out.read_text(encoding="utf-8")
    text = lesson.read_text(encoding="utf-8") if lesson.is_file() else ""
    match = re.search(_CELL.format(magic=magic), text, re.MULTILINE | re.DOTALL)
    if match is None:
        return ""
    return cells.question_text(match[1] + cells.released_text(match[2]))


def lab(line: str) -> None:
    """`%lab SLUG [BOARD]`: select the lab of this notebook."""
    _select(line)
    assert session.lab
    title, board = session.lab.title, f'<bdi dir="ltr">{escape(session.board)}</bdi>'
    display(
        HTML(
            f'<div class="warsha-ar" dir="rtl" lang="ar"><strong>{escape(title["ar"])}</strong>'
            f" · {board}</div>"
            '<div class="warsha-en" dir="ltr" lang="en" style="text-align:left">'
            f"<strong>{escape(title['en'])}</strong> · {board}</div>"
        )
    )


def _select(line: str) -> None:
    slug, board, *rest = [*line.split(), "", ""][:3]
    if not slug or any(rest):
        raise CourseError(_("name a lab"), _("for example: %lab traffic_light"))
    chosen = load(_folder_of(slug, Path.cwd()))
    board = board or _course_board(Path.cwd()) or next(iter(chosen.boards))
    wired = chosen.board(board)  # raises for an unknown name: then the lab before stays selected
    bench.propose(wired.diagram, chosen.board_files(wired), wired.pins)
    session.lab, session.board, session.scored = chosen, board, {}


def _read_notebook() -> None:
    """After a restart of the kernel: take what no cell has given yet from the saved notebook, as
    a submission is read."""
    if NBGRADER in os.environ:  # it runs every cell
        return
    sources = _saved_cells(Path(os.environ.get(NOTEBOOK, "")))
    has_program = cells.PROGRAM in programs
    for source in sources:
        for line in source.splitlines():
            if session.lab is None and line.startswith("%lab "):
                _select(line.removeprefix("%lab "))
        program = cells.program_of(source)
        if program and program[0] == cells.PROGRAM and not has_program:
            programs[cells.PROGRAM] = program[1]
            above = source[: len(source) - len(source.lstrip())]
            blank_lines[cells.PROGRAM] = above.count("\n")
    for source in reversed(sources):
        session.answer = session.answer or cells.answer_of(source)
        session.reason = session.reason or cells.reason_of(source)
        session.host = session.host or cells.host_of(source)
        session.scenario = session.scenario or cells.scenario_of(source)
    if cells.PROGRAM in programs and not has_program:
        print("· " + _("the program is the one in the saved notebook; its cell has not run yet"))


def _find_lab() -> None:
    """A cell needs a board, and the %lab cell has not run: take the lab from the saved notebook,
    or the cell would run on a board without its circuit."""
    if NBGRADER in os.environ:  # it runs every cell
        return
    for source in _saved_cells(Path(os.environ.get(NOTEBOOK, ""))):
        for line in source.splitlines():
            if line.startswith("%lab "):
                _select(line.removeprefix("%lab "))
                what = _("the lab is {lab}, as in the saved notebook; its %lab cell has not run")
                print("· " + what.format(lab=line.split()[1]))
                return


def _saved_cells(notebook: Path) -> list[str]:
    """The code cells of the notebook's file; none when it cannot be read."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        return ["".join(cell["source"]) for cell in code]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def predict(_line: str, cell: str) -> None:
    """`%%predict`: keep the answer to the "predict" question, and show it."""
    session.answer = cell
    text = _prediction(session.lab).text if session.lab else cell.strip()
    if not text:
        print("· " + _("your prediction is not there yet: write it into this cell, and run it"))
        return
    display(HTML(own_text_html(text)))


def explain(_line: str, cell: str) -> None:
    """`%%explain`: keep the reason for what the run showed, and put the prediction beside it."""
    session.reason = cell
    if session.lab is None or cells.PROGRAM not in programs or session.answer is None:
        _read_notebook()
    lab = session.lab
    if lab is None:
        raise CourseError(_("no lab is selected"), _("run the cell with %lab first"))
    program = {name: programs[name].encode() for name in (cells.PROGRAM,) if name in programs}
    code = HostCode(session.host, _sandbox() if lab.host else "bwrap")
    observed = observe(lab, session.board, program, code)
    card = predict_card(lab, _prediction(lab), observed)
    display(HTML(comparison_html(card)))
    if not card.reason:
        print("· " + _("your reason is not there yet: write it into this cell, and run it"))


def host(_line: str, cell: str) -> None:
    """`%%host`: functions that run on the computer. The cell is run, and `grade` calls them."""
    session.host = cell
    # The comment takes the place of the magic line: line numbers are those of the cell.
    get_ipython().run_cell(f"# %%host\n{cell}")


def scenario(line: str, cell: str) -> None:
    """`%%scenario`: the trainee's own test. It is played on the trainee's program now, and
    `grade` plays it on other programs."""
    session.scenario = cell
    if line.strip():
        raise CourseError(
            _("a scenario has its text below the first line"), _("write %%scenario alone")
        )
    # The line break replaces the magic line: line numbers are those of the cell.
    guard(lambda: play(parse("\n" + cell, own_scenario.FILE), own_scenario.SECONDS))


def parsons(_line: str, cell: str) -> None:
    """`%%parsons`: run the lines of the lab's warm-up in the order of the cell."""
    if session.lab is None:
        _find_lab()
    if session.lab is None:
        raise CourseError(_("no lab is selected"), _("run the cell with %lab first"))
    problem, board = Parsons(session.lab.folder), session.lab.board(session.board)
    text = problem.complaint(cell)
    if not text:
        files = session.lab.board_files(board)
        text = verdict(guard(lambda: problem.run(board, files, cell)))
    good = _("the lines are in a right order, and none is too many")
    print(f"✗ {text}" if text else f"✓ {good}")


def _upwards(start: Path) -> Iterator[Path]:
    yield from (start, *start.parents)


def _folder_of(slug: str, start: Path) -> Path:
    """The lab's folder: in the trainee's course around the notebook, else in the repository."""
    labs = _labs(start)
    if slug not in labs:
        raise CourseError(
            _("there is no lab {lab} here").format(lab=repr(slug)), suggest(slug, labs)
        )
    return labs[slug]


def _labs(start: Path) -> dict[str, Path]:
    """The labs that a notebook in this folder finds, by slug."""
    shelves = [*(folder / "labs" for folder in _upwards(start)), LABS]
    found: dict[str, Path] = {}
    for shelf in shelves:
        for file in sorted(shelf.glob("*/lab.toml")):
            found.setdefault(file.parent.name, file.parent)
    return found


def _lab_arguments(words: list[str]) -> Iterable[str]:
    """What completes `%lab`: a lab, and a board of it."""
    labs = _labs(Path.cwd())
    match words:
        case [_]:
            return labs
        case [slug, _] if slug in labs:
            return load(labs[slug]).boards
    return ()


def _course_board(start: Path) -> str:
    """The board that the course grades with; "" when it names none."""
    file = next((f for folder in _upwards(start) if (f := folder / "course.toml").is_file()), None)
    return str(tomllib.loads(file.read_text(encoding="utf-8")).get("board", "")) if file else ""


def load_ipython_extension(ipython: Any) -> None:
    """Make `grade`, the magics of a course available in a notebook."""
    ipython.register_magic_function(lab, "line", "lab")
    complete_arguments(ipython, "%lab", _lab_arguments)
    ipython.register_magic_function(predict, "cell", "predict")
    ipython.register_magic_function(explain, "cell", "explain")
    ipython.register_magic_function(host, "cell", "host")
    ipython.register_magic_function(scenario, "cell", "scenario")
    ipython.register_magic_function(parsons, "cell", "parsons")
    ipython.push({"grade": grade})
    bench.find_lab = _find_lab
