"""A day of two stations that share an inventory on a PostgreSQL server: boards are plugged in,
flashed, certified, labelled, lent to a class, and come back at its end. What the inventory knows
then is what was done with each board."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import pytest

from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader.enrolment import enrol
from station.flash.flash_outcome import Stage as FlashStage
from station.flash.slot import at_this_computer
from station.inventory.database import VARIABLE
from station.page.board_work import FLASH_AND_CERTIFY
from tests.support.browser import Chromium
from tests.support.day_station import DayStation
from tests.support.firmware_images import write_image, write_uf2
from tests.support.postgres_server import PASSWORD, Server
from tests.support.station_tray import SHORT, StationWindow
from tests.support.trainee_work import holds_secret, leave_work

ESP32, PICO = "esp32_devkit_v1", "pi_pico"
PULLED, SPARE = "slot-0", "spare"
SHORTED = 1
"""The number of the faulty board in each tray."""
PULLED_BAUD = 460_800
"""This board's line is slow enough for a hand that pulls it out in the writing."""
DAY_S = 3000
STATE = "return document.querySelector(arguments[0])?.dataset.state"
WRITES = """
const [selector, begun] = arguments;
const card = document.querySelector(selector);
return card?.querySelector('.step')?.textContent === ': writes'
  && card.querySelector('progress').value >= begun;
"""


@dataclass
class DayBoard:
    """A board, and what was done with it: the truth that the inventory is compared with."""

    mac: str
    station: int
    slot: str
    kind: str
    is_good: bool
    events: Counter[str] = field(default_factory=Counter)

    def did(self, *events: str) -> None:
        """These things happened to it."""
        self.events.update(events)


class Day:
    """Two stations with so many boards each."""

    def __init__(self, place: Path, url: str, size: int, build: Path, stack: ExitStack) -> None:
        """`build`: the folder of the built course."""
        self.place = place
        self.settings = {
            VARIABLE: url,
            "XDG_DATA_HOME": str(place / "east/data"),
            "WARSHA_BUILD": str(build),
        }
        images = [write_image(place, size=400_000), write_uf2(place)]
        slots = [f"slot-{number}" for number in range(size)]
        self.stations = [
            stack.enter_context(DayStation(place / name, url, [*slots, SPARE], images))
            for name in ("east", "west")
        ]
        self.boards: list[DayBoard] = []
        for number, station in enumerate(self.stations):
            for at, slot in enumerate(slots):
                kind = PICO if at % 2 else ESP32
                if kind == PICO:
                    slot = f"{number + 1}-1.{at + 1}"
                wires = [SHORT] if at == SHORTED else []
                baud = PULLED_BAUD if (number, slot) == (0, PULLED) else None
                mac = station.plug(slot, kind, 100 * number + at, *wires, baud=baud)
                self.boards.append(DayBoard(mac, number, slot, kind, is_good=not wires))

    def board(self, station: int, slot: str) -> DayBoard:
        """The board that was plugged in there in the morning."""
        return next(one for one in self.boards if (one.station, one.slot) == (station, slot))

    def port(self, board: DayBoard) -> str:
        """Where a board is now."""
        return self.stations[board.station].ports[board.slot]

    def start(self, *words: str, typed: str = "") -> "subprocess.Popen[str]":
        """Start a command at a station's table, and scan all these codes."""
        command = subprocess.Popen(
            [str(Path(sys.executable).with_name("warsha")), "boards", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.place,
            env=os.environ | self.settings,
        )
        assert command.stdin
        command.stdin.write(typed)
        command.stdin.close()
        return command

    def ask(self, *words: str) -> Any:
        """What a command answers, as JSON."""
        return json.loads(printed(self.start(*words, "--json")))


def printed(command: "subprocess.Popen[str]", code: int = 0) -> str:
    """All that a command prints, when it has ended."""
    assert command.stdout
    with command.stdout as stream:
        text = stream.read()
    assert command.wait(DAY_S) == code, text
    return text


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the day; commands find the built course."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    (tmp_path / "day").mkdir()
    return tmp_path / "day"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The folder of pictures; it is kept on request."""
    return Path(os.environ.get("WARSHA_PICTURES", tmp_path))


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Chromium]:
    """The browser at which both technicians sit."""
    with Chromium(tmp_path / "profile") as chromium:
        yield chromium


@pytest.mark.parametrize("size", [3, pytest.param(32, marks=pytest.mark.long)])
def test_a_day_of_two_stations(
    views: Chromium, postgres: Server, course: Course, place: Path, pictures: Path, size: int
) -> None:
    url = postgres.create(f"day_{size}")
    with ExitStack() as stack:
        day = Day(place, url, size, course.root.parents[1], stack)
        _morning(day, [StationWindow(views.driver, one.url) for one in day.stations], size)
        for name, station in zip(("east", "west"), day.stations, strict=True):
            StationWindow(views.driver, station.url).picture(pictures, f"day_{name}")
        _labels(day)
        _lend(day, course)
        _return(day, StationWindow(views.driver, day.stations[1].url))
    _compare(day)


def _morning(day: Day, views: list[StationWindow], size: int) -> None:
    """Flash, certify and label all boards; one board is pulled out in the writing at the first
    station, and is healed at the second."""
    for view in views:
        view.waits(size)
        view.find("select[name=type]").send_keys("ESP32 DevKit V1")
        view.find("button.start").click()
    moved = day.board(0, PULLED)
    steps = get_args(FlashStage)
    of_flash = (steps.index("write") + 0.1) / len(steps)
    of_all = (FLASH_AND_CERTIFY.index("flash") + of_flash) / len(FLASH_AND_CERTIFY)
    views[0].wait(WRITES, f".card[data-slot$='/{PULLED}']", of_all, seconds=DAY_S)
    day.stations[0].unplug(PULLED)
    gone = "return document.querySelector('.card[data-state=unplugged]')?.innerText"
    assert "Plug the board in again" in views[0].wait(gone, seconds=DAY_S)
    listed = {one["mac"]: one["state"] for one in day.ask("list")}
    assert listed[moved.mac] == "half-written"
    moved.did("flash begun", "flashed")
    # The board at the second station is a new one with the same MAC: its flash is as it was made.
    assert day.stations[1].plug(SPARE, moved.kind, 0) == moved.mac
    moved.station, moved.slot = 1, SPARE
    here = f".card[data-slot$='/{SPARE}']"
    views[1].wait(f"{STATE} === 'waiting'", here, seconds=DAY_S)
    views[1].find("button.start").click()
    for number, view in enumerate(views):
        boards = [one for one in day.boards if one.station == number]
        good = {one.slot: "Good" if one.is_good else "Faulty" for one in boards}
        ended = view.ended(len(good), DAY_S)
        wrong = [view.card(slot) for slot, word in good.items() if ended.get(slot) != word]
        assert wrong == []
    for board in day.boards:
        board.did("flash begun", "flashed", "certified")
        if not board.is_good:
            board.did("fault found")


def _labels(day: Day) -> None:
    """Each board has one at the station where it was certified."""
    for number, station in enumerate(day.stations):
        boards = [one for one in day.boards if one.station == number]
        assert len(list((station.folder / "out").glob("*.png"))) == len(boards)


def _lend(day: Day, course: Course) -> None:
    """One board for each trainee, at two tables at once; a faulty one is refused."""
    trainees = [
        Trainee(f"t{number:02}", f"متدرب {number}", "") for number in range(len(day.boards))
    ]
    enrol(course.root, trainees)
    tables = []
    for number in range(2):
        scans = [
            f"{trainee.id}\n{board.mac}\n"
            for trainee, board in zip(trainees, day.boards, strict=True)
            if board.station == number
        ]
        tables.append(day.start("lend", "--due", "2099-12-20", typed="".join(scans)))
    for number, table in enumerate(tables):
        said = printed(table, code=1)
        lent = [one for one in day.boards if one.station == number and one.is_good]
        assert f"lent: {len(lent)}, refused: 1" in said and "is faulty" in said
    for board in day.boards:
        if board.is_good:
            board.did("lent")
    on_loan = {one["mac"]: one["loan"]["trainee"] for one in day.ask("list", "--state", "lent")}
    assert on_loan == {
        board.mac: trainee.id
        for trainee, board in zip(trainees, day.boards, strict=True)
        if board.is_good
    }


def _return(day: Day, page: StationWindow) -> None:
    """All boards come back with a trainee's work and passwords, and leave without: at the first
    station by scans, at the second one at its page."""
    lent = [board for board in day.boards if board.is_good]
    for board in lent:
        leave_work(day.port(board))
    with ThreadPoolExecutor(1) as other:
        scanned = other.submit(_scan_back, day, lent)
        _take_back(page, [board for board in lent if board.station == 1])
        assert scanned.result() == ""
    for board in lent:
        board.did("wiped", "certified", "returned")
        assert not any(holds_secret(day.port(board)))


def _take_back(page: StationWindow, lent: list[DayBoard]) -> None:
    """The boards are still plugged in, so each is started for itself."""
    page.take_back()
    for board in lent:
        page.start_again(board.slot)
    back = (
        "return [...document.querySelectorAll('.card.good .loan')].filter(e => !e.hidden).length"
    )
    page.wait(f"{back} === arguments[0]", len(lent), seconds=DAY_S)


def _scan_back(day: Day, lent: list[DayBoard]) -> str:
    """At the first station. Returns: what went wrong."""
    here = [board for board in lent if board.station == 0]
    slots, macs = [board.slot for board in here], [board.mac for board in here]
    count, _, wrong = day.stations[0].take_back(slots, macs).partition("; ")
    return "" if count == f"returned: {len(here)}, wrong: 0" else f"{count} {wrong}"


def _compare(day: Day) -> None:
    """The inventory, and the history of each board, against what was done."""
    known: list[Mapping[str, Any]] = day.ask("list")
    assert {one["mac"]: (one["state"], one["loan"]) for one in known} == {
        board.mac: ("ready" if board.is_good else "faulty", None) for board in day.boards
    }
    slots = {one["mac"]: one["slot"] for one in known}
    for board in day.boards:
        at_usb = board.kind == PICO
        assert slots[board.mac] == (at_this_computer(board.slot) if at_usb else day.port(board))
        history = Counter(event["kind"] for event in day.ask("history", board.mac))
        assert {kind: history[kind] for kind in board.events} == dict(board.events), history
