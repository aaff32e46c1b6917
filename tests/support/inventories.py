"""Inventories for tests: one contract for SQLite and for a real PostgreSQL server; conftest.py
registers the fixtures."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from grader.lab.class_list import Trainee
from station.errors import Refused
from station.inventory import boards, flash_log, lending
from station.inventory.database import VARIABLE, Inventory
from station.inventory.roster import Roster
from tests.support.postgres_server import PASSWORD, Server

AMINA = Trainee("amina", "أمينة", "حسن")
BADR = Trainee("badr", "Badr", "Ali")


def mac(number: int) -> str:
    """The MAC of the n-th board."""
    return f"24:0a:c4:00:01:{number:02x}"


@pytest.fixture(scope="session")
def inventory_database(postgres: Server) -> str:
    """The URL of a database for all tests; each of them has a schema of its own in it."""
    return postgres.create("inventories")


@pytest.fixture(params=["sqlite", "postgresql"])
def inventory_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of an inventory that does not exist yet, also for the commands."""
    url = f"sqlite:///{tmp_path}/station/inventory.db"
    if request.param == "postgresql":
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        name = f"test_{uuid4().hex}"
        database: str = request.getfixturevalue("inventory_database")
        with request.getfixturevalue("postgres").connect("inventories") as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        url = f"{database}&options=-csearch_path%3D{name}"
    monkeypatch.setenv(VARIABLE, url)
    return url


@pytest.fixture
def inventory(inventory_url: str) -> Iterator[Inventory]:
    """An open and empty inventory."""
    with Inventory(inventory_url, by="tester") as opened:
        yield opened


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[Inventory]:
    """An empty inventory in SQLite, for tests of what is done with boards."""
    with Inventory(f"sqlite:///{tmp_path}/stock.db", by="tester") as opened:
        yield opened


@pytest.fixture
def three(inventory: Inventory) -> Inventory:
    """An inventory with three boards: W-001, W-002, W-003."""
    with inventory.change() as change:
        for number in (1, 2, 3):
            boards.register(change, mac(number), asset_tag=f"w-{number:03}", condition="ready")
    return inventory


@pytest.fixture
def roster() -> Roster:
    """A class of two."""
    found = Roster("iot")
    found.add([AMINA, BADR])
    return found


def state(inventory: Inventory, code: str) -> str:
    """A board's state."""
    with inventory.read() as session:
        return boards.find(session, code).state


def register_twenty(url: str, name: str, first: str) -> None:
    """The work of a station: add twenty boards."""
    with Inventory(url, by=name) as inventory:
        for number in range(20):
            with inventory.change() as change:
                boards.register(change, mac(int(first) + number), note=name)


def lend_all(url: str, name: str) -> None:
    """The work of a station: lend forty boards to one trainee, and print which it could."""
    with Inventory(url, by=name) as inventory:
        for number in range(40):
            try:
                with inventory.change() as change:
                    lending.lend(change, mac(number), "iot", AMINA if name == "one" else BADR)
            except Refused:
                print("refused")
            else:
                print(mac(number))


def begin_and_wait(url: str, board: str, sha256: str) -> None:
    """The work of a station: begin a flash, and never end it."""
    with Inventory(url) as inventory:
        with inventory.change() as change:
            image = flash_log.keep_image(change, sha256, "ESP32_GENERIC")
            flash_log.begin_flash(change, board, image, slot="", baud=115200)
        print("begun", flush=True)
        sys.stdin.readline()


class StationProcess:
    """Another station: a process of its own, which starts its work at `go`."""

    def __init__(self, work: Callable[..., None], url: str, *words: str) -> None:
        """`work` is a function of this module; it gets the URL and the words."""
        code = (
            f"import sys; from {work.__module__} import {work.__name__} as work; "
            "print('here', flush=True); sys.stdin.readline(); work(*sys.argv[1:])"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, url, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout and self._process.stdout.readline() == "here\n"

    def go(self) -> None:
        """Let it start."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.communicate()

    def printed(self) -> list[str]:
        """The lines that it printed, when it has ended."""
        text, _errors = self._process.communicate(timeout=300)
        assert self._process.returncode == 0
        return text.splitlines()
