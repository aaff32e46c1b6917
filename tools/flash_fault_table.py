"""Writes docs/reference/flash-faults.md: faults that tests inject while boards are flashed, with
what came of each, and all messages.

    python tools/flash_fault_table.py            inject all faults (10 minutes), and write the page
    python tools/flash_fault_table.py --words    only the messages; what was seen stays

Tests hold that the page is up to date: each one that injects a fault compares its row.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from hardware.paths import ROOT
from station.flash.fault_words import FlashFaultKind, flash_words

PAGE = ROOT / "docs" / "reference" / "flash-faults.md"
TESTS = ("test_flash_faults.py", "test_flasher.py", "test_pico_flash.py")
VARIABLE = "WARSHA_FAULT_ROWS"
"""Names the file to which tests add their rows."""
STAGES = ("identify", "check", "write", "verify", "ask")
HEAD = """# Faults of flashing

`python tools/flash_fault_table.py` writes this page. [Flash boards](../howto/flash-boards.md) says
how to flash.

## Faults that were injected

Tests inject each of these faults into virtual boards (`tests/board/`), and write down what came of
it: what a person reads, what the inventory has afterwards, and what it has after the next run
without the fault. *Ready* is written only after the image was read back from the board.

| stage | fault | what a person reads | the record | after the next run |
|---|---|---|---|---|
"""
WORDS = """
## All messages

A message with a dash in the last column was not seen with a virtual board: it is matched on the
texts of esptool's source, or a test shows only its words. One message has no code: when the disk
of this computer is full, delete files, and flash again.

| fault | what `warsha flash` says | what to do | injected |
|---|---|---|---|
"""
EXAMPLES: dict[str, dict[str, str]] = {
    "no_image": {"reason": "there is no such file"},
    "bad_uf2": {"what": "The UF2 file is not whole: it has 11 of 1312 blocks."},
}
"""What messages say that have no words of their own."""
_ROW = re.compile(r"^\|" + r" (.+?) \|" * 5 + "$", re.MULTILINE)


class FaultRow(NamedTuple):
    """One fault, and what came of it."""

    stage: str
    fault: str
    reads: str
    """What a person reads; the kinds of its messages in backticks."""
    record: str
    next_run: str

    def __str__(self) -> str:
        return "| " + " | ".join(self) + " |"


def rows_of(text: str) -> list[FaultRow]:
    """The rows of a page, or of a file that a run has made."""
    found = (FaultRow(*cells) for cells in _ROW.findall(text))
    return [row for row in found if row.stage in STAGES]


def page(rows: Iterable[FaultRow]) -> str:
    """The page, in English."""
    ordered = sorted(set(rows), key=lambda row: (STAGES.index(row.stage), row.fault))
    before = os.environ.get("WARSHA_LANG")
    os.environ["WARSHA_LANG"] = "en"
    try:
        seen = "".join(row.reads for row in ordered)
        return HEAD + "".join(f"{row}\n" for row in ordered) + WORDS + "".join(_messages(seen))
    finally:
        if before is None:
            del os.environ["WARSHA_LANG"]
        else:
            os.environ["WARSHA_LANG"] = before


def _messages(seen: str) -> Iterator[str]:
    for kind in get_args(FlashFaultKind):
        words = flash_words(kind, **EXAMPLES.get(kind, {}))
        cause, cure = (text.replace("?", "…") for text in words)
        yield f"| `{kind}` | {cause} | {cure} | {'yes' if f'`{kind}`' in seen else '–'} |\n"


def _injected() -> list[FaultRow]:
    """Run the tests. Raises: CalledProcessError when one fails."""
    with tempfile.TemporaryDirectory(prefix="warsha-faults-") as folder:
        file = Path(folder) / "rows"
        file.touch()
        command = [sys.executable, "-m", "pytest", "-q", "--all"]
        command += [str(ROOT / "tests" / "board" / name) for name in TESTS]
        environment = os.environ | {VARIABLE: str(file), "PYTHONSAFEPATH": "1"}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return rows_of(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    words_only = sys.argv[1:] == ["--words"]
    rows = rows_of(PAGE.read_text(encoding="utf-8")) if words_only else _injected()
    PAGE.write_text(page(rows), encoding="utf-8")
