"""Compare our marks with the public seed to those of stock `nbgrader autograde`: item by item, and
in the file of `nbgrader export`.

python tools/compare_nbgrader.py [LAB ...]     every reference and mutant of these labs, or of all
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader import demo
from grader.classrun.grading import Grading
from grader.lab.class_list import Trainee
from grader.lab.course import Course, load_course
from grader.nbgrader import enrolment, folders
from grader.notebook.course_build import build_course
from tests.support.classroom import Scores, auto_scores

Marks = tuple[Scores, str]
"""The points of each item, and the exported CSV."""


def nbgrader(course: Course, *words: str) -> None:
    """Run the command in the folder of the course."""
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    command = [str(tools / "nbgrader"), *words]
    done = subprocess.run(
        command, cwd=course.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def exported(course: Course) -> Marks:
    """The current marks in the gradebook."""
    nbgrader(course, "export", "--to", "grades.csv")
    return auto_scores(course), (course.root / "grades.csv").read_text(encoding="utf-8")


def stock_marks(course: Course) -> Marks:
    """The marks of stock nbgrader: it executes each notebook in its own kernel."""
    for lab in course.labs:
        print(f"stock nbgrader grades {lab}", flush=True)  # a minute, or fifteen
        nbgrader(course, "autograde", lab, "--force", "--ScoreOnBoards.stock=True")
    return exported(course)


def our_marks(course: Course, trainees: Sequence[Trainee]) -> Marks:
    """The marks of `warsha grade --seeds public`, in a separate gradebook."""
    (course.root / "gradebook.db").unlink()
    build_course(course)
    enrolment.enrol(course.root, trainees)
    for lab in course.labs:
        grading = Grading(course, lab, "public")
        for outcome in grading.run(grading.submissions()):
            assert outcome.is_graded, outcome.reason
    return exported(course)


def main() -> int:
    """Compare all programs of the course; 1 when a mark differs."""
    course = demo.demo_course(load_course())
    course = replace(course, labs=tuple(sys.argv[1:]) or course.labs)
    build_course(course)
    trainees = demo.make_class(course)
    (theirs, their_csv), (ours, our_csv) = stock_marks(course), our_marks(course, trainees)
    different = sorted(key for key in theirs | ours if theirs.get(key) != ours.get(key))
    for key in different:
        print(*key, theirs.get(key), ours.get(key))
    submissions = sum(len(folders.submitted(course.root, lab)) for lab in course.labs)
    print(f"{len(ours)} items of {submissions} submissions: {len(different)} differ")
    same = our_csv == their_csv
    print(
        f"nbgrader export: {len(our_csv.splitlines())} lines, {'the same' if same else 'others'}"
    )
    return 1 if different or not same else 0


if __name__ == "__main__":
    sys.exit(main())
