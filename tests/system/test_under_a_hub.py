"""JupyterLab as a hub starts it: below an address of its own, in the user's home folder, with no
settings but those that are installed. All is as with `make lab`."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from grader.lab.course import Course
from tests.support.bench_page import ShownBench
from tests.support.browser import HUB_BASE, Chromium, Notebook, served_by_hub

LAB = "buttons"
ARABIC = re.compile("[\u0621-\u064a]")
LOADED = """
return performance.getEntriesByType('resource')
  .filter((one) => !/^(data|blob):/.test(one.name))
  .map((one) => [one.name, one.responseStatus])
"""
"""The address of everything that the page has loaded, with the status of the answer."""
FONT = "return getComputedStyle(document.querySelector(arguments[0])).fontFamily"


@pytest.fixture
def root(whole_course: Course, tmp_path: Path) -> Path:
    """A built course, with an exchange of its own."""
    return Path(shutil.copytree(whole_course.root, tmp_path / "course"))


def assert_all_from_the_users_server(page: Notebook) -> None:
    """Nothing comes from another address, which a hub would not lead to this server."""
    loaded = page.js(LOADED)
    assert [name for name, _status in loaded if not urlsplit(name).path.startswith(HUB_BASE)] == []
    here = urlsplit(page.driver.current_url).netloc
    assert {urlsplit(name).netloc for name, _status in loaded} <= {here}
    missing = [name for name, status in loaded if status >= 400 and "warsha" in name]
    assert missing == []


def test_a_course_is_the_same_under_a_hub(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / "trainee" / "first_contact")
    first, lesson = "li[data-lab=first_contact]", f"li[data-lab={LAB}] h2 a"
    with served_by_hub(root / "trainee") as url, Chromium(tmp_path / "profile") as browser:
        browser.driver.get(url)
        page = Notebook(browser.driver)
        page.wait("return document.querySelector('.go-on')")
        assert page.js("return document.documentElement.lang") == "ar"
        page.wait(f"return document.querySelector('{first} .fetch')?.offsetHeight")
        page.js(f"document.querySelector('{first} .fetch').click()")
        page.wait(f"return document.querySelector('{first} .hand-in')?.offsetHeight")
        page.js(f"document.querySelector('li[data-lab={LAB}] .hand-in').click()")
        page.wait("return document.querySelector('dialog').open")
        page.js("document.querySelector('dialog button[value=hand-in]').click()")
        page.wait(f"return document.querySelector('li[data-lab={LAB}] .handed-in')?.offsetHeight")
        assert_all_from_the_users_server(page)
        assert [file.name.split("+")[1] for file in (root / "exchange").rglob("*+*")] == [LAB]

        there = page.js(f"return document.querySelector('{lesson}').href")
        assert urlsplit(there).path.startswith(f"{HUB_BASE}lab/tree/")
        lab = browser.open(url, f"{LAB}/{LAB}.ipynb")
        lab.wait("return [...document.styleSheets].some(s => s.href?.includes('one_language'))")
        assert ARABIC.search(
            lab.js("return document.querySelector('.jp-RenderedMarkdown h1').innerText")
        )
        assert "Noto Sans Arabic" in lab.js(FONT, ".jp-RenderedMarkdown [dir=rtl]")
        assert not lab.js(
            "return document.querySelector('[data-id*=create_assign]')?.offsetHeight"
        )

        first_cell = lab.find("%load_ext")
        lab.run(first_cell)
        assert "vnd.warsha.bench" in lab.run(lab.insert(first_cell, "%bench"))
        shown = ShownBench(browser.driver)
        shown.wait_until_live()
        assert_all_from_the_users_server(lab)

        lab.js("document.querySelector('.warsha-course button').click()")
        lab.wait("return document.documentElement.lang == 'en'")
        lab.wait("return document.querySelector('.warsha-course a')")
        lab.js("document.querySelector('.warsha-course a').click()")
        page.wait("return document.querySelector('.go-on')")
        assert page.js("return document.documentElement.lang") == "en"
