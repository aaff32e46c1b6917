"""Slots, flashes, certificates, kits and parts of the inventory, on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from station.errors import Refused
from station.inventory import boards, flash_log, history, jobs, lending, stock
from station.inventory.database import Change, Inventory
from station.inventory.jobs import Tally
from station.inventory.roster import Roster
from station.inventory.scan_loop import LendingDesk, ReturnDesk
from station.inventory.tables import CertificateRow, FlashResult, FlashRow, JobResult
from tests.support.inventories import AMINA, BADR, StationProcess, begin_and_wait, mac, state

SHA = "5e" * 32


def begin(inventory: Inventory, code: str = "W-001") -> int:
    with inventory.change() as change:
        image = flash_log.keep_image(change, SHA, "ESP32_GENERIC", version="v1.25.0")
        return flash_log.begin_flash(change, code, image, slot="1-1.4.2", baud=921600).id


def end(inventory: Inventory, flash: int, result: FlashResult) -> None:
    with inventory.change() as change:
        flash_log.end_flash(change, flash, result, verified=result == "good", baud=460800)


def held(inventory: Inventory, code: str) -> str | None:
    with inventory.read() as session:
        image = flash_log.held_image(session, boards.find(session, code).mac)
        return image.name if image else None


@pytest.mark.parametrize(
    ("result", "then", "holds"),
    [
        ("good", "ready", "ESP32_GENERIC"),
        ("half-written", "half-written", None),
        ("failed", "new", None),
    ],
)
def test_a_flash_and_how_it_ended(
    inventory: Inventory, result: FlashResult, then: str, holds: str | None
) -> None:
    with inventory.change() as change:
        boards.register(change, mac(1), asset_tag="W-001")
    flash = begin(inventory)
    assert (state(inventory, "W-001"), held(inventory, "W-001")) == ("half-written", None)
    end(inventory, flash, result)
    assert (state(inventory, "W-001"), held(inventory, "W-001")) == (then, holds)
    with inventory.read() as session:
        row = session.scalars(select(FlashRow)).one()
        assert (row.result, row.slot, row.baud, row.by) == (result, "1-1.4.2", 460800, "tester")


def test_nothing_is_good_that_was_not_read_back(three: Inventory) -> None:
    flash = begin(three)
    with pytest.raises(ValueError, match="read back"), three.change() as change:
        flash_log.end_flash(change, flash, "good", verified=False)
    assert state(three, "W-001") == "half-written"


def test_a_station_that_is_killed_leaves_a_half_written_board(
    three: Inventory, inventory_url: str
) -> None:
    station = StationProcess(begin_and_wait, inventory_url, mac(1), SHA)
    station.go()
    assert station.line() == "begun"
    station.kill()
    assert state(three, "W-001") == "half-written"
    end(three, begin(three), "good")
    assert state(three, "W-001") == "ready"


def test_an_image_is_known_by_its_hash(three: Inventory) -> None:
    with three.change() as change:
        flash_log.keep_image(change, SHA, "ESP32_GENERIC", source="https://micropython.org/")
        again = flash_log.keep_image(change, SHA, "renamed.bin", by_hand=True)
        assert (again.name, again.by_hand) == ("ESP32_GENERIC", False)


def test_a_board_is_in_one_slot_and_a_slot_has_one_board(three: Inventory) -> None:
    with three.change() as change:
        flash_log.place(change, "1-1.1", "W-001", name="A1", hub="1-1", port="1")
        flash_log.place(change, "1-1.2", "W-002", name="A2")
    with three.change() as change:  # swapped
        flash_log.place(change, "1-1.1", "W-002")
        flash_log.place(change, "1-1.2", "W-001")
        flash_log.place(change, "1-1.3", "W-003")
        flash_log.place(change, "1-1.3", None)
    with three.read() as session:
        assert [(slot.usb_path, slot.name, slot.mac) for slot in flash_log.slots(session)] == [
            ("1-1.1", "A1", mac(2)),
            ("1-1.2", "A2", mac(1)),
            ("1-1.3", "", None),
        ]
        (in_use, *_others) = boards.listed(session)
        assert in_use.slot and in_use.slot.usb_path == "1-1.2"


def test_a_certificate_is_kept_byte_for_byte_and_a_failure_is_a_fault(three: Inventory) -> None:
    record = '{"ram": {"value": 1,  "verdict": "FAIL"}}\n'
    with three.change() as change:
        flash_log.record_certificate(change, "W-001", "pass", record, key_id="k1")
        flash_log.record_certificate(change, "W-002", "error", record, key_id="k1")
        flash_log.record_certificate(
            change, "W-003", "fail", record, key_id="k1", what="GPIO 4 and 5 are shorted"
        )
    assert [state(three, f"W-00{n}") for n in (1, 2, 3)] == ["ready", "ready", "faulty"]
    with three.read() as session:
        assert {row.record for row in session.scalars(select(CertificateRow))} == {record}
        assert boards.find(session, "W-003").faults[0].what == "GPIO 4 and 5 are shorted"


def flash_it(change: Change) -> None:
    image = flash_log.keep_image(change, SHA, "x")
    flash_log.begin_flash(change, "W-001", image, slot="", baud=9600)


def place_it(change: Change) -> None:
    flash_log.place(change, "1-1", "W-001")


def certify_it(change: Change) -> None:
    flash_log.record_certificate(change, "W-001", "pass", "{}", key_id="")


def put_it_into_a_kit(change: Change) -> None:
    stock.fill_kit(change, "K1", add=["W-001"])


@pytest.mark.parametrize("work", [flash_it, place_it, certify_it, put_it_into_a_kit])
def test_a_retired_board_is_not_used(three: Inventory, work: Callable[[Change], None]) -> None:
    with three.change() as change:
        boards.retire(change, "W-001", "burnt")
    with pytest.raises(Refused, match="W-001 is retired"), three.change() as change:
        work(change)


# -- kits and parts ----------------------------------------------------------------------------


@pytest.fixture
def kit(three: Inventory) -> Inventory:
    """Kit K1 with two boards and ten wires, of a hundred."""
    with three.change() as change:
        stock.count_part(change, "jumper wire", 100, minimum=91)
        stock.fill_kit(change, "k1", add=["W-001", "W-002"], contents={"jumper wire": 10})
    return three


def on_shelf(inventory: Inventory) -> int:
    with inventory.read() as session:
        return stock.parts(session)[0].count


def test_parts_move_between_shelf_and_kit(kit: Inventory) -> None:
    assert on_shelf(kit) == 90
    with kit.read() as session:
        assert [part.name for part in stock.parts(session, only_low=True)] == ["jumper wire"]
    with kit.change() as change:
        stock.fill_kit(change, "K1", contents={"jumper wire": 4})
    assert on_shelf(kit) == 96
    with kit.change() as change:
        stock.fill_kit(change, "K1", contents={"jumper wire": 0})
        stock.take_parts(change, "jumper wire", 30)
    assert on_shelf(kit) == 70
    with kit.read() as session:
        assert stock.kits(session)[0].parts == []


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda c: stock.take_parts(c, "jumper wire", 91), "90 on the shelf, wanted: 91"),
        (lambda c: stock.take_parts(c, "LED", 1), "there is no part 'LED'"),
        (lambda c: stock.count_part(c, "jumper wire", -1), "cannot be -1"),
        (lambda c: stock.count_part(c, "LED"), "there is no part 'LED'"),
        (lambda c: stock.count_part(c, " ", 5), "the part has no name"),
        (lambda c: stock.fill_kit(c, "K2", add=["W-001"]), "W-001 is in kit K1"),
        (lambda c: stock.fill_kit(c, "K1", remove=["W-003"]), "W-003 is not in kit K1"),
        (lambda c: stock.fill_kit(c, "w-003"), "a board has the asset tag W-003"),
        (lambda c: boards.register(c, mac(9), asset_tag="k1"), "a kit has the name K1"),
        (lambda c: stock.fill_kit(c, "a kit"), "cannot be on a label"),
    ],
)
def test_what_kits_and_parts_cannot_be(
    kit: Inventory, work: Callable[[Change], object], message: str
) -> None:
    with pytest.raises(Refused, match=message), kit.change() as change:
        work(change)
    assert on_shelf(kit) == 90


def test_one_scan_lends_a_kit_and_one_brings_it_back(kit: Inventory, roster: Roster) -> None:
    desk = LendingDesk(kit, roster, trainee=AMINA)
    assert [line.text for line in desk.scan("k1")] == [
        "W-001 lent to amina, due: -",
        "W-002 lent to amina, due: -",
    ]
    assert [line.text for line in desk.scan("undo")] == [
        "undone: W-001, amina",
        "undone: W-002, amina",
    ]
    with kit.change() as change:
        lending.lend(change, "W-002", "iot", AMINA)
    assert [line.good for line in desk.scan("K1")] == [True, False]
    assert [line.good for line in ReturnDesk(kit).scan("K1")] == [True, True]
    with kit.read() as session:
        board = boards.find(session, "W-001")
        sentences = [history.sentence(event) for event in history.events(session, board)]
    assert sentences[1:4] == [
        "put into kit K1",
        "lent to amina (iot), due: -",
        "the lending to amina was undone",
    ]


def test_a_kit_brings_back_only_what_its_borrower_has(kit: Inventory, roster: Roster) -> None:
    assert LendingDesk(kit, roster, trainee=AMINA).scan("W-001")[0].good
    refused, lent = LendingDesk(kit, roster, trainee=BADR).scan("K1")
    assert (refused.good, lent.text) == (False, "W-002 lent to badr, due: -")
    stays, back = ReturnDesk(kit).scan("k1")
    assert not stays.good and stays.text.startswith("W-001 is lent to amina since ")
    assert stays.text.endswith(": it was lent without the kit: scan the board itself")
    assert back.text == "W-002 is back from badr, now: ready"
    assert [state(kit, code) for code in ("W-001", "W-002")] == ["lent", "ready"]
    assert not any(line.good for line in ReturnDesk(kit).scan("K1"))
    assert ReturnDesk(kit).scan("W-001")[0].good


# -- jobs of a station --------------------------------------------------------------------------


def work(
    inventory: Inventory, board: str, result: JobResult, cable: str = "", station: str = "one"
) -> None:
    """A job at a station, from its beginning to its end; without a result it has no end."""
    with inventory.change() as change:
        job = jobs.begin(change, station, "1-1.4.2", hub="1-1.4", cable=cable, batch="B1")
        if board:
            jobs.identified(change, job, board)
        if result:
            jobs.end(change, job, result, image="ESP32_GENERIC v1.25.0")


def test_the_last_job_of_each_board_counts_for_the_yield(three: Inventory) -> None:
    for number, result in ((1, "fail"), (1, "pass"), (2, "pass"), (3, "fail"), (4, "error")):
        work(three, mac(number), result)  # type: ignore[arg-type]
    work(three, "", "error")
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with three.read() as session:
        today = jobs.boards_since(session, an_hour_ago)
        assert today == Tally(good=2, faulty=1, not_tested=1) and today.yield_percent == 67
        later = jobs.boards_since(session, an_hour_ago + timedelta(hours=2))
        assert later == Tally() and later.yield_percent is None


def test_a_bad_cable_is_the_first_of_the_cables(three: Inventory) -> None:
    for cable, board, result in (
        ("C1", mac(1), "pass"),
        ("C1", mac(2), "fail"),
        ("C2", "", "error"),
        ("C2", "", "error"),
        ("C3", mac(3), "pass"),
        ("", mac(1), "pass"),
    ):
        work(three, board, result, cable)  # type: ignore[arg-type]
    with three.read() as session:
        since = datetime.now(UTC) - timedelta(hours=1)
        found = jobs.compared(session, "cable", since)
        assert found == [("C2", Tally(0, 0, 2)), ("C1", Tally(1, 1, 0)), ("C3", Tally(1, 0, 0))]
        assert jobs.compared(session, "image", since) == [
            ("ESP32_GENERIC v1.25.0", Tally(3, 1, 2))
        ]
        assert [name for name, _tally in jobs.compared(session, "hub", since)] == ["1-1.4"]


def test_a_station_that_starts_again_finds_its_own_jobs_without_an_end(three: Inventory) -> None:
    work(three, mac(1), "")
    work(three, mac(2), "pass")
    work(three, mac(3), "", station="two")
    with three.change() as change:
        assert [job.mac for job in jobs.end_interrupted(change, "one")] == [mac(1)]
    with three.change() as change:
        assert jobs.end_interrupted(change, "one") == []
        assert [job.mac for job in jobs.end_interrupted(change, "two")] == [mac(3)]
