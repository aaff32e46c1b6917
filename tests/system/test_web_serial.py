"""A board at the reader's own computer: the page in a real Chromium, with a virtual board behind a
shim of WebSerial. What the browser itself does with a port (its list, its rights, a driver) is not
tested here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from grader.lab.course import Course
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.loopback_site import HEADERS
from hardware.bench.serving.page.web_serial import ESPTOOL, answer
from hardware.connect import open_board
from tests.support.accessibility import faults
from tests.support.bare_chip import BareChip
from tests.support.bench_page import PHONE, WAIT_S, ShownBench
from tests.support.browser import Chromium, served
from tests.support.firmware_images import write_image
from tests.support.station_tray import station
from tests.support.web_serial_line import SerialShim, serial_shim

CHIP_S = 300
CP2102, RASPBERRY_PI = 0x10C4, 0x2E8A
NAMES = "return [...document.querySelectorAll('.files .name')].map(n => n.textContent)"
STATUS = "return document.querySelector('.status').textContent"
FILES_STATUS = "return document.querySelector('.files [role=status]').textContent"
PANEL = "return document.querySelector('iframe[allow=serial]')?.contentDocument"
ICON_IS_SHOWN = """
const icon = document.querySelector(arguments[0])?.getBoundingClientRect();
return icon?.width > 0 && icon.height > 0
"""
AT_PROMPT = "return document.querySelector('.console pre').textContent.endsWith('>>> ')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests; each opens a window of its own."""
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A station; its login is part of the address. Its page may connect to the shim, too: all else
    of the page's policy stays."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    policy = HEADERS["Content-Security-Policy"]
    shims = policy.replace("connect-src 'self'", "connect-src 'self' ws://127.0.0.1:*")
    monkeypatch.setitem(HEADERS, "Content-Security-Policy", shims)
    with station(tmp_path, []) as server:
        yield server.site.url


class SerialPage(ShownBench):
    """The page, in a window of its own."""

    def __init__(self, browser: Chromium, address: str, shim: SerialShim, vendor: int) -> None:
        driver = browser.driver
        driver.switch_to.new_window("window")
        super().__init__(driver)
        self.resize(1024, 900)
        driver.get(address)
        self.wait("return document.querySelector('.warsha-station a') !== null")
        shim.give_to(driver, vendor)
        driver.get(address.partition("login#")[0] + "web_serial.html")
        self.wait("return document.querySelector('h1') !== null")

    def choose(self) -> None:
        """Choose the board."""
        self.find(".choose").click()
        self.wait("return document.querySelector('.console') !== null")

    def send_line(self, text: str) -> None:
        """Type a line into the console."""
        self.find(".console input").send_keys(text)
        self.find(".console form button").click()


@contextmanager
def opened(
    browser: Chromium, address: str, name: str = "esp32", vendor: int = CP2102
) -> Iterator[tuple[LiveBench, SerialShim, SerialPage]]:
    """A virtual board, and the page on which it is chosen."""
    with LiveBench(name) as live, serial_shim(live.serve_rfc2217()) as shim:
        page = SerialPage(browser, address, shim, vendor)
        page.choose()
        yield live, shim, page


@pytest.mark.parametrize(("name", "vendor"), [("esp32", CP2102), ("pi_pico", RASPBERRY_PI)])
def test_the_console_and_the_files_of_a_board(
    browser: Chromium, address: str, tmp_path: Path, name: str, vendor: int
) -> None:
    here, downloads = tmp_path / "قياس.py", tmp_path / "downloads"
    here.write_bytes(os.urandom(5000))
    where = {"behavior": "allow", "downloadPath": str(downloads)}
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    with opened(browser, address, name, vendor) as (live, _shim, page):
        page.send_line("print('\\u0645\\u0631', 6 * 7)")
        page.prints("مر 42")
        page.wait(AT_PROMPT)
        shown = page.find(".console pre").text
        page.find(".files summary").click()
        page.find(".files input").send_keys(str(here))
        page.wait(f"{NAMES}.includes('قياس.py')")
        assert page.js(STATUS) == ""
        row = browser.driver.find_element("xpath", "//li[contains(., 'قياس.py')]")
        row.find_elements("css selector", "button")[0].click()
        copy = downloads / here.name
        WebDriverWait(browser.driver, WAIT_S).until(lambda _driver: copy.is_file())
        assert copy.read_bytes() == here.read_bytes()
        assert page.find(".console pre").text == shown  # nothing of it in the console
        with open_board(live.serve_socket()) as board:
            assert board.files.get("قياس.py") == here.read_bytes()


def test_a_program_is_stopped_only_on_request(browser: Chromium, address: str) -> None:
    with opened(browser, address) as (_live, _shim, page):
        page.send_line("import time")
        page.send_line("while True: print('count'); time.sleep_ms(50)")
        page.send_line("")
        page.prints("count\ncount\ncount")
        page.find(".files summary").click()
        page.wait(f"{FILES_STATUS}.includes('A program runs')")
        assert "KeyboardInterrupt" not in page.find(".console pre").text
        page.find(".files > button").click()
        page.prints("KeyboardInterrupt")
        page.wait(f"{NAMES}.includes('boot.py')")


def test_a_reset_and_an_unplugged_board(browser: Chromium, address: str) -> None:
    with opened(browser, address) as (_live, shim, page):
        page.send_line("x = 5")
        page.find(".keys button:last-child").click()
        page.prints("MicroPython v")
        page.wait(AT_PROMPT)
        page.send_line("print('gone' if 'x' not in globals() else 'here')")
        page.prints("gone")
        shim.unplug()
        page.wait(f"{STATUS}.includes('The board was unplugged')")
        assert (
            page.js("return document.querySelector('[data-fact=state]').textContent")
            == "unplugged"
        )


def test_what_cannot_be_done_is_said(browser: Chromium, address: str, tmp_path: Path) -> None:
    here = tmp_path / "x.py"
    here.write_text("1")
    with opened(browser, address, "pi_pico", RASPBERRY_PI) as (_live, _shim, page):
        page.find(".keys button:last-child").click()
        page.wait(f"{STATUS}.includes('has no reset wire')")
        page.send_line("import os; os.mkdir('x.py')")
        page.prints(">>> ")
        page.find(".files summary").click()
        page.find(".files input").send_keys(str(here))
        page.wait(f"{STATUS}.includes('The board answers: OSError')")
        page.find(".language").click()
        page.wait("return document.querySelector('main').dir === 'rtl'")


def test_a_browser_without_webserial_and_a_phone(browser: Chromium, address: str) -> None:
    """Chromium has it; this is the page as a browser shows it that has none."""
    browser.driver.switch_to.new_window("window")
    source = {"source": "delete Navigator.prototype.serial"}
    browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
    browser.driver.get(address)
    page = ShownBench(browser.driver)
    page.wait("return document.querySelector('.warsha-station a') !== null")
    browser.driver.get(address.partition("login#")[0] + "web_serial.html")
    page.wait("return document.querySelector('h1') !== null")
    page.resize(*PHONE)
    wide = "return document.documentElement.scrollWidth - innerWidth"
    for words in ("Use Chrome, Chromium", "هذا المتصفح لا يصل"):
        assert words in page.find("main").text
        assert not browser.driver.find_elements("css selector", ".choose")
        assert page.js(wide) <= 0
        assert faults(browser.driver) == []
        page.find(".language").click()


@pytest.mark.skipif(answer(ESPTOOL) is None, reason="there was no npm to fetch esptool-js")
def test_micropython_is_written_to_a_chip_and_read_back(
    browser: Chromium, address: str, tmp_path: Path
) -> None:
    image = write_image(tmp_path, size=60_000)
    other = write_image(tmp_path, "other.bin", chip="esp32c3")
    half = tmp_path / "half.bin"
    half.write_bytes(image.read_bytes()[:0x2000].ljust(0x9000, b"\xff"))
    text = tmp_path / "text.bin"
    text.write_text("no image")
    with BareChip("esp32") as chip, serial_shim(chip.rfc2217) as shim:
        page = SerialPage(browser, address, shim, CP2102)
        page.find(".write").click()
        page.wait(f"{STATUS} === 'Choose the image first.'")
        for file, words in (
            (text, "This is no image for an ESP32"),
            (other, "This image is for another chip. This one is ESP32."),
            (half, "This file is not a whole image"),
        ):
            page.find(".flash input").send_keys(str(file))
            page.find(".write").click()
            page.wait(f"{STATUS}.includes(arguments[0])", words, seconds=CHIP_S)
        page.find(".flash input").send_keys(str(image))
        page.find(".write").click()
        step = "return document.querySelector('.step').textContent"
        done = f"{step}.includes('ESP32: MicroPython was written and read back')"
        page.wait(done, seconds=CHIP_S)
        assert page.js(STATUS) == ""
        written = image.read_bytes()
        assert chip.store.read(0x1000, len(written)) == written
        page.find(".choose").click()
        page.wait("return document.querySelector('.console') !== null")


def test_the_server_of_the_notebooks_has_the_page_for_its_user(
    browser: Chromium, course: Course
) -> None:
    with served(course.trainee) as url:
        base = urljoin(url, "/")
        with urlopen(f"{base}warsha/board/web_serial.js", timeout=60) as found:
            assert "/login" in found.url
        browser.driver.switch_to.new_window("window")
        page = ShownBench(browser.driver)
        browser.driver.get(url)  # logs in
        browser.driver.get(f"{base}warsha/course")
        page.find("nav a[href$='warsha/board/']").click()
        browser.driver.switch_to.window(browser.driver.window_handles[-1])
        page = ShownBench(browser.driver)
        page.wait("return document.querySelector('.choose') !== null")
        assert "لوحة موصّلة بهذا الحاسب" in page.find("h1").text
        assert faults(browser.driver) == []


def test_the_page_is_a_panel_beside_the_notebooks(
    browser: Chromium, course: Course, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get("WARSHA_PICTURES", tmp_path))
    with served(course.trainee) as url:
        driver = browser.driver
        driver.switch_to.new_window("window")
        driver.get(url)  # logs in
        driver.get(urljoin(url, "/lab"))
        page = ShownBench(driver)
        page.wait("return window.jupyterapp?.isPluginActivated?.('warsha-bench:board-panel')")
        card = ".jp-LauncherCard[title='الطرفية التسلسلية والملفات']"
        page.wait(ICON_IS_SHOWN, f"{card} .jp-LauncherCard-icon svg")
        driver.save_screenshot(str(pictures / "launcher.png"))
        # The launcher draws its cards more than once, so an element of before may be gone.
        page.wait(
            "const card = document.querySelector(arguments[0]); card?.click(); return !!card", card
        )
        page.wait(f"{PANEL}?.querySelector('.choose') != null")
        assert page.js(f"{PANEL}.querySelector('h1').textContent") == "لوحة موصّلة بهذا الحاسب"
        assert page.js(f"{PANEL}.featurePolicy.allowsFeature('serial')")
        page.wait(ICON_IS_SHOWN, "#jp-main-dock-panel .lm-mod-current .lm-TabBar-tabIcon svg")
        driver.save_screenshot(str(pictures / "board_panel.png"))
        driver.execute_script(
            "for (const widget of jupyterapp.shell.widgets('main'))"
            " if (widget.id === 'warsha-bench:board-panel') widget.close();"
        )
        page.wait(f"{PANEL} === undefined")
        driver.execute_script("jupyterapp.commands.execute('warsha-bench:board-panel')")
        page.wait(f"{PANEL}?.querySelector('.choose') != null")
