"""A trainee in a real browser opens the lab, runs the program on the bench, presses a button and
sees the score. `WARSHA_PICTURES=docs/pictures` keeps the pictures."""

import base64
import json
import os
import shutil
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from grader.lab.course import Course
from grader.lab.lab import LABS
from tests.support.bench_page import PHONE, ShownBench
from tests.support.browser import CELLS, Chromium, Notebook, served

LAB = "buttons"
REFERENCE = (LABS / LAB / "reference.py").read_text(encoding="utf-8")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of pictures; it is kept on request."""
    return Path(os.environ.get("WARSHA_PICTURES", tmp_path))


def png(outputs: str) -> bytes:
    """The first picture of a cell's outputs."""
    found = [
        o["data"]["image/png"] for o in json.loads(outputs) if "image/png" in o.get("data", {})
    ]
    return base64.b64decode(found[0])


def solve(page: Notebook) -> None:
    """Put the reference into the program cell and run it."""
    cell = page.find("%%board main.py")
    page.write(cell, f"%%board main.py --detach\n{REFERENCE}")
    shown = page.run(cell)
    assert '"error"' not in shown, shown


def completed(page: Notebook, after: int) -> list[str]:
    """The names that Tab offers in a new cell for the board, which is removed then."""
    cell = page.insert(after, "%%board\nfrom pins import BTN_1\nimport time\ntime.sleep_")
    page.focus_end(cell)
    ActionChains(page.driver).send_keys(Keys.TAB).perform()
    names = "Array.from(document.querySelectorAll('.jp-Completer-match'), m => m.textContent)"
    found: list[str] = page.wait(f"const names = {names}; return names.length ? names : null")
    ActionChains(page.driver).send_keys(Keys.ESCAPE).perform()
    page.js(f"{CELLS}.activeCellIndex = arguments[0]; {CELLS}.mode = 'command'", cell)
    page.js("jupyterapp.commands.execute('notebook:delete-cell')")
    return found


def test_a_trainee_runs_presses_and_scores(
    whole_course: Course, tmp_path: Path, pictures: Path
) -> None:
    course = shutil.copytree(whole_course.trainee, tmp_path / "course")
    with served(course) as url, Chromium(tmp_path / "profile") as browser:
        page = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert "Buttons" in page.run(page.find("%load_ext"))
        solve(page)
        assert completed(page, page.find("%load_ext")) == ["sleep_ms", "sleep_us"]
        listen = page.insert(page.find("%%board main.py"), "print(board.serial.readline(5))")
        assert "READY L03" in page.run(listen)

        press = page.insert(listen, "%bench press btn1 100ms")
        assert page.run(press) == "[]"
        listen = page.insert(press, "print(board.serial.readline(5))")
        assert "COUNT 1" in page.run(listen)

        bench = page.insert(listen, "%bench press btn1 700ms\n%bench")
        (pictures / "bench.png").write_bytes(png(page.run(bench)))
        wave = page.insert(bench, "%wave BTN_1 LED_R --last 3s")
        (pictures / "wave.png").write_bytes(png(page.run(wave)))

        total = page.find("grade()")
        assert "text/html" in page.run(total)
        marks = page.run(page.find('grade("b")'))
        assert json.loads(marks)[0]["data"]["text/plain"] == "5.0"

        endless = page.insert(bench, "%%board\nprint('on')\nwhile True:\n    pass")
        page.run(endless, wait=False)
        page.wait(f"return {CELLS}.model.cells.get({endless}).outputs.length > 0")
        page.js("jupyterapp.commands.execute('notebook:interrupt-kernel')")
        page.wait("return window.ran")
        stopped = page.shown(endless)
        assert "توقف البرنامج؛ واللوحة جاهزة للخلية التالية" in stopped

        long = page.insert(endless, "%%board\nfor n in range(30_000): print(n, 'x' * 30)")
        assert 'href=\\"board_output/1.txt\\"' in page.run(long)
        written = (course / LAB / "board_output" / "1.txt").read_text()
        assert written.endswith("29999 " + "x" * 30 + "\n")

        page.scroll_to(listen)
        page.wait("return document.querySelectorAll('.jp-OutputArea img').length > 0")
        page.screenshot(pictures / "notebook.png")
        total = page.find("grade()")
        page.scroll_to(total)
        page.screenshot(pictures / "score.png")

        page.save_and_restart()
        after = page.run(total)
        assert "الدفتر المحفوظ" in after
        assert '"text/plain":"16.0"' in after


WORDS = """
const [cell] = arguments;
const text = cell.querySelector('.jp-RenderedText pre');
const words = [];
const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  for (const {0: word, index} of walker.currentNode.data.matchAll(/[\u0621-\u064a]{2,}/g)) {
    const range = document.createRange();
    range.setStart(walker.currentNode, index);
    range.setEnd(walker.currentNode, index + word.length);
    const boxes = [...range.getClientRects()];
    words.push([word, boxes.length, boxes[0].top, boxes[0].right]);
  }
}
return words
"""
"""The Arabic words of an output: how many pieces each has, its top, and its right end."""
DRAWING = """
const all = [...document.querySelectorAll('.jp-Notebook pre > code')];
const drawing = all.find((code) => code.textContent.includes('|_|') && code.offsetHeight);
drawing.scrollIntoView();
const range = document.createRange();
range.selectNodeContents(drawing);
const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
return [drawing.textContent.trimEnd().split('\\n').length, tops.size]
"""
"""The lines of the drawing of characters in the lesson: as written, and as shown."""


def test_an_arabic_lesson_and_an_error_are_readable_on_a_phone(
    whole_course: Course, tmp_path: Path, pictures: Path
) -> None:
    course = shutil.copytree(whole_course.trainee, tmp_path / "course")
    with served(course) as url, Chromium(tmp_path / "profile") as browser:
        ShownBench(browser.driver).resize(*PHONE)
        page = browser.open(url, f"{LAB}/{LAB}.ipynb")
        first = page.find("%load_ext")
        page.run(first)
        cell = page.insert(first, "%%board\nfor n in range(3):\n    print('n', m)")
        page.run(cell)
        page.scroll_to(cell)
        node = page.js(f"return {CELLS}.widgets[arguments[0]].node", cell)
        words = page.wait(WORDS, node)
        page.screenshot(pictures / "phone_error.png")
        assert len(words) > 5
        assert [word for word, pieces, _top, _right in words if pieces > 1] == []
        lines: dict[float, list[float]] = {}
        for _word, _pieces, top, right in words:
            lines.setdefault(round(top), []).append(right)
        assert max(map(len, lines.values())) > 2
        assert all(rights == sorted(rights, reverse=True) for rights in lines.values())
        wide = "return document.documentElement.scrollWidth"
        assert page.js(wide) == PHONE[0]
        page.scroll_to(first - 1)
        written, shown = page.js(DRAWING)
        page.screenshot(pictures / "phone_lesson.png")
        assert written == shown == 4


@pytest.mark.long
def test_shift_tab_knows_the_board(whole_course: Course, tmp_path: Path) -> None:
    course = shutil.copytree(whole_course.trainee, tmp_path / "course")
    with served(course) as url, Chromium(tmp_path / "profile") as browser:
        page = browser.open(url, f"{LAB}/{LAB}.ipynb")
        first = page.find("%load_ext")
        page.run(first)
        cell = page.insert(first, "%%board\nimport time\ntime.sleep_ms(")
        page.focus_end(cell)
        ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).perform()
        tooltip = page.wait("return document.querySelector('.jp-Tooltip')?.textContent")
        assert "sleep_ms(ms: int" in tooltip and "Delay for given number" in tooltip
