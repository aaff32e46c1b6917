"""Files on a board, over the REPL.

Errors are those of Python on the host (`FileNotFoundError`, ...), made from the number in the
board's OSError: MicroPython has the numbers of Linux (py/mperrno.h).
"""

import ast
import os
import re
from binascii import a2b_base64, b2a_base64
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Protocol

from hardware.errors import BoardTimeout, DeviceError, ProtocolError
from hardware.wire.transfer import FileTransfer, OnProgress, Unsupported, damaged

PIECE = 768
"""Bytes per exec: the literal and its decoded bytes must fit into a small, fragmented heap."""
SMALL = 3072
"""A file up to this size is faster over the raw REPL than the start of a framed transfer."""
PART = ".part"
NAMES = 16
"""Names in one question to the board."""
LARGE = re.compile(r"size (\d+)\n")
FILE_S = 60.0
ASK_ATTEMPTS, ASK_S = 3, 10.0
OS_ERROR = re.compile(r"OSError: (?:\[Errno (\d+)\]|(\d+)|.*\(errno (\d+)\))")
DIR_BIT = 0x4000

OPEN = """
import os
from binascii import a2b_base64 as _d
_f = open({part!r}, 'wb')
_w = _f.write
"""
# The hash is of the bytes read back from the flash, not of the bytes that were sent.
CHECK = """
import hashlib
_f.close()
_h = hashlib.sha256()
_n = 0
with open({name!r}, 'rb') as _f:
    _b = bytearray(512)
    while True:
        _k = _f.readinto(_b)
        if not _k:
            break
        _n += _k
        _h.update(memoryview(_b)[:_k])
print((_n, _h.digest()))
"""
# FAT cannot rename to the name of an existing file.
REPLACE = """
try:
    os.rename({part!r}, {name!r})
except OSError:
    os.remove({name!r})
    os.rename({part!r}, {name!r})
del _f, _w, _d, _h, _n, _b, _k
"""
DISCARD = """
import os
try:
    _f.close()
except:
    pass
try:
    os.remove({part!r})
except OSError:
    pass
"""
SEND = """
import os
from binascii import b2a_base64 as _e
import hashlib
_h = hashlib.sha256()
with open({name!r}, 'rb') as _f:
    _n = os.stat({name!r})[6]
    if _n > {small}:
        print('size', _n)
    while _n <= {small}:
        _b = _f.read(384)
        if not _b:
            break
        _h.update(_b)
        print(_e(_b).decode(), end='')
if _n <= {small}:
    print(_e(_h.digest()).decode(), end='')
"""
# One line for each name: its SHA-256, or nothing.
HASHES = """
import hashlib
from binascii import hexlify
def _h(name):
    try:
        with open(name, 'rb') as f:
            h, b = hashlib.sha256(), bytearray(512)
            while True:
                k = f.readinto(b)
                if not k:
                    return hexlify(h.digest()).decode()
                h.update(memoryview(b)[:k])
    except OSError:
        return ''
for _n in {names!r}:
    print(_h(_n))
del _h
"""
LIST = """
import os
for _i in os.ilistdir({name!r}):
    print((_i[0], _i[1], _i[3] if len(_i) > 3 else 0))
"""


class RunCode(Protocol):
    """`Board.run`."""

    def __call__(self, code: str, *, timeout_s: float | None = ...) -> str:
        """Run code on the board and return what it printed."""


@dataclass(frozen=True)
class FileEntry:
    """One name in a folder of the board."""

    name: str
    is_dir: bool
    size: int
    """In bytes; 0 for a folder."""


class Files:
    """Files of one board. All methods raise a subclass of `OSError` when the board's file system
    refuses."""

    def __init__(self, run: RunCode, transfer: FileTransfer) -> None:
        self._run = run
        self._transfer = transfer

    def put(self, name: str, data: bytes, on_progress: OnProgress | None = None) -> None:
        """Write a file. It gets its name only when the flash gives back the right size and hash.

        When the line was cut, the next call goes on where this one ended.

        Args:
            name: of the file.
            data: its content. If the board has a large file of this content, it is left as it is.
            on_progress: gets the bytes done and the bytes in all, again and again.

        Raises:
            ProtocolError: the flash gave back other bytes; the old file is unchanged.
        """
        report = on_progress or _silent
        if len(data) > SMALL:
            try:
                self._transfer.put(name, name + PART, data, report)
                return
            except Unsupported:
                pass
        self._put_literals(name, data, report)

    def _put_literals(self, name: str, data: bytes, report: OnProgress) -> None:
        """Write a file over the raw REPL alone."""
        part = name + PART
        try:
            self._do(OPEN.format(part=part), name)
            for at in range(0, len(data), PIECE):
                self._do(f"_w({_literal(data[at : at + PIECE])})", name)
                report(min(at + PIECE, len(data)), len(data))
            found = ast.literal_eval(self._do(CHECK.format(name=part), name))
            if found != (len(data), sha256(data).digest()):
                raise damaged(name)
            self._do(REPLACE.format(part=part, name=name), name)
        except (OSError, ProtocolError):
            self._do(DISCARD.format(part=part), name)
            raise

    def get(self, name: str, on_progress: OnProgress | None = None) -> bytes:
        """Read a file, and compare its SHA-256. `on_progress`: as in `put`.

        Raises:
            ProtocolError: other bytes arrived than the board sent.
        """
        report = on_progress or _silent
        printed = self._ask(SEND.format(name=name, small=SMALL), name)
        if size := LARGE.fullmatch(printed):
            try:
                return self._transfer.get(name, int(size[1]), report)
            except Unsupported:
                printed = self._do(SEND.format(name=name, small=1 << 30), name)
        try:
            *parts, digest = [a2b_base64(line) for line in printed.splitlines()]
        except ValueError as error:
            raise damaged(name) from error
        data = b"".join(parts)
        if sha256(data).digest() != digest:
            raise damaged(name)
        report(len(data), len(data))
        return data

    def sync(
        self, folder: Path, to: str = "/", on_progress: OnProgress | None = None
    ) -> list[str]:
        """Send the files of a folder that the board does not have, or has with other content.

        Nothing is removed from the board. `__pycache__` and names that begin with "." are left
        out.

        Args:
            folder: on this machine, with all folders in it.
            to: the folder on the board; it is made if it is missing, with those that it is in.
            on_progress: as in `put`, with the bytes of all files that are sent.

        Returns:
            The names on the board of what was sent, in order.

        Raises:
            FileNotFoundError: there is no such folder.
        """
        names = {to.rstrip("/") + "/" + path.as_posix(): folder / path for path in inside(folder)}
        contents = {name: path.read_bytes() for name, path in names.items() if path.is_file()}
        ours = {name: sha256(data).hexdigest() for name, data in contents.items()}
        theirs = self.hashes(list(contents))
        wanted = [name for name in contents if theirs.get(name) != ours[name]]
        target = PurePosixPath(to)
        above = map(str, (*reversed(target.parents), target))
        for name in (*above, *(name for name in names if name not in contents)):
            with suppress(FileExistsError):
                if name not in ("/", "."):
                    self.mkdir(name)
        report, total, before = on_progress or _silent, sum(len(contents[n]) for n in wanted), 0
        for name in wanted:
            self.put(name, contents[name], partial(_add, report, before, total))
            before += len(contents[name])
        return wanted

    def hashes(self, names: list[str]) -> dict[str, str]:
        """The SHA-256 of files on the board, in hex, by name; "" for one that cannot be read."""
        found: dict[str, str] = {}
        for at in range(0, len(names), NAMES):
            some = names[at : at + NAMES]
            lines = self._ask(HASHES.format(names=some), some[0]).splitlines()
            # The line may damage an answer: then that file is sent.
            found.update(zip(some, lines, strict=False))
        return found

    def cat(self, name: str) -> str:
        """A text file's content; bytes that are not UTF-8 become U+FFFD."""
        return self.get(name).decode("utf-8", "replace")

    def ls(self, name: str = "/") -> list[FileEntry]:
        """The entries of a folder: first folders, then files, each by name."""
        found = [
            ast.literal_eval(line) for line in self._ask(LIST.format(name=name), name).splitlines()
        ]
        entries = [FileEntry(str(n), bool(kind & DIR_BIT), int(size)) for n, kind, size in found]
        return sorted(entries, key=lambda entry: (not entry.is_dir, entry.name))

    def stat(self, name: str) -> FileEntry:
        """Kind and size of one file or folder."""
        printed = self._ask(f"import os; print(os.stat({name!r})[:7])", name)
        found = ast.literal_eval(printed)
        is_dir = bool(found[0] & DIR_BIT)
        return FileEntry(name, is_dir, 0 if is_dir else int(found[6]))

    def mkdir(self, name: str) -> None:
        """Make a folder; its parent must exist."""
        self._do(f"import os; os.mkdir({name!r})", name)

    def rm(self, name: str) -> None:
        """Remove a file or an empty folder."""
        # littlefs removes empty folders by os.remove, too; FAT does not.
        kind = "rmdir" if self.stat(name).is_dir else "remove"
        self._do(f"import os; os.{kind}({name!r})", name)

    def _ask(self, code: str, name: str) -> str:
        """As `_do`, for code that only reads: again when the line damages it."""
        for _attempt in range(ASK_ATTEMPTS - 1):
            try:
                return self._do(code, name, ASK_S)
            except (ProtocolError, BoardTimeout):
                continue
            except DeviceError as error:
                if "KeyboardInterrupt" in str(error):
                    raise
        return self._do(code, name)

    def _do(self, code: str, name: str, timeout_s: float = FILE_S) -> str:
        try:
            return self._run(code, timeout_s=timeout_s)
        except DeviceError as error:
            found = OS_ERROR.search(str(error))
            if not found:
                raise
            number = int(found[1] or found[2] or found[3])
            raise OSError(number, os.strerror(number), name) from error


def _literal(data: bytes) -> str:
    """Bytes as source text, in the shorter of two forms (`_d` is a2b_base64 on the board)."""
    plain = repr(data)
    coded = b2a_base64(data, newline=False).decode()
    return plain if len(plain) <= len(coded) + 5 else f"_d('{coded}')"


def inside(folder: Path) -> list[Path]:
    """What is in a folder of this machine and below, each folder before its content. Raises:
    FileNotFoundError."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.name != "__pycache__":
            inner = [path.relative_to(folder)]
            if path.is_dir():
                inner += [inner[0] / below for below in inside(path)]
            found += inner
    return found


def _add(report: OnProgress, before: int, total: int, done: int, _size: int) -> None:
    """The progress of one file as that of all."""
    report(before + done, total)


def _silent(_done: int, _total: int) -> None:
    """Nobody wants to see the progress."""
