"""The editor of circuits in a real browser: what a person does is in the file after saving, and
nothing else in it has changed. `WARSHA_PICTURES=docs/pictures` keeps the picture."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from hardware import boards
from hardware.bench.serving.page.editor_server import EditorServer
from hardware.cli import begin_diagram
from hardware.errors import DiagramError
from hardware.paths import ROOT
from tests.support.bench_page import PHONE, ShownBench
from tests.support.browser import Chromium
from tests.support.editor_window import EditorWindow, edited
from tests.support.page_line import talk

EVIL = "\"><img src=x onerror='window.pwned=1'><script>window.pwned=1</script>"
FILE = """{
  "version": 1, "author": "ورشة", "future": [ 1,2 ],
  "parts": [
    {"type": "board-esp32-devkit-c-v4", "id": "esp", "left": 0.0, "top": 0, "attrs": {}},
    {
      "id": "led1", "type": "wokwi-led", "left": -144, "top": 19.2,
      "attrs": { "color": "red", "glow": true }, "new": { "in": [ "Wokwi" ] }
    },
    { "type": "chip-mcp23017", "id": "x", "left": 192, "top": 9.6, "attrs": {"k":1} },
    {"type": "wokwi-resistor", "id": "r1", "left": -144, "top": 96, "attrs": {"value": "220"}}
  ],
  "connections": [
    [ "esp:25", "r1:2", "green", [ "h-10", "*" ] ],
    [ "led1:C","esp:GND.1" ],
    [ "x:SDA", "esp:21", "blue", [], "more" ]
  ],
  "serialMonitor": {"display":"auto"}
}"""
WRONG = "document.querySelector('.wrong:not([hidden])')?.textContent"
REMARKS = "document.querySelector('.remarks ol')?.textContent"
VALUE = "document.querySelector('[name=\"attribute value\"]')?.value"
WIRES = "document.querySelectorAll('.list-wires li').length"
CORNERS = (
    "[...document.querySelector(`[data-wire='${arguments[0]}'] .hit`).points]"
    ".map(({ x, y }) => [x, y])"
)
WIRE = 2
"""The wire of the file that has the most corners."""
CHOSEN = (
    "return [...document.querySelectorAll('[data-part][aria-pressed=true]')]"
    ".map(e => e.dataset.part).sort()"
)
LEAVE = "const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e);"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests; each opens windows of its own."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as chromium:
        yield chromium


# -- in the browser --------------------------------------------------------------------------


def test_a_part_is_dragged_and_only_its_entry_changes(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.drag(page.part("led1"), 48, -24)
        page.wait_for_unsaved()
        page.save()
        saved = (tmp_path / "diagram.json").read_text()
        assert saved == FILE.replace('"left": -144, "top": 19.2,', '"left": -96, "top": -4.8,')
        assert page.errors() == []


def test_a_wire_is_drawn_painted_and_removed(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        mouse = ActionChains(browser.driver)
        mouse.move_to_element(page.find(page.pin("r1:1"))).perform()
        tip = page.wait("return document.querySelector('.tip:not([hidden])')?.textContent")
        assert tip == "r1:1"
        mouse.click().move_to_element(page.find(page.pin("led1:A"))).click().perform()
        page.wait(f"return {WIRES} === 4")
        assert page.wires()[-1] == "r1:1 – led1:A"
        page.find(".list-wires li:last-child button").click()
        Select(page.find(".form select")).select_by_value("blue")
        page.wait(
            "return document.querySelector('[data-wire=\"3\"]').innerHTML.includes('#2f6fd6')"
        )
        page.save()
        saved = FILE.replace('"more" ]', '"more" ],\n    [ "r1:1", "led1:A", "blue", [] ]')
        assert (tmp_path / "diagram.json").read_text() == saved

        page.find(".list-wires li:first-child button").click()
        page.wait("return document.querySelector('.form h2').textContent.includes('esp:25')")
        page.keys(Keys.DELETE)
        page.wait(f"return {WIRES} === 3")
        page.save()
        first = '    [ "esp:25", "r1:2", "green", [ "h-10", "*" ] ],\n'
        assert (tmp_path / "diagram.json").read_text() == saved.replace(first, "")


def test_a_wire_is_chosen_in_the_picture(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        x, y = page.js(
            "const wire = document.querySelector('[data-wire=\"0\"] .hit');"
            "const [a, b] = wire.points, at = new DOMPoint((a.x + b.x) / 2, (a.y + b.y) / 2);"
            "const { x, y } = at.matrixTransform(wire.getScreenCTM()); return [x, y]"
        )
        mouse = ActionChains(browser.driver)
        move = mouse.w3c_actions.pointer_action.move_to_location
        move(round(x), round(y))  # type: ignore[no-untyped-call]
        mouse.click().perform()
        page.wait("return document.querySelector('.form h2').textContent.includes('esp:25')")
        page.keys(Keys.DELETE)
        page.wait(f"return {WIRES} === 2")


def test_a_piece_of_a_wire_is_dragged_and_moved_by_keys(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        before = page.corners(WIRE)
        assert len(before) == 4, before
        page.drag_piece(WIRE, 1, 24, 0)
        page.wait_for_unsaved()
        page.wait(f"return {CORNERS}[1][0] !== arguments[1]", WIRE, before[1][0])
        led = page.corners(WIRE)
        x = led[1][0]
        assert [y for _x, y in led] == [y for _x, y in before]
        assert led[0] == before[0] and led[3] == before[3]
        assert led[2][0] == x and 19 < x - before[1][0] < 29
        assert abs(x / 4.8 - round(x / 4.8)) < 0.01, "it is on the grid"
        # The handle of the piece has the focus: the arrow keys move it.
        page.keys(Keys.ARROW_LEFT)
        page.wait(f"return Math.abs({CORNERS}[1][0] - arguments[1]) < 0.01", WIRE, x - 4.8)
        page.control(Keys.ARROW_RIGHT, Keys.SHIFT)
        page.wait(f"return Math.abs({CORNERS}[1][0] - arguments[1]) < 0.01", WIRE, x - 3.8)
        # A piece at a pin keeps a stub there.
        page.drag_piece(WIRE, 0, 0, 30)
        page.wait(f"return {CORNERS}.length === 6", WIRE)
        page.save()
        saved = (tmp_path / "diagram.json").read_text()
        (path,) = re.findall(r'"blue", (\[.*?\]), "more"', saved)
        assert "*" in json.loads(path) and saved.replace(path, "[]") == FILE
        for _edit in range(4):
            page.control("z")
        page.wait("return document.querySelector('.undo').disabled")
        assert page.corners(WIRE) == before
        assert page.errors() == []


def test_several_parts_are_moved_copied_and_removed(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.drag_box("led1", "r1")
        page.wait("return document.querySelector('.form h2').textContent.endsWith(' 2')")
        page.drag(page.part("r1"), 9.6, 4.8)
        page.wait_for_unsaved()
        page.keys(Keys.ARROW_RIGHT)
        page.save()
        moved = FILE.replace('"left": -144, "top": 19.2', '"left": -129.6, "top": 24')
        moved = moved.replace('"left": -144, "top": 96', '"left": -129.6, "top": 100.8')
        assert (tmp_path / "diagram.json").read_text() == moved
        page.control("d")
        page.wait("return document.querySelector('[data-part=led2]')?.ariaPressed === 'true'")
        assert page.js(CHOSEN) == ["led2", "r2"]
        page.keys(Keys.DELETE)
        page.wait("return document.querySelector('[data-part=led2]') === null")
        page.control("z")
        page.control("z")
        page.wait("return document.title === 'diagram.json'")
        # A click chooses one; with Shift, one more, and not any more.
        page.select("led1")
        mouse = ActionChains(browser.driver).key_down(Keys.SHIFT)
        mouse.click(page.find(page.part("r1"))).key_up(Keys.SHIFT).perform()
        assert page.js(CHOSEN) == ["led1", "r1"]
        mouse = ActionChains(browser.driver).key_down(Keys.SHIFT)
        mouse.click(page.find(page.part("led1"))).key_up(Keys.SHIFT).perform()
        assert page.js(CHOSEN) == ["r1"]
        # With the keyboard.
        page.js("document.querySelector(arguments[0]).focus()", page.part("led1"))
        page.control(Keys.ENTER, Keys.SHIFT)
        page.wait("return document.querySelector('[data-part=led1]').ariaPressed === 'true'")
        assert page.js(CHOSEN) == ["led1", "r1"]
        page.keys(Keys.DELETE)
        page.wait("return document.querySelectorAll('[data-part]').length === 2")
        assert page.errors() == []


def test_touch_moves_pieces_of_wires_and_chooses_several_parts(
    browser: Chromium, tmp_path: Path
) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        before = page.corners(WIRE)
        page.find(".list-wires li:last-child button").click()
        page.touch_drag("[data-piece='1']", 30, 0)
        page.wait(f"return {CORNERS}[1][0] > arguments[1]", WIRE, before[1][0])
        page.find("button.several").click()
        for part in ("led1", "r1"):
            page.touch_drag(page.part(part), 0, 0)
        page.wait("return document.querySelector('.form h2').textContent.endsWith(' 2')")
        page.touch_drag(page.part("r1"), 48, 0)
        page.wait("return document.querySelector('.undo').disabled === false")
        page.save()
        parts = json.loads((tmp_path / "diagram.json").read_text())["parts"]
        assert parts[1]["left"] == parts[3]["left"] > -144


def test_parts_come_from_the_palette_by_click_and_by_dragging(
    browser: Chromium, tmp_path: Path
) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        search = page.find('.palette [type="search"]')
        search.send_keys("رطوبة")
        dht = page.find('[data-type="wokwi-dht22"]')
        assert dht.is_displayed()
        assert not page.find('[data-type="wokwi-led"]').is_displayed()
        dht.click()
        page.wait("return document.activeElement.dataset.part === 'dht1'")
        search.clear()
        search.send_keys("slide switch")
        mouse = ActionChains(browser.driver)
        mouse.click_and_hold(page.find('[data-type="wokwi-slide-switch"]'))
        mouse.move_to_element_with_offset(page.find(".canvas"), -40, -200).release().perform()
        page.wait("return document.activeElement.dataset.part === 'slide_switch1'")
        page.save()
        parts = json.loads((tmp_path / "diagram.json").read_text())["parts"]
        assert [part["id"] for part in parts[4:]] == ["dht1", "slide_switch1"]
        assert parts[4]["top"] > 150 and parts[5]["top"] < 50
        places = [part[key] for part in parts[4:] for key in ("left", "top")]
        assert [place for place in places if round(place / 4.8, 2) % 1] == []
        assert page.errors() == []


def test_attributes_are_checked_and_a_wrong_one_loses_nothing(
    browser: Chromium, tmp_path: Path
) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.select("r1")
        about = page.find('.form [name="attribute value"] ~ .about').text
        assert about == "at least 0 · without a value: 1000"
        assert page.find('.form [name="attribute value"] ~ span').text == "Ω"
        page.fill("attribute value", "4k7")
        assert "'4k7', not a number" in page.wait(f"return {WRONG}")
        assert page.field("attribute value").get_attribute("value") == "4k7"
        page.fill("attribute value", "٤٧٠٠")
        page.wait(f"return {WRONG} === undefined")
        page.wait("return document.querySelector('.captions').textContent.includes('4.7 kΩ')")
        page.fill("id", "R_1")
        page.wait("return document.querySelector('[data-part=R_1]') !== null")
        page.fill("id", "led1")
        assert "two parts have this id" in page.wait(f"return {WRONG}")
        page.select("led1")
        assert page.field("attribute color").get_attribute("value") == "red"
        page.fill("attribute color", "blue")
        page.wait_for_unsaved()
        page.save()
        saved = FILE.replace('"220"', '"4700"').replace('"r1', '"R_1')
        saved = saved.replace('"color": "red"', '"color": "blue"')
        assert (tmp_path / "diagram.json").read_text() == saved


def test_a_place_takes_arabic_digits(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.select("r1")
        page.fill("left", "٤٨")
        page.wait_for_unsaved()
        page.save()
        parts = json.loads((tmp_path / "diagram.json").read_text())["parts"]
        assert next(part["left"] for part in parts if part["id"] == "r1") == 48


def test_everything_is_done_with_the_keyboard(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.js("document.querySelector(arguments[0]).focus()", page.part("r1"))
        page.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, "r")
        page.wait("return document.querySelector('.form [name=rotate]')?.value === '90'")
        page.control("s")
        page.wait("return !document.title.startsWith('●')")
        moved = FILE.replace('"left": -144, "top": 96', '"left": -134.4, "top": 100.8')
        moved = moved.replace('"value": "220"}}', '"value": "220"}, "rotate": 90}')
        assert (tmp_path / "diagram.json").read_text() == moved
        page.control("d")
        page.wait("return document.activeElement.dataset.part === 'r2'")
        page.keys(Keys.DELETE)
        page.wait("return document.querySelector('[data-part=r2]') === null")
        page.js("document.querySelector('.newwire').open = true")
        first, second = page.driver.find_elements("css selector", ".newwire select")
        Select(first).select_by_value("r1:1")
        Select(second).select_by_value("led1:A")
        page.js("document.querySelector('.newwire button').focus()")
        page.keys(Keys.ENTER)
        page.wait(f"return {WIRES} === 4")
        for _edit in range(7):
            page.control("z")
        page.wait("return document.querySelector('.undo').disabled")
        page.control("y")
        page.wait("return !document.querySelector('.undo').disabled")
        assert page.errors() == []


def test_the_lint_runs_at_each_change(browser: Chromium, tmp_path: Path) -> None:
    file = FILE.replace(', "green", [ "h-10", "*" ] ]', "]").replace("r1:2", "led1:A")
    with edited(tmp_path / "diagram.json", file) as server:
        page = EditorWindow(browser.driver, server.url)
        listed = page.wait(f"return {REMARKS}")
        assert "led1 has no resistor" in listed and "chip-mcp23017 exists in Wokwi" in listed
        assert page.js("return document.querySelectorAll('.marks circle').length") > 0
        page.find(".list-wires li:first-child button").click()
        page.keys(Keys.DELETE)
        page.wait(f"return !{REMARKS}.includes('no resistor')")


def test_changes_of_others_are_not_overwritten(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "diagram.json"
    with edited(file, FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.select("r1")
        page.fill("attribute value", "470")
        page.wait_for_unsaved()
        theirs = FILE.replace("red", "white")
        file.write_text(theirs)
        page.find("button.save").click()
        page.wait("return !document.querySelector('.conflict').hidden")
        assert "another program has changed the file" in page.find(".status").text
        assert file.read_text() == theirs
        page.find(".conflict button:last-child").click()
        page.wait(f"return {VALUE} === '220'")
        page.find("button.undo").click()
        page.wait(f"return {VALUE} === '470'")
        file.write_text(FILE)
        page.find("button.save").click()
        page.wait("return !document.querySelector('.conflict').hidden")
        page.find(".conflict button:first-child").click()
        page.wait("return !document.title.startsWith('●')")
        assert file.read_text() == FILE.replace("220", "470")


def test_a_page_that_is_left_with_changes_asks(browser: Chromium, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        assert page.js(f"{LEAVE} return e.defaultPrevented") is False
        page.drag(page.part("led1"), 48, 0)
        page.wait_for_unsaved()
        assert page.js(f"{LEAVE} return e.defaultPrevented") is True
        other = EditorWindow(browser.driver, server.url)  # the circuit is the server's
        assert other.js("return document.title").startswith("●")
        other.save()
        page.wait("return !document.title.startsWith('●')")
        assert page.js(f"{LEAVE} return e.defaultPrevented") is False


def test_the_circuit_of_a_lab_is_edited(browser: Chromium, tmp_path: Path) -> None:
    text = (ROOT / "labs" / "buttons" / "diagram.json").read_text()
    with edited(tmp_path / "diagram.json", text) as server:
        page = EditorWindow(browser.driver, server.url)
        page.resize(1400, 860)
        page.js("document.querySelectorAll('.palette details')[2].open = true")
        page.select("led_r")
        assert page.field("attribute label").get_attribute("value") == "LED_R"
        assert page.find(".list-parts").text.endswith("emi1: Push button (hidden)")
        folder = Path(os.environ.get("WARSHA_PICTURES", tmp_path))
        browser.driver.save_screenshot(str(folder / "editor.png"))
        page.drag(page.part("btn2"), -9.6, 0)
        page.wait_for_unsaved()
        page.keys(Keys.ARROW_LEFT)
        page.wait("return document.querySelector('.form [name=left]').value === '-124.8'")
        page.save()
        saved = json.loads((tmp_path / "diagram.json").read_text())
        assert saved["parts"][4]["left"] == -124.8
        others = [part for part in saved["parts"] if part["id"] != "btn2"]
        assert others == [part for part in json.loads(text)["parts"] if part["id"] != "btn2"]


def test_arabic_is_right_to_left_and_a_phone_is_wide_enough(
    browser: Chromium, tmp_path: Path
) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        page = EditorWindow(browser.driver, server.url)
        page.select("led1")
        page.find(".language").click()
        page.wait("return document.documentElement.dir === 'rtl'")
        shown = page.js(
            "return [...document.querySelectorAll('h2, button, label, p, summary, option')]"
            ".map(e => { const c = e.cloneNode(true); c.querySelectorAll('code, bdi, svg, option')"
            ".forEach(x => x.remove()); return c.textContent.trim() })"
        )
        titles = {boards.load(name).title for name in boards.names()}
        names = re.compile(r"English|[\w.-]+:\S+|[a-z]+$|[–:]?$")
        arabic = re.compile("[\u0600-\u06ff]")
        latin = [text for text in shown if not (names.match(text) or arabic.search(text))]
        assert [text for text in latin if text not in titles] == []
        page.resize(*PHONE)
        assert page.js("return document.documentElement.scrollWidth") == PHONE[0]
        page.find(".language").click()


def test_hostile_names_are_only_text(browser: Chromium, tmp_path: Path) -> None:
    text = FILE.replace('"led1', json.dumps(EVIL)[:-1]).replace(
        "chip-mcp23017", "chip-<img src=x>"
    )
    text = text.replace('"red"', json.dumps(EVIL))
    with edited(tmp_path / "diagram.json", text.replace(":C", "C:C")) as server:
        page = EditorWindow(browser.driver, server.url)
        page.find(".list-parts li:nth-child(2) button").click()
        page.wait("return document.querySelector('.form [name=id]') !== null")
        assert page.field("id").get_attribute("value") == EVIL
        page.field("id").send_keys(Keys.END, "2", Keys.TAB)
        page.wait_for_unsaved()
        made = "return document.querySelectorAll('img, [onerror], main script').length"
        assert page.js(made) == 0
        assert page.js("return window.pwned ?? null") is None


def test_the_bench_starts_again_with_the_edited_circuit(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "diagram.json"
    command = [sys.executable, str(ROOT / "warsha.py"), "bench", str(file), "--new", "--http", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        try:
            assert bench.stdout is not None
            urls: dict[str, str] = {}
            while "page" not in urls:
                name, space, value = bench.stdout.readline().partition(" ")
                assert space, "the command has ended"
                urls[name] = value.strip()
            page = EditorWindow(browser.driver, urls["editor"])
            shown = ShownBench(browser.driver)
            page.find("a.bench").click()
            shown.wait("return document.querySelector('#bench .picture svg') !== null")
            line = shown.find(".console form input")
            line.send_keys("open('kept.txt', 'w').close()", Keys.ENTER)
            shown.prints("close()")
            shown.find("a.edit").click()
            page.wait("return document.querySelector('.canvas [data-part]') !== null")
            page.find('.palette [type="search"]').send_keys("wokwi-vcc")
            page.find('[data-type="wokwi-vcc"]').click()
            page.wait("return document.querySelector('[data-part=vcc1]') !== null")
            page.find("button.run").click()
            shown.wait("return location.href === arguments[0]", urls["page"])
            shown.wait("return document.querySelector('#bench g[data-part=vcc1]') !== null")
            line = shown.find(".console form input")
            line.send_keys("import os; print(os.listdir())", Keys.ENTER)
            shown.prints("['boot.py', 'kept.txt']")
            assert json.loads(file.read_text())["parts"][1]["id"] == "vcc1"
        finally:
            bench.terminate()
            assert bench.wait(60) == 0


# -- without a browser -------------------------------------------------------------------------


def status(url: str, **headers: str) -> int:
    """The HTTP status of an answer."""
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def answers(server: EditorServer, *messages: str) -> list[Any]:
    """What the server answers to messages, without the circuits."""
    found = asyncio.run(talk(server.url, *messages))
    return [answer for answer in found if not {"editor", "circuit"} & answer.keys()]


def test_only_who_has_the_token_gets_the_editor(tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        base, token = server.url.rstrip("/").rsplit("/", 1)
        assert status(server.url) == 200
        assert status(f"{base}/{token[:-1]}/") == 403
        assert status(server.url, Host="example.com") == 403
        assert status(server.url, Origin="http://example.com") == 403
        assert status(f"{server.url}live", Origin="http://example.com", Upgrade="websocket") == 403
        assert status(f"{server.url}diagram.json") == 404
        with urlopen(server.url, timeout=60) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[" * 100_000,
        '{"do": "save", "overwrite": 1}',
        '{"do": "save", "file": "/etc/passwd"}',
        '{"do": "move", "part": "r1", "left": NaN, "top": 0}',
        '{"do": "move", "part": "r1", "left": 1e9, "top": 0}',
        '{"do": "move", "part": "r1", "left": true, "top": 0}',
        '{"do": "attribute", "part": "r1", "name": "value", "value": "\\ud800"}',
        json.dumps({"do": "attribute", "part": "r1", "name": "x", "value": "x" * 20_001}),
        '{"do": "remove", "parts": ["r1", 1]}',
        '{"do": "copy", "parts": []}',
        '{"do": "bend", "wire": 0, "ends": ["esp:25", "r1:2"], "corners": [[0, 0]]}',
        '{"do": "bend", "wire": 0, "ends": ["esp:25", "r1:2"], "corners": [[0, 0], [0, NaN]]}',
        '{"do": "unwire", "wire": true, "ends": ["a:1", "b:2"]}',
        '{"do": "wire", "a": "esp", "b": "r1:1"}',
    ],
)
def test_a_message_of_a_wrong_form_ends_the_line(message: str, tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        assert answers(server, message) == []
        assert not server.desk.editor.unsaved


def test_a_circuit_that_cannot_run_is_not_run(tmp_path: Path) -> None:
    with edited(tmp_path / "diagram.json", FILE) as server:
        (answer,) = answers(server, '{"do": "run"}')
        assert "connection number 3: not a wire" in answer["refused"]
        assert not server.run_wanted.is_set()


def test_a_new_file_has_only_its_board_and_is_begun_once(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    begin_diagram(file, "pico w")
    text = file.read_text()
    assert [part["type"] for part in json.loads(text)["parts"]] == ["board-pi-pico-w"]
    with pytest.raises(DiagramError, match="exists already") as caught:
        begin_diagram(file, "esp32")
    assert "without --new" in caught.value.cure and file.read_text() == text
    for name in (None, Path("pico")):
        with pytest.raises(DiagramError, match="--new needs the name of a file"):
            begin_diagram(name, "pico")
    with pytest.raises(DiagramError, match="no such file"):
        begin_diagram(tmp_path / "none" / "new.json", "pico")
