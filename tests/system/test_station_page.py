"""The station page in a real browser, with a tray of virtual boards: what a technician sees and
does. Who has not logged in, and a page of another site, gets nothing."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pypdfium2
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from grader.lab.class_list import Trainee
from hardware.connect import open_board
from station.certify import clock
from station.certify.self_test import identify
from station.errors import NotWiped, StationError
from station.flash import pico_drive, pico_flash
from station.flash.identify import ChipIdentity
from station.flash.images import Choice, FirmwareImage, entry_for, image_from_file
from station.inventory import boards, history, lending
from station.page.board_work import BoardFacts, BoardPlace, BoardWork
from station.page.station_server import StationServer
from station.page.station_site import StationSite
from station.return_tray import check_in
from station.return_tray.wipe import wipe
from tests.support import accessibility
from tests.support.bench_page import PHONE
from tests.support.browser import Chromium
from tests.support.firmware_images import write_image, write_uf2
from tests.support.inventories import AMINA, BADR
from tests.support.page_line import talk
from tests.support.station_tray import (
    SHORT,
    StationWindow,
    VirtualTray,
    records,
    station,
)
from tests.support.trainee_work import holds_secret, leave_work

EVIL = "\"><img src=x onerror='window.pwned=1'>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One Chromium for all tests; each opens windows of its own."""
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture(autouse=True)
def same_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a virtual board follows that of a busy machine only more or less; a test of the
    self test compares them in virtual time."""
    monkeypatch.setattr(clock, "compare", lambda *_arguments: (0.0, 0.0))


@pytest.fixture
def tray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualTray]:
    """A tray without boards; the keys of the station are beside it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with VirtualTray(tmp_path) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of pictures; `WARSHA_PICTURES=docs/pictures` keeps them."""
    return Path(os.environ.get("WARSHA_PICTURES", tmp_path))


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_wrong_address_of_the_station_has_its_own_cure(host: str) -> None:
    with pytest.raises(StationError, match="cannot listen at") as refused:
        StationSite(host)
    assert refused.value.cure.startswith("name an address of this computer")


def test_a_number_that_is_no_port_of_the_station_has_its_own_cure() -> None:
    with pytest.raises(StationError, match="a port is a number") as refused:
        StationSite(port=99999)
    assert refused.value.cure == "choose another port: --http 0"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(StationError, match="cannot listen at") as refused:
            StationSite(port=taken.getsockname()[1])
        assert refused.value.cure.startswith("end the other station")


# -- in the browser --------------------------------------------------------------------------


def test_a_tray_is_started_with_one_button_and_ends_in_verdicts(
    browser: Chromium, tray: VirtualTray
) -> None:
    """One board is good, one has a short circuit, one does not say its type, one is not there."""
    tray.plug("one", seed=1)
    tray.plug("two", "pi_pico", SHORT, seed=2)
    tray.plug("three", "esp32_devkit_v1", seed=3)
    nobody = "rfc2217://127.0.0.1:9"
    with station(tray.folder, [*map(tray.path, ("one", "two", "three")), nobody]) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(4)
        assert view.find("button.start").text == "Start 4 boards"
        view.find("button.start").click()
        assert view.ended(4) == {
            "one": "Good",
            "two": "Faulty",
            "three": "Not tested",
            "127.0.0.1:9": "Not tested",
        }
        assert "GPIO 2 is shorted to GPIO 3" in view.card("two")
        assert "What to do: Look at the solder joints" in view.card("two")
        assert "Choose the board type at the top" in view.card("three")
        assert view.faint_texts() == []
        view.find(".language").click()
        assert view.js("return document.querySelector('main').dir") == "rtl"
        assert "يوجد قصر بين" in view.card("two") and "الحل: افحص نقاط" in view.card("two")
        assert "اختر نوع اللوحة من أعلى الصفحة" in view.card("three")
        assert "لم تُختبر" in view.card("three")
        view.find(".language").click()
        view.find("select[name=type]").send_keys("ESP32 DevKit V1")
        view.wait("return document.querySelector('button.start').textContent.includes('2')")
        view.find("button.start").click()
        done = "return document.querySelectorAll('.card.good').length === 2"
        view.wait(done)
        view.yields("67 %")
        assert {record["verdict"] for record in records(tray.folder)} == {"PASS", "FAIL"}
        assert len(list((tray.folder / "out").glob("*.png"))) == 3
        assert view.errors() == []


@pytest.mark.long
def test_a_tray_of_sixteen(
    browser: Chromium, tray: VirtualTray, tmp_path: Path, pictures: Path
) -> None:
    """Picos at two hubs are flashed, one of them in BOOTSEL."""
    slots = [f"1-1.{hub}.{socket}" for hub in (1, 2) for socket in range(1, 9)]
    faults = {
        slots[3]: (SHORT, "GPIO 2 is shorted to GPIO 3"),
        slots[7]: (("GP10", "GND.3"), "GPIO 10 is held low"),
        slots[11]: (("GP15", "3V3"), "GPIO 15 is held high"),
    }
    macs = {
        slot: tray.plug(slot, "pi_pico", *([faults[slot][0]] if slot in faults else []), seed=seed)
        for seed, slot in enumerate(slots)
    }
    tray.hold_bootsel(slots[1])
    with station(tray.folder, [], choice_of_pico(tmp_path)) as server:
        with server.tray.work.inventory.change() as change:
            for number, mac in enumerate(macs.values(), 1):
                boards.register(change, mac, asset_tag=f"W-{number:03}")
        view = StationWindow(browser.driver, server.site.url)
        view.waits(16)
        for number, slot in enumerate(slots, 1):
            server.tray.name_cable(slot, f"C{number:02}")
        view.find("select[name=type]").send_keys("Raspberry Pi Pico")
        view.find("button.start").click()
        ended = view.ended(16)
        assert ended == {slot: "Faulty" if slot in faults else "Good" for slot in slots}
        for slot, (_wires, cause) in faults.items():
            assert cause in view.card(slot)
        order = "return [...document.querySelectorAll('.card')].map(c => c.dataset.slot)"
        assert view.js(order) == slots
        view.yields("81 %")
        assert view.faint_texts() == []
        view.picture(pictures, "station")
        with urlopen(labels_of(server), timeout=60) as sheet:
            assert len(pypdfium2.PdfDocument(sheet.read())) == 1


def test_an_esp32_is_flashed_certified_and_labelled(
    browser: Chromium, tray: VirtualTray, tmp_path: Path
) -> None:
    tray.plug("one", "esp32_devkit_v1", seed=1)
    image = image_from_file(write_image(tmp_path))
    with station(tray.folder, [tray.path("one")], lambda _chip: image) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        view.find("select[name=type]").send_keys("ESP32 DevKit V1")
        view.find("button.start").click()
        view.wait("return document.querySelector('.card .step')?.textContent === ': writes'")
        assert view.ended(1)["one"] == "Good", view.card("one")
        stages = "return [...document.querySelectorAll('.stages .done')].map(e => e.innerText)"
        names = [str(text).split()[0] for text in view.js(stages)]
        assert names == ["identify", "flashing", "certify", "label"]
        assert "In the inventory: ready" in view.card("one")
        assert "is still faulty" not in view.card("one")
        assert image.name in view.find(".trends").text
        with server.tray.work.inventory.change() as change:
            (board,) = boards.listed(change.session)
            boards.report_fault(change, board.mac, "the socket is loose")
        view.start_again("one")
        assert view.ended(1)["one"] == "Good"
        view.wait("return document.querySelector('.card').innerText.includes('still faulty')")
        assert "still faulty in the inventory: the socket is loose" in view.card("one")
        assert "What to do: If that is mended: warsha boards mend" in view.card("one")
        with server.tray.work.inventory.change() as change:
            boards.mend(change, board.mac)
        view.wait("return !document.querySelector('.card').innerText.includes('still faulty')")
        assert "In the inventory: ready" in view.card("one")
        view.find("input[name=jig]").click()
        view.start_again("one")
        assert view.ended(1)["one"] == "Not tested"
        assert "Is the board in its jig?" in view.card("one")
        assert "is shorted to" not in view.card("one")
        assert "In the inventory: ready" in view.card("one")
    wrong = image_from_file(write_image(tmp_path, "wrong.bin", chip="esp32s3"))
    with station(tray.folder, [tray.path("one")], lambda _chip: wrong) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        view.find("button.start").click()
        assert view.ended(1)["one"] == "Not tested"
        assert "is for ESP32-S3, and this chip is ESP32" in view.card("one")
        view.find(".language").click()
        assert "الحل:" in view.card("one")
        view.find(".language").click()


def test_a_board_that_was_swapped_behind_its_card_is_not_written_before_the_card_names_it(
    browser: Chromium, tray: VirtualTray, tmp_path: Path
) -> None:
    mac = tray.plug("one", "esp32_devkit_v1", seed=1)
    other = tray.plug("other", "esp32_devkit_v1", seed=2)
    image = image_from_file(write_image(tmp_path))
    with station(tray.folder, [tray.path("one")], lambda _chip: image) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        assert mac in view.card("one")
        view.find("select[name=type]").send_keys("ESP32 DevKit V1")
        Path(tray.path("other")).replace(tray.path("one"))
        view.find("button.start").click()
        assert view.ended(1) == {"one": "Not tested"}
        assert "another board is at this port now" in view.card("one")
        assert happened(server, other) == ["added"]
        view.find("button.start").click()
        view.wait("return document.querySelector('.card.good') !== null")
        assert happened(server, other)[:3] == ["added", "flash begun", "flashed"]


def choice_of_pico(folder: Path) -> Choice:
    """The same image for each Pico whose type is known."""
    image = image_from_file(write_uf2(folder))

    def choose(chip: ChipIdentity) -> FirmwareImage:
        entry_for(chip)
        return image

    return choose


def happened(server: StationServer, mac: str) -> list[str]:
    """The kinds of the events of a board in the inventory."""
    with server.tray.work.inventory.read() as session:
        return [event.kind for event in history.events(session, boards.find(session, mac))]


def test_a_pico_is_flashed_also_from_bootsel_and_not_written_twice(
    browser: Chromium, tray: VirtualTray, tmp_path: Path
) -> None:
    runs, waits = "1-1.1", "1-1.2"
    macs = {slot: tray.plug(slot, seed=number) for number, slot in enumerate((runs, waits))}
    tray.hold_bootsel(waits)
    with station(tray.folder, [], choice_of_pico(tmp_path)) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(2)
        assert "a Pico in BOOTSEL" in view.card(waits)
        assert "Choose the board type at the top, then start" in view.card(waits)
        view.find("button.start").click()
        assert view.ended(2) == {runs: "Good", waits: "Not tested"}, view.card(runs)
        assert "In the inventory: ready" in view.card(runs) and macs[runs] in view.card(runs)
        assert "does not say which of these boards it is" in view.card(waits)
        assert "Choose the board type at the top, and start again" in view.card(waits)
        view.find(".language").click()
        assert "اختر نوع اللوحة من أعلى الصفحة" in view.card(waits)
        view.find(".language").click()
        # The type is chosen; the good board is started again, too, and is not written.
        view.find("select[name=type]").send_keys("Raspberry Pi Pico")
        view.find(f".card[data-slot='{runs}'] .again").click()
        view.find("button.start").click()
        view.wait("return document.querySelectorAll('.card.good').length === 2")
        once = ["added", "flash begun", "flashed", "changed", "certified"]
        assert happened(server, macs[runs]) == [*once, "certified"]
        assert happened(server, macs[waits]) == once
        assert macs[waits] in view.card(waits) and "In the inventory: ready" in view.card(waits)
        assert len(list((tray.folder / "out").glob("*.png"))) == 2


def test_what_a_pico_needs_is_told_in_words_of_the_page(
    browser: Chromium, tray: VirtualTray, tmp_path: Path
) -> None:
    hangs, other = "1-1.1", "1-1.2"
    tray.plug(hangs, seed=1)
    tray.hang(hangs)
    tray.plug_drive(other, "RP9")
    with station(tray.folder, [], choice_of_pico(tmp_path)) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(2)
        view.find("select[name=type]").send_keys("Raspberry Pi Pico")
        view.find("button.start").click()
        assert set(view.ended(2).values()) == {"Not tested"}
        assert "the MicroPython of the board does not answer" in view.card(hangs)
        assert "Hold BOOTSEL while you plug the board in, choose its type" in view.card(hangs)
        assert "the drive is of RP9" in view.card(other)
        tray.unplug(hangs)
        view.wait("return document.querySelector('.card[data-state=unplugged]') !== null")
        tray.plug(hangs, seed=1)
        tray.hold_bootsel(hangs)
        view.wait(
            "return document.querySelector('.card[data-state=waiting]')"
            "?.innerText.includes('a Pico in BOOTSEL')"
        )
        view.find("input[name=flash]").click()
        view.find("button.start").click()
        untested = "a Pico in BOOTSEL runs no MicroPython, so it cannot be tested"
        view.wait(
            "return document.querySelector('.tray').innerText.includes(arguments[0])", untested
        )
        view.find("input[name=flash]").click()
        view.find(f".card[data-slot='{hangs}'] .again").click()
        view.wait("return document.querySelector('.card.good') !== null")
        assert "In the inventory: ready" in view.card(hangs)


def test_a_pico_whose_drive_is_not_mounted_goes_on_when_it_is(
    browser: Chromium, tray: VirtualTray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = "1-1.1"
    tray.plug(slot, seed=1)
    places = pico_drive.PLACES
    monkeypatch.setattr(pico_flash, "DRIVE_S", 0.0)
    monkeypatch.setattr(pico_drive, "PLACES", ())
    monkeypatch.setattr(pico_drive, "SERIAL", "-")
    with station(tray.folder, [], choice_of_pico(tmp_path)) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        view.find("button.start").click()
        view.wait("return document.querySelector('.card[data-state=unplugged]') !== null")
        assert "its drive is not mounted" in view.card(slot)
        assert "Open the drive RPI-RP2 or RP2350 in the file manager" in view.card(slot)
        monkeypatch.setattr(pico_drive, "PLACES", places)
        view.waits(1)
        view.find("select[name=type]").send_keys("Raspberry Pi Pico")
        view.find("button.start").click()
        assert view.ended(1) == {slot: "Good"}, view.card(slot)


class SlowLook:
    """Boards of one kind, a drive or not, say who they are only when `go_on` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, of_drive: bool) -> None:
        self.go_on = threading.Event()
        look = BoardWork.look

        def look_slowly(work: BoardWork, place: BoardPlace) -> BoardFacts:
            if place.is_drive is of_drive:
                self.go_on.wait(60)
            return look(work, place)

        monkeypatch.setattr(BoardWork, "look", look_slowly)


ASKED = "return document.querySelector('.card[data-state=asked]') !== null"

STARTED = "return document.querySelector('button.start').disabled"


def test_a_start_counts_also_when_the_pico_goes_into_bootsel_meanwhile(
    browser: Chromium, tray: VirtualTray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = "1-1.1"
    tray.plug(slot, seed=1)
    slow = SlowLook(monkeypatch, of_drive=False)
    with station(tray.folder, [], choice_of_pico(tmp_path)) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.wait(ASKED)
        view.find("select[name=type]").send_keys("Raspberry Pi Pico")
        view.find("button.start").click()
        view.wait(STARTED)
        tray.hold_bootsel(slot)
        assert view.ended(1) == {slot: "Good"}, view.card(slot)
        slow.go_on.set()


def test_a_pico_that_comes_back_after_the_start_is_not_erased_and_told(
    browser: Chromium, tray: VirtualTray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had not said who it is when the start was pressed."""
    slot = "1-1.1"
    tray.plug(slot, seed=1)
    slow = SlowLook(monkeypatch, of_drive=True)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        mac = lent(tray, server, slot, date.today(), BADR)
        view.take_back()
        tray.hold_bootsel(slot)
        view.wait(ASKED)
        view.find("button.start").click()
        view.wait(STARTED)
        tray.restart(slot)
        view.waits(1)
        slow.go_on.set()
        assert "The board has restarted meanwhile, so nothing was started" in view.card(slot)
        assert "Look at the start button, and press it again" in view.card(slot)
        view.find(".language").click()
        assert "أُعيد تشغيل اللوحة في هذه الأثناء" in view.card(slot)
        view.find(".language").click()
        assert holds_secret(tray.port(slot)) == [True]
        view.find("button.start").click()
        assert view.ended(1) == {slot: "Good"}, view.card(slot)
        assert happened(server, mac)[-1] == "returned"


def test_a_card_appears_with_the_board_and_leaves_with_it(
    browser: Chromium, tray: VirtualTray
) -> None:
    with station(tray.folder, [tray.path("one")]) as server:
        view = StationWindow(browser.driver, server.site.url)
        assert view.find(".empty").is_displayed()
        assert not view.find("button.start").is_enabled()
        tray.plug("one", seed=1)
        view.waits(1)
        assert "Raspberry Pi Pico" in view.card("one")
        view.wait("return document.querySelector('button.start').textContent === 'Start 1 board'")
        view.find(".language").click()
        assert view.find("button.start").text == "ابدأ العمل على لوحة واحدة"
        view.find(".language").click()
        first = view.find(".card h2").text
        assert not view.find(".empty").is_displayed()
        tray.unplug("one")
        view.wait("return document.querySelectorAll('.card').length === 0")
        tray.plug("one", seed=2)
        view.waits(1)
        assert view.find(".card h2").text != first


def test_a_board_that_a_busy_station_could_not_test_is_not_faulty(
    browser: Chromium, tray: VirtualTray, monkeypatch: pytest.MonkeyPatch, pictures: Path
) -> None:
    """Its clock has another speed at each try; then the station has time."""
    rates = count(-100_000.0, 1000.0)
    monkeypatch.setattr(clock, "compare", lambda *_arguments: (next(rates), 10.0))
    tray.plug("one", seed=1)
    with station(tray.folder, [tray.path("one")]) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        view.find("button.start").click()
        assert view.ended(1) == {"one": "Not tested"}
        assert view.find(".stages .stopped-here").text.startswith("certify")
        assert "clock: the station was too busy to compare" in view.card("one")
        assert "What to do: Close other programs, or test fewer boards" in view.card("one")
        view.find(".language").click()
        assert "الحل: أغلق البرامج الأخرى" in view.card("one")
        browser.driver.save_screenshot(str(pictures / "station_busy_ar.png"))
        view.find(".language").click()
        monkeypatch.setattr(clock, "compare", lambda *_arguments: (0.0, 10.0))
        view.find("button.start").click()
        view.wait("return document.querySelectorAll('.card.good').length === 1")


def test_a_board_that_is_pulled_out_in_work_stops_no_other_one(
    browser: Chromium, tray: VirtualTray
) -> None:
    for number, slot in enumerate(("one", "two")):
        tray.plug(slot, seed=number)
    with station(tray.folder, [tray.path("one"), tray.path("two")]) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(2)
        view.find("button.start").click()
        view.wait("return document.querySelector('.card[data-slot$=\"/one\"] .step') !== null")
        tray.unplug("one")
        unplugged = "return document.querySelector('.card[data-state=unplugged]')?.innerText"
        told = str(view.wait(unplugged))
        assert told.startswith("!\nNot tested (unplugged)") and "was lost" in told
        assert "Plug the board in again, with another cable" in told
        assert view.ended(1)["two"] == "Good"
        tray.plug("one", seed=5)
        view.waits(1)


def test_all_is_done_with_the_keyboard_and_told_to_a_screen_reader(
    browser: Chromium, tray: VirtualTray
) -> None:
    tray.plug("one", seed=1)
    with station(tray.folder, [tray.path("one")]) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        view.js("document.querySelector('.language').focus()")
        keys = ActionChains(browser.driver)
        keys.send_keys(Keys.TAB, Keys.ENTER).perform()  # the start button is the next one
        view.ended(1)
        spoken = "return document.querySelector('[role=log]').textContent"
        assert str(view.js(spoken)).endswith(": Good")
        named = (
            "return [...document.querySelectorAll('button, input, select, a, progress')]"
            ".filter(e => !(e.textContent || e.ariaLabel || e.closest('label')?.textContent))"
        )
        assert view.js(named) == []
        view.find(".card .cable input").send_keys("C07", Keys.TAB)
        view.find(".card .again").send_keys(Keys.ENTER)
        table = "return document.querySelector('.trends table')?.innerText"
        assert "C07" in str(view.wait(table))


def test_the_page_fits_a_phone_and_a_small_screen(browser: Chromium, tray: VirtualTray) -> None:
    for number in range(3):
        tray.plug(f"slot-{number}", seed=number)
    ports = [tray.path(f"slot-{number}") for number in range(3)]
    with station(tray.folder, ports) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(3)
        wide = "return document.documentElement.scrollWidth - innerWidth"
        for size in (PHONE, (1024, 768), (320, 640)):
            view.resize(*size)
            for _language in range(2):
                assert view.js(wide) <= 0, size
                view.find(".language").click()


def test_two_pages_see_the_same_and_an_odd_name_is_only_text(
    browser: Chromium, tray: VirtualTray
) -> None:
    tray.plug("one", seed=1)
    with station(tray.folder, [tray.path("one")]) as server:
        one, two = (StationWindow(browser.driver, server.site.url) for _ in range(2))
        one.waits(1)
        one.find("input[name=batch]").send_keys(EVIL[:40], Keys.TAB)
        two.wait("return document.querySelector('input[name=batch]').value !== ''")
        one.find(".card .cable input").send_keys(EVIL[:40], Keys.TAB)
        two.wait("return document.querySelector('.cable input').value !== ''")
        assert two.js("return window.pwned") is None
        one.find("button.start").click()
        two.ended(1)
        two.wait("return document.querySelectorAll('.trends table').length === 2")
        assert two.js("return window.pwned") is None


# -- boards that come back ---------------------------------------------------------------------


def lent(tray: VirtualTray, server: StationServer, slot: str, due: date, trainee: Trainee) -> str:
    """The board in a slot, which the tray does not ask now, is lent, and the trainee has worked
    with it. Returns: its MAC."""
    with open_board(tray.port(slot)) as board:
        mac = identify(board).mac
    leave_work(tray.port(slot))
    with server.tray.work.inventory.change() as change:
        boards.register(change, mac, type="pi_pico", chip="rp2040", condition="ready")
        lending.lend(change, mac, "iot", trainee, due)
    return mac


def test_boards_are_taken_back_with_one_button(
    browser: Chromium, tray: VirtualTray, pictures: Path
) -> None:
    """One is overdue, one has a short circuit, one was never lent, one is not in the inventory."""
    late, short, idle, strange = "1-1.1", "1-1.2", "1-1.3", "1-1.4"
    for number, slot in enumerate((late, short, idle, strange)):
        tray.plug(slot, "pi_pico", *[SHORT] * (slot == short), seed=number)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(4)
        week_ago, tomorrow = (date.today() + timedelta(days) for days in (-7, 1))
        macs = [
            lent(tray, server, late, week_ago, AMINA),
            lent(tray, server, short, tomorrow, BADR),
            lent(tray, server, idle, tomorrow, BADR),
        ]
        with server.tray.work.inventory.change() as change:
            lending.take_back(change, macs[2])
        leave_work(tray.port(strange))
        assert not view.find(".warning").is_displayed()
        view.take_back()
        assert view.find(".warning").is_displayed()
        assert not view.find("input[name=flash]").is_displayed()
        assert view.find("button.start").text == "Take back 4 boards"
        view.find("button.start").click()
        assert view.ended(4) == {
            late: "Good",
            short: "Faulty",
            idle: "Good",
            strange: "Not tested",
        }
        stages = "return [...document.querySelectorAll('.card.good .stages .done')]"
        names = [text.split()[0] for text in view.js(f"{stages}.map(e => e.innerText)")]
        assert names == ["identify", "wiping", "certify", "check"] * 2
        due = f"{week_ago:%Y\u2011%m\u2011%d}"
        told = f"Back from أمينة حسن (amina). It was due on {due}; days overdue: 7"
        assert told in view.card(late) and "In the inventory: ready" in view.card(late)
        assert "Back from Badr Ali (badr)." in view.card(short)
        assert "GPIO 2 is shorted to GPIO 3" in view.card(short)
        assert "It was not lent." in view.card(idle)
        assert accessibility.faults(browser.driver) == []
        view.picture(pictures, "station_back")
        assert "not in the inventory, so it was not changed" in view.card(strange)
        assert view.faint_texts() == []
        view.find(".language").click()
        assert "استُرجعت من" in view.card(late) and "عدد أيام التأخير" in view.card(late)
        assert "لم تكن معارة" in view.card(idle)
        assert view.faint_texts() == []
        view.find(".language").click()
        secrets = [holds_secret(tray.port(slot))[0] for slot in (late, short, idle, strange)]
        assert secrets == [False, False, False, True]
        assert happened(server, macs[0])[-4:] == ["lent", "wiped", "certified", "returned"]
        with server.tray.work.inventory.read() as session:
            found = [boards.find(session, mac) for mac in macs]
            assert [board.state for board in found] == ["ready", "faulty", "ready"]
            assert [board.loan for board in found] == [None] * 3
        assert len(records(tray.folder)) == 3


def test_a_board_that_is_pulled_out_is_still_lent_and_is_taken_back_later(
    browser: Chromium, tray: VirtualTray, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = "1-1.1"
    tray.plug(slot, seed=1)
    wiping, go_on = threading.Event(), threading.Event()

    def wipe_slowly(*arguments: Any) -> int:
        wiping.set()
        go_on.wait(60)
        return wipe(*arguments)

    monkeypatch.setattr(check_in, "wipe", wipe_slowly)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        mac = lent(tray, server, slot, date.today(), BADR)
        view.take_back()
        view.find("button.start").click()
        assert wiping.wait(60)
        tray.unplug(slot)
        go_on.set()
        view.wait("return document.querySelector('.card[data-state=unplugged]') !== null")
        assert "Still lent to Badr Ali (badr)." in view.card(slot)
        assert "Plug the board in again" in view.card(slot)
        tray.plug(slot, seed=1)
        view.waits(1)
        view.find("button.start").click()
        assert view.ended(1) == {slot: "Good"}, view.card(slot)
        assert "Back from Badr Ali (badr)." in view.card(slot)
        assert happened(server, mac)[-3:] == ["wiped", "certified", "returned"]


def test_a_board_that_cannot_be_wiped_is_back_and_faulty(
    browser: Chromium, tray: VirtualTray, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = "1-1.1"
    tray.plug(slot, seed=1)

    def damaged(*_arguments: object) -> int:
        raise NotWiped("8 of 8 blocks are not empty", "Destroy it.")

    monkeypatch.setattr(check_in, "wipe", damaged)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        mac = lent(tray, server, slot, date.today(), BADR)
        view.take_back()
        view.find("button.start").click()
        assert view.ended(1) == {slot: "Faulty"}
        assert "Back from Badr Ali (badr)." in view.card(slot)
        assert "8 of 8 blocks are not empty" in view.card(slot)
        assert view.find(".stages .stopped-here").text.startswith("wiping")
        assert "In the inventory: faulty" in view.card(slot)
        assert happened(server, mac)[-2:] == ["fault found", "returned"]


def test_a_board_that_was_wiped_is_not_called_unchanged(
    browser: Chromium, tray: VirtualTray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inventory loses the board while it is wiped: an older copy was put back."""
    slot = "1-1.1"
    tray.plug(slot, seed=1)

    def lose(_change: object, code: str) -> None:
        raise boards.unknown(code)

    def wipe_and_lose(*arguments: Any) -> int:
        count = wipe(*arguments)
        monkeypatch.setattr(boards, "locked", lose)
        return count

    monkeypatch.setattr(check_in, "wipe", wipe_and_lose)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        lent(tray, server, slot, date.today(), BADR)
        view.take_back()
        view.find("button.start").click()
        assert view.ended(1) == {slot: "Not tested"}
        card = view.card(slot)
        assert "is not known" in card and "not changed" not in card
        assert "“Flash and certify” adds it to the inventory" in card and "warsha" not in card


def test_no_board_is_erased_because_another_page_changed_the_mode(
    browser: Chromium, tray: VirtualTray
) -> None:
    """The button said something else when it was pressed."""
    tray.plug("1-1.1", seed=1)
    with station(tray.folder, []) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        lent(tray, server, "1-1.1", date.today(), BADR)
        view.take_back()
        start = json.dumps({"do": "start", "slots": None, "back": False})
        (refused,) = (each["refused"] for each in answers(server, start) if "refused" in each)
        assert "nothing was started" in refused["cause"]["en"]
        assert holds_secret(tray.port("1-1.1")) == [True]


def test_a_board_that_was_swapped_behind_its_card_is_not_erased_before_the_card_names_it(
    browser: Chromium, tray: VirtualTray
) -> None:
    """The port stays, so only the board itself can say that it is another one."""
    tray.plug("one", seed=1)
    tray.plug("other", seed=2)
    with station(tray.folder, [tray.path("one")]) as server:
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        mac = lent(tray, server, "one", date.today(), AMINA)
        other = lent(tray, server, "other", date.today(), BADR)
        assert mac in view.card("one")
        view.take_back()
        Path(tray.path("other")).replace(tray.path("one"))
        view.find("button.start").click()
        assert view.ended(1) == {"one": "Not tested"}
        assert "another board is plugged in at" in view.card("one")
        assert other in view.card("one") and mac not in view.card("one")
        assert holds_secret(tray.path("one")) == [True]
        assert happened(server, mac)[-1] == happened(server, other)[-1] == "lent"
        view.find("button.start").click()
        view.wait("return document.querySelector('.card.good') !== null")
        assert "Back from Badr Ali (badr)." in view.card("one")
        assert happened(server, other)[-3:] == ["wiped", "certified", "returned"]
        assert happened(server, mac)[-1] == "lent"


# -- who may use it ---------------------------------------------------------------------------


def ask(server: StationServer, path: str, *, body: Any = None, **headers: str) -> tuple[int, Any]:
    """A request. Returns: the status, and the headers of the answer."""
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(server.site.address + path, data, named)
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers
    except HTTPError as error:
        return error.code, error.headers


def labels_of(server: StationServer) -> Request:
    """The request for the sheet of labels."""
    return Request(server.site.address + "labels.pdf", headers={"Cookie": logged_in(server)})


def logged_in(server: StationServer) -> str:
    """The cookie of a new session."""
    origin = server.site.address.rstrip("/")
    status, headers = ask(server, "login", body={"code": server.site.code}, Origin=origin)
    assert status == 204
    return str(headers["Set-Cookie"]).partition(";")[0]


def answers(server: StationServer, message: str) -> list[Any]:
    """What the server answers to a message of a page of its own that is logged in."""
    origin = server.site.address.rstrip("/")
    cookie = logged_in(server)
    return asyncio.run(talk(server.site.address, message, Cookie=cookie, Origin=origin))


@pytest.fixture
def empty_station(tray: VirtualTray) -> Iterator[StationServer]:
    """A station without boards."""
    with station(tray.folder, []) as server:
        yield server


@pytest.mark.parametrize(
    "path", ["station.js", "station_view.js", "labels.pdf", "live", "nothing"]
)
def test_without_a_login_there_is_nothing(empty_station: StationServer, path: str) -> None:
    assert ask(empty_station, path)[0] == 401
    forged = f"{empty_station.site.cookie}=forged"
    assert ask(empty_station, path, Cookie=forged)[0] == 401


def test_the_login_takes_only_the_code_from_its_own_page(empty_station: StationServer) -> None:
    own = empty_station.site.address.rstrip("/")
    code = empty_station.site.code
    for wrong in ("", "aaaa-aaaa-aaaa", code[:-1], code + "a", 7, None, ["x"]):
        assert ask(empty_station, "login", body={"code": wrong}, Origin=own)[0] == 403
    right = {"code": code.upper().replace("-", " ")}
    once = empty_station.site.url_once().partition("#")[2]
    uses = [ask(empty_station, "login", body={"code": once}, Origin=own)[0] for _use in range(2)]
    assert uses == [204, 403]
    for origin in ("http://evil.example", "null", own.replace("127.0.0.1", "localhost")):
        assert ask(empty_station, "login", body=right, Origin=origin)[0] == 403
    assert ask(empty_station, "login", body=right)[0] == 403
    status, headers = ask(empty_station, "login", body=right, Origin=own)
    assert status == 204
    assert {"HttpOnly", "SameSite=Strict"} <= set(str(headers["Set-Cookie"]).split("; "))


def test_a_foreign_host_name_that_points_here_is_refused(empty_station: StationServer) -> None:
    cookie = logged_in(empty_station)
    port = empty_station.site.port
    assert ask(empty_station, "", Cookie=cookie)[0] == 200
    for host in (f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil.example:{port}"):
        for path in ("", "login", "words", "page.css", "nothing"):
            assert ask(empty_station, path, Cookie=cookie, Host=host)[0] == 421, (host, path)


@pytest.mark.parametrize(
    "path",
    [
        "../station_site.py",
        "%2e%2e/station_site.py",
        "..%2fstation_site.py",
        "static/../../tray.py",
        "/etc/passwd",
        "station_site.py",
        "bench.html",
        "editor.js",
        ".",
        "..",
    ],
)
def test_a_path_leads_to_no_other_file(empty_station: StationServer, path: str) -> None:
    status, headers = ask(empty_station, path, Cookie=logged_in(empty_station))
    assert status == 404
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_page_of_another_site_cannot_start_a_board(empty_station: StationServer) -> None:
    own, cookie = empty_station.site.address.rstrip("/"), logged_in(empty_station)
    upgrade = {"Upgrade": "websocket"}
    for origin in ("http://evil.example", "http://127.0.0.1:1", "null", own + ".evil.example"):
        assert ask(empty_station, "live", Cookie=cookie, Origin=origin, **upgrade)[0] == 403
    assert ask(empty_station, "live", Cookie=cookie, **upgrade)[0] == 403
    assert ask(empty_station, "live", Origin=own, **upgrade)[0] == 401
    assert ask(empty_station, "live", Cookie=cookie, Origin=own, **upgrade)[0] == 400  # no key


def test_in_the_same_browser_another_page_reaches_nothing(
    browser: Chromium, tray: VirtualTray, tmp_path: Path
) -> None:
    """The page of another station is another origin, and has no session here."""
    tray.plug("one", seed=1)
    (tmp_path / "evil").mkdir()
    with (
        station(tmp_path / "evil", []) as evil,
        station(tray.folder, [tray.path("one")]) as server,
    ):
        view = StationWindow(browser.driver, server.site.url)
        view.waits(1)
        attacker = StationWindow(browser.driver, evil.site.url)
        attack = (
            "const [url, done] = arguments; const line = new WebSocket(url);"
            "line.onopen = () => done('open'); line.onerror = () => done('refused')"
        )
        # the policy of our own pages would stop it as well
        browser.driver.get("data:text/html,<title>evil</title>")
        browser.driver.set_script_timeout(30)
        url = server.site.address.replace("http", "ws") + "live"
        assert browser.driver.execute_async_script(attack, url) == "refused"
        assert attacker.window != view.window
        view.waits(1)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nothing",
        "{}",
        "[]",
        '{"do": "start"}',
        '{"do": "start", "slots": null}',
        '{"do": "start", "slots": [1], "back": false}',
        '{"do": "choose", "type": "../x", "flash": true, "jig": true, "batch": "", "back": false}',
        '{"do": "choose", "type": "", "flash": true, "jig": 1, "batch": "", "back": false}',
        '{"do": "choose", "type": "", "flash": true, "jig": true, "batch": "", "back": ""}',
        '{"do": "cable", "slot": "x"}',
        "[" * 60_000,
        '{"do": "flash", "file": "/etc/passwd"}',
    ],
)
def test_a_message_that_is_no_action_ends_the_line(
    empty_station: StationServer, message: str
) -> None:
    assert not any("refused" in answer for answer in answers(empty_station, message))


def test_a_text_that_cannot_be_kept_is_refused_in_words(empty_station: StationServer) -> None:
    chosen = {"do": "choose", "type": "", "flash": True, "jig": False, "batch": "x" * 41}
    long = json.dumps(chosen | {"back": False})
    (refused,) = (each["refused"] for each in answers(empty_station, long) if "refused" in each)
    assert refused["cause"]["en"].startswith("a text is too long")
    assert refused["cause"]["ar"].startswith("النص طويل")


# -- the command ------------------------------------------------------------------------------


class StationCommand:
    """`warsha station` as a process of its own."""

    def __init__(self, folder: Path, port: str, *words: str) -> None:
        """`port` is that of a board."""
        environment = os.environ | {
            "XDG_DATA_HOME": str(folder / "data"),
            "WARSHA_INVENTORY": str(folder / "inventory.db"),
        }
        program = str(Path(sys.executable).with_name("warsha"))
        self._process = subprocess.Popen(
            [program, "station", "--no-open", "--port", port, *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        lines = [self._process.stdout.readline() for _line in range(2)]
        self.url = lines[0].split()[1]
        self.port = str(urlsplit(self.url).port)
        assert lines[1].split()[-1] in self.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> int:
        """End it. Returns: its exit code."""
        self._process.send_signal(how)
        self._process.communicate(timeout=60)
        return self._process.returncode


def test_a_station_that_was_killed_says_what_was_in_work(
    browser: Chromium, tray: VirtualTray
) -> None:
    tray.plug("one", seed=1)
    first = StationCommand(tray.folder, tray.path("one"), "--http", "0")
    view = StationWindow(browser.driver, first.url)
    view.waits(1)
    mac = view.find(".card h2").text
    view.find("input[name=flash]").click()
    view.find("button.start").click()
    view.wait("return document.querySelector('.card.working .step') !== null")
    first.end(signal.SIGKILL)
    view.wait("return document.querySelector('.status').textContent.includes('was lost')")
    with StationCommand(tray.folder, tray.path("one"), "--http", first.port) as second:
        view.wait("return document.querySelector('input[name=code]') !== null")  # by itself
        view = StationWindow(browser.driver, second.url)
        told = view.find(".notice").text
        assert told.startswith("The station was stopped while") and mac in told
        view.waits(1)
        view.find("input[name=flash]").click()
        view.find("button.start").click()
        view.ended(1)
    with StationCommand(tray.folder, tray.path("one"), "--http", first.port) as third:
        view = StationWindow(browser.driver, third.url)
        assert view.driver.find_elements("css selector", ".notice") == []


def test_a_signal_ends_the_station_and_a_taken_port_is_told(tray: VirtualTray) -> None:
    one = StationCommand(tray.folder, tray.path("one"), "--http", "0")
    program = str(Path(sys.executable).with_name("warsha"))
    done = subprocess.run(
        [program, "station", "--no-open", "--http", one.port],
        cwd=tray.folder,
        env=os.environ | {"WARSHA_INVENTORY": str(tray.folder / "other.db")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and "choose another port" in done.stderr
    assert one.end(signal.SIGTERM) == 0
