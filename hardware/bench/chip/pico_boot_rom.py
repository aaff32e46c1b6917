"""What the boot ROM of a Pico's chip is to programs at its USB: the table `[boot_rom]` in the
files of `hardware/boards/chips/`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from hardware.boards import FOLDER

CHIPS = FOLDER / "chips"


@dataclass(frozen=True)
class PicoBootRom:
    """The boot ROM of one type of chip."""

    uf2_family: int
    """Of the blocks that it takes."""
    drive: str
    """The name of its drive."""
    info: str
    """INFO_UF2.TXT on the drive, which tools look for."""
    page: str
    """The address that INDEX.HTM on the drive leads to."""


@cache
def names() -> tuple[str, ...]:
    """The names of the chips that have such a boot ROM."""
    return tuple(sorted(f.stem for f in CHIPS.glob("*.toml") if "boot_rom" in _facts(f.stem)))


@cache
def load(chip: str) -> PicoBootRom:
    """The boot ROM of a chip, one of `names()`."""
    return PicoBootRom(**_facts(chip)["boot_rom"])


def _facts(chip: str) -> dict[str, Any]:
    return tomllib.loads((CHIPS / f"{chip}.toml").read_text(encoding="utf-8"))
