"""The verbs of the technician's tools: `warsha boards`. This module only parses arguments and
prints.

SQLAlchemy takes long to import, so modules that need it are imported in the verb that uses them.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from grader.lab.course import load_course
from grader.terminal import one_line
from hardware.atomic_file import check_writable, write_atomically
from hardware.i18n import _, reason
from station.certify import command as certify_command
from station.errors import Refused, StationError
from station.flash import command as flash_command
from station.page import command as page_command

if TYPE_CHECKING:
    from station.inventory.database import Inventory
    from station.inventory.scan_loop import Desk, ScanLine
    from station.inventory.tables import BoardRow
    from station.return_tray.return_tray import ReturnTray

app = typer.Typer()
boards_app = typer.Typer(
    no_args_is_help=True,
    help="The inventory of the boards: what there is, who has it, what happened to it. "
    "WARSHA_INVENTORY names another file, or a PostgreSQL database that stations share.",
)
app.add_typer(boards_app, name="boards")
app.add_typer(certify_command.app)
app.add_typer(flash_command.app)
app.add_typer(page_command.app)

CODE_HELP = "A board's asset tag or MAC."
Code = Annotated[str, typer.Argument(help=CODE_HELP)]
CourseName = Annotated[str | None, typer.Option("--course", help="The course's folder name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LONGEST_SCAN = 1000
_out = Console(highlight=False)


def _inventory(*, make: bool = True) -> "Inventory":
    """The inventory. `make`: False for what only reads it."""
    from station.inventory.database import Inventory

    return Inventory(make=make)


@boards_app.command("add")
def add(
    mac: Annotated[str, typer.Argument(help="The MAC; of a Pico the 8 bytes of unique_id().")],
    tag: Annotated[str | None, typer.Option(help="The asset tag: the school's number.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help="The board type, for example esp32_devkit_v1.")
    ] = None,
    chip: Annotated[str | None, typer.Option(help="The chip, for example esp32s3.")] = None,
    note: Annotated[str | None, typer.Option(help="A note.")] = None,
) -> None:
    """Add a board, or change what is known of it."""
    from station.inventory import boards

    with _inventory() as inventory, inventory.change() as change:
        board = boards.register(change, mac, asset_tag=tag, type=type_, chip=chip, note=note)
    _print_state(board)


@boards_app.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option(help="Only this state; may be repeated.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those not back in time.")
    ] = False,
    course: Annotated[str, typer.Option(help="Only those lent to this course.")] = "",
    json_: AsJson = False,
) -> None:
    """List the boards."""
    from station.inventory import boards, listing
    from station.inventory.tables import STATES

    states = [one for one in STATES if one in (state or [])]
    if wrong := set(state or []) - set(states):
        cause = _("there is no state {state!r}").format(state=min(wrong))
        raise Refused(cause, _("choose one of: {names}").format(names=", ".join(STATES)))
    today = date.today()
    with _inventory(make=False) as inventory, inventory.read() as session:
        found = boards.listed(
            session, states=states, course=course, overdue_on=today if overdue else None
        )
        if course and not found:
            load_course(course)  # raises when there is none: the name is mistyped
        if json_:
            print(json.dumps([listing.board_json(one) for one in found], ensure_ascii=False))
        else:
            out = Console()
            listing.print_boards(out, found, today)
            out.print(_("boards: {count}").format(count=len(found)), highlight=False)


@boards_app.command()
def show(code: Code, json_: AsJson = False) -> None:
    """Show all that is known of a board."""
    from station.inventory import boards, listing

    with _inventory(make=False) as inventory, inventory.read() as session:
        board = boards.find(session, code)
        if json_:
            print(json.dumps(listing.board_json(board), ensure_ascii=False))
        else:
            listing.print_board(Console(soft_wrap=True), session, board, date.today())


@boards_app.command()
def history(code: Code, json_: AsJson = False) -> None:
    """Show what happened to a board, since it is in the inventory."""
    from station.inventory import boards, listing

    with _inventory(make=False) as inventory, inventory.read() as session:
        board = boards.find(session, code)
        if json_:
            print(json.dumps(listing.history_json(session, board), ensure_ascii=False))
        else:
            listing.print_history(Console(), session, board)


@boards_app.command()
def lend(
    to: Annotated[
        str | None, typer.Option(help="The trainee's id; else scan a card first.")
    ] = None,
    due: Annotated[str, typer.Option(help="The last day of the loan: 2026-12-20.")] = "",
    course: CourseName = None,
) -> None:
    """Lend boards by scans: a trainee's card, then one scan a board. UNDO takes back the last
    scan, Ctrl-D ends. Exit code 1 when a scan was refused."""
    from station.inventory.codes import checked_day
    from station.inventory.roster import load_roster
    from station.inventory.scan_loop import LendingDesk

    last_day = checked_day(due) if due else None
    if last_day and last_day < date.today():
        cause = _("{day} is over: boards cannot be due then").format(day=last_day)
        raise Refused(cause, _("name today or a later day: --due"))
    roster = load_roster(load_course(course))
    trainee = None if to is None else roster.need(to)
    with _inventory() as inventory:
        desk = LendingDesk(inventory, roster, last_day, trainee)
        _serve(desk)
        _end(_("lent: {count}, refused: {refused}"), desk)


@boards_app.command("return")
def return_(
    wipe: Annotated[
        bool,
        typer.Option(
            "--wipe", help="The boards are plugged in: wipe and test each one, then take it back."
        ),
    ] = False,
    port: Annotated[
        list[str] | None,
        typer.Option(help="With --wipe, only the board at this port; may be repeated."),
    ] = None,
    jig: Annotated[bool, typer.Option("--jig", help="The boards are in their jigs.")] = False,
    out: Annotated[Path, typer.Option(help="The folder of the records.")] = Path("certificates"),
) -> None:
    """Take boards back: one scan a board. UNDO takes back the last scan, Ctrl-D ends. Exit code 1
    when a scan was refused, or a board did not pass."""
    from station.inventory.scan_loop import ReturnDesk

    with _inventory() as inventory:
        if wipe:
            tray = _wiping_desk(inventory, port or [], jig, out)
            text = _("returned: {count}, did not pass: {failed}, refused: {refused}")
            _end(text, tray, tray.failed)
        else:
            desk = ReturnDesk(inventory)
            _serve(desk)
            _end(_("returned: {count}, refused: {refused}"), desk)


def _wiping_desk(
    inventory: "Inventory", ports: list[str], with_jig: bool, folder: Path
) -> "ReturnTray":
    """Serve a return tray until all its boards are done."""
    from station.certify.keys import signing_key
    from station.certify.side_by_side import plugged_ports
    from station.return_tray.return_tray import ReturnTray, TestSetup

    folder.mkdir(parents=True, exist_ok=True)
    setup = TestSetup(signing_key(), folder, with_jig)
    tray = ReturnTray(inventory, (lambda: ports) if ports else plugged_ports, setup, _show)
    try:
        _serve(tray)
    finally:
        tray.finish()
    return tray


@boards_app.command()
def retire(code: Code, why: Annotated[str, typer.Option(help="The reason.")] = "-") -> None:
    """Take a board out of use for ever. Its history stays."""
    from station.inventory import boards

    with _inventory() as inventory, inventory.change() as change:
        board = boards.retire(change, code, why)
    _print_state(board)


@boards_app.command()
def fault(code: Code, what: Annotated[str, typer.Argument(help="What is wrong.")]) -> None:
    """Note a fault of a board: it is not lent before it is mended."""
    from station.inventory import boards

    with _inventory() as inventory, inventory.change() as change:
        board = boards.report_fault(change, code, what)
    _print_state(board)


@boards_app.command()
def mend(code: Code, how: Annotated[str, typer.Argument(help="What was done.")] = "") -> None:
    """Note that a board's faults are mended."""
    from station.inventory import boards

    with _inventory() as inventory, inventory.change() as change:
        board = boards.mend(change, code, how)
    _print_state(board)


@boards_app.command()
def kit(
    name: Annotated[str, typer.Argument(help="The kit's name, which is the code on its label.")],
    add: Annotated[
        list[str] | None, typer.Option(help="Put this board in; may be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="Take this board out; may be repeated.")
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(help="PART=COUNT: how many parts of a kind are in it; may be repeated."),
    ] = None,
) -> None:
    """Make a kit, or change which boards and parts are in it. Its parts come from the shelf."""
    from station.inventory import listing, stock

    contents = dict(map(_part_and_count, part or []))
    with _inventory() as inventory:
        with inventory.change() as change:
            code = stock.fill_kit(
                change, name, add=add or (), remove=remove or (), contents=contents
            ).name
        with inventory.read() as session:
            found = [one for one in stock.kits(session) if one.name == code]
            listing.print_kits(Console(), found)


@boards_app.command()
def kits() -> None:
    """List the kits, with their boards and parts."""
    from station.inventory import listing, stock

    with _inventory(make=False) as inventory, inventory.read() as session:
        listing.print_kits(Console(), stock.kits(session))


@boards_app.command()
def part(
    name: Annotated[str, typer.Argument(help="The kind of part, for example LED red 5 mm.")],
    count: Annotated[int | None, typer.Option(help="This many are on the shelf now.")] = None,
    take: Annotated[int, typer.Option(help="Take this many.")] = 0,
    minimum: Annotated[int | None, typer.Option(help="Below this it is time to buy.")] = None,
) -> None:
    """Count the parts of a kind on the shelf, or take some."""
    from station.inventory import listing, stock

    if take < 0:
        cause = _("--take is a number of parts from the shelf, and {number} is below 0")
        cure = _("say how many are there now: --count NUMBER")
        raise Refused(cause.format(number=take), cure)
    with _inventory() as inventory, inventory.change() as change:
        if take:
            found = stock.take_parts(change, name, take)
        if not take or count is not None or minimum is not None:
            found = stock.count_part(change, name, count, minimum=minimum)
    listing.print_parts(Console(), [found])


@boards_app.command()
def parts(
    low: Annotated[bool, typer.Option("--low", help="Only those below their minimum.")] = False,
) -> None:
    """List the parts on the shelf; what is below its minimum is red."""
    from station.inventory import listing, stock

    with _inventory(make=False) as inventory, inventory.read() as session:
        listing.print_parts(Console(), stock.parts(session, only_low=low))


@boards_app.command()
def cards(
    file: Annotated[Path, typer.Argument(help="A name that ends in .pdf, .png or .zpl.")],
    label_size: Annotated[str, typer.Option(help="50x25, 40x15, 57x32, a4-65, a4-24.")] = "",
    course: CourseName = None,
) -> None:
    """Write QR codes to print: a card of each trainee of the course and of each kit, and UNDO."""
    from station.certify import label
    from station.inventory import stock
    from station.inventory.roster import load_roster

    roster = load_roster(load_course(course))
    with _inventory(make=False) as inventory, inventory.read() as session:
        found = label.cards(roster, stock.kits(session))
    with _writing(file):
        files = label.write_labels(found, file, label_size)
    out = Console(soft_wrap=True, highlight=False)
    out.print(_("cards: {count}").format(count=len(found)))
    for one in files:
        out.print(one_line(str(one)))


@boards_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    form: Annotated[
        Literal["warsha", "snipe-it", "inventree"],
        typer.Option(help="The program whose import reads the file."),
    ] = "warsha",
) -> None:
    """Write all boards into a CSV file."""
    from station.inventory import boards
    from station.inventory.csv_form import FORMS

    with _inventory(make=False) as inventory, inventory.read() as session:
        found = boards.listed(session)
        text = FORMS[form].text(found)
    with _writing(file):
        write_atomically(file, text)
    Console().print(_("boards: {count}").format(count=len(found)), highlight=False)


@boards_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file with our columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and change nothing.")] = False,
) -> None:
    """Add boards from a CSV file, or change what is known of them. A wrong row is named and left
    out, and the others are taken. Exit code 1 when there was one."""
    from station.inventory.csv_import import import_boards
    from station.inventory.roster import roster_of

    with _inventory() as inventory:
        result = import_boards(inventory, file, roster_of, dry_run=dry_run)
    for problem in result.problems:
        print(f"{file}: {problem}", file=sys.stderr)
    text = _("rows taken: {taken}, left out: {wrong}")
    if dry_run:
        text = _("rows that can be taken: {taken}, wrong: {wrong}; nothing was changed")
    print(text.format(taken=result.taken, wrong=len(result.problems)))
    text = _("boards that are new: {new}, changed: {changed}, the same as before: {same}")
    print(text.format(new=result.new, changed=result.changed, same=result.same))
    if result.problems:
        raise typer.Exit(1)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Raises: HardwareError when the file cannot be written."""
    check_writable(file)
    try:
        yield
    except OSError as error:
        raise StationError(
            f"{file}: {reason(error)}", _("Give a path that is writable.")
        ) from error


def _part_and_count(words: str) -> tuple[str, int]:
    """The part and the number of `--part`. Raises: Refused."""
    name, _mark, count = words.rpartition("=")
    if not (name and count.isascii() and count.isdigit()):
        cause = _("{words} does not name a part and a count").format(words=repr(words))
        raise Refused(cause, _('write for example --part "jumper wire=20"'))
    return name, int(count)


def _print_state(board: "BoardRow") -> None:
    from station.inventory.boards import state_name

    line = f"{board.label}: {state_name(board.state)}"
    Console().print(one_line(line), soft_wrap=True, highlight=False)


def _serve(desk: "Desk") -> None:
    """Scan what is typed, until Ctrl-D or Ctrl-C."""
    from station.inventory.scan_loop import serve

    if sys.stdin.isatty():
        _out.print(_("Scan. UNDO takes back the last scan, Ctrl-D ends."))
    with suppress(KeyboardInterrupt):
        serve(desk, iter(lambda: sys.stdin.buffer.readline(LONGEST_SCAN), b""), _show)


def _show(line: "ScanLine") -> None:
    style = "green" if line.good else "red"
    mark = "✓" if line.good else "✗"
    _out.print(Text(f"{mark} ", style=style) + one_line(line.text), soft_wrap=True)


def _end(text: str, desk: "Desk", failed: int = 0) -> None:
    """Print the summary. Raises: typer.Exit when a scan was refused, or a board failed."""
    print(text.format(count=desk.count, failed=failed, refused=desk.refused))
    if desk.refused or failed:
        raise typer.Exit(1)
