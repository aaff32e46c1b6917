"""The inventory: the same contract on SQLite and on a real PostgreSQL server, also with two
stations that write at once."""

import resource
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from sqlalchemy import Connection, create_engine, event, select, text
from sqlalchemy.exc import DatabaseError
from typer.testing import CliRunner

from grader.errors import DiskFull
from station.errors import NoInventory, Refused, UnknownCode
from station.inventory import boards, database, flash_log, history, jobs, lending, listing, stock
from station.inventory.database import Change, Inventory
from station.inventory.tables import EventRow
from tests.support.inventories import (
    AMINA,
    BADR,
    StationProcess,
    lend_all,
    mac,
    register_twenty,
    state,
)
from tests.support.postgres_server import PASSWORD, Cluster
from warsha import app

TODAY = date.today()


def happened(inventory: Inventory, code: str) -> list[str]:
    with inventory.read() as session:
        board = boards.find(session, code)
        return [history.sentence(event) for event in history.events(session, board)]


def lend(inventory: Inventory, code: str, due: date | None = None) -> None:
    with inventory.change() as change:
        lending.lend(change, code, "iot", AMINA, due)


# -- boards ------------------------------------------------------------------------------------


def test_a_board_from_its_first_day_to_its_last(three: Inventory) -> None:
    lend(three, "W-001", TODAY)
    assert state(three, "w-001") == "lent"
    with three.change() as change:
        assert lending.take_back(change, "240ac4000101").trainee == "amina"
        boards.report_fault(change, "W-001", "the USB socket is loose")
    assert state(three, "W-001") == "faulty"
    with three.change() as change:
        boards.mend(change, "W-001", "soldered")
        boards.retire(change, "W-001", "burnt")
    assert state(three, mac(1)) == "retired"
    assert happened(three, "W-001") == [
        "added to the inventory",
        f"lent to amina (iot), due: {TODAY}",
        "returned by amina",
        "fault: the USB socket is loose",
        "mended: soldered",
        "retired: burnt",
    ]


def test_a_board_is_known_by_its_mac_however_it_is_written(three: Inventory) -> None:
    written = ("24:0A:C4:00:01:02", "24-0a-c4-00-01-02", "240AC4000102", " w-002\n")
    with three.read() as session:
        assert {boards.find(session, code).mac for code in written} == {mac(2)}
        for code in ("", "W-00", "240ac40001020", "' OR 1=1 --", "\0", "ش" * 2000):
            with pytest.raises(UnknownCode):
                boards.find(session, code)


def test_the_list_names_lent_boards_in_a_narrow_terminal(three: Inventory) -> None:
    with three.change() as change:
        boards.register(change, mac(1), type="esp32_devkit_c_v4")
    lend(three, "W-001", date(2099, 12, 20))
    out = StringIO()
    with three.read() as session:
        listing.print_boards(Console(file=out, width=80), boards.listed(session), TODAY)
    head, *rows = out.getvalue().splitlines()
    assert head.split() == ["tag", "MAC", "type", "state", "lent", "to", "due"]
    assert rows[0].split() == ["W-001", mac(1), "esp32_devkit_c_v4", "lent", "amina", "2099-12-20"]
    assert len(rows) == 3


def test_a_pico_is_known_by_its_unique_id(inventory: Inventory) -> None:
    with inventory.change() as change:
        boards.register(change, "E66058388353562C", type="pi_pico", flash_bytes=1 << 21)
    with inventory.read() as session:
        assert boards.find(session, "e6:60:58:38:83:53:56:2c").flash_bytes == 2 << 20


def test_what_is_not_given_again_stays(three: Inventory) -> None:
    with three.change() as change:
        boards.register(change, mac(1), chip="esp32", note="من التبرع")
        boards.register(change, mac(1), chip="esp32")
    with three.read() as session:
        board = boards.find(session, mac(1))
        assert (board.asset_tag, board.chip, board.note) == ("W-001", "esp32", "من التبرع")
    assert len(happened(three, mac(1))) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mac": "24:0a:c4"}, "is not a MAC"),
        ({"mac": "00:00:00:00:00:00"}, "is not a MAC"),
        ({"mac": "FFFFFFFFFFFF"}, "is not a MAC"),
        ({"mac": mac(9), "asset_tag": "w-001"}, "belongs to 24:0a:c4:00:01:01"),
        ({"mac": mac(9), "asset_tag": "240ac4000105"}, "means something else to a scanner"),
        ({"mac": mac(9), "asset_tag": "undo"}, "means something else to a scanner"),
        ({"mac": mac(9), "asset_tag": "two words"}, "cannot be on a label"),
        ({"mac": mac(9), "note": "a\x1b[2Jb"}, "contains"),
        ({"mac": mac(9), "note": "a\u202eb"}, "contains"),
        ({"mac": mac(9), "note": "x" * 1001}, "too long"),
        ({"mac": mac(9), "flash_bytes": 0}, "is no size"),
        ({"mac": mac(9), "type": "esp32_devkitv1"}, "There is no board type esp32_devkitv1"),
    ],
)
def test_a_wrong_value_is_refused(three: Inventory, wrong: dict[str, str], message: str) -> None:
    with pytest.raises(Refused, match=message), three.change() as change:
        boards.register(change, **wrong)  # type: ignore[arg-type]
    with three.read() as session:
        assert len(boards.listed(session)) == 3


def test_an_error_undoes_the_whole_change(three: Inventory) -> None:
    with pytest.raises(Refused), three.change() as change:
        boards.report_fault(change, "W-001", "burnt")
        boards.retire(change, "W-009", "")
    assert state(three, "W-001") == "ready"
    assert happened(three, "W-001") == ["added to the inventory"]


@pytest.mark.parametrize("verb", ["UPDATE event SET by = 'me'", "DELETE FROM event"])
def test_the_database_itself_keeps_the_history(
    three: Inventory, inventory_url: str, verb: str
) -> None:
    engine = create_engine(inventory_url)
    with pytest.raises(DatabaseError, match="never changed"), engine.begin() as connection:
        connection.execute(text(verb.replace(" by ", ' "by" ')))
    engine.dispose()
    assert happened(three, "W-001") == ["added to the inventory"]


# -- loans -------------------------------------------------------------------------------------


def retire_it(change: Change) -> None:
    boards.retire(change, "W-001", "")


def report_it(change: Change) -> None:
    boards.report_fault(change, "W-001", "burnt")


def lend_it(change: Change) -> None:
    lending.lend(change, "W-001", "iot", BADR)


def half_write_it(change: Change) -> None:
    boards.register(change, mac(1), condition="half-written")


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (retire_it, "W-001 is retired"),
        (report_it, "W-001 is faulty"),
        (lend_it, "W-001 is lent to badr since"),
        (half_write_it, "W-001 is half-written"),
    ],
)
def test_a_board_that_cannot_be_lent(
    three: Inventory, before: Callable[[Change], None], message: str
) -> None:
    with three.change() as change:
        before(change)
    with pytest.raises(Refused, match=message):
        lend(three, "W-001")


def test_a_lent_board_is_not_retired_and_a_free_one_not_returned(three: Inventory) -> None:
    lend(three, "W-001")
    with pytest.raises(Refused, match="W-001 is lent to amina"), three.change() as change:
        boards.retire(change, "W-001", "")
    with pytest.raises(Refused, match="W-002 is not lent, it is: ready"), three.change() as change:
        lending.take_back(change, "W-002")


def test_what_is_overdue(three: Inventory) -> None:
    lend(three, "W-001", TODAY - timedelta(days=1))
    lend(three, "W-002", TODAY)
    lend(three, "W-003")
    with three.read() as session:
        late = boards.listed(session, overdue_on=TODAY)
        assert [board.asset_tag for board in late] == ["W-001"]
        assert late[0].loan and late[0].loan.is_overdue(TODAY)
        assert len(boards.listed(session, states=["lent"], course="iot")) == 3
        assert boards.listed(session, states=["lent"], course="other") == []


# -- two stations ------------------------------------------------------------------------------


def test_two_stations_open_and_fill_a_new_inventory(inventory_url: str) -> None:
    stations = [
        StationProcess(register_twenty, inventory_url, "one", "0"),
        StationProcess(register_twenty, inventory_url, "two", "20"),
    ]
    for station in stations:
        station.go()
    for station in stations:
        assert station.printed() == []
    with Inventory(inventory_url) as inventory, inventory.read() as session:
        found = boards.listed(session)
        assert [board.mac for board in found] == [mac(number) for number in range(40)]
        assert {board.note for board in found} == {"one", "two"}


NEW_THINGS: dict[str, Callable[[Change], object]] = {
    "board": lambda change: boards.register(change, mac(1), note=change.by),
    "slot": lambda change: flash_log.place(change, "1-1", None, port=change.by),
    "image": lambda change: flash_log.keep_image(change, "0" * 64, "ESP32_GENERIC"),
}


@pytest.mark.parametrize("inventory_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("note", NEW_THINGS.values(), ids=NEW_THINGS)
def test_two_stations_note_the_same_new_thing_at_the_same_moment(
    inventory_url: str, note: Callable[[Change], object]
) -> None:
    """In SQLite they take turns."""
    with Inventory(inventory_url, by="one") as one, Inventory(inventory_url, by="two") as two:

        def overtake(*_arguments: object) -> None:
            with one.change() as first:
                note(first)

        with two.change() as change:
            event.listen(change.session, "before_flush", overtake, once=True)
            note(change)
        with one.read() as session:
            noted = [row.by for row in session.scalars(select(EventRow))]
            slots = [slot.port for slot in flash_log.slots(session)]
    assert noted in ([], ["one", "two"])  # of the board: added, then its note changed
    assert slots in ([], ["two"])


def test_two_stations_lend_each_board_once(inventory_url: str) -> None:
    with Inventory(inventory_url) as inventory:
        with inventory.change() as change:
            for number in range(40):
                boards.register(change, mac(number))
        stations = [StationProcess(lend_all, inventory_url, name) for name in ("one", "two")]
        for station in stations:
            station.go()
        printed = [line for station in stations for line in station.printed()]
        assert sorted(line for line in printed if line != "refused") == [
            mac(number) for number in range(40)
        ]
        assert printed.count("refused") == 40
        for number in range(40):
            assert len(happened(inventory, mac(number))) == 2


# -- the database ------------------------------------------------------------------------------


def test_a_newer_inventory_is_left_alone(
    three: Inventory, inventory_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = database.UPGRADES
    monkeypatch.setattr(database, "UPGRADES", (*known, lambda _connection: None))
    Inventory(inventory_url).__exit__()
    monkeypatch.setattr(database, "UPGRADES", known)
    versions = f"version {len(known) + 2}, this Warsha knows {len(known) + 1}"
    with pytest.raises(NoInventory, match=versions) as caught:
        Inventory(inventory_url)
    assert "newest Warsha" in caught.value.cure


def test_an_older_inventory_is_brought_up_to_date_once(
    three: Inventory, inventory_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(connection: Connection) -> None:
        connection.execute(text("UPDATE board SET note = note || 'upgraded'"))

    monkeypatch.setattr(database, "UPGRADES", (*database.UPGRADES, rename))
    for _time in range(2):
        with Inventory(inventory_url) as inventory, inventory.read() as session:
            assert boards.find(session, "W-001").note == "upgraded"


def test_an_inventory_of_the_first_version_gets_what_later_ones_have(
    three: Inventory, inventory_url: str
) -> None:
    with three.change() as change:
        stock.fill_kit(change, "K1", add=["W-001"])
        for code in ("W-001", "W-002"):
            lending.lend(change, code, "iot", AMINA)
        change.session.execute(text("DROP TABLE job"))
        change.session.execute(text("ALTER TABLE loan DROP COLUMN kit"))
        change.session.execute(text("UPDATE schema_version SET version = 1"))
    with Inventory(inventory_url) as inventory, inventory.change() as change:
        job = jobs.begin(change, "one", "1-1.4")
        jobs.identified(change, job, mac(1))
        jobs.end(change, job, "pass")
        loans = [boards.find(change.session, code).loan for code in ("W-001", "W-002")]
        assert [loan and loan.kit for loan in loans] == ["K1", ""]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("mysql+nothing://host/name", "cannot be used"),
        ("postgresql+psycopg://nobody@/none?host=/nowhere", "cannot be used"),
        ("/proc/inventory.db", "cannot be used"),
        ("{tmp}/text.db", "not a database"),
    ],
)
def test_an_inventory_that_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, message: str
) -> None:
    (tmp_path / "text.db").write_text("a text, and no database" * 100)
    monkeypatch.setenv(database.VARIABLE, named.format(tmp=tmp_path))
    with pytest.raises(NoInventory, match=message) as caught:
        Inventory()
    assert "\n" not in str(caught.value) and caught.value.cure


def test_an_inventory_to_which_another_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0)
    url = f"sqlite:///{tmp_path}/inventory.db"
    with Inventory(url) as inventory, inventory.change() as change:
        boards.register(change, mac(1))
        with pytest.raises(NoInventory, match="locked") as caught:
            Inventory(url)
    assert "another program writes to it" in caught.value.cure


@pytest.mark.parametrize("first", [0, 100])
def test_a_damaged_inventory_is_told(tmp_path: Path, first: int) -> None:
    file = tmp_path / "inventory.db"
    Inventory(f"sqlite:///{file}").__exit__()
    data = file.read_bytes()
    file.write_bytes(data[:first] + b"\xaa" * (len(data) - first))
    with pytest.raises(NoInventory, match="cannot be used") as caught:
        Inventory(f"sqlite:///{file}")
    assert "put a copy in its place" in caught.value.cure


@pytest.mark.parametrize(
    "verb", [["list"], ["show", "W-1"], ["history", "W-1"], ["kits"], ["parts"], ["export", "x"]]
)
def test_what_only_reads_makes_no_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(database.VARIABLE, "no/such.db")
    error = CliRunner().invoke(app, ["boards", *verb]).exception
    assert isinstance(error, NoInventory) and "there is no inventory" in str(error)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.delenv(database.VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "new"))
    assert "boards: 0" in CliRunner().invoke(app, ["boards", "list"]).output


@pytest.mark.parametrize(
    ("free", "known", "message"),
    [(0, DiskFull, "the disk is full"), (1 << 30, NoInventory, "disk I/O error")],
)
def test_an_inventory_whose_disk_takes_nothing_more(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    known: type[Exception],
    message: str,
) -> None:
    url = f"sqlite:///{tmp_path}/inventory.db"
    Inventory(url).__exit__()
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(known, match=message) as caught:
            Inventory(url)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(tmp_path) in str(caught.value)


def test_a_server_that_stops_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with Cluster() as cluster, Inventory(cluster.server.create("stops")) as inventory:
        with inventory.change() as change:
            boards.register(change, mac(1))
        cluster.stop()
        with pytest.raises(NoInventory, match="cannot be used") as caught:
            boards_of(inventory)
        assert "start its server" in caught.value.cure
        cluster.start()
        assert boards_of(inventory) == 1


def boards_of(inventory: Inventory) -> int:
    with inventory.read() as session:
        return len(boards.listed(session))


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    Inventory(f"sqlite:///{tmp_path}/private/inventory.db").__exit__()
    assert (tmp_path / "private").stat().st_mode & 0o077 == 0
    assert (tmp_path / "private" / "inventory.db").stat().st_mode & 0o077 == 0
