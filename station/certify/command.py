"""The verbs `warsha certify` and `warsha keys`. This module only parses arguments and prints.

`cryptography` and SQLAlchemy take long to import, so modules that need them are imported in the
verb that uses them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from grader.disk import report_disk_full
from grader.terminal import one_line
from hardware.atomic_file import check_writable
from hardware.i18n import _, in_a_row
from station.errors import StationError

if TYPE_CHECKING:
    from station.certify.fault_words import Words
    from station.certify.keeping import Kept
    from station.certify.self_test import TestResult
    from station.certify.side_by_side import PortOutcome, TypeOf

app = typer.Typer()
keys_app = typer.Typer(no_args_is_help=True, help="The keys that sign and verify certificates.")
app.add_typer(keys_app, name="keys")

FAILED, NOT_TESTED = 3, 4
"""Exit codes of `warsha certify`."""
MARKS = {"PASS": ("✓", "green"), "FAIL": ("✗", "red"), "ERROR": ("!", "yellow")}


@app.command()
def certify(
    port: Annotated[
        list[str] | None,
        typer.Option(help="A board: /dev/ttyUSB0, rfc2217://…, bench:esp32; may be repeated."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All boards that are plugged in.")] = False,
    type_: Annotated[
        str, typer.Option("--type", help="The board type; else the one in the inventory.")
    ] = "",
    jig: Annotated[bool, typer.Option("--jig", help="The boards are in their jigs.")] = False,
    out: Annotated[Path, typer.Option(help="The folder of the records.")] = Path("certificates"),
    label: Annotated[
        Path | None, typer.Option(help="Write labels: a name that ends in .png, .pdf or .zpl.")
    ] = None,
    label_size: Annotated[str, typer.Option(help="50x25, 40x15, 57x32, a4-65, a4-24.")] = "",
    verify: Annotated[
        Path | None, typer.Option(help="Verify this record, and test nothing.")
    ] = None,
) -> None:
    """Test boards, and write a signed record and a label of each.

    Exit codes: 0 all boards passed, 3 a board failed, 4 a board could not be tested, 1 anything
    else, also a record that is not genuine.
    """
    console = Console(highlight=False)
    if verify:
        _print_verified(console, verify)
        return
    from station.certify.keeping import keep, known_type
    from station.certify.keys import signing_key
    from station.certify.label import size_for, write_labels
    from station.certify.side_by_side import plugged_ports
    from station.inventory.database import Inventory

    ports = list(dict.fromkeys(port or (plugged_ports() if all_ else [])))
    if not ports:
        cure = _("Plug one in, and name its port: --port, or --all")
        if all_:
            cure = _("If one is plugged in, find out why it is not seen: warsha doctor --plug")
        raise StationError(_("there is no board to test"), cure)
    if label:  # raises before the tests, not after them
        size_for(label, label_size)
        check_writable(label)
    key = signing_key()
    out.mkdir(parents=True, exist_ok=True)
    with Inventory() as inventory:
        outcomes = _tested(
            console, ports, lambda mac: type_ or known_type(inventory, mac), with_jig=jig
        )
        kept = []
        for outcome in outcomes:
            with report_disk_full(out):
                record = keep(outcome.result, out, key, inventory) if outcome.result else None
            _print_outcome(console, outcome, record)
            kept.append(record)
    if label and (labels := [record.label for record in kept if record]):
        with report_disk_full(label):
            files = write_labels(labels, label, label_size)
        for file in files:
            console.print(one_line(_("label: {file}").format(file=file)), soft_wrap=True)
    verdicts = {outcome.verdict for outcome in outcomes}
    if code := FAILED if "FAIL" in verdicts else NOT_TESTED if "ERROR" in verdicts else 0:
        raise typer.Exit(code)
    if any(record and record.refusal for record in kept):
        raise typer.Exit(1)


def _print_verified(console: Console, file: Path) -> None:
    from station.certify.record import verify

    proved = verify(file)
    text = _("{summary}; signed by {holder} (key {key})")
    line = text.format(summary=proved.summary, holder=proved.holder, key=proved.key)
    console.print(one_line(line), soft_wrap=True)


def _tested(
    console: Console, ports: Sequence[str], type_of: "TypeOf", *, with_jig: bool
) -> "list[PortOutcome]":
    """What came of the board at each port; meanwhile each has a bar."""
    from rich.progress import BarColumn, Progress, TextColumn

    from station.certify.side_by_side import certify_all

    columns = (TextColumn("{task.fields[port]}"), BarColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        bars = {one: progress.add_task("", port=one, total=None) for one in ports}

        def show(one: str, step: str, done: int, total: int) -> None:
            progress.update(bars[one], description=step, completed=done, total=total)

        return certify_all(ports, type_of, show, with_jig=with_jig)


def _print_outcome(console: Console, outcome: "PortOutcome", record: "Kept | None") -> None:
    from station.certify.measurement import verdict_word

    mark, style = MARKS[outcome.verdict]
    parts = [outcome.port]
    if result := outcome.result:
        count = _("measurements: {count}").format(count=len(result.measurements))
        parts += [result.identity.mac, result.plan.board.title, count]
        parts += [str(record.file)] if record else []
    head = f"{verdict_word(outcome.verdict)} {in_a_row(parts)}"
    console.print(Text(f"{mark} ", style=style) + one_line(head), soft_wrap=True)
    told = list(_found(result)) if result else []
    if outcome.error:
        told.append((str(outcome.error), outcome.error.cure))
    if record and record.refusal:
        told.append((str(record.refusal), record.refusal.cure))
    if record and record.still_faulty:
        told.append(record.still_faulty)
    for cause, cure in told:
        for line in filter(None, (cause, cure)):
            style = "" if line == cause else "dim"
            console.print(Text("    ", style=style) + one_line(line), style=style, soft_wrap=True)


def _found(result: "TestResult") -> "Iterator[Words]":
    """What a test found, and what to do about it."""
    from station.certify.fault_words import fault_words, jig_question
    from station.certify.self_test import STEPS

    if question := jig_question(result):
        yield question
    for fault in result.board_faults:
        yield fault_words(fault, result.plan.board)
    for error in result.errors:
        text = _("{step}: {cause}").format(step=STEPS[error.step](), cause=error.cause)
        yield text, error.cure


@keys_app.command()
def show() -> None:
    """List the keys that are believed here, and those that are revoked."""
    from station.certify import keys

    console = Console(highlight=False)
    own = keys.station_key().public.id
    revoked = {one.key: one for one in keys.revocations()}
    for key in keys.believed_keys().values():
        line = f"{key.id} {key.holder}"
        if key.id == own:
            line += " " + _("(this station: {file})").format(file=keys.public_file(key.id))
        if one := revoked.get(key.id):
            text = _("(revoked since {since}: {reason})")
            line += " " + text.format(since=one.since, reason=one.reason)
        console.print(one_line(line), soft_wrap=True)


@keys_app.command()
def new(
    holder: Annotated[str, typer.Option(help="Who holds the key: a person, and where.")],
) -> None:
    """Make a new key for this station. What the old one signed is believed until you revoke it."""
    from station.certify import keys

    key = keys.new_station_key(holder).public
    print(_("new key: {key}; hand out {file}").format(key=key.id, file=keys.public_file(key.id)))


@keys_app.command()
def add(
    file: Annotated[Path, typer.Argument(help="A public key, or a list of revoked keys.")],
) -> None:
    """Believe the key of another station, or take over its list of revoked keys. Compare the key's
    id with its holder, for example by telephone."""
    from station.certify import keys

    added = keys.add(file)
    if isinstance(added, keys.PublicKey):
        text = _("believed from now on: {key}, {holder}")
        print(text.format(key=added.id, holder=added.holder))
    else:
        print(_("revoked keys: {count}").format(count=len(added)))


@keys_app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The id of the key.")],
    why: Annotated[str, typer.Option(help="The reason.")],
    since: Annotated[str, typer.Option(help="A day: 2026-11-28; else today.")] = "",
) -> None:
    """Believe a key no more: all its records must be made again. The list is signed, hand it
    out."""
    from station.certify import keys

    try:
        day = date.fromisoformat(since) if since else date.today()
    except ValueError as error:
        cause = _("{text!r} is not a date").format(text=since)
        raise StationError(cause, _("write it as 2026-12-20")) from error
    print(_("revoked; hand out {file}").format(file=keys.revoke(key, day, why)))
