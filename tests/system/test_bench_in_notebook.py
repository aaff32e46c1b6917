"""The live bench in a notebook, in a real browser: it acts while a cell runs, comes back after a
reload, and leaves a picture in the saved notebook. `WARSHA_PICTURES=docs/pictures` keeps the
picture."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import nbformat
import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from hardware.bench.serving.live_bench import LiveBench
from hardware.notebook.views import PICTURE
from hardware.paths import ROOT
from tests.support.accessibility import faults
from tests.support.bench_page import PHONE, PRESSES, ShownBench, diagram
from tests.support.browser import KERNEL, Chromium, Notebook, served

CONNECT, BENCH, PROGRAM = range(3)
"""The cells of a notebook."""
BLINKS = """
from machine import Pin
from time import sleep_ms
lamp = Pin(25, Pin.OUT)
for n in range(20):
    lamp.value(n % 2)
    sleep_ms(20)
"""
TALKS = """
from machine import UART
UART(1, 9600, tx=Pin(17)).write("hi")
"""
DRAWN = """
const [done] = arguments;
requestAnimationFrame(() => requestAnimationFrame(() => done()));
"""
"""What was asked for is drawn."""
ZOOM = ".warsha-bench > details"
"""The lines below the picture of a waveform."""


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
    """Stop the cell that runs. On a busy machine the page may not have the click; then a person
    clicks again."""
    for _click in range(10):
        page.js("jupyterapp.commands.execute('notebook:interrupt-kernel')")
        with suppress(TimeoutException):
            page.wait(f"return {KERNEL}?.status == 'idle'", seconds=30)
            return
    raise AssertionError("the cell does not stop")


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
    speed = bench.find(".warsha-bench select")
    speed.send_keys(Keys.ARROW_UP)  # JupyterLab has a command for this key
    assert speed.get_attribute("value") == "0.1"
    speed.send_keys(Keys.ARROW_DOWN)
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


def test_enter_applies_or_refuses_the_number_in_a_box(
    browser: Chromium, server: str, folder: Path
) -> None:
    (folder / "knob.json").write_text(json.dumps(diagram()), encoding="utf-8")
    browser.driver.switch_to.new_window("window")
    page = browser.open(server, "two.ipynb")
    page.write(CONNECT, "%load_ext warsha\n%board connect knob.json")
    page.run(CONNECT)
    page.run(BENCH)
    bench = ShownBench(browser.driver)
    bench.wait_until_live()
    number = bench.find(".setting input[type=number]")
    slider = "return document.querySelector('.setting input[type=range]').value"
    select_all = Keys.CONTROL + "a" + Keys.NULL
    number.send_keys(select_all, "0.25", Keys.ENTER)
    bench.wait(f"{slider} === '250'")  # the kernel has told it
    number.send_keys(select_all, "500", Keys.ENTER)
    bench.wait("return document.activeElement.validationMessage === 'A number from 0 to 1'")
    assert number.get_property("value") == "0.25"
    number.send_keys(select_all, Keys.DELETE, Keys.ENTER)
    bench.wait("return document.activeElement.value === '0.25'")
    assert bench.js(slider) == "250"


def test_a_runaway_that_takes_the_stop_is_stopped(browser: Chromium, server: str) -> None:
    page, bench = opened(browser, server, "one")
    runaway = "while True:\n    try: time.sleep(1)\n    except BaseException: pass"
    page.write(PROGRAM, f"%%board\nimport time\nprint('it runs')\n{runaway}")
    page.run(PROGRAM, wait=False)
    bench.prints("it runs")
    page.js("jupyterapp.commands.execute('notebook:interrupt-kernel')")
    page.wait("return window.ran")
    assert "stopped by a reset, because the program ignores Ctrl-C" in page.shown(PROGRAM)
    page.write(PROGRAM, "%%board\nprint('the board', 'answers')")
    assert "the board answers" in page.run(PROGRAM)


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


def test_a_program_that_reads_a_line_gets_it_from_the_box_of_its_cell(
    browser: Chromium, server: str, tmp_path: Path
) -> None:
    page, _bench = opened(browser, server, "two")
    page.write(PROGRAM, "%%board\nname = input('name? ')\nprint('Hello', name)")
    page.run(PROGRAM, wait=False)
    page.wait("return document.querySelector('.jp-Stdin-input') !== null")
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "input_box.png")
    assert "Type one here" in browser.driver.find_element("css selector", ".jp-Stdin").text
    box = browser.driver.find_element("css selector", ".jp-Stdin-input")
    box.send_keys("Mona", Keys.ENTER)
    page.wait("return window.ran")
    assert "Hello Mona" in page.shown(PROGRAM)


def test_a_real_board_is_seen_with_its_wiring_plan(
    browser: Chromium, server: str, tmp_path: Path
) -> None:
    with LiveBench("esp32") as board:  # the notebook sees only its serial line
        browser.driver.switch_to.new_window("window")
        page = browser.open(server, "two.ipynb")
        page.write(CONNECT, "%load_ext warsha\n%board connect diagram.json")
        page.run(CONNECT)
        page.write(CONNECT, f"%board connect {board.serve_pty()}")
        page.run(CONNECT)
        page.run(BENCH)
        view = ShownBench(browser.driver)
        view.wait_until_live()

        def fact(row: str, words: str) -> None:
            script = "return document.querySelector(arguments[0])?.textContent"
            selector = f"[data-fact={row}]"
            view.wait(f"{script}?.includes(arguments[1])", selector, words)

        fact("levels", "after the next cell")
        assert not browser.driver.find_elements("css selector", ".pause, .controls, .seen")
        assert "wiring plan" in view.find(".plan").text
        page.write(PROGRAM, "%%board\nfrom machine import Pin\nled = Pin(25, Pin.OUT, value=1)")
        page.run(PROGRAM)
        view.find(".pins summary").click()
        pin = "return document.querySelector('[data-pin-words$=\":25\"]')?.textContent"
        view.wait(f"{pin}?.endsWith('output, high')")
        fact("state", "no program runs")
        fact("machine", "ESP32")
        page.js("jupyterapp.shell.collapseLeft()")  # the list of files
        page.scroll_to(BENCH)
        page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "real_board.png")

        page.write(PROGRAM, "%%board\nwhile True:\n    print('speed:%s' % input())")
        page.run(PROGRAM, wait=False)
        fact("state", "a program runs")
        fact("levels", "would stop it")
        view.wait(f"{pin}?.endsWith('level not known')")
        view.find(".instruments summary").click()
        for number in ("3", "7"):
            view.find(".console input").send_keys(number, Keys.ENTER)
        view.prints("speed:7")
        view.wait("return document.querySelector('.instruments li')?.textContent === 'speed 7'")
        stop(page)


def test_the_circuit_is_edited_in_the_notebook_and_runs_again(
    browser: Chromium, server: str, folder: Path, tmp_path: Path
) -> None:
    browser.driver.switch_to.new_window("window")
    page = browser.open(server, "two.ipynb")
    page.js("jupyterapp.shell.collapseLeft()")  # the list of files
    page.run(CONNECT)
    page.write(BENCH, "%bench edit")
    page.run(BENCH)
    view = ShownBench(browser.driver)
    view.wait("return document.querySelector('.canvas [data-part]') !== null")
    page.write(PROGRAM, "%%board\nprint(6 * 7)\nimport time\ntime.sleep(3600)")
    page.run(PROGRAM, wait=False)
    page.wait(f"return {KERNEL}?.status == 'busy'")
    # A cell runs, and the editor answers. The wire gets handles; the picture is kept.
    view.find(".list-wires li:nth-child(5) button").click()
    view.wait("return document.querySelectorAll('[data-piece]').length > 1")
    page.scroll_to(BENCH)
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "editor_notebook.png")
    view.find('.palette [type="search"]').send_keys("wokwi-vcc")
    view.find('[data-type="wokwi-vcc"]').click()
    view.wait("return document.querySelector('[data-part=vcc1]') !== null")
    for name, value in (("left", "-300"), ("id", "supply")):
        view.find(f".warsha-editor [name={name}]").send_keys(
            Keys.CONTROL + "a" + Keys.NULL, value, Keys.ENTER
        )
    view.wait("return document.querySelector('[data-part=supply]') !== null")
    view.find("button.run").click()
    view.wait("return document.querySelector('.warsha-editor .status').textContent !== ''")
    assert "no cell runs" in view.find(".warsha-editor .status").text
    stop(page)
    # Where the editor was, the bench is now, with the new part.
    view.wait("return document.querySelector('.picture g[data-part=supply] ~ *') !== null")
    view.wait("return document.querySelector('.warsha-editor') === null")
    saved = json.loads((folder / "diagram.json").read_text(encoding="utf-8"))
    assert saved["parts"][-1]["id"] == "supply" and saved["parts"][-1]["left"] == -300
    page.write(PROGRAM, "%%board\nprint(6 * 7)")
    assert "42" in page.run(PROGRAM)
    view.prints("42")
    view.find("a.edit").click()
    view.wait("return document.querySelector('.canvas [data-part=supply]') !== null")
    view.find("button.undo").click()
    view.wait("return document.querySelector('.canvas [data-part=supply]') === null")
    save(page)  # the notebook; the circuit is not saved
    browser.driver.refresh()  # what is not saved is still there
    view.wait("return document.querySelector('.canvas [data-part]') !== null")
    assert view.js("return document.querySelector('.canvas [data-part=supply]') === null")
    assert "not saved" in view.find(".saved").text
    view.find("button.redo").click()
    view.wait("return document.querySelector('.saved.unsaved') === null")


def test_a_lab_s_circuit_is_edited_as_a_copy_without_its_hidden_parts(
    browser: Chromium, server: str, folder: Path, tmp_path: Path
) -> None:
    lab = folder / "labs" / "buttons"
    shutil.copytree(ROOT / "labs" / "buttons", lab)
    before = (lab / "diagram.json").read_bytes()
    browser.driver.switch_to.new_window("window")
    page = browser.open(server, "two.ipynb")
    page.js("jupyterapp.shell.collapseLeft()")  # the list of files
    page.write(CONNECT, "%load_ext warsha\n%lab buttons")
    page.run(CONNECT)
    page.write(BENCH, "%bench edit")
    assert "emi1" not in page.run(BENCH)
    view = ShownBench(browser.driver)
    view.wait("return document.querySelector('.canvas [data-part]') !== null")
    notice = view.find(".notice").text
    assert "lab's circuit stays as it is" in notice and "my_buttons.json" in notice
    assert "my_buttons.json" in view.find("button.save").text
    shown = "return document.querySelector('.warsha-editor').innerHTML"
    assert "emi1" not in view.js(shown) and "interference" not in view.js(shown)
    view.find(".warsha-editor .language").click()
    view.wait("return document.querySelector('.warsha-editor').dir === 'rtl'")
    page.scroll_to(BENCH)
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "editor_lab_copy.png")
    view.find(".warsha-editor .language").click()
    view.find("button.save").click()
    view.wait("return document.querySelector('.notice').hidden")
    assert (lab / "diagram.json").read_bytes() == before
    copy = json.loads((folder / "my_buttons.json").read_text(encoding="utf-8"))
    ids = [part["id"] for part in json.loads(before)["parts"]]
    assert [part["id"] for part in copy["parts"]] == [one for one in ids if one != "emi1"]
    view.find("button.run").click()
    view.wait("return document.querySelector('.warsha-bench .picture svg g[data-part=led_r]')")
    view.wait("return document.querySelector('.warsha-editor') === null")
    assert "my_buttons.json" in view.find(".warsha-bench h1").text
    page.write(PROGRAM, "%bench press BTN_1")  # the lab's names of pins are still known
    assert "rror" not in page.run(PROGRAM)


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


def test_the_picture_of_a_waveform_zooms_without_a_kernel(
    browser: Chromium, server: str, folder: Path, tmp_path: Path
) -> None:
    page, _bench = opened(browser, server, "two")
    lamp = page.insert(BENCH, f"%%board{BLINKS}")
    page.run(lamp)
    wave = page.insert(lamp, "%wave 25 --last 1s")
    page.run(wave)
    save(page)
    outputs = nbformat.read(folder / "two.ipynb", 4).cells[wave].outputs
    assert "image/png" in outputs[0].data and len(json.dumps(outputs)) < 100_000
    page.js("jupyterapp.commands.execute('kernelmenu:shutdown')")
    page.wait(f"return !{KERNEL}")

    browser.driver.refresh()
    page.wait(f"return document.querySelector('{ZOOM} summary')?.offsetHeight")
    page.scroll_to(wave)
    page.js(f"document.querySelector('{ZOOM} summary').click()")
    edges = f"return document.querySelector('{ZOOM} path')?.getAttribute('d').match(/V/g)?.length"
    shown = f"return document.querySelector('{ZOOM} .shown-time').textContent"
    page.wait(f"{edges} === 19")
    whole = page.js(shown)
    lines = page.driver.find_element("css selector", f"{ZOOM} svg")
    for _press in range(50):  # JupyterLab, while it loads, may take the focus away
        lines.send_keys("+")
        page.driver.execute_async_script(DRAWN)
        if page.js(f"{edges} < 19"):
            break
    assert 1 <= page.js(edges) < 19
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "wave_zoom.png")
    page.js(f"document.querySelector('{ZOOM} .live').click()")
    page.wait(f"{edges} === 19 && ({shown.removeprefix('return ')}) === arguments[0]", whole)

    notebook = nbformat.read(folder / "two.ipynb", 4)
    notebook.cells[wave].outputs[0].data[PICTURE]["lines"]["end_ns"] += 1200 * 10**9
    nbformat.write(notebook, folder / "two.ipynb")
    browser.driver.refresh()
    page.wait(f"return document.querySelector('{ZOOM} summary')?.offsetHeight")
    page.js(f"document.querySelector('{ZOOM} summary').click()")
    whole = page.wait(shown.replace(".text", "?.text"))
    zoom = f"document.querySelectorAll('{ZOOM} .time button')"
    page.js(f"{zoom}[0].click()")
    page.wait(f"{shown} !== arguments[0]", whole)
    page.js(f"{zoom}[1].click()")
    page.wait(f"{shown} === arguments[0]", whole)


def test_two_cursors_and_the_buses_of_a_zoomed_waveform(
    browser: Chromium, server: str, tmp_path: Path
) -> None:
    page, _bench = opened(browser, server, "one")
    lamp = page.insert(BENCH, f"%%board{BLINKS}{TALKS}")
    page.run(lamp)
    wave = page.insert(lamp, "%wave 25 17 --last 1s")
    page.run(wave)
    page.scroll_to(wave)
    page.js(f"document.querySelector('{ZOOM} summary').click()")
    texts = f"return [...document.querySelectorAll('{ZOOM} svg text')].map(e => e.textContent)"
    page.wait(f"return document.querySelector('{ZOOM} path')?.getAttribute('d').includes('V')")
    assert page.js(texts) == ["25", "17", "UART 17", "hi"]

    reading = f"return document.querySelector('{ZOOM} output').textContent"
    lines = page.driver.find_element("css selector", f"{ZOOM} svg")
    d = page.js(f"return document.querySelector('{ZOOM} path').getAttribute('d')")
    edges = [float(x) for x in re.findall(r"H([\d.]+)V", d)]
    for x in (edges[3], edges[6]):  # from the middle of the element
        right = (x - 300) / 600 * lines.size["width"]
        ActionChains(page.driver).move_to_element_with_offset(lines, right, 0).click().perform()
    said = page.wait(f"{reading}.includes('Δt') && ({reading.removeprefix('return ')})")
    assert re.fullmatch(
        r"1: [\d.]+ s · 2: [\d.]+ s · Δt = 60\.?\d* ms · 1/Δt = 1[67]\.\d+ Hz", said
    )
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "wave_cursors.png")
    assert faults(page.driver, (ZOOM,)) == []
    lines.send_keys(Keys.SHIFT, Keys.ARROW_RIGHT)
    page.wait(f"{reading}.includes('Δt = 80')")
    lines.send_keys(Keys.ESCAPE)
    page.wait(f"{reading} === ''")
    lines.send_keys("1", Keys.SHIFT, Keys.ARROW_LEFT, Keys.NULL, "2")
    page.wait(f"{reading}.includes('Δt = ')")
    page.wait(f"return document.querySelectorAll('{ZOOM} path.cursor').length === 2")


def test_a_waveform_is_readable_on_a_phone(browser: Chromium, server: str, tmp_path: Path) -> None:
    page, _bench = opened(browser, server, "one")
    lamp = page.insert(BENCH, f"%%board{BLINKS}{TALKS}")
    page.run(lamp)
    wave = page.insert(lamp, "%wave 25 17 --last 1s")
    page.run(wave)
    page.js("jupyterapp.shell.collapseLeft()")  # the list of files
    ShownBench(browser.driver).resize(*PHONE)
    page.scroll_to(wave)
    page.js(f"document.querySelector('{ZOOM} summary').click()")
    page.wait(f"return document.querySelector('{ZOOM} svg text')?.textContent === '25'")
    picture = "document.querySelector('.jp-OutputArea [dir=ltr] > img')"
    page.wait(f"return {picture}.offsetWidth >= 800")
    assert page.js(f"return {picture}.parentElement.offsetWidth") < PHONE[0]
    assert page.js("return document.documentElement.scrollWidth") == PHONE[0]
    page.screenshot(Path(os.environ.get("WARSHA_PICTURES", tmp_path)) / "phone_wave.png")
    heights = (
        f"[...document.querySelectorAll('{ZOOM} svg text')].map(e => e.getBoundingClientRect())"
    )
    assert all(height > 11 for height in page.js(f"return {heights}.map(box => box.height)"))
    part = page.driver.find_element("css selector", ".jp-OutputArea [dir=ltr]:has(> img)")
    part.send_keys(Keys.END, Keys.ARROW_RIGHT)
    page.wait(f"return {picture}.parentElement.scrollLeft > 0")
