"""Labs by their content hash, as a worker finds them: in the store's folder, or packed, as they
came from another machine. Each is loaded once.
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
"""Gone with the process."""


@dataclass(frozen=True)
class PackedLab:
    """A lab's folder as plain data."""

    slug: str
    digest: str
    files: Mapping[str, bytes]


def pack(lab: Lab) -> PackedLab:
    """All that decides marks in a lab."""
    return PackedLab(lab.slug, lab.digest, contents(lab.folder))


def use_store(folder: Path) -> None:
    """From now on this process finds the labs of that store."""
    _stores[:] = [Store(folder)]


def unpack(packed: PackedLab) -> None:
    """From now on this process finds that lab. Raises: LabError when it is not what it says."""
    if packed.digest in _labs:
        return
    place = TemporaryDirectory(prefix="warsha-lab-")
    folder = Path(place.name, packed.slug)
    for name, content in packed.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if digest_of(folder) != packed.digest:
        raise LabError(_("the lab {lab} did not arrive whole").format(lab=packed.slug))
    _labs[packed.digest] = load(folder)
    _unpacked.append(place)


def lab(digest: str) -> Lab:
    """The lab with that digest. Raises: StoreError, LabError."""
    if digest not in _labs:
        if not _stores:
            raise LabError(_("this worker has no lab {digest}").format(digest=digest[:12]))
        _labs[digest] = _stores[0].lab(digest)
    return _labs[digest]
