"""Makes the pictures of a feedback page and of a class page for the README:

    python tools/pictures.py

A sample class hands in the emergency stop; one trainee does so three times. The pictures of the
notebook come from a test: WARSHA_PICTURES=docs/pictures pytest tests/system/test_jupyterlab.py
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat

from grader.authoring.lab_check import program_text
from grader.classrun.grading import Grading
from grader.demo import filled_in
from grader.lab.class_list import Trainee, read_class_list
from grader.lab.course import Course, load_course
from grader.lab.lab import find
from grader.nbgrader import enrolment
from grader.notebook.course_build import build_course
from grader.reports.class_writer import write_class
from grader.reports.feedback_writer import FeedbackWriter
from tests.support.browser import Chromium
from tests.support.project import DOCS, ROOT

LAB = "emergency_stop"
SAMPLE = ROOT / "courses" / "iot_micropython" / "roster.sample.csv"
SHOWN = "t002"
"""The trainee whose feedback is shown, after these submissions."""
TRIES = ("empty", "polling", "unlatched")
OTHERS = (
    "reference",
    "reference",
    "unlatched",
    "polling",
    "both_edges",
    "isr_sleep",
    "ticks_wrap",
)
FEEDBACK, CLASS = (920, 1490), (1250, 1412)
"""Width and height of the page that is shown, in pixels of its style sheet."""
SCALE = 0.8
"""Pixels of the picture for each of them."""


def hand_in(course: Course, trainee: Trainee, program: str, number: int) -> None:
    """Write a submission of a trainee, the `number`th, into nbgrader's `submitted/`."""
    released = nbformat.read(course.root / "release" / LAB / f"{LAB}.ipynb", as_version=4)
    folder = course.root / "submitted" / trainee.id / LAB
    folder.mkdir(parents=True, exist_ok=True)
    text = program_text(find(LAB), program)
    nbformat.write(filled_in(released, text), folder / f"{LAB}.ipynb")
    (folder / "timestamp.txt").write_text(f"2026-01-{14 + number} 10:00:00 UTC\n")


def grade(course: Course) -> None:
    """Grade whatever is new."""
    grading = Grading(course, LAB)
    outcomes = list(grading.run(grading.submissions()))
    assert all(outcome.is_graded for outcome in outcomes), outcomes


def main() -> None:
    """Build the class, grade it, and take the two pictures."""
    course = replace(load_course(), slug="pictures", roster=None, labs=(LAB,))
    shutil.rmtree(course.root, ignore_errors=True)
    build_course(course, print)
    trainees = read_class_list(SAMPLE)
    enrolment.enrol(course.root, trainees)
    shown = next(trainee for trainee in trainees if trainee.id == SHOWN)
    others = [trainee for trainee in trainees if trainee is not shown]
    for trainee, program in zip(others, OTHERS, strict=False):
        hand_in(course, trainee, program, 1)
    for number, program in enumerate(TRIES, 1):
        hand_in(course, shown, program, number)
        grade(course)
    list(FeedbackWriter(course, LAB).run())
    page = course.root / "feedback" / SHOWN / LAB / f"{LAB}.html"
    class_page = next(file for file in write_class(course, LAB)[1] if file.suffix == ".html")
    for file, size, name in ((page, FEEDBACK, "feedback"), (class_page, CLASS, "class")):
        with tempfile.TemporaryDirectory() as profile, Chromium(Path(profile), size) as browser:
            browser.driver.set_window_size(*size)
            browser.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                dict(width=size[0], height=size[1], deviceScaleFactor=SCALE, mobile=False),
            )
            browser.driver.get(file.as_uri())
            browser.driver.save_screenshot(str(DOCS / "pictures" / f"{name}.png"))
    shutil.rmtree(course.root)


if __name__ == "__main__":
    main()
