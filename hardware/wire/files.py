"""Files on a board, over the REPL.

Errors are those of Python on the host (`FileNotFoundError`, ...), made from the number in the
board's OSError: MicroPython has the numbers of Linux (py/mperrno.h).
"""

import ast
import os
import re
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from hardware.errors import DeviceError, ProtocolError
from hardware.i18n import _

PIECE = 768
"""Bytes per exec: the literal and its decoded bytes must fit into a small, fragmented heap."""
FILE_S = 60.0
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
from binascii import b2a_base64 as _e
import hashlib
_h = hashlib.sha256()
with open({name!r}, 'rb') as _f:
    while True:
        _b = _f.read(384)
        if not _b:
            break
        _h.update(_b)
        print(_e(_b).decode(), end='')
print(_e(_h.digest()).decode(), end='')
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

    def __init__(self, run: RunCode) -> None:
        self._run = run

    def put(self, name: str, data: bytes) -> None:
        """Write a file. It gets its name only when the flash gives back the right size and hash.

        Raises:
            ProtocolError: the flash gave back other bytes; the old file is unchanged.
        """
        part = name + ".part"
        try:
            self._do(OPEN.format(part=part), name)
            for at in range(0, len(data), PIECE):
                self._do(f"_w({_literal(data[at : at + PIECE])})", name)
            found = ast.literal_eval(self._do(CHECK.format(name=part), name))
            if found != (len(data), sha256(data).digest()):
                raise _damaged(name)
            self._do(REPLACE.format(part=part, name=name), name)
        except (OSError, ProtocolError):
            self._do(DISCARD.format(part=part), name)
            raise

    def get(self, name: str) -> bytes:
        """Read a file, and compare its SHA-256.

        Raises:
            ProtocolError: other bytes arrived than the board sent.
        """
        lines = self._do(SEND.format(name=name), name).splitlines()
        try:
            *parts, digest = [a2b_base64(line) for line in lines]
        except ValueError as error:
            raise _damaged(name) from error
        data = b"".join(parts)
        if sha256(data).digest() != digest:
            raise _damaged(name)
        return data

    def cat(self, name: str) -> str:
        """A text file's content; bytes that are not UTF-8 become U+FFFD."""
        return self.get(name).decode("utf-8", "replace")

    def ls(self, name: str = "/") -> list[FileEntry]:
        """The entries of a folder: first folders, then files, each by name."""
        found = [
            ast.literal_eval(line) for line in self._do(LIST.format(name=name), name).splitlines()
        ]
        entries = [FileEntry(str(n), bool(kind & DIR_BIT), int(size)) for n, kind, size in found]
        return sorted(entries, key=lambda entry: (not entry.is_dir, entry.name))

    def stat(self, name: str) -> FileEntry:
        """Kind and size of one file or folder."""
        printed = self._do(f"import os; print(os.stat({name!r})[:7])", name)
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

    def _do(self, code: str, name: str) -> str:
        try:
            return self._run(code, timeout_s=FILE_S)
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


def _damaged(name: str) -> ProtocolError:
    return ProtocolError(
        _("{name} was damaged in transfer.").format(name=name),
        _("Try again; if it happens again, check the cable and the flash."),
    )
