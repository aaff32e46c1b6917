"""Hostile names, answers, file names and comments on every page that we or Formgrader show, in a
real browser: the text is shown, and nothing of it runs."""

from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader import config
from grader.nbgrader.enrolment import enrol
from hardware.paths import build_dir
from tests.support.browser import Chromium, served
from tests.support.classroom import LAB, HandIn
from tests.support.essays import release_essay, write_essay
from tests.support.feedback_pages import EVIL
from tests.support.formgrader import Formgrader
from tests.support.gradebooks import api_autograde
from tests.support.two_labs import warsha

CODE = f"""print('READY L01')
# {EVIL.replace(chr(0x202E), "").replace(chr(0x2066), "")}
"""
FILE = "<img src=x onerror=window.pwned=1>.txt"
ID = "o'brien&co"
MARKUP = """
const made = [...document.querySelectorAll("img[src='x'], [onerror]")];
const run = [...document.querySelectorAll("script")].filter(s => s.text.includes("window.pwned"));
return [window.pwned ?? null, made.length, run.length];
"""
"""Whether something has run, and what the browser has made of the texts: it may run later."""
STATIC_PAGES = ("manage_assignments", "gradebook", f"gradebook/{LAB}", "manage_students")


@pytest.fixture
def hostile_class(course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A class whose names, answers, files and comments are markup; one is graded by nbgrader."""
    build = course.root.parents[1]
    (build / "port").symlink_to(build_dir() / "port")
    monkeypatch.setenv("WARSHA_BUILD", str(build))
    release_essay(course, LAB)
    for student in ("s1", ID):
        enrol(course.root, [Trainee(student, EVIL, EVIL, EVIL)])  # as in an older gradebook
        folder = hand_in(student, CODE, answer=EVIL)
        write_essay(course, folder, EVIL)
        (folder / FILE).write_text(EVIL)
    api_autograde(course.root, LAB, "s1")
    assert warsha("grade", LAB, "--student", ID).exit_code == 0
    with Gradebook(config.coursedir(course.root).db_url) as gradebook:
        for student in ("s1", ID):
            comment: Any = gradebook.find_comment("text", "essay", LAB, student)
            comment.manual_comment = EVIL
        gradebook.db.commit()
    return course


def submitted_notebooks(course: Course) -> list[str]:
    """Their ids, which are the addresses of Formgrader's pages."""
    with Gradebook(config.coursedir(course.root).db_url) as gradebook:
        found = gradebook.assignment_submissions(LAB)
        return [notebook.id for submission in found for notebook in submission.notebooks]


def test_nothing_of_a_submission_or_a_name_runs(hostile_class: Course, tmp_path: Path) -> None:
    course = hostile_class
    assert warsha("feedback", LAB).exit_code == 0
    assert warsha("class", LAB).exit_code == 0
    replays = [course.store / "replays" / LAB / student / "1" for student in ("s1", ID)]
    for student in ("s1", ID):
        assert warsha("replay", student, LAB).exit_code == 0
    files = [
        *(course.root / "feedback").rglob("*.html"),
        *(course.root / "class").glob("*.html"),
        *(place / "index.html" for place in replays),
    ]
    assert len(files) == 7  # of two trainees: the lab, the essay and a replay; and the class
    with served(course.root) as url, Chromium(tmp_path / "profile") as browser:
        page = Formgrader(browser, url)

        def nothing_ran(has_text: bool) -> None:
            assert page.js(MARKUP) == [None, 0, 0]
            assert not has_text or "window.pwned=1" in page.js("return document.body.textContent")

        for file in files:
            browser.driver.get(file.as_uri())
            nothing_ran(has_text=True)
        tables = [*STATIC_PAGES, f"manage_submissions/{LAB}"]
        tables += [f"gradebook/{LAB}/{name}" for name in (LAB, "essay")]
        tables += [
            f"manage_students/{student}{rest}"
            for student in ("s1", ID)
            for rest in ("", f"/{LAB}")
        ]
        for address in tables:
            page.show(address)
            page.wait("return window.models?.loaded")
            nothing_ran(has_text=address in ("manage_students", f"manage_submissions/{LAB}"))
        for notebook in submitted_notebooks(course):
            page.show(f"submissions/{notebook}/")
            page.wait("return formgrader.grades?.loaded && formgrader.comments?.loaded")
            nothing_ran(has_text=True)
        page.show(f"manage_submissions/{LAB}")
        page.wait("return window.models?.loaded")
        page.js("document.querySelector('td.autograde a').click()")
        page.wait_for(".modal-title", "Success")
        nothing_ran(has_text=True)
