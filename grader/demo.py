"""A sample class for `warsha demo`: trainee 0 hands in the reference of every lab, trainee k the
k-th mutant."""

import copy
import shutil
from dataclasses import replace

import nbformat
from nbformat import NotebookNode

from grader.authoring.lab_check import host_of, program_text, programs, scenario_of
from grader.lab import cells
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.lab.lab import find
from grader.nbgrader import enrolment

HANDED_IN = "2026-01-15 10:00:00 UTC"
ANSWER = "إجابة تجريبية · a sample answer"
REASON = "سبب تجريبي · because of the clock"


def demo_course(course: Course) -> Course:
    """The same course in another folder, so that no real class is changed. An earlier sample is
    removed."""
    sample = replace(course, slug=f"{course.slug}_demo", roster=None)
    shutil.rmtree(sample.root, ignore_errors=True)
    return sample


def make_class(course: Course) -> list[Trainee]:
    """Enrol the sample class, and write its submissions into nbgrader's `submitted/`. The course
    must be built."""
    labs = [find(slug) for slug in course.labs]
    size = max(len(programs(lab)) for lab in labs)
    trainees = [Trainee(f"trainee{number:02}", "متدرب", str(number)) for number in range(size)]
    enrolment.enrol(course.root, trainees)
    for lab in labs:
        notebook = f"{lab.slug}.ipynb"
        released = nbformat.read(course.root / "release" / lab.slug / notebook, as_version=4)
        for trainee, (name, path) in zip(trainees, programs(lab).items(), strict=False):
            folder = course.root / "submitted" / trainee.id / lab.slug
            folder.mkdir(parents=True)
            text = program_text(lab, name) or None
            handed_in = filled_in(released, text, host=host_of(path), scenario=scenario_of(path))
            nbformat.write(handed_in, folder / notebook)
            (folder / "timestamp.txt").write_text(HANDED_IN + "\n")
    return trainees


def filled_in(
    released: NotebookNode,
    program: str | None,
    answer: str = ANSWER,
    host: str | None = None,
    scenario: str | None = None,
) -> NotebookNode:
    """A released notebook as a trainee hands it in, with this program, host code, scenario and
    answer, and with a reason if there is an answer. None deletes the cell of the program, the host
    code or the scenario."""
    notebook = copy.deepcopy(released)
    for cell in list(notebook.cells):
        match cell.metadata.get("nbgrader", {}).get("grade_id"):
            case "program" if program is None:
                notebook.cells.remove(cell)
            case "program":
                cell.source = f"%%board {cells.PROGRAM}\n{program}"
            case "host" if host is None:
                notebook.cells.remove(cell)
            case "host":
                cell.source = f"%%host\n{host}"
            case "scenario" if scenario is None:
                notebook.cells.remove(cell)
            case "scenario":
                cell.source = f"%%scenario\n{scenario}"
            case "predict":
                cell.source = f"%%predict\n{answer}"
            case "explain":
                cell.source = f"%%explain\n{REASON if answer.strip() else ''}"
    return notebook
