"""A class with many kinds of wrong submissions, graded once from the command line: each gets a
result or one line of error, and the good ones get their marks."""

import copy
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from typer.testing import CliRunner

from grader.cli import app
from grader.demo import filled_in
from grader.lab import course as course_module
from grader.lab.course import Course
from grader.lab.lab import LABS, find
from grader.nbgrader import commands, standings
from grader.seeds import course_secret, hidden_seeds
from tests.support.classroom import LAB, auto_scores
from tests.support.tiny_lesson import cell_named

GOOD = (LABS / LAB / "reference.py").read_text(encoding="utf-8")
READY = "print('READY L01')\n"
FULL = 20.0
NOTHING = 2.0
"""The points of the prediction alone."""
STARTED = 3.0
"""Those of the prediction and of the line READY."""

HOST_CODE = "import os\nos.system('touch {place}')\nraise SystemExit"
ARABIC = "\u0623\u0648\u0651\u0644 \u0645\u0639\u0645\u0644.ipynb"

PROGRAMS = {
    "syntax": ("def (:\n", NOTHING),
    "endless": (READY + "while True: pass\n", STARTED),
    "flood": (READY + "while True: print('x' * 100)\n", STARTED),
    "resets": (READY + "import machine\nmachine.reset()\n", NOTHING),
    "deletes": ("import os\nfor name in os.listdir(): os.remove(name)\n" + GOOD, NOTHING),
    # more digits than int() accepts, and out of the range of a float
    "digits": (READY + "while True: print('pong', '9'*5000), print('sum', '9'*400)\n", STARTED),
    "raises": (READY + "raise ValueError('<script>steal()</script>' + 'x' * 5000)\n", STARTED),
    # the expected dialogue of the public seed, printed without a check
    "blind": (READY + "print('ID 240ac4000110 esp32\\npong 42\\nsum 6')\n", STARTED),
}


def changed(notebook: NotebookNode, change: Callable[[NotebookNode], Any]) -> NotebookNode:
    made = copy.deepcopy(notebook)
    change(made)
    return made


def forged(notebook: NotebookNode) -> None:
    """Full marks in all the ways that stock nbgrader could read them from a notebook."""
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            cell.source = "20"
            about |= {"points": 99, "locked": False, "solution": True}
            data = {"text/plain": "99"}
            cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    notebook.metadata["warsha"] = {"seeds": "public 3"}


def renamed(notebook: NotebookNode) -> None:
    """The grade ids of a program and of an item, exchanged."""
    program, item = cell_named(notebook, "program"), cell_named(notebook, "a")
    program.metadata.nbgrader.grade_id, item.metadata.nbgrader.grade_id = "a", "program"


def notebooks(released: NotebookNode, place: Path) -> dict[str, tuple[NotebookNode, float]]:
    """Trainee to notebook and total."""
    good = filled_in(released, GOOD)
    wrong = filled_in(released, READY)
    two = nbformat.v4.new_code_cell("%%board main.py\n" + GOOD)
    host = nbformat.v4.new_code_cell(HOST_CODE.format(place=place))
    script = nbformat.v4.new_markdown_cell("<script>steal()</script>")
    return {
        "good": (good, FULL),
        "good-too": (good, FULL),
        "released": (released, 0.0),
        "no-program": (filled_in(released, None), NOTHING),
        "two-programs": (changed(wrong, lambda n: n.cells.append(two)), FULL),
        "deleted": (changed(good, lambda n: n.cells.remove(cell_named(n, "b"))), FULL),
        "doubled": (changed(good, lambda n: n.cells.append(cell_named(n, "b"))), FULL),
        "forged": (changed(wrong, forged), STARTED),
        "renamed": (changed(good, renamed), NOTHING),
        "host-code": (changed(good, lambda n: n.cells.insert(0, host)), FULL),
        "script": (changed(good, lambda n: n.cells.append(script)), FULL),
        **{
            name: (filled_in(released, program), total)
            for name, (program, total) in PROGRAMS.items()
        },
    }


FILES = {
    "browser": f"{LAB} (1).ipynb",
    "nfc": unicodedata.normalize("NFC", ARABIC),
    "nfd": unicodedata.normalize("NFD", ARABIC),
}
UNREADABLE = {
    "not-json": "is not a notebook",
    "deep": "is not a notebook",
    "nothing": "no notebook was handed in",
    "linked": "no notebook was handed in",
    "linked-folder": "link to another",
    "which": "which notebook counts",
    "huge-cell": "300000 characters",
    "a b": "rename that folder to the trainee's id",
    "no-name-\\udcff": "rename that folder",
}


def write(notebook: NotebookNode, file: Path) -> None:
    """Writes it unchanged: nbformat would repair it."""
    file.write_text(json.dumps(notebook), encoding="utf-8")


def hand_in(root: Path, released: NotebookNode, place: Path) -> dict[str, float]:
    """Write the class. Returns the totals of the gradable submissions."""

    def folder(student: str) -> Path:
        made = root / "submitted" / student / LAB
        made.mkdir(parents=True, exist_ok=True)
        return made

    made = notebooks(released, place)
    good, _total = made["good"]
    for student, (notebook, _) in made.items():
        write(notebook, folder(student) / f"{LAB}.ipynb")
    for student, name in FILES.items():
        write(good, folder(student) / name)
    (folder("not-json") / f"{LAB}.ipynb").write_text("PK\x03\x04")
    (folder("deep") / f"{LAB}.ipynb").write_text("[" * 100_000)
    folder("nothing")
    of_another = root / "submitted" / "good" / LAB / f"{LAB}.ipynb"
    (folder("linked") / f"{LAB}.ipynb").symlink_to(of_another)
    (root / "submitted" / "linked-folder").symlink_to(root / "submitted" / "good")
    for name in ("one.ipynb", "\x1b[2J\ngraded all of them.ipynb"):
        write(good, folder("which") / name)
    huge = changed(good, lambda n: n.cells.append(nbformat.v4.new_raw_cell("x" * 300_000)))
    write(huge, folder("huge-cell") / f"{LAB}.ipynb")
    for name in ("a b", os.fsdecode(b"no-name-\xff")):  # ids that no class list accepts
        write(good, folder(name) / f"{LAB}.ipynb")
    return {student: total for student, (_, total) in made.items()} | dict.fromkeys(FILES, FULL)


class Graded:
    """The class after one run of `warsha grade`."""

    def __init__(self, course: Course, place: Path) -> None:
        file = course.root / "release" / LAB / f"{LAB}.ipynb"
        self.course, self.touched = course, place / "touched"
        self.due = hand_in(course.root, nbformat.read(file, as_version=4), self.touched)
        self.run()

    def run(self) -> None:
        """Grade the ungraded submissions."""
        result = CliRunner().invoke(app, ["grade", LAB])
        self.exit_code, self.output = result.exit_code, result.output


@pytest.fixture(scope="module")
def graded(
    built: tuple[Course, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graded]:
    made, place = built
    here = tmp_path_factory.mktemp("bad")
    with pytest.MonkeyPatch.context() as patch:
        build = here / "build"
        patch.setenv("WARSHA_SECRET_FILE", str(here / "secret"))
        patch.setattr(course_module, "build_dir", lambda: build)
        shutil.copytree(place, build)
        yield Graded(made, here)


def test_each_gradable_submission_has_its_marks(graded: Graded) -> None:
    found = standings.scores(graded.course.root)
    assert {student: total for (student, _), total in found.items()} == graded.due


def test_each_other_submission_has_one_line(graded: Graded) -> None:
    lines = graded.output.splitlines()
    for student, cause in UNREADABLE.items():
        mine = [line for line in lines if line.startswith(f"not graded: {LAB} {student}: ")]
        assert len(mine) == 1, student
        assert cause in mine[0]
    count, everybody = len(graded.due), len(graded.due) + len(UNREADABLE)
    told = f"{len(UNREADABLE)} not graded, 0 of them by an error of Warsha"
    assert re.fullmatch(rf"graded {count}/{everybody} submissions in .* s; {told}", lines[-1])
    assert graded.exit_code == 3


def test_odd_submissions_have_a_note(graded: Graded) -> None:
    for student, note in {
        "no-program": "there is no cell that begins with %%board main.py",
        "two-programs": "2 program cells: the last one counts",
        "deleted": "the graded cell b was deleted",
        "doubled": "cell b is there twice",
        "browser": f"'{LAB} (1).ipynb'",
    }.items():
        assert re.search(rf"note: {LAB} {student}: .*{re.escape(note)}", graded.output)


def test_the_host_is_unchanged_and_the_output_has_no_control_characters(graded: Graded) -> None:
    assert not graded.touched.exists()
    assert "\x1b" not in graded.output
    assert "\ngraded all" not in graded.output


def test_a_second_run_grades_nothing(graded: Graded) -> None:
    before = auto_scores(graded.course)
    graded.run()
    assert f"{len(graded.due)} were graded before" in graded.output
    assert graded.exit_code == 3
    assert auto_scores(graded.course) == before


@pytest.fixture(scope="module")
def handed_back(graded: Graded) -> Graded:
    """The class with its feedback."""
    commands.generate_feedback(graded.course.root, LAB)
    return graded


def test_feedback_has_no_active_content_and_is_short(handed_back: Graded) -> None:
    graded = handed_back
    for student in ("raises", "script"):
        page = graded.course.root / "feedback" / student / LAB / f"{LAB}.html"
        text = page.read_text(encoding="utf-8")
        # The page quotes the error and the program, and no other cell.
        assert ("steal()" in text) == (student == "raises")
        assert "<script>steal()" not in text
        assert "x" * 300 not in text


def test_no_secret_or_seed_is_written(handed_back: Graded) -> None:
    graded = handed_back
    root, secret = graded.course.root, course_secret()
    notebook = root / "submitted" / "blind" / LAB / f"{LAB}.ipynb"
    seeds = hidden_seeds(
        secret,
        course=graded.course.slug,
        lab=find(LAB).release,
        trainee="blind",
        stamp=hashlib.sha256(notebook.read_bytes()).hexdigest(),
    )
    secrets = [secret, secret.hex().encode()]
    words = [*secrets, *(str(seed).encode() for seed in seeds)]
    # Records have the seeds for a replay; only the instructor can read them.
    store = graded.course.store
    assert store.stat().st_mode & 0o077 == 0
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink()]
    assert root / "feedback" / "blind" / LAB / f"{LAB}.html" in files
    for file in files:
        raw = file.read_bytes()
        found = secrets if file.is_relative_to(store) else words
        assert not any(word in raw for word in found), file
