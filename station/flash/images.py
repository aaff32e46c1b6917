"""Images of MicroPython: the one for a chip, from the catalogue `firmware/images.toml`, or a file
that a person gives."""

import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hardware import boards as board_types
from hardware.paths import ROOT
from station.flash import image_cache
from station.flash.fault_words import FlashFault
from station.flash.identify import ChipIdentity, megabytes
from station.flash.image_cache import OnBytes, hash_of
from station.flash.image_layout import ImageLayout, layout_of

CATALOGUE = ROOT / "firmware" / "images.toml"
_one_download = threading.Lock()
"""Many boards need the same file at the same time."""


@dataclass(frozen=True)
class FirmwareImage:
    """An image file on this computer that was checked, and where it belongs in the flash."""

    name: str
    version: str
    chip: str
    flash_bytes: int
    """The flash that it needs."""
    offset: int
    file: Path
    sha256: str
    by_hand: bool
    """A file that a person gave."""
    source: str
    layout: ImageLayout
    hash_is_known: bool = True
    """False: its hash was taken at the first download, and compared with nothing."""

    @property
    def title(self) -> str:
        """How messages name it."""
        return f"{self.name} {self.version}".strip()


Choice = Callable[[ChipIdentity], FirmwareImage]
"""Chooses the image for a chip: `image_for`, or `lambda _chip: image`."""


class CatalogueEntry(NamedTuple):
    """One image of the catalogue; the file may not be on this computer."""

    name: str
    version: str
    chip: str
    flash_bytes: int
    offset: int
    url: str
    size: int | None = None
    sha256: str = ""
    board: str = ""
    """Only for this board, as MicroPython calls it; "": for all with this chip."""


@cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """All known images."""
    entries = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["image"]
    return tuple(CatalogueEntry(**entry) for entry in entries)


def entry_for(identity: ChipIdentity) -> CatalogueEntry:
    """The image of a chip that needs the most flash, but not more than the chip has; and that is
    for this board, where it matters.

    Raises: FlashFault when there is none, or when the board is not known.
    """
    fitting = [
        entry
        for entry in catalogue()
        if entry.chip == identity.chip and entry.flash_bytes <= identity.flash_bytes
    ]
    boards = [entry.board for entry in fitting if entry.board]
    if boards and not identity.board:
        raise FlashFault("which_board", boards=", ".join(boards))
    fitting = [
        entry
        for entry in fitting
        if not entry.board or board_types.same_title(entry.board, identity.board)
    ]
    if not fitting:
        size = megabytes(identity.flash_bytes)
        raise FlashFault("no_known_image", chip=identity.board or identity.title, size=size)
    return max(fitting, key=lambda entry: entry.flash_bytes)


def image_for(
    identity: ChipIdentity, on_bytes: OnBytes = lambda _done, _all: None
) -> FirmwareImage:
    """The known image for a chip, downloaded when it is not on this computer.

    Raises: FlashFault, DiskFull, NoAccess.
    """
    entry = entry_for(identity)
    name = entry.url.rpartition("/")[2]
    with _one_download:
        found = image_cache.find(name, entry.sha256, entry.size)
        if found is None:
            found = image_cache.download(entry.url, name, entry.sha256, entry.size, on_bytes)
    file, sha256 = found
    layout = layout_of(file, entry.chip, entry.offset)
    return FirmwareImage(
        entry.name,
        entry.version,
        entry.chip,
        layout.flash_bytes,
        entry.offset,
        file,
        sha256,
        by_hand=False,
        source=entry.url,
        layout=layout,
        hash_is_known=bool(entry.sha256),
    )


def image_from_file(path: Path) -> FirmwareImage:
    """An image that a person gives. Its header says for which chip it is, and so where it belongs.
    Raises: FlashFault."""
    layout = layout_of(path)
    return FirmwareImage(
        path.name,
        layout.version,
        layout.chip,
        layout.flash_bytes,
        layout.offset,
        path,
        hash_of(path),
        by_hand=True,
        source=str(path.absolute()),
        layout=layout,
    )
