"""The course page, as a trainee meets it in a real browser: Arabic first, one language at a time,
the way to a lab and back, handing in and feedback without a terminal."""

import os
import re
import shutil
from pathlib import Path

import pytest
from nbgrader.tests import run_nbgrader

from grader.classrun.grading import Grading
from grader.lab.course import Course
from grader.notebook.progress import Progress, save_progress
from grader.reports.feedback_writer import FeedbackWriter
from tests.support.browser import Chromium, Notebook, served

LAB = "first_contact"
ARABIC = re.compile("[\u0621-\u064a]")
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
FOLDER = """
const [done] = arguments;
jupyterapp.serviceManager.contents.get('').then((it) => done(it.content.map((one) => one.name)))
"""
LESSON = ".jp-RenderedMarkdown"
TEXTS = """
const texts = [...document.querySelectorAll(arguments[0])]
  .filter((one) => one.offsetHeight).map((one) => one.innerText.trim()).filter(Boolean);
return texts.length ? texts : null
"""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of pictures; it is kept on request."""
    return Path(os.environ.get("WARSHA_PICTURES", tmp_path))


@pytest.fixture
def root(whole_course: Course, tmp_path: Path) -> Path:
    """A built course, with an exchange of its own."""
    return Path(shutil.copytree(whole_course.root, tmp_path / "course"))


class CoursePage(Notebook):
    """The course page in a browser."""

    def __init__(self, browser: Chromium, url: str) -> None:
        super().__init__(browser.driver)
        browser.driver.get(url)

    @property
    def language(self) -> str:
        """The language of the page."""
        return str(self.js("return document.documentElement.lang"))

    def text(self, selector: str) -> str:
        """The visible text of an element."""
        return str(self.js("return document.querySelector(arguments[0]).innerText", selector))

    def click(self, selector: str) -> None:
        """Wait for a visible element, and click it."""
        self.wait("return document.querySelector(arguments[0])?.offsetHeight", selector)
        self.js("document.querySelector(arguments[0]).click()", selector)


def visible_texts(page: Notebook, selector: str) -> list[str]:
    """The visible texts of these elements, when there are some."""
    found: list[str] = page.wait(TEXTS, selector)
    return found


def test_one_language_at_a_time_and_a_way_back(root: Path, tmp_path: Path, pictures: Path) -> None:
    with served(root / "trainee") as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        assert page.language == "ar" and ARABIC.search(page.text(".go-on strong"))
        assert "minutes" not in page.text("main")
        page.screenshot(pictures / "course.png")

        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert all(ARABIC.search(text) for text in visible_texts(lab, LESSON))
        lab.js("document.querySelector('.warsha-course button').click()")
        lab.wait("return document.documentElement.lang == 'en'")
        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert not any(ARABIC.search(text) for text in visible_texts(lab, LESSON))
        first = lab.find("%load_ext")
        said = lab.run(lab.insert(first, "import os\nos.environ['WARSHA_LANG']"))
        assert "'en'" in said

        names = browser.driver.execute_async_script(FOLDER)
        assert LAB in names and not {"labs", "course.toml", "nbgrader_config.py"} & {*names}

        lab.js("document.querySelector('.warsha-course a').click()")
        page.wait("return document.querySelector('.go-on')")
        assert page.language == "en" and page.text(".go-on strong") == "Begin"


def test_progress_deadline_and_mastery_are_shown(root: Path, tmp_path: Path) -> None:
    trainee = root / "trainee"
    save_progress(trainee / LAB, LAB, Progress(17, 20))
    save_progress(trainee / LAB, LAB, Progress(3, 20))  # a worse try takes nothing away
    (trainee / "labs" / "due.json").write_text('{"buttons": "2020-01-02T03:04:00+00:00"}')
    with served(trainee) as url, Chromium(tmp_path / "profile", (400, 800)) as browser:
        page = CoursePage(browser, url)
        assert "17 / 20" in page.text(f"li.mastered[data-lab={LAB}]")
        assert "L02" in page.text(".go-on")
        assert "2020-01-02" in page.text("li[data-lab=buttons] .late")
        assert page.js("return document.documentElement.scrollWidth <= innerWidth"), "on a phone"


def test_texts_of_files_are_no_markup(root: Path, tmp_path: Path) -> None:
    trainee = root / "trainee"
    toml = trainee / "course.toml"
    toml.write_text(re.sub('ar = "[^"]*"', f'ar = "{HOSTILE}"', toml.read_text(), count=1))
    with served(trainee) as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        assert page.text("h1") == HOSTILE
        assert page.js("return window.pwned") is None


# nbgrader's release_feedback leaves files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_hand_in_and_read_the_feedback_without_a_terminal(
    course: Course, tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", os.environ)  # run_nbgrader leaves a copy in its place
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "instructor"))

    def nbgrader(command: str) -> None:
        monkeypatch.chdir(course.root)
        run_nbgrader([command, LAB])  # it checks the exit code

    with served(course.trainee) as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        page.click(".hand-in")
        page.wait("return document.querySelector('.handed-in').offsetHeight")

        nbgrader("collect")
        grading = Grading(course, LAB)
        assert [outcome.is_graded for outcome in grading.run(grading.submissions())] == [True]
        assert [problem for _who, problem in FeedbackWriter(course, LAB).run()] == [""]
        nbgrader("release_feedback")
        page = CoursePage(browser, url)
        page.click(".feedback")
        page.wait("return document.title.includes('L01')")
        page.screenshot(pictures / "fetched_feedback.png")
