"""Files of the package registry, kept under `build/drivers`."""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from pathlib import Path

from hardware.paths import build_dir

DOWNLOAD = Path(__file__).with_name("download.py")
_unreached: list[str] = []
"""What was asked for in vain: the next one need not wait again."""


@cache
def fetch(project: str, sha256: str) -> bytes:
    """The release file of a project with this hash.

    Raises:
        ConnectionError: no registry can be reached.
        ValueError: it has no such file of the project, or gives another.
    """
    kept = build_dir() / "drivers" / sha256
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _download(project, sha256, kept)
    data = kept.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{kept}: not the file of {project} that it should be")
    return data


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of a wheel, or of a source release without its outermost folder."""
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(fileobj=io.BytesIO(archive)) as source:
        return {
            member.name.partition("/")[2]: opened.read()
            for member in source
            if member.isfile() and (opened := source.extractfile(member)) is not None
        }


def _download(project: str, sha256: str, kept: Path) -> None:
    part = kept.with_suffix(".part")
    if not _unreached:
        arguments = [sys.executable, str(DOWNLOAD), project, sha256, str(part)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        if done.returncode == 0:
            part.rename(kept)
            return
        if done.stderr.startswith("Traceback"):
            raise ValueError(done.stderr.rstrip().rpartition("\n")[2])
        _unreached.append(project)
    raise ConnectionError("no package registry can be reached")
