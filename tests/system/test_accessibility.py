"""axe-core finds no grave fault on the pages of a trainee: the course page, a lab in JupyterLab
with the live bench, the page of a bench, and the editor of circuits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.lab.course import Course
from grader.lab.lab import LABS
from tests.support.accessibility import OURS_IN_JUPYTERLAB, faults
from tests.support.bench_page import SIGNALS, BenchPage, ShownBench, bench_with_page
from tests.support.browser import Chromium, served
from tests.support.editor_window import EditorWindow, edited

LAB = "buttons"
OPEN_ALL = "for (const box of document.querySelectorAll('details')) box.open = true"
TALL = (1400, 15_000)
"""All cells of a notebook are in view: axe-core looks at no others."""
IN_VIEW = "return bottom > 0 && bottom < innerHeight"
LAST = "[...document.querySelectorAll('.jp-Notebook [lang=ar] p')].at(-1)"
"""The last paragraph of a lesson."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests; each opens windows of its own."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as chromium:
        yield chromium


def test_a_fault_is_found(browser: Chromium) -> None:
    browser.driver.get("data:text/html,<html lang=en><title>x</title><img src=x><p>text")
    assert [fault.split(":")[0] for fault in faults(browser.driver)] == ["image-alt"]


def test_the_page_of_a_bench(browser: Chromium) -> None:
    with bench_with_page(LABS / LAB / "diagram.json", SIGNALS) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("count:1,")
        for _language in range(2):
            view.js(OPEN_ALL)
            view.wait("return document.querySelector('.instruments li') !== null")
            assert faults(browser.driver) == []
            view.find(".language").click()


def test_the_editor_of_circuits(browser: Chromium, tmp_path: Path) -> None:
    text = (LABS / LAB / "diagram.json").read_text(encoding="utf-8")
    with edited(tmp_path / "diagram.json", text) as server:
        view = EditorWindow(browser.driver, server.url)
        assert faults(browser.driver) == []
        view.select("btn1")
        view.find(".language").click()
        assert faults(browser.driver) == []


def test_the_course_page(browser: Chromium, course: Course) -> None:
    with served(course.trainee) as url:
        browser.driver.switch_to.new_window("window")
        browser.driver.get(url)
        assert faults(browser.driver) == []


def test_what_is_ours_in_a_lab(browser: Chromium, course: Course) -> None:
    with served(course.trainee) as url:
        lab = course.labs[0]
        browser.driver.switch_to.new_window("window")
        page = browser.open(url, f"{lab}/{lab}.ipynb")
        first = page.find("%load_ext")
        page.run(first)
        page.run(page.find("grade()"))
        for text in ("%%board\nprint(nothing)", "%board status", "%bench"):
            page.run(page.insert(first, text))
        view = ShownBench(browser.driver)
        view.wait_until_live()
        page.js(OPEN_ALL)
        view.resize(*TALL)
        page.wait(f"const {{bottom}} = {LAST}.getBoundingClientRect();" + IN_VIEW)
        assert faults(browser.driver, OURS_IN_JUPYTERLAB) == []
        page.js(f"{LAST}.style.color = '#cccccc'")
        (fault,) = faults(browser.driver, OURS_IN_JUPYTERLAB)
        assert fault.startswith("color-contrast") and "color: #cccccc" in fault
