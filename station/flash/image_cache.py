"""The files of known images on this computer.

`WARSHA_IMAGES` names one or more folders (separated by `:`), for example a USB stick; without it,
the folder is `$XDG_CACHE_HOME/warsha/images` (`~/.cache`). A file is known by its hash and not by
its name. What is in no folder is downloaded into the first one, which must exist when it is named.

Trust boundary: the network and the stick. A file whose hash is known is compared with it. The hash
of another one is taken when it is downloaded over HTTPS, and kept beside it (`FILE.sha256`, the
form of `sha256sum`).
"""

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from grader.disk import alone_in_folder, report_disk_full
from hardware.i18n import reason
from station.flash.fault_words import FlashFault

VARIABLE = "WARSHA_IMAGES"
WAIT_S = 30
PIECE = 1 << 16
OnBytes = Callable[[int, int], None]
"""Gets the bytes done, and the bytes in all; 0: not known."""


def folders() -> list[Path]:
    """Where images are looked for."""
    if named := os.environ.get(VARIABLE):
        return [Path(one).expanduser() for one in named.split(os.pathsep) if one]
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return [Path(cache) / "warsha" / "images"]


def hash_of(file: Path) -> str:
    """The SHA-256 of a file. Raises: OSError."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def find(name: str, sha256: str, size: int | None) -> tuple[Path, str] | None:
    """A file on this computer, and its hash: with this hash; or, when the hash is not known, the
    one that was downloaded here."""
    for folder in folders():
        file = folder / name
        if not sha256 and file.is_file() and (kept := _kept_hash(file)) == hash_of(file):
            return file, kept
        for file in sorted(folder.glob("*" + Path(name).suffix)) if sha256 else ():
            if (size is None or file.stat().st_size == size) and hash_of(file) == sha256:
                return file, sha256
    return None


def download(
    url: str, name: str, sha256: str, size: int | None, on_bytes: OnBytes
) -> tuple[Path, str]:
    """Load a file into the first folder. It gets its name when it is complete and its hash is
    right; one that was cut goes on where it ended.

    Returns: the file and its hash. Raises: FlashFault, DiskFull, NoAccess.
    """
    folder = folders()[0]
    part = folder / f"{name}.part"
    with report_disk_full(folder):
        if not os.environ.get(VARIABLE):
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.is_dir():
            raise FlashFault("no_folder", variable=VARIABLE, folder=str(folder))
        with alone_in_folder(folder):  # another program may load it, too
            if found := find(name, sha256, size):
                part.unlink(missing_ok=True)
                return found
            try:
                with part.open("ab") as target:
                    total = _load(url, name, target.fileno(), on_bytes)
                return _take(part, folder / name, sha256, size or total)
            finally:
                if part.is_file() and not part.stat().st_size:
                    part.unlink()


def _load(url: str, name: str, target: int, on_bytes: OnBytes) -> int:
    """Append what is missing. Returns: the bytes that the file should have; 0: not known."""
    done = os.fstat(target).st_size
    headers = {"Range": f"bytes={done}-"} if done else {}
    with _reporting(url, name):
        try:
            answer = urllib.request.urlopen(
                urllib.request.Request(url, headers=headers), timeout=WAIT_S
            )
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # all of it is here
                return done
            raise
    with answer:
        if done and answer.status != HTTPStatus.PARTIAL_CONTENT:
            os.ftruncate(target, 0)  # the server begins at the beginning
            done = 0
        rest = int(answer.headers.get("Content-Length") or 0)
        total = done + rest if rest else 0
        while True:
            with _reporting(url, name):
                piece = answer.read(PIECE)
            if not piece:
                return total
            os.write(target, piece)
            done += len(piece)
            on_bytes(done, total)


@contextmanager
def _reporting(url: str, name: str) -> Iterator[None]:
    """Turn every error of the network into FlashFault."""
    try:
        yield
    except (OSError, HTTPException) as error:
        why = getattr(error, "reason", error)
        text = reason(why) if isinstance(why, OSError) else str(why)
        raise FlashFault("no_network", url=url, file=name, reason=text) from error


def _take(part: Path, file: Path, sha256: str, size: int) -> tuple[Path, str]:
    """Give a complete download its name. Raises: FlashFault for a damaged one, which is
    removed."""
    found, length = hash_of(part), part.stat().st_size
    if length < size:
        raise FlashFault("short_download", file=file.name, found=length, wanted=size)
    if (size and length > size) or (sha256 and found != sha256):
        part.unlink()
        raise FlashFault("damaged_download", file=file.name, what=f"SHA-256 {found[:12]}…")
    if not sha256:
        _hash_file(file).write_text(f"{found}  {file.name}\n", encoding="utf-8")
    part.replace(file)
    return file, found


def _hash_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _kept_hash(file: Path) -> str:
    """The hash that was taken at the first download; "" when there was none."""
    try:
        return _hash_file(file).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        return ""
