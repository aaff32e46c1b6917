"""The live bench in a notebook, in a real browser: it acts while a cell runs, comes back after a
reload, and leaves a picture in the saved notebook. `WARSHA_PICTURES=docs/pictures` keeps the
picture."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import nbformat
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from hardware.paths import ROOT
from tests.support.bench_page import PHONE, PRESSES, ShownBench
from tests.support.browser import KERNEL, Chromium, Notebook, served

CONNECT, BENCH, PROGRAM = range(3)
"""The cells of a notebook."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with notebooks that connect a bench, show it, and run a program."""
    path = tmp_path_factory.mktemp("notebooks")
    shutil.copy(ROOT / "labs" / "buttons" / "diagram.json", path)
    texts = [
        "%load_ext warsha\n%board connect diagram.json",
        "%bench",
        f"%%board{PRESSES}",
    ]
    for name in ("one", "two"):
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, texts)))
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, path / f"{name}.ipynb")
    return path


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


def opened(browser: Chromium, url: str, name: str) -> tuple[Notebook, ShownBench]:
    """A notebook in a new window, with its bench."""
    browser.driver.switch_to.new_window("window")
    page = browser.open(url, f"{name}.ipynb")
    page.run(CONNECT)
    page.run(BENCH)
    bench = ShownBench(browser.driver)
    bench.wait_until_live()
    return page, bench


def stop(page: Notebook) -> None:
    """Stop the cell that runs."""
    page.js("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    page.wait(f"return {KERNEL}?.status == 'idle'")


def save(page: Notebook) -> None:
    """Save the notebook."""
    page.js(
        "window.saved = false; jupyterapp.commands.execute('docmanager:save')"
        ".then(() => { window.saved = true })"
    )
    page.wait("return window.saved")


def test_a_press_acts_while_a_cell_runs_and_after_a_reload(
    browser: Chromium, server: str, folder: Path, tmp_path: Path
) -> None:
    page, bench = opened(browser, server, "one")
    page.run(PROGRAM, wait=False)
    bench.prints("READY")
    bench.find(".pins summary").click()
    page.js("jupyterapp.shell.collapseLeft()")  # the list of files
    dark = bench.drawing("led_r")
    bench.hold("btn1")
    bench.shows("led_r", "on, 80 %")
    bench.prints("count 1")
    assert bench.drawing("led_r") != dark
    page.scroll_to(BENCH)
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "live_notebook.png")
    bench.let_go()
    bench.shows("led_r", "off")
    save(page)

    browser.driver.refresh()  # the kernel is still busy with the cell
    bench.wait_until_live()
    bench.prints("count 1")
    bench.hold("btn1")
    bench.prints("count 2")
    bench.let_go()
    assert "raw REPL" not in bench.js("return document.querySelector('.console pre').textContent")

    bench.find(".pause").click()
    bench.wait("return document.querySelector('.clock').textContent.includes('.')")
    stop(page)  # ends the pause, too
    bench.wait("return document.querySelector('.pause').ariaPressed === 'false'")

    saved = nbformat.read(folder / "one.ipynb", 4)
    (output,) = saved.cells[BENCH].outputs
    assert output.data["image/png"]
    assert set(output.data) == {
        "image/png",
        "text/plain",
        "application/vnd.warsha.bench.v1+json",
    }
    rest = {kind: text for kind, text in output.data.items() if kind != "image/png"}
    assert len(json.dumps(rest)) < 300 and "widgets" not in saved.metadata


def test_two_notebooks_have_two_benches_and_a_restart_closes_one(
    browser: Chromium, server: str
) -> None:
    one, first = opened(browser, server, "one")
    two, second = opened(browser, server, "two")
    for page, bench in ((one, first), (two, second)):
        browser.driver.switch_to.window(bench.window)
        page.run(PROGRAM, wait=False)
        bench.prints("READY")
    first.find("g[data-part=btn1]")
    first.hold("btn1")
    first.prints("count 1")
    first.let_go()
    second.shows("led_r", "off")
    assert "count" not in second.js("return document.querySelector('.console pre').textContent")

    browser.driver.switch_to.window(first.window)
    stop(one)
    one.save_and_restart()
    first.wait("return document.querySelector('.warsha-bench .status').textContent !== ''")
    assert "closed" in first.find(".warsha-bench .status").text
    one.run(CONNECT)
    one.run(BENCH)
    first.wait("return document.querySelector('.warsha-bench .status')?.textContent === ''")
    first.shows("led_r", "off")
    browser.driver.switch_to.window(second.window)
    stop(two)


def test_another_bench_takes_its_place_and_a_saved_notebook_shows_a_picture(
    browser: Chromium, server: str
) -> None:
    page, bench = opened(browser, server, "two")
    page.js("jupyterapp.shell.collapseLeft()")  # the list of files
    bench.resize(*PHONE)
    bench.find(".warsha-bench .language").click()
    bench.shows("led_r", "مطفأ")
    inside = (
        "const b = document.querySelector('.warsha-bench'); return b.scrollWidth - b.clientWidth"
    )
    assert bench.js(inside) == 0
    bench.find(".warsha-bench .language").click()
    page.run(CONNECT)
    bench.wait("return document.querySelector('.warsha-bench .status').textContent !== ''")
    save(page)

    browser.driver.refresh()
    bench.wait("return document.querySelector('.jp-OutputArea img')?.naturalWidth > 0")
    note = "return document.querySelector('.jp-OutputArea p:not([hidden])')?.textContent"
    assert "Run the cell again" in bench.wait(note)
    assert not browser.driver.find_elements("css selector", ".warsha-bench")


def cookies(url: str) -> str:
    """What a browser sends after it has opened JupyterLab."""
    jar, place = CookieJar(), urlsplit(url)
    lab = f"http://{place.netloc}/lab?{place.query}"
    build_opener(HTTPCookieProcessor(jar)).open(lab, timeout=60).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def status(url: str, bench: str, **headers: str) -> int:
    """The HTTP status of the answer to who asks for a bench; 101 opens the line."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=60)) as line:
        line.request("GET", f"/warsha/bench/{bench}", headers=upgrade | headers)
        return line.getresponse().status


async def close_code(url: str, bench: str, cookie: str) -> int | None:
    """Why the server closes the line to a bench."""
    address = f"ws://{urlsplit(url).netloc}/warsha/bench/{bench}"
    line = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookie}))
    assert await line.read_message() is None
    code = line.close_code
    line.close()
    return code


def test_the_server_asks_who_it_is_and_finds_only_benches(server: str) -> None:
    name, cookie = "0" * 16, cookies(server)
    assert asyncio.run(close_code(server, name, cookie)) == 4404
    assert status(server, name, Cookie=cookie) == 101
    assert status(server, name) == 403
    assert status(server, name, Cookie=cookie, Origin="http://example.com") == 403
    for other in ("..%2F" + name, "jpserver-1.json", name[1:], "x" * 16):
        assert status(server, other, Cookie=cookie) == 404
