"""The inventory as CSV: out and in again, hostile cells, wrong rows, other programs' columns."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.errors import CourseError
from hardware.errors import HardwareError
from station.errors import StationError
from station.inventory import boards, lending, stock
from station.inventory.csv_form import FORMS
from station.inventory.csv_import import import_boards
from station.inventory.database import Inventory
from station.inventory.roster import Roster
from tests.support.inventories import AMINA, mac, state
from warsha import app


@pytest.fixture
def full(three: Inventory) -> Inventory:
    """One board of each state; notes that a spreadsheet would run."""
    with three.change() as change:
        boards.register(change, mac(1), type="pi_pico", note='=HYPERLINK("http://evil")')
        lending.lend(change, "W-001", "iot", AMINA, date(2099, 12, 20))
        boards.report_fault(change, "W-002", "-2 V at the regulator; +5 V is there")
        stock.fill_kit(change, "K1", add=["W-002"])
        boards.retire(change, "W-003", "burnt")
        boards.register(change, mac(4), condition="half-written", note="@من التبرع")
        boards.register(change, mac(5), flash_bytes=1 << 22)
    return three


def exported(inventory: Inventory, form: str) -> str:
    with inventory.read() as session:
        return FORMS[form].text(boards.listed(session))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_no_spreadsheet_takes_a_cell_for_a_formula(full: Inventory) -> None:
    for form in FORMS:
        for row in rows(exported(full, form)):
            for cell in row.values():
                assert not any(
                    part.strip()[:1] in tuple("=+-@") for part in cell.split(";") if part
                )


def test_what_is_written_can_be_read_into_another_inventory(
    full: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(exported(full, "warsha"), encoding="utf-8")
    with Inventory(f"sqlite:///{tmp_path}/other.db") as other:
        for _time in range(2):
            result = import_boards(other, file, lambda _slug: roster)
            assert (result.taken, result.problems) == (5, [])
            assert exported(other, "warsha") == exported(full, "warsha")
    before = exported(full, "warsha")
    assert import_boards(full, file, lambda _slug: roster).taken == 5
    assert exported(full, "warsha") == before


WRONG = f"""\
MAC;asset_tag;state;trainee;course;flash_bytes;due;note
{mac(1)};w-101;ready;;;;;
not a mac;;;;;;;
{mac(2)};w-101;;;;;;
{mac(3)};;broken;;;;;
{mac(4)};;lent;nobody;iot;;;
{mac(5)};;lent;amina;iot;;31.12.2026;
{mac(6)};;;;;4 MB;;
{mac(7)};;;;;;;a\u202eb
{mac(8)};;;;;;;;too;many
{mac(9)};;lent;AMINA;iot;4194304;2099-12-31;"a note; in quotes"
"""


def test_a_wrong_row_is_named_and_the_others_are_taken(
    inventory: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(WRONG, encoding="utf-8")
    result = import_boards(inventory, file, lambda _slug: roster, dry_run=True)
    assert (result.taken, len(result.problems)) == (2, 8)
    with inventory.read() as session:
        assert boards.listed(session) == []
    result = import_boards(inventory, file, lambda _slug: roster)
    assert result.taken == 2
    for problem, begin in zip(
        result.problems,
        (
            "line 3: mac: 'not a mac' is not a MAC",
            "line 4: asset_tag: the asset tag W-101 belongs to 24:0a:c4:00:01:01",
            "line 5: state: there is no state 'broken'",
            "line 6: trainee: the class list of iot has no 'nobody'",
            "line 7: due: '31.12.2026' is not a date",
            "line 8: flash_bytes: '4 MB' is no size of a flash",
            r"line 9: note: 'a\u202eb' contains '\u202e'",
            "line 10: 10 cells, expected 8",
        ),
        strict=True,
    ):
        assert problem.startswith(begin) and "\n" not in problem
    with inventory.read() as session:
        assert [board.mac for board in boards.listed(session)] == [mac(1), mac(9)]
        assert boards.find(session, mac(9)).note == "a note; in quotes"
    assert state(inventory, mac(9)) == "lent"


def test_a_line_break_in_a_cell_stays_there_and_lines_are_counted(
    inventory: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(f'mac,asset_tag\n{mac(1)},"A\nB"\n\n{mac(2)},A B\n{mac(3)},"a ""b"""\n')
    assert [
        problem.partition(":")[0]
        for problem in import_boards(inventory, file, lambda _slug: roster).problems
    ] == ["line 2", "line 5", "line 6"]


@pytest.mark.parametrize(
    "rows",
    [
        f'{mac(2)},"5 V\n{mac(3)},good\n',
        f'{mac(2)},"5 V\n{mac(3)},"good"\n',
        f'{mac(2)},"5 V',
        f'{mac(2)},"5" display\n{mac(3)},good\n',
    ],
)
def test_quotes_that_do_not_match_are_told_where_the_row_begins(
    inventory: Inventory, roster: Roster, tmp_path: Path, rows: str
) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(f'mac,note\n{mac(1)},"two\nlines"\n{rows}', encoding="utf-8")
    with pytest.raises(CourseError, match='line 4: a quote " is opened and not closed') as caught:
        import_boards(inventory, file, lambda _slug: roster)
    assert "twice" in caught.value.cure
    with inventory.read() as session:
        assert boards.listed(session) == []


def test_a_file_does_not_take_a_board_away_from_somebody(
    full: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    for row, problem in (
        ("ready,,", "line 2: state: W-001 is lent and cannot become ready"),
        ("lent,badr,iot", "line 2: state: W-001 is lent to amina since"),
    ):
        file.write_text(f"mac,state,trainee,course\n{mac(1)},{row}\n", encoding="utf-8")
        (found,) = import_boards(full, file, lambda _slug: roster).problems
        assert found.startswith(problem)
    file.write_text(f"mac,state,trainee,course\n{mac(1)},lent,amina,iot\n", encoding="utf-8")
    assert import_boards(full, file, lambda _slug: roster).same == 1


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_new_changed_and_the_same_is_counted(
    three: Inventory, roster: Roster, tmp_path: Path, dry_run: bool
) -> None:
    file = tmp_path / "boards.csv"
    text = "mac,note,kit\n{0},,\n{1},scratched,\n{2},,K1\n{3},,\n{4},,\n"
    file.write_text(text.format(*(mac(number) for number in range(1, 6))), encoding="utf-8")
    result = import_boards(three, file, lambda _slug: roster, dry_run=dry_run)
    assert (result.new, result.changed, result.same, result.problems) == (2, 2, 1, [])


def test_a_sentence_of_a_wrong_row_ends_once(
    inventory: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(f"mac,type\n{mac(1)},esp32_devkit_\n", encoding="utf-8")
    (problem,) = import_boards(inventory, file, lambda _slug: roster).problems
    assert problem.startswith("line 2: type: There is no board type esp32_devkit_. There are: ")


def test_the_second_row_of_a_board_is_left_out(
    inventory: Inventory, roster: Roster, tmp_path: Path
) -> None:
    file = tmp_path / "boards.csv"
    again = mac(1).replace(":", "").upper()
    file.write_text(f"mac,note\n{mac(1)},first\n{mac(2)},\n{again},second\n", encoding="utf-8")
    result = import_boards(inventory, file, lambda _slug: roster)
    assert result.problems == ["line 4: mac: this MAC is in line 2 already"]
    with inventory.read() as session:
        assert boards.find(session, mac(1)).note == "first"


@pytest.mark.parametrize("head", ["", "asset_tag,note", "mac,colour", "mac,mac"])
def test_a_file_with_other_columns(inventory: Inventory, tmp_path: Path, head: str) -> None:
    file = tmp_path / "boards.csv"
    file.write_text(f"{head}\n{mac(1)}\n" if head else "", encoding="utf-8")
    with pytest.raises(StationError, match="its columns are") as caught:
        import_boards(inventory, file, lambda _slug: Roster("iot"))
    assert "write mac" in caught.value.cure


def test_the_columns_of_snipe_it_and_inventree(full: Inventory) -> None:
    lent, faulty, *_others = rows(exported(full, "snipe-it"))
    assert lent["Asset Tag"] == "W-001" and lent["Serial Number"] == mac(1)
    assert (lent["Checkout Type"], lent["Checked Out to: Username"]) == ("User", "amina")
    assert (lent["Status"], lent["Expected Checkin Date"]) == ("Ready to Deploy", "2099-12-20")
    assert (faulty["Status"], faulty["Checkout Type"]) == ("Out for Repair", "")
    # Snipe-IT needs a tag of every asset.
    assert all(row["Asset Tag"] for row in rows(exported(full, "snipe-it")))
    found = rows(exported(full, "inventree"))
    assert [row["status"] for row in found] == ["10", "55", "65", "75", "50"]
    assert {row["quantity"] for row in found} == {"1"} and found[1]["batch"] == "K1"


def test_the_commands(full: Inventory, tmp_path: Path) -> None:
    file, wrong = tmp_path / "boards.csv", tmp_path / "wrong.csv"
    run = CliRunner().invoke
    done = run(app, ["boards", "export", str(file), "--form", "snipe-it"])
    assert done.output == "boards: 5\n" and file.read_bytes().startswith(b"\xef\xbb\xbfAsset Tag,")
    assert "it is a folder" in str(run(app, ["boards", "export", "."]).exception)
    wrong.write_text(f"mac\n{mac(6)}\nx\n", encoding="utf-8")
    done = run(app, ["boards", "import", str(wrong), "--dry-run"])
    assert done.exit_code == 1 and "rows that can be taken: 1, wrong: 1" in done.output
    assert "boards that are new: 1, changed: 0, the same as before: 0" in done.output
    done = run(app, ["boards", "import", str(wrong)])
    assert done.exit_code == 1 and f"{wrong}: line 3: mac: 'x' is not a MAC" in done.output
    assert state(full, mac(6)) == "new"
    done = run(app, ["boards", "part", "jumper wire", "--count", "50", "--minimum", "60"])
    assert done.exit_code == 0
    done = run(app, ["boards", "kit", "k2", "--add", mac(5), "--part", "jumper wire=20"])
    assert "K2" in done.output and "20 × jumper wire" in done.output
    assert "30" in run(app, ["boards", "parts", "--low"]).output
    assert "K1" in run(app, ["boards", "kits"]).output
    assert isinstance(run(app, ["boards", "export", "/proc/x/y.csv"]).exception, HardwareError)
