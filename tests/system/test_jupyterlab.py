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


def test_a_trainee_runs_presses_and_scores(
    whole_course: Course, tmp_path: Path, pictures: Path
) -> None:
    course = shutil.copytree(whole_course.trainee, tmp_path / "course")
    with served(course) as url, Chromium(tmp_path / "profile") as browser:
        page = browser.open(url, f"{LAB}/{LAB}.ipynb")
        assert "Buttons" in page.run(page.find("%load_ext"))
        solve(page)
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
        assert json.loads(marks)[0]["data"]["text/plain"] == "6.0"

        endless = page.insert(bench, "%%board\nprint('on')\nwhile True:\n    pass")
        page.run(endless, wait=False)
        page.wait(f"return {CELLS}.model.cells.get({endless}).outputs.length > 0")
        page.js("jupyterapp.commands.execute('notebook:interrupt-kernel')")
        page.wait("return window.ran")
        stopped = page.shown(endless)
        assert "توقف البرنامج؛ واللوحة جاهزة للخلية التالية" in stopped

        long = page.insert(endless, "%%board\nfor n in range(30_000): print(n, 'x' * 30)")
        assert 'href=\\"board_output.txt\\"' in page.run(long)
        assert (course / LAB / "board_output.txt").read_text().endswith("29999 " + "x" * 30 + "\n")

        page.scroll_to(listen)
        page.wait("return document.querySelectorAll('.jp-OutputArea img').length > 0")
        page.screenshot(pictures / "notebook.png")
        total = page.find("grade()")
        page.scroll_to(total)
        page.screenshot(pictures / "score.png")

        page.save_and_restart()
        after = page.run(total)
        assert "الدفتر المحفوظ" in after
        assert '"text/plain":"18.0"' in after


@pytest.mark.long
def test_tab_and_shift_tab_know_the_board(whole_course: Course, tmp_path: Path) -> None:
    course = shutil.copytree(whole_course.trainee, tmp_path / "course")
    with served(course) as url, Chromium(tmp_path / "profile") as browser:
        page = browser.open(url, f"{LAB}/{LAB}.ipynb")
        first = page.find("%load_ext")
        page.run(first)
        cell = page.insert(first, "%%board\nfrom pins import BTN_1\nimport time\ntime.sleep_")
        page.focus_end(cell)
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        names = "Array.from(document.querySelectorAll('.jp-Completer-match'), m => m.textContent)"
        found = page.wait(f"const names = {names}; return names.length ? names : null")
        assert found == ["sleep_ms", "sleep_us"]

        page.write(cell, "%%board\nimport time\ntime.sleep_ms(")
        page.focus_end(cell)
        ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).perform()
        tooltip = page.wait("return document.querySelector('.jp-Tooltip')?.textContent")
        assert "sleep_ms(ms: int" in tooltip and "Delay for given number" in tooltip
