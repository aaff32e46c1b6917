"""Formgrader in a real browser, as an instructor uses it: it lists the class, its button grades on
virtual boards, the graded notebook shows the marks. `WARSHA_PICTURES=DIR` keeps the pictures."""

import os
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from grader import seeds
from grader.archive.store import Store
from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader.enrolment import enrol
from hardware.paths import build_dir
from tests.support.browser import START_S, Chromium, served
from tests.support.classroom import LAB, HandIn, auto_scores, give_by_hand
from tests.support.project import LABS

REFERENCE = (LABS / LAB / "reference.py").read_text("utf-8")


class Formgrader:
    """The pages of Formgrader in one browser."""

    def __init__(self, browser: Chromium, url: str) -> None:
        self.driver = browser.driver
        self.base = url.partition("/lab?")[0]
        self.driver.get(url)  # only the pages of JupyterLab accept the token

    def show(self, page: str) -> None:
        """Open a page of Formgrader."""
        self.driver.get(f"{self.base}/formgrader/{page}")

    def wait_for(self, css: str, text: str) -> Any:
        """The first element with that text."""

        def find(driver: Any) -> Any:
            found = driver.find_elements(By.CSS_SELECTOR, css)
            return next((one for one in found if text in one.text), None)

        return WebDriverWait(self.driver, START_S, poll_frequency=0.1).until(find)

    def directions(self, css: str) -> set[str]:
        """The computed text directions of elements."""
        find = self.driver.find_elements
        return {it.value_of_css_property("direction") for it in find(By.CSS_SELECTOR, css)}

    def press(self, button: str) -> None:
        """Press the button of the only row, and close its message."""
        self.driver.find_element(By.CSS_SELECTOR, f"td.{button} a").click()
        self.wait_for(".modal-title", "Success")
        close = self.driver.find_element(By.CSS_SELECTOR, ".modal.in .modal-footer button")
        self.driver.execute_script("arguments[0].click()", close)


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
