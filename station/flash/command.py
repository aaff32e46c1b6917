"""The verb `warsha flash`. This module only parses arguments and prints.

SQLAlchemy takes long to import, so modules that need it are imported in the verb.
"""

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.console import Console
from rich.text import Text

from grader.terminal import one_line
from hardware.i18n import _, in_a_row
from station.errors import StationError

if TYPE_CHECKING:
    from station.flash.board_files import BoardData
    from station.flash.flash_outcome import FlashOutcome, Stage
    from station.flash.images import Choice, FirmwareImage

app = typer.Typer()

HALF_WRITTEN, NOT_FLASHED = 3, 4
"""Exit codes of `warsha flash`."""


@app.command()
def flash(
    port: Annotated[
        list[str] | None,
        typer.Option(help="A board: /dev/ttyUSB0, rfc2217://…; may be repeated."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All boards that are plugged in.")] = False,
    image: Annotated[
        Path | None, typer.Option(help="This file, and not the known image for the chip.")
    ] = None,
    drive: Annotated[
        Path | None,
        typer.Option(help="The folder where the drive of a Pico in BOOTSEL is, or will be."),
    ] = None,
    type_: Annotated[
        str,
        typer.Option(
            "--type", help="The type of the Picos: pi_pico, pi_pico_w, pi_pico_2 or pi_pico_2_w."
        ),
    ] = "",
    baud: Annotated[int, typer.Option(min=9600, help="The highest speed of the lines.")] = 921600,
    per_hub: Annotated[int, typer.Option(min=1, help="So many boards of a hub at once.")] = 8,
    erase: Annotated[
        bool, typer.Option("--erase", help="Erase the whole flash first, also the files.")
    ] = False,
    course: Annotated[str, typer.Option(help="Write board.json, for this course.")] = "",
    wifi: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Write the WiFi network of this file (chmod 600); -: ask for it."
        ),
    ] = "",
    library: Annotated[
        Path | None, typer.Option(help="Copy this folder to /lib of each board.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Identify the boards, and change nothing.")
    ] = False,
) -> None:
    """Write MicroPython to boards, read it back, and ask each board who it is.

    Exit codes: 0 all boards are good, 3 a board is half-written or does not answer, 4 a board was
    not flashed, 1 anything else.
    """
    from station.flash.images import image_from_file
    from station.flash.tray import flash_all
    from station.inventory.database import Inventory

    ports = _ports(port or [], drive, all_=all_)
    choice = _choice(image_from_file(image) if image else None, type_)
    data = _data(course, wifi, library)
    console = Console(highlight=False)
    with Inventory() as inventory, _FlashBars(console, ports) as bars:
        outcomes = flash_all(
            ports,
            choice,
            inventory,
            bars.show,
            bars.done,
            per_hub=per_hub,
            baud=baud,
            erase=erase,
            data=data,
            drive=drive,
            dry_run=dry_run,
        )
    good = sum(outcome.verdict in ("good", "planned") for outcome in outcomes)
    console.print(_("good: {good} of {all}").format(good=good, all=len(outcomes)))
    if code := _exit_code(outcomes):
        raise typer.Exit(code)


class _FlashBars:
    """A bar for each board, and a line at its end. A context manager."""

    def __init__(self, console: Console, ports: list[str]) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.fields[port]}"),
            BarColumn(),
            TextColumn("{task.description}"),
        )
        is_off = not console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True, disable=is_off)
        self._bars = {one: self._progress.add_task("", port=one, total=1.0) for one in ports}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def show(self, port: str, stage: "Stage", part: float) -> None:
        """A stage of a board begins, or goes on."""
        from station.flash.flash_outcome import stage_name

        self._progress.update(self._bars[port], description=stage_name(stage), completed=part)

    def done(self, outcome: "FlashOutcome") -> None:
        """A board is done."""
        self._progress.update(self._bars[outcome.port], visible=False)
        _print_outcome(self._progress.console, outcome)


def _ports(named: list[str], drive: Path | None, *, all_: bool) -> list[str]:
    """Where the boards are: ports, and folders of drives. Raises: StationError."""
    from station.flash.pico_drive import pico_drives
    from station.flash.slot import flashable_ports

    if drive and not named and not drive.is_dir():
        cause = _("{folder} is no folder").format(folder=drive)
        raise StationError(cause, _("name the folder of the drive of a Pico: --drive FOLDER"))
    drives = [str(drive)] if drive else [str(one.folder) for one in pico_drives()]
    ports = named or (flashable_ports() if all_ else [])
    ports += drives if all_ or (drive and not named) else []
    ports = list(dict.fromkeys(ports))
    if not ports:
        cure = _("Plug one in, and name its port: --port, or --all")
        if all_:
            cure = _("If one is plugged in, find out why it is not seen: warsha doctor --plug")
        raise StationError(_("there is no board to flash"), cure)
    if drive and len(ports) > 1:
        cause = _("--drive is for one board")
        raise StationError(cause, _("leave it out, or flash one board after the other"))
    return ports


def _choice(given: "FirmwareImage | None", board_type: str) -> "Choice":
    """The image of each board: the file that is given, or the known one for its chip and its type,
    which the boot ROM of a Pico does not say, and a Pico W with the image of a Pico says wrongly.
    Raises: HardwareError for a type that is unknown, or no Pico's."""
    from hardware import boards
    from hardware.bench.chip import pico_boot_rom
    from station.flash.images import image_for

    kind = boards.load(board_type) if board_type else None
    if kind and kind.chip not in pico_boot_rom.names():
        cause = _("--type is for Picos, and {type} is none").format(type=board_type)
        raise StationError(cause, _("leave it out: other boards say which chip they have"))
    if given:
        return lambda _chip: given
    return lambda chip: image_for(
        replace(chip, board=kind.title) if kind and chip.chip == kind.chip else chip
    )


def _exit_code(outcomes: "list[FlashOutcome]") -> int:
    """The worst of the outcomes."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if verdicts & {"half-written", "unfinished"}:
        return HALF_WRITTEN
    return NOT_FLASHED if "failed" in verdicts else 0


def _data(course: str, wifi: str, library: Path | None) -> "BoardData | None":
    """What the boards get after the image. Raises: StationError."""
    from station.flash.board_files import BoardData, WifiAccess, read_wifi

    if library and not library.is_dir():
        cause = _("{folder} is no folder").format(folder=library)
        raise StationError(cause, _("name a folder with modules: --library FOLDER"))
    if not (course or wifi or library):
        return None
    access = None
    if wifi == "-":
        if not sys.stdin.isatty():
            cause = _("nobody is there who could type the password")
            raise StationError(cause, _("name a file: --wifi FILE"))
        access = WifiAccess(input(_("WiFi network: ")), getpass.getpass(_("WiFi password: ")))
    elif wifi:
        access = read_wifi(Path(wifi))
    return BoardData(course, access, library)


def shown_verdict(outcome: "FlashOutcome") -> tuple[str, str, str]:
    """A mark, a colour and a word."""
    match outcome.verdict:
        case "good" if outcome.was_held:
            return "✓", "green", _("HAS IT")
        case "good":
            return "✓", "green", _("GOOD")
        case "planned":
            return "·", "", _("WOULD WRITE")
        case "half-written":
            return "✗", "red", _("HALF-WRITTEN")
        case "unfinished":
            return "✗", "red", _("WRITTEN, NOT READY")
        case "failed":
            return "!", "yellow", _("NOT FLASHED")


def _print_outcome(console: Console, outcome: "FlashOutcome") -> None:
    mark, style, word = shown_verdict(outcome)
    parts = [outcome.port]
    if outcome.identity:
        parts += [outcome.board, outcome.identity.title]
    if outcome.image:
        parts.append(outcome.image.title)
        if outcome.image.by_hand:
            parts.append(_("a file by hand"))
        elif not outcome.image.hash_is_known:
            parts.append(_("its hash was taken at the first download"))
    parts.append(f"{outcome.seconds:.0f} s")
    head = f"{word} {in_a_row(parts)}"
    console.print(Text(f"{mark} ", style=style) + one_line(head), soft_wrap=True)
    for line in filter(None, (*outcome.remarks, outcome.cause, outcome.cure)):
        shade = "" if line == outcome.cause else "dim"
        console.print(Text("    ") + one_line(line), style=shade, soft_wrap=True)
