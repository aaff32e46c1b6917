"""The labs of a worker process, by their digest. They come from the store's folder, or packed from
another machine. Each lab is loaded once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.archive.store import Store
from grader.errors import LabError
from grader.lab.lab import Lab, contents, digest_of, load
from hardware.i18n import _

_labs: dict[str, Lab] = {}
_stores: list[Store] = []
_unpacked: list[TemporaryDirectory[str]] = []
"""Kept here, because a folder is deleted together with its object."""


@dataclass(frozen=True)
class PackedLab:
    """A lab's folder as plain data."""

    slug: str
    digest: str
    files: Mapping[str, bytes]


def pack(lab: Lab) -> PackedLab:
    """Pack all files of a lab that decide a mark."""
    return PackedLab(lab.slug, lab.digest, contents(lab.folder))


def use_store(folder: Path) -> None:
    """Let this process find the labs of a store."""
    _stores[:] = [Store(folder)]


def unpack(packed: PackedLab) -> None:
    """Let this process find a packed lab. Raises: LabError when its digest is wrong."""
    if packed.digest in _labs:
        return
    place = TemporaryDirectory(prefix="warsha-lab-")
    folder = Path(place.name, packed.slug)
    for name, content in packed.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if digest_of(folder) != packed.digest:
        raise LabError(_("the files of lab {lab} arrived incomplete").format(lab=packed.slug))
    _labs[packed.digest] = load(folder)
    _unpacked.append(place)


def lab(digest: str) -> Lab:
    """The lab with that digest. Raises: StoreError, LabError."""
    if digest not in _labs:
        if not _stores:
            raise LabError(_("this worker has no lab {digest}").format(digest=digest[:12]))
        _labs[digest] = _stores[0].lab(digest)
    return _labs[digest]
