"""Formgrader in a real browser, as an instructor uses it: it lists the class, its button grades on
virtual boards, the graded notebook shows the marks. `WARSHA_PICTURES=DIR` keeps the pictures."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from grader import seeds
from grader.archive.store import Store
from grader.classrun.grading import Grading
from grader.lab.class_list import Trainee
from grader.lab.course import Course, CourseModule
from grader.nbgrader.enrolment import enrol
from hardware.paths import build_dir
from tests.support.browser import START_S, Chromium, served
from tests.support.classroom import LAB, HandIn, auto_scores, give_by_hand
from tests.support.essays import open_gradebook, release_essay, write_essay
from tests.support.formgrader import Formgrader
from tests.support.project import LABS
from tests.support.two_labs import warsha

REFERENCE = (LABS / LAB / "reference.py").read_text("utf-8")


@pytest.fixture
def class_of_one(course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course with a submission of a trainee with an Arabic name, for the server, too."""
    build = course.root.parents[1]
    (build / "port").symlink_to(build_dir() / "port")
    monkeypatch.setenv("WARSHA_BUILD", str(build))
    enrol(course.root, [Trainee("amina", "أمينة", "حسن")])
    hand_in("amina", REFERENCE)
    return course


def test_an_instructor_grades_with_its_button(class_of_one: Course, tmp_path: Path) -> None:
    course = class_of_one
    pictures = Path(os.environ.get("WARSHA_PICTURES", tmp_path))
    with served(course.root) as url, Chromium(tmp_path / "profile") as browser:
        page = Formgrader(browser, url)
        page.show(f"manage_submissions/{LAB}")
        page.wait_for("td.student-name", "حسن, أمينة")
        assert page.wait_for("td.status", "needs autograding")
        page.press("autograde")
        assert page.wait_for("td.score", "20 / 20")
        browser.driver.save_screenshot(str(pictures / "formgrader.png"))
        record = Store(course.store).record(LAB, "amina")
        assert record and len(record.seeds) == 3 and seeds.PUBLIC_SEED not in record.seeds

        give_by_hand(course, "amina", "d", 4.5)
        page.press("generate-feedback")
        assert (course.root / "feedback" / "amina" / LAB / f"{LAB}.html").is_file()
        page.show(f"manage_students/amina/{LAB}")
        page.wait_for("td.name a", LAB).click()
        assert page.wait_for("body", "measured")
        assert page.directions("[dir=rtl] code") == {"ltr"}  # in Arabic text, too
        browser.driver.save_screenshot(str(pictures / "formgrader-notebook.png"))
    assert sum(mark or 0 for mark in auto_scores(course).values()) == 20


def test_arabic_answers_and_comments_read_from_right_to_left(
    class_of_one: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    course = class_of_one
    release_essay(course, LAB)
    for student, text in (
        ("amina", "أولًا: المقاومة.\nثم الليد."),
        ("badr", "First the resistor."),
    ):
        write_essay(course, hand_in(student, REFERENCE), text)
    assert warsha("grade", LAB).exit_code == 0
    with open_gradebook(course) as gradebook:
        ids = {
            student: gradebook.find_submission_notebook("essay", LAB, student).id
            for student in ("amina", "badr")
        }
        gradebook.find_comment("text", "essay", LAB, "amina").manual_comment = "أحسنتِ"
        gradebook.db.commit()
    with served(course.root) as url, Chromium(tmp_path / "profile") as browser:
        page = Formgrader(browser, url)
        for student, direction in (("amina", "rtl"), ("badr", "ltr")):
            page.show(f"submissions/{ids[student]}/")
            page.wait("return formgrader.comments?.loaded")
            assert page.directions(".nbgrader_cell pre") == {direction}
            if student == "amina":
                page.wait("return document.querySelector('textarea.comment').value")
                assert page.directions("textarea.comment") == {"rtl"}


def test_the_keys_work_without_the_network(
    class_of_one: Course, hand_in: HandIn, tmp_path: Path
) -> None:
    hand_in("badr", REFERENCE)
    assert warsha("grade", LAB).exit_code == 0
    with open_gradebook(class_of_one) as gradebook:
        first, second = sorted(
            gradebook.find_submission_notebook(LAB, LAB, student).id
            for student in ("amina", "badr")
        )
    with served(class_of_one.root) as url, Chromium(tmp_path / "profile") as browser:
        page = Formgrader(browser, url)
        page.show(f"submissions/{first}/")
        page.wait("return formgrader.loaded && formgrader.comments.loaded")
        ActionChains(browser.driver).send_keys(Keys.TAB).send_keys("أحسنت").perform()
        page.wait("return document.activeElement.className.includes('tabbable')")
        ActionChains(browser.driver).key_down(Keys.CONTROL).send_keys(".").perform()
        page.wait(f"return location.pathname.includes('{second}') && formgrader.loaded")
    with open_gradebook(class_of_one) as gradebook:
        comments = gradebook.find_submission_notebook_by_id(first).comments
        assert "أحسنت" in [one.manual_comment for one in comments]


def test_what_a_person_types_reaches_the_whole_team(class_of_one: Course, tmp_path: Path) -> None:
    course = class_of_one
    enrol(course.root, [Trainee("badr")])
    write_project(course)
    modules = (CourseModule({"ar": "المشروعات", "en": "Projects"}, (LAB,), projects=1),)
    grading = Grading(replace(course, modules=modules), LAB)
    assert len(list(grading.run(grading.submissions()))) == 2
    with open_gradebook(course) as gradebook:
        mine = gradebook.find_submission_notebook(LAB, LAB, "amina").id
    with served(course.root) as url, Chromium(tmp_path / "profile") as browser:
        page = Formgrader(browser, url)
        page.show(f"submissions/{mine}/")
        page.wait("return formgrader.loaded && formgrader.comments.loaded")
        for css, text in (("input.score", "0.5"), ("textarea.comment", "أحسنتم")):
            (field, *_others) = browser.driver.find_elements(By.CSS_SELECTOR, css)
            field.send_keys(text, Keys.TAB)
        WebDriverWait(browser.driver, START_S).until(lambda _: all(given_to(course, "amina")))
    assert given_to(course, "badr") == given_to(course, "amina") == ([0.5], ["أحسنتم"])


def write_project(course: Course) -> None:
    """The lab is a project, and amina and badr are a team."""
    text = f"""\
title = {{ ar = "دورة", en = "Course" }}
[[modules]]
title = {{ ar = "المشروعات", en = "Projects" }}
labs = ["{LAB}"]
projects = 1
"""
    (course.root / "course.toml").write_text(text, encoding="utf-8")
    teams = f"team,trainee,lab\nalpha,amina,{LAB}\nalpha,badr,{LAB}\n"
    (course.root / "teams.csv").write_text(teams, encoding="utf-8")


def given_to(course: Course, student: str) -> tuple[list[float], list[str]]:
    """The points and comments that a person gave."""
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook(LAB, LAB, student)
        points = [one.manual_score for one in notebook.grades if one.manual_score is not None]
        return points, [one.manual_comment for one in notebook.comments if one.manual_comment]
