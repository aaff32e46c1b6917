"""Files on a board, over the REPL.

Errors are those of Python on the host (`FileNotFoundError`, ...), made from the number in the
board's OSError: MicroPython has the numbers of Linux (py/mperrno.h).
"""

import ast
import errno
import os
import re
from binascii import a2b_base64, b2a_base64
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from textwrap import indent
from typing import Protocol

from hardware.errors import BoardFileMissing, BoardTimeout, DeviceError, NoPrompt, ProtocolError
from hardware.i18n import _
from hardware.wire.transfer import SMALL, FileTransfer, OnProgress, Unsupported, damaged

PIECE = 512
"""Bytes per exec: the literal and its decoded bytes must fit into a small, fragmented heap."""
PART = ".part"
NAMES = 16
"""Names in one question to the board."""
LARGE = re.compile(r"size (\d+)\n")
ASK_TIMEOUTS_S = (*[10.0] * 7, 60.0)
"""Of each attempt to ask the board."""
SEAL_BYTES = 4
SEALED = re.compile(r"(\d+) (\d+)\n\Z")
DIR_BIT = 0x4000

# The line may damage what it carries, and a question can hold a name: so nothing is run that has
# changed on its way, and the answer ends with a hash of the question, the answer and the errno.
GUARD = """
import hashlib as _h
_c = {code!r}
if _h.sha256(_c).digest()[:{bytes}] != {digest!r}: raise ValueError
_c = {{'code': _c}}
exec(_c['code'], _c)
del _h, _c
"""
QUESTION = """
from hashlib import sha256
seal, errno = sha256(code), 0
def say(*words, end='\\n'):
 text = ' '.join(map(str, words)) + end
 seal.update(text.encode())
 print(text, end='')
def ask(print):
{body}
try: ask(say)
except OSError as error: errno = error.errno or 5
seal.update(str(errno).encode())
print(int.from_bytes(seal.digest()[:{bytes}], 'little'), errno)
"""
WRITE = """
from binascii import a2b_base64
with open({part!r}, {mode!r}) as f:
 f.seek({at})
 f.write({literal})
"""
# The hash is of the bytes read back from the flash, not of the bytes that were sent.
CHECK = """
import hashlib
h, n, b = hashlib.sha256(), 0, bytearray(512)
with open({name!r}, 'rb') as f:
 while True:
  k = f.readinto(b)
  if not k: break
  n += k
  h.update(memoryview(b)[:k])
print((n, h.digest()))
"""
# FAT cannot rename to the name of an existing file; littlefs removes empty folders by os.remove.
REPLACE = """
import os
os.stat({part!r})
try: os.rename({part!r}, {name!r})
except OSError:
 if os.stat({name!r})[0] & {dir_bit}: raise OSError({is_dir})
 os.remove({name!r})
 os.rename({part!r}, {name!r})
"""
DISCARD = """
import os
try: os.remove({part!r})
except OSError: pass
"""
SEND = """
import os
from binascii import b2a_base64
n = os.stat({name!r})[6]
with open({name!r}, 'rb') as f:
 if n > {small}: print('size', n)
 while n <= {small}:
  b = f.read(384)
  if not b: break
  print(b2a_base64(b).decode(), end='')
"""
# One line for each name: its SHA-256, or nothing.
HASHES = """
import hashlib
from binascii import hexlify
b = bytearray(512)
for name in {names!r}:
 h = hashlib.sha256()
 try:
  with open(name, 'rb') as f:
   while True:
    k = f.readinto(b)
    if not k: break
    h.update(memoryview(b)[:k])
  print(hexlify(h.digest()).decode())
 except OSError: print()
"""
LIST = """
import os
for entry in os.ilistdir({name!r}):
 print((entry[0], entry[1], entry[3] if len(entry) > 3 else 0))
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
            data: its content. If the board has a file of this name and content, it is left as it
                is.
            on_progress: gets the bytes done and the bytes in all, again and again.

        Raises:
            IsADirectoryError: a folder has this name.
            ProtocolError: the flash gave back other bytes; the old file is unchanged.
        """
        report = on_progress or _silent
        try:
            self._transfer.put(name, name + PART, data, report)
        except Unsupported:
            self._put_literals(name, data, report)

    def _put_literals(self, name: str, data: bytes, report: OnProgress) -> None:
        """Write a file over the raw REPL alone."""
        part, mode = name + PART, "wb"
        try:
            for at in range(0, len(data) or 1, PIECE):
                literal = _literal(data[at : at + PIECE])
                code = WRITE.format(part=part, mode=mode, at=at, literal=literal)
                self._ask(code, name)
                mode = "r+b"
                report(min(at + PIECE, len(data)), len(data))
            found = ast.literal_eval(self._ask(CHECK.format(name=part), name))
            if found != (len(data), sha256(data).digest()):
                raise damaged(name)
            code = REPLACE.format(part=part, name=name, dir_bit=DIR_BIT, is_dir=errno.EISDIR)
            self._ask(code, name, errno.ENOENT)
        except (OSError, ProtocolError):
            self._ask(DISCARD.format(part=part), name)
            raise

    def get(
        self,
        name: str,
        on_progress: OnProgress | None = None,
        begun: bytearray | None = None,
    ) -> bytes:
        """Read a file, and compare its SHA-256.

        Args:
            name: of the file.
            on_progress: as in `put`.
            begun: what an earlier call got of a large file before the line was cut; this call
                goes on from there. When it fails, too, `begun` has what came until then.

        Raises:
            ProtocolError: other bytes arrived than the board sent, again and again.
        """
        report, got = on_progress or _silent, bytearray() if begun is None else begun
        printed = self._ask_of(SEND.format(name=name, small=SMALL), name)
        if size := LARGE.fullmatch(printed):
            try:
                self._transfer.get(name, int(size[1]), got, report)
                return bytes(got)
            except Unsupported:
                printed = self._ask(SEND.format(name=name, small=1 << 30), name)
        data = b"".join(map(a2b_base64, printed.splitlines()))
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
            found.update(zip(some, lines, strict=True))
        return found

    def cat(self, name: str) -> str:
        """A text file's content; bytes that are not UTF-8 become U+FFFD."""
        return self.get(name).decode("utf-8", "replace")

    def ls(self, name: str = "/") -> list[FileEntry]:
        """The entries of a folder: first folders, then files, each by name."""
        missing = _("the board has no folder {name}")
        printed = self._ask_of(LIST.format(name=name), name, missing)
        found = map(ast.literal_eval, printed.splitlines())
        entries = [FileEntry(str(n), bool(kind & DIR_BIT), int(size)) for n, kind, size in found]
        return sorted(entries, key=lambda entry: (not entry.is_dir, entry.name))

    def stat(self, name: str) -> FileEntry:
        """Kind and size of one file or folder."""
        printed = self._ask_of(f"import os; print(os.stat({name!r})[:7])", name)
        found = ast.literal_eval(printed)
        is_dir = bool(found[0] & DIR_BIT)
        return FileEntry(name, is_dir, 0 if is_dir else int(found[6]))

    def mkdir(self, name: str) -> None:
        """Make a folder; its parent must exist."""
        self._ask(f"import os; os.mkdir({name!r})", name, errno.EEXIST)

    def rm(self, name: str) -> None:
        """Remove a file or an empty folder."""
        # littlefs removes empty folders by os.remove, too; FAT does not.
        kind = "rmdir" if self.stat(name).is_dir else "remove"
        self._ask(f"import os; os.{kind}({name!r})", name, errno.ENOENT)

    def _ask_of(self, code: str, name: str, missing: str = "") -> str:
        """As `_ask`, about what is there already. `missing`: the cause when it is no file. Raises:
        BoardFileMissing."""
        try:
            return self._ask(code, name)
        except FileNotFoundError:
            cause = (missing or _("the board has no file {name}")).format(name=name)
            cure = _(
                "Check the name: %files ls lists the board's files. Perhaps the program has not "
                "written this one yet."
            )
            raise BoardFileMissing(cause, cure, name) from None

    def _ask(self, code: str, name: str, done: int = 0) -> str:
        """Run code of ours about a file; returns what it printed. When the line damages it or its
        answer, it is run again.

        Args:
            code: has the same effect when it runs twice.
            name: of the file.
            done: with this errno, a second run says that the first one did it.

        Raises:
            OSError: from the board's file system.
            ProtocolError, BoardTimeout: no attempt succeeded.
            DeviceError: the board's memory is full.
        """
        for attempt, timeout_s in enumerate(ASK_TIMEOUTS_S):
            try:
                printed, number = self._ask_once(code, name, timeout_s)
            except (ProtocolError, BoardTimeout) as error:
                if isinstance(error, NoPrompt) or attempt == len(ASK_TIMEOUTS_S) - 1:
                    raise
            else:
                if number and not (attempt and number == done):
                    raise OSError(number, os.strerror(number), name)
                return printed
        raise AssertionError

    def _ask_once(self, code: str, name: str, timeout_s: float) -> tuple[str, int]:
        """What the code printed, and the errno of the OSError that ended it, or 0."""
        body = indent(code.strip(), " ")
        source = QUESTION.format(body=body, bytes=SEAL_BYTES).encode()
        digest = sha256(source).digest()[:SEAL_BYTES]
        question = GUARD.format(code=source, digest=digest, bytes=SEAL_BYTES)
        try:
            printed = self._run(question, timeout_s=timeout_s)
        except DeviceError as error:
            if str(error).startswith("MemoryError"):
                raise
            raise damaged(name) from error
        sealed = SEALED.search(printed)
        if not sealed:
            raise damaged(name)
        answer = printed[: sealed.start()]
        whole = sha256(source + (answer + sealed[2]).encode()).digest()
        if int.from_bytes(whole[:SEAL_BYTES], "little") != int(sealed[1]):
            raise damaged(name)
        return answer, int(sealed[2])


def _literal(data: bytes) -> str:
    """Bytes as source text, in the shorter of two forms."""
    plain = repr(data)
    coded = b2a_base64(data, newline=False).decode()
    return plain if len(plain) <= len(coded) + 14 else f"a2b_base64('{coded}')"


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
