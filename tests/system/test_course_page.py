"""The course page, as a trainee meets it in a real browser: Arabic first, one language at a time,
the way to a lab and back, handing in and feedback without a terminal."""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.tests import run_nbgrader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from grader.classrun.grading import Grading
from grader.lab.course import Course
from grader.notebook.course_page.handlers import TEXTS
from grader.notebook.progress import Progress, save_progress
from grader.reports.feedback_writer import FeedbackWriter
from hardware.i18n import arabic
from tests.support.browser import CELLS, Chromium, Notebook, served

LAB = "first_contact"
ARABIC = re.compile("[\u0621-\u064a]")
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
FOLDER = """
const [done] = arguments;
jupyterapp.serviceManager.contents.get('').then((it) => done(it.content.map((one) => one.name)))
"""
LESSON = ".jp-RenderedMarkdown"
SHOWN = """
const texts = [...document.querySelectorAll(arguments[0])]
  .filter((one) => one.offsetHeight).map((one) => one.innerText.trim())
  .filter((text) => text && text !== '✎');
return texts.length ? texts : null
"""
CARD = """
from grader.score.card import Card
Card('a', 1, 2, {}, '12.7 ' * 40, message={'ar': 'الضوء', 'en': 'the light'})
"""
MARK = """
const mark = [...document.querySelectorAll('.warsha-mark')].find((one) => one.offsetHeight);
if (!mark || mark.scrollWidth > mark.clientWidth) return null;
const box = mark.getBoundingClientRect();
const range = document.createRange();
return [...mark.querySelectorAll('strong, .warsha-ar, .warsha-en')]
  .filter((one) => one.innerText && one.offsetHeight)
  .map((one) => {
    range.selectNodeContents(one);
    const {left, right} = range.getBoundingClientRect();
    return [one.innerText, left - box.left < box.right - right ? 'left' : 'right'];
  })
"""
"""The texts of a mark that is not wider than its box, and on which side of it each is."""
BREAK_REQUESTS = """
window.real ??= window.fetch;
window.fetch = (address, ...more) => address.includes(arguments[0])
  ? Promise.reject(new TypeError('Failed to fetch')) : window.real(address, ...more)
"""
"""Requests with a word in their address fail, as on a line that is cut."""
SAYS = "return document.getElementById('status').textContent === arguments[0]"
ASSIGNMENTS = """
const panel = document.querySelector('#nbgrader-assignment-list');
if (!panel?.innerText.includes('first_contact')) return null;
return [...panel.querySelectorAll('.list_error, .alert-danger')]
  .filter((one) => one.offsetHeight).map((one) => one.innerText)
"""
"""The errors in nbgrader's panel, when it lists the lab."""


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

    def whole_picture(self, file: Path) -> None:
        """A picture of the page from its top to its end, with all labs."""
        size = {"width": 920, "height": 1000, "deviceScaleFactor": 0.7, "mobile": False}
        for _ in range(2):  # the height depends on the width
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            size["height"] = self.js("return document.documentElement.scrollHeight")
        self.screenshot(file)
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def click(self, selector: str) -> None:
        """Wait for a visible element, and click it."""
        self.wait("return document.querySelector(arguments[0])?.offsetHeight", selector)
        self.js("document.querySelector(arguments[0]).click()", selector)


def visible_texts(page: Notebook, selector: str) -> list[str]:
    """The visible texts of these elements, when there are some, and the style that hides the other
    language has come."""
    page.wait("return [...document.styleSheets].some(s => s.href?.includes('one_language'))")
    found: list[str] = page.wait(SHOWN, selector)
    return found


def test_one_language_at_a_time_and_a_way_back(root: Path, tmp_path: Path, pictures: Path) -> None:
    with served(root / "trainee") as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        assert page.language == "ar" and ARABIC.search(page.text(".go-on strong"))
        assert "minutes" not in page.text("main")
        page.whole_picture(pictures / "course.png")

        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert all(ARABIC.search(text) for text in visible_texts(lab, LESSON))
        lab.run(lab.insert(lab.find("%load_ext"), CARD))
        assert lab.wait(MARK) == [
            ["a", "right"],
            ["1 / 2", "left"],
            ["القياس", "right"],
            ["الضوء", "right"],
        ]
        lab.js("document.querySelector('.warsha-course button').click()")
        lab.wait("return document.documentElement.lang == 'en'")
        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert not any(ARABIC.search(text) for text in visible_texts(lab, LESSON))
        first = lab.find("%load_ext")
        said = lab.run(lab.insert(first, "import os\nos.environ['WARSHA_LANG']"))
        assert "'en'" in said

        lab.run(lab.insert(first, CARD))
        assert lab.wait(MARK) == [
            ["a", "left"],
            ["1 / 2", "right"],
            ["measured", "left"],
            ["the light", "left"],
        ]

        names = browser.driver.execute_async_script(FOLDER)
        assert LAB in names and not {"labs", "course.toml", "nbgrader_config.py"} & {*names}

        menus = browser.driver.find_elements("css selector", ".lm-MenuBar-item")
        next(menu for menu in menus if menu.text == "Nbgrader").click()
        assert lab.wait(SHOWN, ".lm-Menu-item") == ["Assignment List"], "none for instructors"
        ActionChains(browser.driver).send_keys(Keys.ESCAPE).perform()

        lab.js("jupyterapp.commands.execute('nbgrader:open-assignment-list')")
        lab.wait(f"return (() => {{ {ASSIGNMENTS} }})() !== null")
        assert lab.js(ASSIGNMENTS) == []

        lab.js("document.querySelector('.warsha-course a').click()")
        page.wait("return document.querySelector('.go-on')")
        assert page.language == "en" and page.text(".go-on strong") == "Begin"


def test_a_double_click_writes_into_the_answer(root: Path, tmp_path: Path) -> None:
    with served(root / "trainee") as url, Chromium(tmp_path / "profile") as browser:
        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        answer = lab.find("✎")
        lab.scroll_to(answer)
        cell = f"{CELLS}.widgets[{answer}].node.querySelector('.jp-RenderedMarkdown')"
        shown = lab.wait(f"{cell}?.scrollIntoView({{block: 'center'}}); return {cell}")
        ActionChains(browser.driver).double_click(shown).perform()
        lab.wait(f"return {CELLS}.mode === 'edit'", seconds=30)
        ActionChains(browser.driver).send_keys(" abcd").perform()
        assert lab.sources()[answer].split() == ["✎", "abcd"], "no letter is a command"


def test_an_answer_in_a_cell_has_the_direction_of_its_words(root: Path, tmp_path: Path) -> None:
    with served(root / "trainee") as url, Chromium(tmp_path / "profile") as browser:
        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        answer = lab.find("%%predict")
        lab.scroll_to(answer)
        cell = f"{CELLS}.widgets[{answer}]"
        line = lab.wait(f"return {cell}.node.querySelector('.cm-line')")
        ActionChains(browser.driver).click(line).perform()
        lab.js(f"{cell}.model.sharedModel.setSource('%%predict\\n50 يومًا، والمتوسط 1.7 mA')")
        shown = f"""
const lines = [...{cell}.node.querySelectorAll('.cm-line')];
return lines.length > 1 && lines.map((one) => {{
  const range = document.createRange();
  range.selectNodeContents(one);
  const text = range.getBoundingClientRect(), box = one.getBoundingClientRect();
  return text.left - box.left < box.right - text.right ? 'left' : 'right';
}})
"""
        assert lab.wait(shown) == ["left", "right"]


def test_progress_deadline_and_mastery_are_shown(root: Path, tmp_path: Path) -> None:
    trainee = root / "trainee"
    save_progress(trainee / LAB, LAB, Progress(17, 20))
    save_progress(trainee / LAB, LAB, Progress(3, 20))  # a worse try takes nothing away
    (published,) = (root / "exchange").rglob("due.json")
    due = {"labs": {"buttons": "2020-01-02T03:04:00+00:00"}, "extended": {}}
    published.write_text(json.dumps(due))
    with served(trainee) as url, Chromium(tmp_path / "profile", (400, 800)) as browser:
        page = CoursePage(browser, url)
        assert "17 / 20" in page.text(f"li.mastered[data-lab={LAB}]")
        assert "L02" in page.text(".go-on")
        gate = page.text(".gates li")
        assert "16" in gate and "L02 L03" in gate and "L01" not in gate
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


def test_a_lab_is_fetched_from_the_exchange(
    course: Course, tmp_path: Path, pictures: Path
) -> None:
    released = course.root / "exchange" / "iot_micropython" / "outbound"
    shutil.copytree(released / LAB, released / "warm_up")
    shutil.rmtree(course.trainee / LAB)
    (course.trainee / LAB).write_text("a file is in the way")
    mine, other = f"li[data-lab={LAB}]", "li[data-lab=warm_up]"
    with served(course.trainee) as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        page.click(f"{mine} .fetch")
        page.wait("return document.getElementById('status').textContent")
        assert ARABIC.search(page.text("#status")) and LAB in page.text("#status")
        assert "L01" in page.text(f"{mine} h2")
        page.screenshot(pictures / "fetch.png")
        assert not page.js(f"return document.querySelector('{mine} .hand-in').offsetHeight")

        said = page.text("#status")
        page.js("window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))")
        page.click(f"{mine} .fetch")
        page.wait(
            "return !['', arguments[0]].includes(document.querySelector('#status').textContent)",
            said,
        )
        assert ARABIC.search(page.text("#status")) and "Failed" not in page.text("#status")
        page.driver.refresh()

        (course.trainee / LAB).unlink()
        page.click(f"{mine} .fetch")
        page.wait(f"return document.querySelector('{mine} .hand-in')?.offsetHeight")
        assert "L01" in page.text(".go-on")
        assert (course.trainee / LAB / f"{LAB}.ipynb").is_file()

        page.click(f"{other} .fetch")
        page.wait(f"return document.querySelector('{other} .hand-in')?.offsetHeight")
        href = page.js(f"return document.querySelector('{other} a').href")
        assert href.endswith(f"/lab/tree/warm_up/{LAB}.ipynb")


def test_settings_beside_the_course_do_not_hide_the_buttons(
    course: Course, tmp_path: Path
) -> None:
    settings = (course.trainee / "nbgrader_config.py").read_text()
    without = "\n".join(line for line in settings.splitlines() if "assignment_dir" not in line)
    (course.trainee / "nbgrader_config.py").write_text(without)  # as an older build wrote it
    started_in = course.trainee.with_name(f"{course.trainee.name}.user")
    started_in.mkdir()
    (started_in / "nbgrader_config.py").write_text(without)
    with served(course.trainee) as url, Chromium(tmp_path / "profile") as browser:
        page = CoursePage(browser, url)
        page.wait(f"return document.querySelector('li[data-lab={LAB}] .hand-in').offsetHeight")


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
        open_ = "return document.querySelector('dialog').open"
        page.wait("return document.querySelector('.hand-in').offsetHeight")
        page.driver.find_element("css selector", ".hand-in").send_keys(Keys.ENTER)
        page.wait(open_)
        page.screenshot(pictures / "no_answer.png")
        assert ARABIC.search(page.text("dialog p"))
        page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        page.wait(f"{open_} === false")
        assert page.driver.switch_to.active_element.text == page.text(".hand-in")
        assert not page.js("return document.querySelector('.handed-in').offsetHeight")
        page.driver.switch_to.active_element.send_keys(Keys.ENTER)
        page.wait(open_)
        page.driver.switch_to.active_element.send_keys(Keys.TAB, Keys.ENTER)
        page.wait("return document.querySelector('.handed-in').offsetHeight")

        file = course.trainee / LAB / f"{LAB}.ipynb"
        notebook = nbformat.read(file, 4)
        predict = next(cell for cell in notebook.cells if cell.source.startswith("%%predict"))
        predict.source += "\nthe chip"
        nbformat.write(notebook, file)
        nbformat.write(nbformat.v4.new_notebook(), file.with_name("Untitled.ipynb"))
        said = page.text("#status")
        page.js("document.getElementById('status').textContent = ''")
        page.click(".hand-in")
        page.wait(SAYS, said)
        assert not page.js(open_)

        page.js(BREAK_REQUESTS, "assignments?")
        page.click(".hand-in")
        page.wait(SAYS, arabic(TEXTS["sent_unseen"]))
        page.wait("return !document.querySelector('.hand-in').disabled")
        page.js(BREAK_REQUESTS, "submit")
        page.click(".hand-in")
        page.wait(SAYS, arabic(TEXTS["failed"]))
        page.js(BREAK_REQUESTS, "settings")
        page.click("#language")
        page.wait(SAYS, arabic(TEXTS["same_language"]))
        page.driver.refresh()

        nbgrader("collect")
        grading = Grading(course, LAB)
        assert [outcome.is_graded for outcome in grading.run(grading.submissions())] == [True]
        assert [problem for _who, problem in FeedbackWriter(course, LAB).run()] == [""]
        nbgrader("release_feedback")
        page = CoursePage(browser, url)
        page.click(".feedback")
        page.wait("return document.title.includes('L01')")
        page.screenshot(pictures / "fetched_feedback.png")
