"""The page of a live bench in a real browser: what a person does acts on the board, and what the
board does is seen. Who has no token, or is no page of ours, gets nothing."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.page_server import PageServer
from hardware.cli import bench
from hardware.errors import BenchError, HardwareError
from hardware.paths import ROOT
from tests.support.bench_page import (
    LED,
    PHONE,
    PRESSES,
    SIGNALS,
    VOLTS,
    WAIT_S,
    BenchPage,
    bench_with_page,
    diagram,
)
from tests.support.browser import Chromium
from tests.support.page_line import talk

NAMES = "return [...document.querySelectorAll('.instruments li')].map(t => t.textContent)"
ALL = Keys.CONTROL + "a" + Keys.NULL
"""Select all that a box has."""
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""Take them out of a text."""
EVIL_FILE = "<img src=x onerror='window.pwned=1'>"
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


BOX = "document.querySelector('.setting input[type=number]')"


def test_a_number_beyond_the_limits_is_refused_with_a_message(browser: Chromium) -> None:
    with bench_with_page(diagram(), VOLTS) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("raw 0\n")
        number = view.find("input[type=number]")
        number.send_keys(ALL, "0.25", Keys.ENTER)
        view.wait("return document.querySelector('input[type=range]').value === '250'")
        number.send_keys(ALL, "200", Keys.ENTER)
        view.wait(f"return {BOX}.value === '0.25'")
        assert number.get_property("validationMessage") == "A number from 0 to 1"
        assert live.snapshot().controls["pot"]["position"] == 0.25
        number.send_keys(ALL, "e", Keys.ENTER)  # the browser lets it through
        view.wait(f"return {BOX}.value === '0.25'")
        assert number.get_property("validationMessage") == "A number from 0 to 1"
        number.send_keys(ALL, "0.5", Keys.ENTER)
        view.wait("return document.querySelector('input[type=range]').value === '500'")
        assert number.get_property("validationMessage") == ""


def test_a_refused_number_gets_a_message_in_the_language_of_the_page(browser: Chromium) -> None:
    circuit = diagram()
    circuit["parts"] = circuit["parts"][:1]
    circuit["connections"] = []
    circuit["parts"] += [
        {"id": "dht", "type": "wokwi-dht22"},
        {"id": "turn", "type": "wokwi-ky-040"},
    ]
    with bench_with_page(circuit) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.find(".language").click()
        view.wait("return document.documentElement.dir === 'rtl'")
        for label, text, message in (
            ("dht temperature", "500", "المطلوب رقم من -40 إلى 80"),
            ("turn rotate", "7.5", "المطلوب عدد صحيح من -1000 إلى 1000"),
        ):
            number = view.find(f"input[type=number][aria-label='{label}']")
            before = number.get_property("value")
            number.send_keys(ALL, text, Keys.TAB)
            said = str(number.get_property("validationMessage"))
            assert said.translate(ISOLATES) == message
            assert number.get_property("value") == before != ""
        view.find(".language").click()


def test_a_number_box_takes_arabic_digits_and_is_never_left_empty(browser: Chromium) -> None:
    with bench_with_page(diagram(), VOLTS) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("raw 0\n")
        number = view.find("input[type=number]")
        for typed, shown in (("٠٫٢٥", "0.25"), ("۰٫۷۵", "0.75")):
            number.send_keys(ALL, typed, Keys.ENTER)
            view.wait(f"return {BOX}.previousSibling.ariaValueText === '{shown}'")
            assert number.get_property("value") == shown
        for end in (Keys.ENTER, Keys.TAB):
            number.send_keys(ALL, Keys.DELETE)
            assert number.get_property("value") == ""
            number.send_keys(end)
            view.wait(f"return {BOX}.value === '0.75'")
            assert number.get_property("validationMessage") == ""
        assert live.snapshot().controls["pot"]["position"] == 0.75


def test_a_number_box_shows_each_digit_of_a_whole_number(browser: Chromium) -> None:
    circuit = diagram()
    circuit["parts"].append({"id": "tablet", "type": "warsha-dut"})
    with bench_with_page(circuit) as (live, page):
        view = BenchPage(browser.driver, page.url)
        number = view.find("input[type=number][aria-label='tablet serial']")
        number.send_keys(ALL, "123457", Keys.ENTER)
        browser.driver.refresh()
        number = view.find("input[type=number][aria-label='tablet serial']")
        view.wait("return arguments[0].value === '123457'", number)
        assert live.snapshot().controls["tablet"]["serial"] == 123457


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
        assert view.wait(tip) == "32: input, pull-up, high, 3.30 V"
        live.control("btn", "pressed", 1)
        view.wait(f"{tip}.endsWith('low, 0.00 V')")
        view.find(".pins summary").click()
        listed = "return document.querySelector('[data-pin-words=\"esp:25\"]')?.textContent"
        view.wait(f"{listed}.match(/^25: output, high, 3\\.\\d\\d V$/)")
        view.find(".language").click()
        view.wait(f"{listed}.startsWith('25: خرج، المستوى مرتفع، ')")
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


def test_an_arabic_remark_that_begins_with_the_name_of_a_part_is_right_to_left(
    browser: Chromium,
) -> None:
    with bench_with_page(diagram()) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.find(".language").click()
        text = view.find(".remarks li span")
        begins = view.js("return arguments[0].textContent.startsWith('\u2068btn\u2069 ')", text)
        assert begins
        assert view.js("return getComputedStyle(arguments[0]).direction", text) == "rtl"


def test_the_boot_log_of_a_chip_is_not_plotted(browser: Chromium) -> None:
    log = b"configsip: 0, SPIWP:0xee\nmode:DIO, clock div:2\nload:0x40080000,len:2048\nload:3"
    program = f"print(bytes.fromhex('{log.hex()}').decode())"  # the echo has no pairs
    with bench_with_page(diagram(), program) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.find(".instruments summary").click()
        view.prints("load:3")
        view.wait(f"{NAMES}.join() === 'load 3'")


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
        view.wait(f"{NAMES}.join().match(/^count \\d+,half \\d+(\\.5)?$/)")

        view.find(".choice summary").send_keys(Keys.ENTER)
        first, *pins = view.driver.find_elements("css selector", ".choice label")
        assert first.text == "Those that change"
        chosen = next(pin for pin in pins if pin.text == "32")
        chosen.find_element("tag name", "input").send_keys(Keys.SPACE)
        view.wait(f"{rows}.join() === '32'")
        browser.driver.refresh()
        view.prints("count:1,")
        view.find(".instruments summary").click()
        view.wait(f"{rows}.join() === '32'")
        first = view.find(".choice label input")
        view.find(".choice summary").send_keys(Keys.ENTER)
        first.send_keys(Keys.SPACE)
        view.wait(f"{rows}.includes('25')")


def test_the_lines_are_zoomed_and_looked_back_at(browser: Chromium) -> None:
    with bench_with_page(diagram(), SIGNALS) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.find(".instruments summary").click()
        edges = (
            "return Math.max(...[...document.querySelectorAll('.lines path')]"
            ".map(path => path.getAttribute('d').split('V').length))"
        )
        view.prints("count:70,")
        view.wait(f"{edges} > 20")
        lines = view.find(".lines")
        shown = "return document.querySelector('.shown-time').textContent"
        assert view.js(shown) == ""

        ActionChains(browser.driver).drag_and_drop_by_offset(lines, 60, 0).perform()
        first = view.wait(f"{shown} || null")  # it stands still
        assert view.find(".live").get_attribute("aria-pressed") == "false"
        view.prints("count:90,")
        assert view.js(shown) == first

        start, end = seconds_of(first)
        for _step in range(10):
            lines.send_keys("+")
        zoomed = view.js(shown)
        near, far = seconds_of(zoomed)
        assert start < near < far < end and far - near < 0.2 * (end - start)
        view.wait(f"{edges} < 12")
        wheel = ScrollOrigin.from_element(lines)
        ActionChains(browser.driver).scroll_from_origin(wheel, 0, 100).perform()
        view.wait(f"{shown} !== arguments[0]", zoomed)
        lines.send_keys(Keys.ARROW_LEFT)
        assert seconds_of(view.js(shown))[1] < far
        view.find(".language").click()
        assert view.js("return document.querySelector('.shown-time').matches(':dir(rtl)')")
        lines.send_keys(Keys.END)
        view.wait(f"{shown} === ''")


def seconds_of(shown: str) -> tuple[float, float]:
    """The two times in `1.2 s to 3.4 s`."""
    first, last = (float(part.removesuffix(" s")) for part in shown.split(" to "))
    return first, last


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
        # The LED changes each 101 ms, and no step passes a change.
        assert 50_000_000 < passed_ns < 110_000_000 * len(levels)

        printed = view.js("return document.querySelector('.console pre').textContent.length")
        live.control("btn", "pressed", 1)
        view.pressed("btn")
        assert live.snapshot().now_ns == now_ns + passed_ns
        pause.click()
        longer = "return document.querySelector('.console pre').textContent.length > arguments[0]"
        view.wait(longer, printed)
        # the text and the state of the button come in messages of their own
        view.wait("return document.querySelector('.pause').ariaPressed === 'false'")

        pause.click()
        view.wait(f"{clock}.includes('.')")
        browser.driver.close()  # nobody is left who could go on
        browser.driver.switch_to.window(browser.driver.window_handles[0])
        other = BenchPage(browser.driver, page.url)
        other.wait(f"return !({clock.removeprefix('return ')}).includes('.')")


def test_a_finger_presses_a_button_and_moves_a_slider(browser: Chromium) -> None:
    with bench_with_page(diagram(), PRESSES) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.resize(*PHONE)
        browser.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        view.prints("READY")
        view.touch("g[data-part=btn]")
        view.prints("count 1")
        view.pressed("btn")
        view.lift_finger()
        view.pressed("btn", False)
        view.shows("led", "off")

        slider = ".setting input[type=range]"
        view.touch(slider, 0.02)
        view.move_finger(slider, 0.75)
        view.lift_finger()
        view.wait("return Number(document.querySelector(arguments[0]).value) > 600", slider)
        view.wait("return document.querySelector('.setting input[type=number]').value > 0.6")
        moved = WebDriverWait(browser.driver, WAIT_S)
        moved.until(lambda _driver: live.snapshot().controls["pot"]["position"] > 0.6)
        browser.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_a_touch_display_is_touched_where_the_pointer_is(browser: Chromium) -> None:
    parts: list[dict[str, Any]] = [{"type": "board-esp32-devkit-c-v4", "id": "esp"}]
    parts += [{"type": "board-ili9341-cap-touch", "id": "tft", "left": 200, "rotate": 90}]
    wires = [["esp:3V3", "tft:VCC"], ["esp:GND.1", "tft:GND"], ["esp:22", "tft:SCL"]]
    circuit = {"version": 1, "parts": parts, "connections": [*wires, ["esp:21", "tft:SDA"]]}
    program = """
from machine import I2C, Pin
import time
i2c, was = I2C(0, scl=Pin(22), sda=Pin(21)), 0
print('READY')
while True:
    n, xh, xl, yh, yl = i2c.readfrom_mem(0x38, 2, 5)
    if n and not was:
        x, y = (xh & 15) << 8 | xl, yh << 8 | yl
        print('near the middle', abs(x - 120) < 4, abs(y - 160) < 4)
    if was and not n:
        print('released')
    was = n
    time.sleep_ms(20)
"""
    with bench_with_page(circuit, program) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("READY")
        screen = "g[data-part=tft] image"
        ActionChains(browser.driver).move_to_element(view.find(screen)).click_and_hold().perform()
        view.prints("near the middle True True")
        view.let_go()
        view.prints("released")
        assert view.errors() == []


def test_the_speed_is_chosen_from_a_list(browser: Chromium) -> None:
    with bench_with_page(diagram(), SIGNALS) as (live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("count:2,")
        speeds = Select(view.find(".head select"))
        for value, speed in (("0.1", 0.1), ("10", 10.0), ("1", 1.0)):
            speeds.select_by_value(value)
            shown = "return document.querySelector('.clock').textContent"
            view.wait(f"{shown}.includes('.') === arguments[0]", speed < 1)
            assert live.ask(lambda bench: bench.speed) == speed


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
            ".filter(e => !e.querySelector('bdi'))"  # the names of pins
            ".map(e => e.textContent)"
            ".filter(t => /[A-Za-z]/.test(t) && !/[\\u0600-\\u06ff]/.test(t))"
        )
        assert english == ["English"]
        view.resize(*PHONE)
        assert view.js("return document.documentElement.scrollWidth") == PHONE[0]
        view.find(".language").click()
        view.shows("led", "off")


PLACES = """
return [...document.querySelectorAll('.buttons.grid button')].map(button => {
  const place = button.getBoundingClientRect();
  return [button.textContent, Math.round(place.left), Math.round(place.top)];
})
"""


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ({"type": "wokwi-membrane-keypad"}, ["123A", "456B", "789C", "*0#D"]),
        (
            {"type": "wokwi-membrane-keypad", "attrs": {"columns": "3"}},
            ["123", "456", "789", "*0#"],
        ),
    ],
)
def test_the_keys_of_a_keypad_lie_as_on_the_part_in_both_languages(
    browser: Chromium, part: dict[str, Any], rows: list[str]
) -> None:
    circuit = diagram()
    circuit["parts"].append({"id": "keypad", **part})
    with bench_with_page(circuit) as (live, page):
        view = BenchPage(browser.driver, page.url)
        for direction in ("ltr", "rtl"):
            assert view.js("return document.documentElement.dir") == direction
            places = view.js(PLACES)
            by_row: dict[int, list[tuple[int, str]]] = {}
            for name, left, top in places:
                by_row.setdefault(top, []).append((left, name))
            seen = ["".join(name for _, name in sorted(row)) for _, row in sorted(by_row.items())]
            assert seen == rows
            view.find(".language").click()
        press = "const b = [...document.querySelectorAll('.grid button')].at(-2); b.focus()"
        view.js(press)
        ActionChains(browser.driver).key_down(Keys.ENTER).perform()
        view.wait("return document.activeElement.ariaPressed === 'true'")
        assert live.snapshot().controls["keypad"][rows[-1][-2]] == 1
        ActionChains(browser.driver).key_up(Keys.ENTER).perform()


def test_files_are_put_on_a_board_got_and_removed(browser: Chromium, tmp_path: Path) -> None:
    here, downloads = tmp_path / "قياس.py", tmp_path / "downloads"
    here.write_text("print('hello')\n" * 500, encoding="utf-8")
    where = {"behavior": "allow", "downloadPath": str(downloads)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    with bench_with_page(diagram(), f"open({EVIL_FILE!r}, 'w').close()") as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.wait("return document.querySelector('.console pre').textContent.endsWith('>>> ')")
        before = view.find(".console pre").text
        names = "return [...document.querySelectorAll('.files .name')].map(n => n.textContent)"
        view.find(".files summary").click()
        view.wait(f"{names}.includes(arguments[0])", EVIL_FILE)
        assert not browser.driver.find_elements("css selector", ".files img")

        view.find(".files input").send_keys(str(here))
        view.wait(f"{names}.includes('قياس.py')")
        row = browser.driver.find_element("xpath", "//li[contains(., 'قياس.py')]")
        assert f"{here.stat().st_size} bytes" in row.text
        row.find_elements("css selector", "button")[0].click()
        copy = downloads / here.name
        WebDriverWait(browser.driver, WAIT_S).until(lambda _driver: copy.is_file())
        assert copy.read_bytes() == here.read_bytes()

        remove = row.find_elements("css selector", "button")[1]
        remove.click()
        assert "Really remove" in remove.text
        remove.click()
        view.wait(f"{names}.length && !{names.removeprefix('return ')}.includes('قياس.py')")
        assert view.find(".console pre").text == before


def test_a_program_is_stopped_for_its_files_only_on_request(browser: Chromium) -> None:
    with bench_with_page(diagram(), SIGNALS) as (_live, page):
        view = BenchPage(browser.driver, page.url)
        view.prints("count:2,")
        view.find(".files summary").click()
        status = "return document.querySelector('.files [role=status]').textContent"
        view.wait(f"{status}.includes('A program runs')")
        view.prints("count:9,")
        assert "KeyboardInterrupt" not in view.find(".console pre").text
        view.find(".files > button").click()
        view.prints("KeyboardInterrupt")
        names = "return [...document.querySelectorAll('.files .name')].map(n => n.textContent)"
        view.wait(f"{names}.includes('boot.py')")


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
            "The bench is closed. Open it again: "
            "%bench in a notebook, warsha bench in a terminal.",
        )


def test_a_real_board_has_a_page_without_a_notebook(browser: Chromium, tmp_path: Path) -> None:
    with page_of_real_board() as url:
        view = BenchPage(browser.driver, url)
        use_real_board(view, Path(os.environ.get("WARSHA_PICTURES", tmp_path)))


@contextmanager
def page_of_real_board() -> Iterator[str]:
    """The address of the page of a board, of which the command sees only the serial line, and the
    wiring plan."""
    plan = ROOT / "labs" / "buttons" / "diagram.json"
    with LiveBench("esp32") as board:
        command = [sys.executable, str(ROOT / "warsha.py"), "bench", str(plan)]
        command += ["--port", board.serve_pty(), "--http", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            try:
                assert served.stdout is not None
                found = dict(line.split(maxsplit=1) for line in islice(served.stdout, 2))
                yield found["page"].strip()
            finally:
                served.terminate()
                assert served.wait(60) == 0


def use_real_board(view: BenchPage, pictures: Path) -> None:
    """Type, stop, look at the pins, type again."""
    pin = "return document.querySelector('[data-pin-words$=\":25\"]')?.textContent"

    def fact(row: str, words: str) -> None:
        script = "return document.querySelector(arguments[0])?.textContent.includes(arguments[1])"
        view.wait(script, f"[data-fact={row}]", words)

    def type_line(text: str) -> None:
        view.find(".console input").send_keys(text, Keys.ENTER)

    fact("state", "has sent nothing yet")
    fact("levels", "after “Stop (Ctrl-C)”")
    type_line("from machine import Pin; led = Pin(25, Pin.OUT, value=1)")
    view.prints("value=1)")
    view.find(".console .keys button").click()  # stop
    fact("state", "no program runs")
    fact("machine", "ESP32")
    fact("levels", "once a second")
    view.find(".pins summary").click()
    view.wait(f"{pin}?.endsWith('output, high')")
    assert "wiring plan" in view.find(".plan").text
    view.driver.save_screenshot(str(pictures / "real_board_page.png"))
    type_line("while True: print('speed:%s' % input())")
    type_line("")  # the end of the block
    fact("state", "a program runs")
    fact("levels", "would stop it")
    view.find(".instruments summary").click()
    for number in ("3", "7"):
        type_line(number)
    view.wait("return document.querySelector('.instruments li')?.textContent === 'speed 7'")
    view.find(".console .keys button").click()
    fact("levels", "once a second")
    view.wait(f"{pin}?.endsWith('output, high')")
    view.find(".console .keys button:last-child").click()  # reset
    view.wait("return document.querySelector('.status').textContent.includes('no reset wire')")
    assert view.errors() == []


def test_the_page_of_a_real_board_asks_before_it_stops_a_program_for_files(
    browser: Chromium, tmp_path: Path
) -> None:
    (file := tmp_path / "main.py").write_text("print('put')\n")
    names = "return [...document.querySelectorAll('.files .name')].map(n => n.textContent)"
    status = "return document.querySelector('.files [role=status]').textContent"
    with page_of_real_board() as url:
        view = BenchPage(browser.driver, url)
        view.find(".console input").send_keys("while True: print('said', input())", Keys.ENTER)
        view.find(".console input").send_keys(Keys.ENTER)  # the end of the block
        view.find(".files summary").click()
        view.wait(f"{status}.includes('may run')")
        view.find(".files input").send_keys(str(file))
        view.find(".console input").send_keys("salam", Keys.ENTER)
        view.prints("said salam")
        assert "KeyboardInterrupt" not in view.find(".console pre").text

        view.find(".files > button").click()
        view.wait(f"{names}.includes('boot.py')")
        view.find(".files input").send_keys(str(file))
        view.wait(f"{names}.includes('main.py')")
        view.find(".console input").send_keys("open('main.py').read()", Keys.ENTER)
        view.prints("print('put')")
        view.find(".files .name ~ button").click()  # get
        view.wait(f"{status}.includes('may run')")
        assert view.errors() == []


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


def answers(page: PageServer, *messages: str) -> list[Any]:
    """What the server answers to messages, without the pictures."""
    found = asyncio.run(talk(page.url, *messages))
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
        own = f"http://{page.site.host}"
        assert status(line, Origin=own, Upgrade="websocket") == 400  # no key


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
        '{"do": "files", "board": "esp", "verb": "run", "name": "/main.py"}',
        '{"do": "files", "board": "esp", "verb": "list", "name": ""}',
        '{"do": "files", "board": "esp", "verb": "put", "name": "/a", "data": "!"}',
    ],
)
def test_a_message_of_a_wrong_form_ends_the_line(message: str) -> None:
    with bench_with_page(diagram()) as (live, page):
        assert answers(page, message) == []
        assert live.snapshot().controls["pot"]["position"] == 0


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"do": "control", "part": "pot", "name": "position", "value": 2}, "cannot be 2"),
        ({"do": "control", "part": "pot", "name": "position", "value": float("nan")}, "cannot be"),
        ({"do": "control", "part": "no", "name": "position", "value": 1}, "no part 'no'"),
        ({"do": "reset", "board": "no"}, "no board"),
        ({"do": "files", "board": "no", "verb": "list", "name": "/"}, "no board"),
    ],
)
def test_a_wrong_action_is_refused_with_the_reason(action: Any, reason: str) -> None:
    with bench_with_page(diagram()) as (_live, page):
        assert reason in str(answers(page, json.dumps(action)))


def test_a_taken_port_is_named() -> None:
    refused = pytest.raises(BenchError, match="cannot listen")
    with bench_with_page(diagram()) as (_live, page), refused:
        PageServer(page.source, int(page.site.host.rsplit(":", 1)[1]))


def test_a_real_board_needs_a_page() -> None:
    with pytest.raises(HardwareError, match="on a page") as caught:
        bench(port="/dev/ttyUSB0")
    assert "--open" in caught.value.cure
