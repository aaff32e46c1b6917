"""Practice in the trainee's own notebook: `%lab`, `%%predict`, `%%host` and `grade("b")`.

The program of the last `%%board main.py` cell runs on a fresh virtual board with the public seed
and is judged by the same code as a submission. Stock `nbgrader autograde` reads the number that
`grade` returns.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Self

from IPython import get_ipython
from IPython.display import HTML, display

from grader.classrun.task import Task, score_lab
from grader.errors import CourseError
from grader.host.probe import isolation_error
from grader.host.sandbox import Isolation
from grader.lab import cells
from grader.lab.lab import LABS, Lab, load
from grader.score.card import Card, card_html, total_html
from grader.seeds import PUBLIC_SEED
from hardware.i18n import _
from hardware.notebook.programs import above, programs
from hardware.notebook.session import current as bench

_PREDICT_CELL = re.compile(r"^```python[^\n]*\n(%%predict\n.*?)^```", re.MULTILINE | re.DOTALL)


class Points(float):
    """A mark: a number for nbgrader and for arithmetic, a card for people."""

    html: str

    @classmethod
    def of(cls, value: float, html: str) -> Self:
        """The number with what a notebook shows for it."""
        points = cls(value)
        points.html = html
        return points

    def _repr_html_(self) -> str:
        return self.html


@dataclass
class PracticeSession:
    """What this notebook works on."""

    lab: Lab | None = None
    board: str = ""
    answer: str | None = None
    host: str | None = None
    scored: dict[Task, list[Card]] = field(default_factory=dict)
    """The last task with its marks, so that `grade("a")` and `grade("b")` run the program once."""


session = PracticeSession()


def grade(item: str | None = None) -> Points:
    """The mark of one item, or of all with the total. Raises CourseError when no lab was named."""
    lab = session.lab
    if lab is None:
        raise CourseError(_("no lab was named"), _("run the cell with %lab first"))
    if item is not None and item not in lab.items:
        raise CourseError(
            _("lab {lab} has no item {item!r}").format(lab=lab.slug, item=item),
            _("choose one of: {names}").format(names=", ".join(lab.items)),
        )
    if cells.PROGRAM not in programs:
        print(
            "· " + _("no program yet: run the cell that begins with %%board main.py, then grade")
        )
    cards = _cards(lab)
    if item is None:
        return Points.of(round(sum(card.points for card in cards), 2), total_html(cards))
    card = next(card for card in cards if card.item == item)
    return Points.of(card.points, card_html(card))


def _cards(lab: Lab) -> list[Card]:
    answered = cells.predicted(session.answer, handed_out_answer(lab.folder))
    program = programs.get(cells.PROGRAM)
    task = Task(
        lab=lab.slug,
        digest=lab.digest,
        board=session.board,
        program=program,
        host=session.host,
        answered=answered,
        seeds=(PUBLIC_SEED,),
        sandbox=_sandbox() if lab.host else "bwrap",
        above=above.get(cells.PROGRAM, 0),
    )
    if task not in session.scored:
        session.scored = {task: score_lab(lab, task)}
    return session.scored[task]


@cache
def _sandbox() -> Isolation:
    """A trainee's computer may have no sandbox; there it is his own program that runs."""
    return "none" if isolation_error() else "bwrap"


def handed_out_answer(folder: Path) -> str:
    """The text of the lab's "predict" cell as trainees get it."""
    handed_out = folder / cells.ANSWER_FILE
    if handed_out.is_file():
        return handed_out.read_text(encoding="utf-8")
    match = _PREDICT_CELL.search((folder / "lesson.md").read_text(encoding="utf-8"))
    return cells.released_text(cells.answer_of(match[1]) or "") if match else ""


def lab(line: str) -> None:
    """`%lab SLUG [BOARD]`: this notebook is about that lab."""
    slug, board, *rest = [*line.split(), "", ""][:3]
    if not slug or any(rest):
        raise CourseError(_("say which lab"), _("for example: %lab traffic_light"))
    session.lab = load(_folder_of(slug, Path.cwd()))
    session.board = board or _course_board(Path.cwd()) or next(iter(session.lab.boards))
    wired = session.lab.board(session.board)  # an unknown name is an error now, not at a mark
    bench.propose(wired.diagram, session.lab.board_files(wired), wired.pins)
    session.scored = {}
    title = session.lab.title
    display(
        HTML(
            f'<div dir="rtl" lang="ar"><strong>{escape(title["ar"])}</strong> · '
            f'<bdi dir="ltr">{escape(title["en"])} · {escape(session.board)}</bdi></div>'
        )
    )


def predict(_line: str, cell: str) -> None:
    """`%%predict`: the answer to the "predict" question, shown as it reads."""
    session.answer = cell
    display(HTML(f'<div dir="auto" style="white-space:pre-wrap">{escape(cell.strip())}</div>'))


def host(_line: str, cell: str) -> None:
    """`%%host`: functions that run on the computer. The cell is run, and `grade` asks them."""
    session.host = cell
    get_ipython().run_cell(cell)


def _upwards(start: Path) -> Iterator[Path]:
    yield from (start, *start.parents)


def _folder_of(slug: str, start: Path) -> Path:
    """The lab's folder: in the trainee's course that the notebook lies in, else in the
    checkout."""
    candidates = [folder / "labs" / slug for folder in _upwards(start)] + [LABS / slug]
    found = next((folder for folder in candidates if (folder / "lab.toml").is_file()), None)
    if found is None:
        raise CourseError(
            _("there is no lab {lab} here").format(lab=slug),
            _("open the notebook in its course folder"),
        )
    return found


def _course_board(start: Path) -> str:
    """The board that the course decides scores on, when it names one."""
    file = next((f for folder in _upwards(start) if (f := folder / "course.toml").is_file()), None)
    return str(tomllib.loads(file.read_text(encoding="utf-8")).get("board", "")) if file else ""


def load_ipython_extension(ipython: Any) -> None:
    """Put `grade`, `%lab`, `%%predict` and `%%host` into a notebook."""
    ipython.register_magic_function(lab, "line", "lab")
    ipython.register_magic_function(predict, "cell", "predict")
    ipython.register_magic_function(host, "cell", "host")
    ipython.push({"grade": grade})
