"""The page of a live bench in a real browser: what a person does acts on the board, and what the
board does is seen. Who has no token, or is no page of ours, gets nothing."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from tornado.websocket import websocket_connect

from hardware.bench.serving.page.page_server import PageServer
from hardware.errors import BenchError
from hardware.paths import ROOT
from tests.support.bench_page import (
    LED,
    PHONE,
    PRESSES,
    SIGNALS,
    VOLTS,
    BenchPage,
    bench_with_page,
    diagram,
)
from tests.support.browser import Chromium

EVIL = "\"><img src=x onerror='window.pwned=1'><script>window.pwned=1</script>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests; each opens windows of its own."""
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


# -- in the browser --------------------------------------------------------------------------


def test_a_press_in_the_picture_lights_the_led_and_counts(browser: Chromium) -> None:
    with bench_with_page(ROOT / "labs" / "buttons" / "diagram.json", PRESSES) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("READY")
        view.shows("led_r", "off")
        dark = view.drawing("led_r")
        view.hold("btn1")
        view.shows("led_r", "on, 80 %")
        view.pressed("btn1")
        view.prints("count 1")
        assert view.drawing("led_r") != dark
        view.let_go()
        view.shows("led_r", "off")
        view.pressed("btn1", False)
        assert view.errors() == []


def test_the_keyboard_presses_and_types(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("READY")
        for key, target in ((" ", "g[data-part=btn]"), ("1", "body")):
            view.js("document.querySelector(arguments[0]).focus()", target)
            ActionChains(browser.driver).key_down(key).perform()
            view.shows("led", "on, 80 %")
            ActionChains(browser.driver).key_up(key).perform()
            view.shows("led", "off")
        view.prints("count 2")
        next(b for b in view.driver.find_elements("css selector", ".keys button")).click()
        view.prints("KeyboardInterrupt")
        view.find("form input").send_keys("print(6 * 1117)", Keys.ENTER)
        view.prints("6702")


def test_a_slider_moves_what_a_converter_reads(browser: Chromium) -> None:
    with bench_with_page(diagram(), VOLTS) as (live, page):
        view, other = (BenchPage(browser.driver, page.url) for _ in range(2))
        view.prints("raw 0\n")
        view.find("input[type=range]").send_keys(Keys.END)
        view.prints("raw 4095\n")
        assert live.snapshot().controls["pot"]["position"] == 1
        other.wait("return document.querySelector('input[type=range]').value === '1000'")
        number = other.find("input[type=number]")
        number.clear()
        number.send_keys("0.5", Keys.ENTER)
        view.wait("return document.querySelector('input[type=range]').value === '500'")
        assert live.snapshot().controls["pot"]["position"] == 0.5


def test_two_pages_and_one_that_leaves_with_a_button_held(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (_live, page):
        one, two = (BenchPage(browser.driver, page.url) for _ in range(2))
        two.prints("READY")
        one.hold("btn")
        two.pressed("btn")
        two.shows("led", "on, 80 %")
        browser.driver.switch_to.window(one.window)
        browser.driver.close()
        two.pressed("btn", False)
        two.shows("led", "off")


def test_a_reload_in_the_middle_loses_nothing(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("READY")
        live.press("btn")
        view.prints("count 1")
        browser.driver.refresh()
        view.prints("count 1")
        view.hold("btn")
        view.prints("count 2")
        view.let_go()
        view.find(".keys button:last-child").click()  # the reset button ends the program
        view.wait("return document.querySelector('.console pre').textContent.endsWith('>>> ')")


def test_a_pin_tells_its_mode_and_level(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("READY")
        tip = "return document.querySelector('.tip:not([hidden])')?.textContent"
        ActionChains(browser.driver).move_to_element(view.find("[data-pin='esp:GND.1']")).perform()
        assert view.wait(tip) == "GND.1: ground"
        ActionChains(browser.driver).move_to_element(view.find("[data-pin='esp:32']")).perform()
        assert view.wait(tip) == "32: input, pull-up, high"
        live.control("btn", "pressed", 1)
        view.wait(f"{tip}.endsWith('low')")
        view.find(".pins summary").click()
        listed = "return document.querySelector('[data-pin-words=\"esp:25\"]')?.textContent"
        view.wait(f"{listed} === '25: output, high'")
        view.find(".language").click()
        view.wait(f"{listed} === '25: خرج، المستوى مرتفع'")
        view.find(".language").click()


def test_the_remarks_of_the_lint_are_marked_in_the_picture(browser: Chromium) -> None:
    made = diagram()
    made["connections"] = [wire for wire in made["connections"] if "r:2" not in wire]
    made["connections"].append([f"esp:{LED}", "led:A", "red", []])
    with bench_with_page(made) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        first = view.find(".remarks li")
        assert first.text.startswith("Error:") and "no resistor" in first.text
        shown = "return getComputedStyle(document.querySelector('[data-remarks]')).display"
        assert view.js(shown) == "inline"
        assert len(view.driver.find_elements("css selector", "[data-remarks] circle")) == len(
            view.driver.find_elements("css selector", ".remarks li")
        )
        view.find(".remarks summary").click()
        view.wait(f"{shown} === 'none'")


def test_the_instruments_show_levels_transfers_and_values(browser: Chromium) -> None:
    with bench_with_page(diagram(), SIGNALS) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("count:1,")
        view.find(".instruments summary").click()
        view.wait("return document.querySelector('.instruments pre').textContent.includes('I2C')")
        transfers = view.find(".instruments pre").text
        assert "I2C 0x3c → 12 ab NACK" in transfers
        rows = "return [...document.querySelectorAll('.lines text')].map(t => t.textContent)"
        assert {"25", "26"} <= set(view.wait(rows))
        edges = "return document.querySelectorAll('.lines path')[arguments[0]].getAttribute('d')"
        blinks = list(view.js(rows)).index("25")
        view.wait(f"{edges}.split('V').length > 5", blinks)
        names = "return [...document.querySelectorAll('.instruments li')].map(t => t.textContent)"
        view.wait(f"{names}.join().match(/^count \\d+,half \\d+/)")
        browser.driver.refresh()
        view.prints("count:1,")


def test_the_bench_is_paused_and_goes_on_edge_by_edge(browser: Chromium) -> None:
    with bench_with_page(diagram(), SIGNALS) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("count:2,")
        view.find(".pins summary").click()
        pause, step = view.find(".pause"), view.find(".step")
        pause.click()
        clock = "return document.querySelector('.clock').textContent"
        view.wait(f"{clock}.match(/\\.\\d{{6}} s$/)")
        assert pause.get_attribute("aria-pressed") == "true"
        now_ns = live.snapshot().now_ns
        level = "return document.querySelector('[data-pin-words=\"esp:25\"]').textContent"
        levels: list[str] = []
        while len(set(levels)) < 2 or levels[-1] == levels[0]:  # edges of other pins come between
            was = view.js(clock)
            step.click()
            view.wait(f"{clock} !== arguments[0]", was)
            while live.ask(lambda bench: bench.stepping):
                pass
            levels.append(view.js(level))
        passed_ns = live.snapshot().now_ns - now_ns
        assert 50_000_000 < passed_ns < 400_000_000

        printed = view.js("return document.querySelector('.console pre').textContent.length")
        live.control("btn", "pressed", 1)
        view.pressed("btn")
        assert live.snapshot().now_ns == now_ns + passed_ns
        pause.click()
        longer = "return document.querySelector('.console pre').textContent.length > arguments[0]"
        view.wait(longer, printed)
        assert view.find(".pause").get_attribute("aria-pressed") == "false"

        pause.click()
        view.wait(f"{clock}.includes('.')")
        browser.driver.close()  # nobody is left who could go on
        browser.driver.switch_to.window(browser.driver.window_handles[0])
        other = BenchPage(browser.driver, page.url)
        other.wait(f"return !({clock.removeprefix('return ')}).includes('.')")


def test_arabic_is_right_to_left_and_a_phone_is_wide_enough(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.shows("led", "off")
        view.find(".language").click()
        view.shows("led", "مطفأ")
        look = "return [document.documentElement.dir, document.querySelector('h2').textContent]"
        assert view.js(look) == ["rtl", "أدوات التحكم"]
        english = view.js(
            "return [...document.querySelectorAll('h2, button, label, p, summary')]"
            ".map(e => e.textContent).filter(t => t && !/[\\u0600-\\u06ff]/.test(t))"
        )
        assert english == ["English"]
        view.resize(*PHONE)
        assert view.js("return document.documentElement.scrollWidth") == PHONE[0]
        view.find(".language").click()
        view.shows("led", "off")


def test_hostile_names_and_output_are_only_text(browser: Chromium) -> None:
    program = f"print({EVIL!r})\nprint('\\x1b[31mEND', 1)"
    with bench_with_page(diagram(EVIL, EVIL), program) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints(EVIL)
        view.prints("END 1")
        assert EVIL in view.js("return document.querySelector('legend').textContent")
        made = "return document.querySelectorAll('img, [onerror], main script').length"
        assert view.js(made) == 0
        view.js(
            "const e = document.createElement('div'); e.innerHTML = arguments[0];"
            "document.body.append(e)",
            EVIL,
        )  # as if a text had become markup
        view.shows("led", "off")
        assert view.js("return window.pwned ?? null") is None
        assert any("Content Security Policy" in message for message in view.errors())


def test_the_page_says_that_the_bench_is_closed(browser: Chromium) -> None:
    with bench_with_page(diagram()) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.shows("led", "off")
        live.close()
        view.wait(
            "return document.querySelector('.status').textContent === arguments[0]",
            "The bench is closed.",
        )


# -- without a browser -------------------------------------------------------------------------


def status(url: str, **headers: str) -> int:
    """The HTTP status of an answer."""
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_only_who_has_the_token_gets_an_answer() -> None:
    with bench_with_page(diagram()) as (_live, page):
        base, token = page.url.rstrip("/").rsplit("/", 1)
        assert status(page.url) == 200
        assert status(f"{page.url}bench_view.js") == 200
        assert status(f"{base}/{token[:-1]}/") == 403
        assert status(f"{base}/{token[:-1]}/bench.js") == 403
        assert status(f"{base}//bench.js") == 403
        assert status(page.url, Host="example.com") == 403  # a name that points to this machine
        assert status(page.url, Origin="http://example.com") == 403
        for path in ("../page_server.py", "%2e%2e/page_server.py", "page_server.py", "x/y"):
            assert status(page.url + path) in (403, 404)
        with urlopen(page.url, timeout=60) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def talk(page: PageServer, *messages: str) -> list[Any]:
    """Send messages over the WebSocket; returns what comes back until the server has refused
    one or closes the line, without the pictures."""
    url = page.url.replace("http", "ws") + "live"
    line = await websocket_connect(url)
    found = []
    for message in messages:
        await line.write_message(message)
    while (answer := await line.read_message()) is not None:
        found.append(json.loads(answer))
        if "refused" in found[-1]:
            line.close()
    line.close()
    return [answer for answer in found if not {"bench", "news"} & answer.keys()]


def test_the_command_prints_the_address_of_the_page() -> None:
    command = [sys.executable, str(ROOT / "warsha.py"), "bench", "--board", "rp2", "--http", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        url = next(line.split()[1] for line in bench.stdout if line.startswith("page "))
        assert status(url) == 200
        bench.terminate()
        assert bench.wait(60) == 0


def test_a_page_of_another_origin_gets_no_line() -> None:
    with bench_with_page(diagram()) as (_live, page):
        line = f"{page.url}live"
        assert status(line, Origin="http://example.com", Upgrade="websocket") == 403
        assert status(line, Origin="null", Upgrade="websocket") == 403
        assert status(line, Origin=f"http://{page.host}", Upgrade="websocket") == 400  # no key


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[" * 100_000,
        '{"do": "open", "file": "/etc/passwd"}',
        '{"do": "control", "part": "pot", "name": "position", "value": "1"}',
        json.dumps({"do": "type", "board": "esp", "text": "x" * 5000}),
        '{"do": "speed", "value": 1e9}',
        '{"do": "speed", "value": NaN}',
        '{"do": "instruments", "open": 1}',
    ],
)
def test_a_message_of_a_wrong_form_ends_the_line(message: str) -> None:
    with bench_with_page(diagram()) as (live, page):
        assert asyncio.run(talk(page, message)) == []
        assert live.snapshot().controls["pot"]["position"] == 0


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"do": "control", "part": "pot", "name": "position", "value": 2}, "cannot be 2"),
        ({"do": "control", "part": "pot", "name": "position", "value": float("nan")}, "cannot be"),
        ({"do": "control", "part": "no", "name": "position", "value": 1}, "no part 'no'"),
        ({"do": "reset", "board": "no"}, "no board"),
    ],
)
def test_a_wrong_action_is_refused_with_the_reason(action: Any, reason: str) -> None:
    with bench_with_page(diagram()) as (_live, page):
        assert reason in str(asyncio.run(talk(page, json.dumps(action))))


def test_a_taken_port_is_named() -> None:
    refused = pytest.raises(BenchError, match="cannot listen")
    with bench_with_page(diagram()) as (live, page), refused:
        PageServer(live, int(page.host.rsplit(":", 1)[1]))
