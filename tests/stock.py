"""Compare our marks with the public seed to those of stock `nbgrader autograde`, item by item.

python tests/stock.py       every reference and mutant of every lab of the course
"""

import os
import subprocess
import sys
from pathlib import Path

from classroom import Scores, auto_scores

from grader import demo
from grader.autograde import Grading
from grader.course import Course, load_course
from grader.gradebook import folders
from grader.release import build_course


def stock_scores(course: Course) -> Scores:
    """What stock nbgrader gives: it executes each notebook in a kernel of its own."""
    tools = Path(sys.executable).parent
    for lab in course.labs:
        command = [str(tools / "nbgrader"), "autograde", lab, "--force"]
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        done = subprocess.run(
            command, cwd=course.root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    return auto_scores(course)


def our_scores(course: Course) -> Scores:
    """What `warsha grade --seeds public` gives, in a gradebook of its own."""
    (course.root / "gradebook.db").unlink()
    build_course(course)
    for lab in course.labs:
        grading = Grading(course, lab, "public")
        for outcome in grading.run(grading.submissions()):
            assert outcome.is_graded, outcome.reason
    return auto_scores(course)


def main() -> int:
    """Compare all programs of the course; 1 when a mark differs."""
    course = demo.demo_course(load_course())
    build_course(course)
    demo.make_class(course)
    theirs, ours = stock_scores(course), our_scores(course)
    different = sorted(key for key in theirs | ours if theirs.get(key) != ours.get(key))
    for key in different:
        print(*key, theirs.get(key), ours.get(key))
    submissions = sum(len(folders.submitted(course.root, lab)) for lab in course.labs)
    print(f"{len(ours)} items of {submissions} submissions: {len(different)} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
