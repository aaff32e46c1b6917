"""What comes of a fault that a test injects while a board is flashed: the row of the table in
docs/reference/flash-faults.md.

    seen = FaultSeen("unplugged", outcome, stock)     # before the next run
    ...                                               # the next run, without the fault
    seen.healed(stock)

The row must be in the committed table. `tools/flash_fault_table.py` runs the tests to make it.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from station.errors import UnknownCode
from station.flash.command import shown_verdict
from station.flash.fault_words import FlashFaultKind, flash_words
from station.flash.flash_outcome import FlashOutcome
from station.inventory import boards
from station.inventory.database import Inventory
from station.inventory.tables import FlashRow
from tools.flash_fault_table import PAGE, VARIABLE, FaultRow, rows_of


class InjectedFault(NamedTuple):
    """A fault, and the messages that it may lead to; none: the board is good all the same."""

    stage: str
    what: str
    kinds: tuple[FlashFaultKind, ...] = ()


FAULTS: dict[str, InjectedFault] = {
    # an ESP32
    "no port": InjectedFault("identify", "nothing is at the port", ("no_port",)),
    "no permission": InjectedFault(
        "identify", "the account may not open the port", ("no_access",)
    ),
    "busy": InjectedFault("identify", "another program has the port", ("busy",)),
    "stuck": InjectedFault("identify", "the automatic reset is dead", ("auto_reset",)),
    "deaf": InjectedFault("identify", "the wire to the board (TX) is dead", ("tx_dead",)),
    "silent": InjectedFault(
        "identify", "the wire to the board is dead, and there are no reset lines", ("no_answer",)
    ),
    "weak": InjectedFault("identify", "brown-out: the board resets itself", ("brown_out",)),
    "other slots": InjectedFault("identify", "two boards were exchanged between their slots"),
    "wrong chip": InjectedFault("check", "the image is for another chip", ("image_wrong_chip",)),
    "too big": InjectedFault(
        "check", "the image needs more flash than the chip has", ("too_big",)
    ),
    "wrong offset": InjectedFault(
        "check", "the list of images has a wrong offset", ("wrong_offset",)
    ),
    "damaged image": InjectedFault("check", "the image file is damaged", ("damaged_image",)),
    "damaged download": InjectedFault(
        "check", "another file is downloaded than the known one", ("damaged_download",)
    ),
    "full disk": InjectedFault("check", "the disk of this computer is full during the download"),
    "no image": InjectedFault("check", "there is no image for the chip", ("no_known_image",)),
    "exchanged before": InjectedFault(
        "write", "another board is plugged in before the first byte", ("swapped",)
    ),
    "brown-out": InjectedFault("write", "the voltage falls when the write begins, once"),
    "damaged once": InjectedFault("write", "the line damages bytes at the highest speed"),
    "damaged always": InjectedFault(
        "write", "the line damages bytes at every speed", ("corruption", "lost")
    ),
    "unplugged": InjectedFault(
        "write", "the board is unplugged, at 20 random places of the image", ("lost", "no_port")
    ),
    "exchanged": InjectedFault("write", "another board is plugged in meanwhile", ("swapped",)),
    "killed": InjectedFault("write", "`warsha flash` is killed"),
    "renumbered": InjectedFault("verify", "the port gets another name"),
    # a Pico
    "pico silent": InjectedFault("identify", "Pico: its program does not let go", ("no_repl",)),
    "two drives": InjectedFault(
        "identify", "Pico: two wait for a file, and nothing tells which is which", ("two_drives",)
    ),
    "wrong drive": InjectedFault(
        "identify", "Pico: the drive is of an unknown chip", ("wrong_drive",)
    ),
    "which board": InjectedFault(
        "check", "Pico: held in BOOTSEL, and its type is not given", ("which_board",)
    ),
    "no drive": InjectedFault("write", "Pico: nobody mounts the drive", ("no_drive",)),
    "drive full": InjectedFault("write", "Pico: the drive is full", ("drive_full",)),
    "drive read only": InjectedFault(
        "write", "Pico: the drive is read-only", ("drive_read_only",)
    ),
    "pico unplugged": InjectedFault(
        "write", "Pico: it is unplugged, at 4 random places of the file", ("drive_lost",)
    ),
    "pico stopped": InjectedFault("write", "Pico: Ctrl-C", ("stopped",)),
    "not taken": InjectedFault("write", "Pico: the file is damaged on its way", ("not_taken",)),
    "not back": InjectedFault(
        "verify", "Pico: it has the whole file, and is unplugged before it answers", ("not_back",)
    ),
    "bad flash": InjectedFault(
        "verify", "Pico: a sector of its flash does not keep what is written", ("not_written",)
    ),
}


class FaultSeen:
    """What is there between a run with a fault and the next run."""

    def __init__(
        self, name: str, outcome: FlashOutcome | None, stock: Inventory, *, mac: str = ""
    ) -> None:
        """`outcome`: None when the station was killed. `mac`: the board, which the outcome may not
        know."""
        self._fault = FAULTS[name]
        self._mac = mac or (outcome.mac if outcome else "")
        self._reads = self._words(outcome) if outcome else "nothing"
        self._record = self._in(stock)

    def healed(self, stock: Inventory, mac: str = "") -> None:
        """After the next run: compare the row with the committed table, or add it to the file of a
        run of the tool. `mac`: the board, when it is known only now."""
        self._mac = mac or self._mac
        what = self._fault
        row = FaultRow(what.stage, what.what, self._reads, self._record, self._in(stock))
        assert row.next_run == "ready, read back", row
        if file := os.environ.get(VARIABLE):
            with Path(file).open("a", encoding="utf-8") as rows:
                rows.write(f"{row}\n")
        else:
            assert row in _committed(), "run: python tools/flash_fault_table.py"

    def _words(self, outcome: FlashOutcome) -> str:
        word = shown_verdict(outcome)[2]
        if not outcome.fault:
            more = " (at a lower speed)" if outcome.baud == 460800 else ""
            return "; ".join([word + more, *(_NAMES.sub("…", one) for one in outcome.remarks)])
        kind = getattr(outcome.fault, "kind", None)
        if kind is None:
            return f"{word}: {_NAMES.sub('…', outcome.cause)}"
        assert kind in self._fault.kinds, outcome
        causes = (f"{flash_words(one)[0]} (`{one}`)" for one in self._fault.kinds)
        return f"{word}: " + "; or ".join(causes).replace("?", "…")

    def _in(self, stock: Inventory) -> str:
        """The state of the board in the inventory, and whether its last flash was read back."""
        with stock.read() as session:
            try:
                state = boards.find(session, self._mac).state
            except UnknownCode:
                return "none: the board has not said who it is"
            last = select(FlashRow).where(FlashRow.mac == self._mac).order_by(FlashRow.id.desc())
            flash = session.scalars(last).first()
            if flash is None:
                return state
            return f"{state}, {'read back' if flash.verified else 'not read back'}"


_NAMES = re.compile(r"[0-9a-f:]{17,}|\b(?:[\w.-]+:)?\d+-[\d.]+|/[\w/.-]+")
"""MACs, slots and files."""


@cache
def _committed() -> frozenset[FaultRow]:
    return frozenset(rows_of(PAGE.read_text(encoding="utf-8")))
