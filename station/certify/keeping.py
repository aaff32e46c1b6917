"""Keeps what a self test found: a signed record as a file and in the inventory, and a label."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hardware.atomic_file import write_atomically
from hardware.i18n import BilingualText, _, arabic, in_both_languages
from station.certify.fault_words import Words, fault_words
from station.certify.keys import StationKey
from station.certify.label import Label
from station.certify.measurement import verdict_word
from station.certify.record import certificate
from station.certify.self_test import TestResult
from station.errors import StationError, UnknownCode
from station.inventory import boards, flash_log
from station.inventory.codes import label_code
from station.inventory.database import Inventory
from station.inventory.tables import BoardRow, CertificateResult

RESULTS: dict[str, CertificateResult] = {"PASS": "pass", "FAIL": "fail", "ERROR": "error"}


@dataclass(frozen=True)
class Kept:
    """Where a record is, what the label says, and what the inventory says to it."""

    file: Path
    label: Label
    refusal: StationError | None = None
    """Why the inventory did not take it."""
    still_faulty: Words | None = None
    """The board passed, but faults of it are open."""


def known_type(inventory: Inventory, mac: str) -> str:
    """The board type that the inventory has for a MAC; "" for none."""
    with inventory.read() as session:
        try:
            return boards.find(session, mac).type
        except UnknownCode:
            return ""


def keep(result: TestResult, folder: Path, key: StationKey, inventory: Inventory) -> Kept:
    """Write the record first as a file, then into the inventory; a new board is added there. A
    record that is there stays: two virtual boards may have one MAC.

    Raises: OSError when the file cannot be written.
    """
    mac, code = result.identity.mac, label_code(result.identity.mac)
    text = certificate(result, key)
    file = _new_file(folder, f"{code}_{result.started:%Y%m%dT%H%M%SZ}")
    try:
        write_atomically(file, text)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    name, faults, refusal = mac, "", None
    try:
        name, faults = _into_inventory(result, text, key, inventory)
    except StationError as error:
        refusal = error
    # A label is on the board: its day is that of the place where the board is.
    day = f"{result.started.astimezone():%Y-%m-%d}"
    kind = result.plan.board.title
    label = Label(code, (name, kind, verdict_word(result.verdict), day))
    if result.verdict != "PASS" or not faults:
        return Kept(file, label, refusal)
    return Kept(file, label, still_faulty=still_faulty(name, faults))


def still_faulty(board: str, faults: str) -> Words:
    """What a board that passed with open faults is told, and what to do."""
    cause = _("{board} is still faulty in the inventory: {faults}")
    cure = _("If that is mended: warsha boards mend {board}").format(board=board)
    return cause.format(board=board, faults=faults), cure


def open_faults(board: BoardRow) -> str:
    """The open faults of a board, in a line; "" for none."""
    return "; ".join(fault.what for fault in board.faults)


def _new_file(folder: Path, name: str) -> Path:
    """An empty file, which no other thread or process has: `name.json`, else `name_2.json`, …"""
    for number in count(1):
        file = folder / (f"{name}_{number}.json" if number > 1 else f"{name}.json")
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            continue
        return file
    raise AssertionError  # `count` has no end


def _into_inventory(
    result: TestResult, text: str, key: StationKey, inventory: Inventory
) -> tuple[str, str]:
    """Returns: the name of the board there, and its open faults. Raises: StationError."""
    kind, mac = result.plan.board, result.identity.mac
    with inventory.change() as change:
        board = boards.register(change, mac, type=kind.name, chip=kind.chip)
        flash_log.record_certificate(
            change,
            mac,
            RESULTS[result.verdict],
            text,
            key_id=key.public.id,
            what=_what(result),
        )
        return board.label, open_faults(board)


def _what(result: TestResult) -> str:
    """What is wrong with the board, in both languages."""
    kind = result.plan.board
    with in_both_languages():
        causes = [fault_words(fault, kind)[0] for fault in result.board_faults]
    what = BilingualText.of("; ", arabic("; ")).join(causes)
    return what.of(what.english[: boards.NOTE], what.arabic[: boards.NOTE])
