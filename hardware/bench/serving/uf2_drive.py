"""The drive of a boot ROM, as a folder: whoever copies a UF2 file there flashes the board.

The bench's loop looks at the folder from time to time. A file may come in pieces, under any name,
and may be renamed. Files come from other programs of this account: none is followed out of the
folder, and what is no UF2 file costs little.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from hardware.bench.chip.pico_boot_rom import PicoBootRom
from hardware.bench.chip.uf2 import BLOCK_BYTES
from hardware.bench.chip.uf2_receiver import Uf2Receiver
from hardware.i18n import _, sanitize

LOOK_S = 0.05
QUIET_S = 0.5
"""A file that has not grown for so long is talked about."""
CHUNK = 128 * BLOCK_BYTES
MOST_IGNORED = 1024
"""A file is not read further after so many blocks of which the chip took none."""
INDEX = """<html><head><meta http-equiv="refresh"
 content="0;URL='{page}'"/></head>
<body>The documentation of this board is at <a
 href='{page}'>raspberrypi.com</a></body></html>
"""


class _CopiedFile:
    """How far a file has been read."""

    def __init__(self) -> None:
        self.at = 0
        self.taken = self.ignored = 0
        """Blocks."""
        self.reason = ""
        """Why the first block was ignored that was."""
        self.grew_s = monotonic()
        self.told = False


class Uf2Drive:
    """A folder that exists as long as the boot ROM waits."""

    def __init__(self, folder: Path, receiver: Uf2Receiver, rom: PicoBootRom) -> None:
        """Makes the folder. Raises: OSError."""
        self.folder = folder
        self._receiver = receiver
        self._files: dict[int, _CopiedFile] = {}
        """By inode: a file that is renamed is the same one."""
        self._busy = False
        """Whether there was more to read than was read."""
        folder.mkdir()
        self._own = {"INFO_UF2.TXT": rom.info, "INDEX.HTM": INDEX.format(page=rom.page)}
        for name, text in self._own.items():
            folder.joinpath(name).write_bytes(text.encode())

    def serve(self) -> Iterator[str]:
        """Reads on. Yields what is to be said about the files, and last the name of the file that
        has come completely."""
        self._busy = False
        for entry in self._entries():
            file = self._files.setdefault(entry.inode(), _CopiedFile())
            self._read(Path(entry.path), file)
            if not file.told and monotonic() - file.grew_s > QUIET_S:
                file.told = True
                yield from self._words(sanitize(entry.name), file)

    def idle_s(self) -> float:
        """`serve` must be called after this time."""
        return 0.0 if self._busy else LOOK_S

    def close(self) -> None:
        """The drive disappears, with what is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _entries(self) -> list[os.DirEntry[str]]:
        """The regular files of other programs."""
        with suppress(OSError), os.scandir(self.folder) as entries:
            files = [e for e in entries if e.is_file(follow_symlinks=False)]
            return [e for e in files if e.name not in self._own]
        return []

    def _read(self, path: Path, file: _CopiedFile) -> None:
        """Takes the whole blocks that are new."""
        if not file.taken and file.ignored >= MOST_IGNORED:
            return
        data = _content(path, file.at)
        self._busy |= len(data) == CHUNK
        for start in range(0, len(data) - BLOCK_BYTES + 1, BLOCK_BYTES):
            block = data[start : start + BLOCK_BYTES]
            if not any(block):  # room that the copying program has made, and not filled yet
                self._busy = False
                return
            reason = self._receiver.take(block)
            file.at += BLOCK_BYTES
            file.taken += not reason
            file.ignored += bool(reason)
            file.reason = file.reason or reason
            file.grew_s, file.told = monotonic(), False

    def _words(self, name: str, file: _CopiedFile) -> Iterator[str]:
        if file.ignored and not file.taken:
            text = _("{file}: the chip ignores it: {reason}.")
            yield text.format(file=name, reason=file.reason)
        elif missing := self._receiver.missing:
            text = _("{file}: {taken} of {count} blocks have come; block {n} is missing.")
            count = self._receiver.count
            taken = count - len(missing)
            yield text.format(file=name, taken=taken, count=count, n=missing[0])


def _content(path: Path, at: int) -> bytes:
    """The bytes of a file from a place on; none when it is gone."""
    with suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return os.pread(fd, CHUNK, at)
        finally:
            os.close(fd)
    return b""
