"""Lending and return by scans, as a technician does it, on SQLite and PostgreSQL; and the
commands."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from typer.testing import CliRunner

from grader.lab.class_list import Trainee
from grader.lab.course import Course
from grader.nbgrader.enrolment import enrol
from station.inventory import boards, lending
from station.inventory.database import Inventory
from station.inventory.roster import Roster, load_roster
from station.inventory.scan_loop import LendingDesk, ReturnDesk, ScanLine, serve
from tests.support.inventories import AMINA, BADR, mac, state
from warsha import app

DUE = date(2099, 12, 20)


def scan(desk: LendingDesk | ReturnDesk, *codes: str) -> list[str]:
    """What a scanner's codes give, a mark and a text each."""
    shown: list[ScanLine] = []
    serve(desk, [f"{code}\n".encode() for code in codes], shown.append)
    return [f"{'+' if line.good else '-'} {line.text}" for line in shown]


def test_a_trainee_then_boards_then_the_next_trainee(three: Inventory, roster: Roster) -> None:
    desk = LendingDesk(three, roster, DUE)
    assert scan(desk, "amina", "240AC4000101", "w-002", "BADR", "W-003", "amina") == [
        "+ trainee: amina أمينة حسن, has: -",
        "+ W-001 lent to amina, due: 2099-12-20",
        "+ W-002 lent to amina, due: 2099-12-20",
        "+ trainee: badr Badr Ali, has: -",
        "+ W-003 lent to badr, due: 2099-12-20",
        "+ trainee: amina أمينة حسن, has: W-001, W-002",
    ]
    assert (desk.count, desk.refused) == (3, 0)


def test_a_wrong_scan_is_one_line_and_the_loop_goes_on(three: Inventory, roster: Roster) -> None:
    with three.change() as change:
        boards.retire(change, "W-002", "burnt")
        lending.lend(change, "W-003", "iot", BADR)
    desk = LendingDesk(three, roster)
    lines = scan(
        desk, "W-001", "amina", "W-001", "W-001", "W-002", "W-003", "W-9", "شسي", "\x1b[2J"
    )
    assert lines[0] == "- no card was scanned for this board: scan a trainee's card first"
    assert lines[2:4] == ["+ W-001 lent to amina, due: -", "- W-001 was scanned already"]
    assert lines[4] == "- W-002 is retired: take another board"
    assert lines[5].startswith("- W-003 is lent to badr since")
    assert lines[6].startswith("- 'W-9' is neither a board nor in the class list of iot: scan the")
    assert "switch the keyboard to English" in lines[7]
    assert lines[8].startswith(r"- '\x1b[2J' is neither a board") and len(lines) == 9
    assert (desk.count, desk.refused) == (1, 7)


def test_a_mistyped_trainee_is_looked_for_in_the_class_list(
    three: Inventory, roster: Roster
) -> None:
    desk = LendingDesk(three, roster)
    is_neither = "is neither a board nor in the class list of iot"
    assert scan(desk, "amnia", "zzz", "شسي", mac(9)) == [
        f"- 'amnia' {is_neither}: did you mean amina? Else scan the card or the label again",
        f"- 'zzz' {is_neither}: scan the card or the label again. "
        "A new trainee: warsha roster FILE; a new board: warsha boards add MAC",
        f"- 'شسي' {is_neither}: switch the keyboard to English, then scan again: "
        "a scanner types as a keyboard",
        f"- '{mac(9)}' is not known: scan the label again, "
        "or add the board: warsha boards add MAC",
    ]


@pytest.mark.parametrize("card", ["newguy", "bard", "شسي"])
def test_after_an_unknown_card_no_board_is_lent_to_the_trainee_before(
    three: Inventory, roster: Roster, card: str
) -> None:
    desk = LendingDesk(three, roster)
    refused, again = scan(desk, "amina", "W-001", card, "W-002")[2:]
    assert refused.startswith(f"- '{card}' is neither a board nor")
    assert again == "- no card was scanned for this board: scan a trainee's card first"
    assert state(three, "W-002") == "ready"
    assert scan(desk, "badr", mac(9), "W-002")[2] == "+ W-002 lent to badr, due: -"


def test_undo_takes_back_scan_by_scan(three: Inventory, roster: Roster) -> None:
    desk = LendingDesk(three, roster, trainee=AMINA)
    assert scan(desk, "W-001", "W-002", "undo", "W-003", "UNDO", "Undo", "undo")[2:] == [
        "+ undone: W-002, amina",
        "+ W-003 lent to amina, due: -",
        "+ undone: W-003, amina",
        "+ undone: W-001, amina",
        "- there is no scan to undo",
    ]
    assert [state(three, f"W-00{n}") for n in (1, 2, 3)] == ["ready"] * 3
    assert scan(desk, "W-001") == ["+ W-001 lent to amina, due: -"]


def test_boards_come_back_from_whoever_has_them(three: Inventory, roster: Roster) -> None:
    scan(LendingDesk(three, roster, DUE), "amina", "W-001", "badr", "W-002")
    with three.change() as change:
        boards.report_fault(change, "W-002", "the USB socket is loose")
    desk = ReturnDesk(three)
    assert scan(desk, "W-001", "W-002", "W-001", "W-003", "amina") == [
        "+ W-001 is back from amina, now: ready",
        "+ W-002 is back from badr, now: faulty",
        "- W-001 was scanned already",
        "- W-003 is not lent, it is: ready",
        "- 'amina' is not known: scan the label again, or add the board: warsha boards add MAC",
    ]
    assert scan(desk, "undo", "undo") == ["+ undone: W-002, badr", "+ undone: W-001, amina"]
    assert [state(three, f"W-00{n}") for n in (1, 2)] == ["lent", "lent"]
    with three.read() as session:
        loan = boards.find(session, "W-001").loan
        assert loan and (loan.due, loan.returned) == (DUE, None)


def test_undo_does_not_touch_what_another_station_did_since(
    three: Inventory, roster: Roster
) -> None:
    here, there = LendingDesk(three, roster, trainee=AMINA), ReturnDesk(three)
    scan(here, "W-001")
    scan(there, "W-001")
    assert scan(here, "undo")[0].startswith("- W-001 cannot be undone: another station")
    scan(LendingDesk(three, roster, trainee=BADR), "W-001")
    assert scan(there, "undo")[0].startswith("- W-001 cannot be undone: another station")
    with three.read() as session:
        loan = boards.find(session, "W-001").loan
        assert loan and loan.trainee == "badr"


def test_a_code_that_is_a_trainee_and_a_board(three: Inventory, roster: Roster) -> None:
    roster.add([Trainee("w-001")])
    desk = LendingDesk(three, roster, trainee=AMINA)
    assert scan(desk, "W-001", "240AC4000101") == [
        "- W-001 is a trainee and a board or kit: scan the label with the MAC, or use --to",
        "+ W-001 lent to amina, due: -",
    ]


def test_a_trainee_whose_id_looks_like_a_mac(three: Inventory, roster: Roster) -> None:
    roster.add([Trainee("202612345678")])
    desk = LendingDesk(three, roster)
    assert scan(desk, "202612345678", "W-001")[1] == "+ W-001 lent to 202612345678, due: -"


# -- the commands ------------------------------------------------------------------------------


def warsha(*words: str, typed: str = "", code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words), input=typed)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def lend_until_2020(code: str) -> None:
    """Lend a board to Amina; it is overdue."""
    with Inventory() as inventory, inventory.change() as change:
        lending.lend(change, code, "iot", AMINA, date(2020, 1, 2))


@pytest.fixture
def in_class(course: Course, inventory: Inventory) -> Course:
    """A built course with a class list in its gradebook, and an empty inventory."""
    enrol(course.root, [AMINA, BADR])
    return course


def test_a_term_of_a_board(in_class: Course) -> None:
    assert warsha("boards", "add", mac(1), "--tag", "w-001", "--type", "pi_pico") == "W-001: new\n"
    warsha("boards", "add", mac(2), "--tag", "w-002")
    today = date.today().isoformat()
    lent = warsha("boards", "lend", "--to", "amina", "--due", today, typed="W-001\n")
    assert f"W-001 lent to amina, due: {today}" in lent and "lent: 1, refused: 0" in lent
    warsha("boards", "return", typed="W-001\n")
    lend_until_2020("W-001")
    again = warsha("boards", "lend", typed="badr\nW-001\nW-002\nundo\n", code=1)
    assert "W-001 is lent to amina since" in again and "lent: 0, refused: 1" in again
    overdue = warsha("boards", "list", "--overdue")
    assert "W-001" in overdue and "amina" in overdue and "W-002" not in overdue
    (found,) = json.loads(warsha("boards", "list", "--overdue", "--json"))
    assert found["loan"]["name"] == "أمينة حسن" and found["loan"]["due"] == "2020-01-02"
    assert "overdue" in warsha("boards", "show", "W-001")
    assert "returned: 1, refused: 0" in warsha("boards", "return", typed="240AC4000101\n")
    assert warsha("boards", "fault", "W-001", "no blue LED") == "W-001: faulty\n"
    assert warsha("boards", "mend", "W-001") == "W-001: new\n"
    warsha("boards", "retire", "W-001", "--why", "sold")
    assert [
        event["kind"] for event in json.loads(warsha("boards", "history", "W-001", "--json"))
    ] == [
        *("added", "lent", "returned"),
        *("lent", "returned", "fault found", "fault mended", "retired"),
    ]
    assert "retired: sold" in warsha("boards", "history", "W-001")
    assert [
        b["mac"] for b in json.loads(warsha("boards", "list", "--state", "new", "--json"))
    ] == [mac(2)]


def test_the_list_names_each_board_whole(
    in_class: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    pico = "e6:61:24:0a:c4:af:74:67"
    warsha("boards", "add", pico, "--type", "esp32_devkit_c_v4")
    lend_until_2020(pico)
    assert pico in warsha("boards", "list")


def test_the_desk_takes_the_codes_of_the_printed_cards(in_class: Course, tmp_path: Path) -> None:
    warsha("boards", "add", mac(1), "--tag", "W-001")
    warsha("boards", "kit", "K/01", "--add", "W-001")
    names = [f"{tmp_path}/cards-{name}.png" for name in ("UNDO", "K_01", "AMINA", "BADR")]
    written = warsha("boards", "cards", str(tmp_path / "cards.png")).splitlines()
    assert written == ["cards: 4", *names]
    undo, kit, amina, badr = (
        zxingcpp.read_barcodes(Image.open(name).convert("L"))[0].text for name in names
    )
    lines = warsha("boards", "lend", typed="\n".join([badr, kit, undo, amina, kit])).splitlines()
    assert lines[-4:] == [
        "✓ undone: W-001, badr",
        "✓ trainee: amina أمينة حسن, has: -",
        "✓ W-001 lent to amina, due: -",
        "lent: 1, refused: 0",
    ]
    sheets = str(tmp_path / "cards.pdf")
    assert warsha("boards", "cards", sheets).splitlines() == ["cards: 4", sheets]
    (sheet,) = pypdfium2.PdfDocument(tmp_path / "cards.pdf")
    found = zxingcpp.read_barcodes(sheet.render(scale=300 / 72).to_pil())
    assert {each.text for each in found} == {undo, kit, amina, badr}


def test_the_roster_is_the_class_list_and_the_gradebook(in_class: Course) -> None:
    found = load_roster(in_class)
    assert found.find("AMINA") == Trainee("amina", "أمينة", "حسن")
    assert warsha_error("boards", "lend", "--to", "amena") == (
        f"the class list of {in_class.slug} has no 'amena'\ndid you mean amina?\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "W-9"], "'W-9' is not known"),
        (["list", "--state", "broken"], "there is no state 'broken'"),
        (["list", "--course", "nixx"], "which course?"),
        (["part", "wire"], "there is no part 'wire'"),
        (["part", "wire", "--take", "-5"], "--take is a number of parts from the shelf, and -5"),
        (["lend", "--to", "amina", "--due", "tomorrow"], "'tomorrow' is not a date"),
        (["lend", "--to", "amina", "--due", "2020-01-02"], "2020-01-02 is over"),
        (["add", "24:0a"], "'24:0a' is not a MAC"),
        (["cards", "/no/folder/cards.pdf"], "/no/folder: there is no such folder"),
        (["cards", "cards.doc"], "cards.doc: labels are .png, .pdf or .zpl"),
    ],
)
def test_a_wrong_word_is_one_line_and_a_cure(
    in_class: Course, words: list[str], message: str
) -> None:
    cause, cure, *rest = warsha_error("boards", *words).splitlines()
    assert cause.startswith(message) and cure and not rest


def warsha_error(*words: str) -> str:
    """What `warsha` prints on stderr for a known error."""
    done = CliRunner().invoke(app, list(words))
    error = done.exception
    assert error is not None
    return f"{error}\n{getattr(error, 'cure', '')}\n"


def test_a_killed_station_keeps_what_was_scanned(
    three: Inventory, inventory_url: str, tmp_path: Path
) -> None:
    with three.change() as change:
        lending.lend(change, "W-001", "iot", AMINA)
        lending.lend(change, "W-002", "iot", AMINA)
    command = [str(Path(sys.executable).with_name("warsha")), "boards", "return"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as station:
        assert station.stdin and station.stdout
        station.stdin.write("W-001\n")
        station.stdin.flush()
        assert "W-001 is back from amina" in station.stdout.readline()
        station.kill()
    assert [state(three, f"W-00{n}") for n in (1, 2)] == ["ready", "lent"]
