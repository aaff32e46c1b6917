"""A transfer of files, at the speed of the line and over a noisy one.

`transfer_board.py` runs on the board. A small file goes to the board inside that program: this
costs less than the start of a transfer in frames. Else, to the board go frames (`HEAD`, content)
with at most WINDOW bytes on the way; it grants more with single bytes from 0x80 on, which count
pieces modulo 128, so the next one makes up for a lost one. A damaged frame makes it wait for
silence and say the offset where it goes on. All that it says is one line with a CRC:
`@at 4096 - 1b2c3d4e`.

When the board falls silent, it waits for bytes that were lost: the host sends filler, the frame is
damaged then, and both agree on the offset again. When an attempt fails, the next one goes on from
what the board has, also after the line was cut: in `.part`, if that is the beginning of the file.
"""

import os
import re
import struct
import zlib
from collections import deque
from collections.abc import Callable
from hashlib import sha256

from hardware.errors import BoardTimeout, HardwareError, NoPrompt, ProtocolError
from hardware.i18n import _
from hardware.wire import transfer_board as board
from hardware.wire.port import Deadline
from hardware.wire.repl import Repl

OnProgress = Callable[[int, int], None]
"""Gets the bytes done and the bytes of the whole file."""
START_S = 5.0
"""For sending the board's half."""
SILENT_S = 0.5
"""After such a silence bytes are taken as lost: most writes to the flash are faster."""
SILENCES = 12
"""After so many in a row the attempt has failed."""
CHECK_S = 60.0
"""The longest time for reading a file back from the flash."""
END_S = 1.0
ATTEMPTS = 8
"""In a row and without progress."""
SMALL = 3072
"""A file up to this size goes in the source of the board's half."""
RAW_BYTES, PLAIN_BYTES, NOISY_BYTES = 2048, 8192, 768
"""Bytes of the file in a frame: as they are, deflated, and on a line that damages frames."""
SAID = re.compile(rb"@([a-z]+)((?: [\w-]+)*) ([0-9a-f]{8})\r?\n")
ENDED = re.compile(rb"\x04(|(?:Traceback |[A-Z][a-z]+Error)[^\x04]*)\x04>\Z")
UNSUPPORTED = re.compile(rb"(?:^|\n)(?:ImportError|AttributeError|MemoryError)")
HEAD = struct.Struct(board.HEAD)
CRC_BYTES = 4
FROM_BOARD = re.compile(rb"(?=([%c%c])(.{4})(..)(.{4}))" % (board.DATA, board.LAST), re.DOTALL)
"""The head of a frame; in garbage one may begin at any byte."""
FROM_BOARD_HEAD = 11


class Unsupported(Exception):
    """The board cannot run its half: an old MicroPython, or too little memory."""


class NotKept(ProtocolError):
    """The flash gave back other bytes than the file has."""


class FileTransfer:
    """Sends files to one board and fetches files from it."""

    def __init__(self, repl: Repl) -> None:
        self._repl = repl
        self._reached = 0
        """How far any attempt got, in bytes of the file."""

    def put(self, name: str, part: str, data: bytes, on_progress: OnProgress) -> None:
        """Write a file by way of `part`. An equal file is left as it is.

        Raises:
            OSError: the board's file system refused; nothing is left behind.
            ProtocolError: the flash gave back other bytes; nothing is left behind.
            NoPrompt: it is not tried again.
            ProtocolError, BoardTimeout: no attempt succeeded; the next call goes on from `part`.
            Unsupported: nothing was done.
        """
        digest = sha256(data).hexdigest()
        if len(data) <= SMALL:
            source = board.program(board.WRITE, name, part, len(data), digest, data=data)
        else:
            source = board.program(board.RECEIVE, name, part, len(data), digest)
        self._attempts(lambda: self._put(source, name, data, on_progress))

    def get(self, name: str, size: int, got: bytearray, on_progress: OnProgress) -> None:
        """Add the rest of a file of `size` bytes to `got`, and compare its SHA-256. When this
        fails, `got` has what came; the next call goes on from there.

        Raises:
            OSError, ProtocolError, BoardTimeout, Unsupported: as `put`.
        """
        self._attempts(lambda: self._get(name, size, got, on_progress))

    def _attempts(self, attempt: Callable[[], None]) -> None:
        failed = self._reached = 0
        doubted = False
        while True:
            before = self._reached
            try:
                attempt()
                return
            except (ProtocolError, BoardTimeout, Unsupported) as error:
                self._repl.forget()
                if isinstance(error, NoPrompt):
                    raise
                if isinstance(error, Unsupported | NotKept):
                    if doubted:  # the first time, noise may have changed the source
                        raise
                    doubted = True
                failed = 1 if self._reached > before else failed + 1
                if failed == ATTEMPTS:
                    raise
            except BaseException:
                self._repl.forget()
                raise

    def _progress(self, done: int, total: int, on_progress: OnProgress) -> None:
        if done > self._reached:
            self._reached = done
            on_progress(done, total)

    def _put(self, source: str, name: str, data: bytes, on_progress: OnProgress) -> None:
        talk = _Talk(self._repl, source, name)
        frames = _Frames(data)
        patient = False
        while True:
            word, values = talk.said(frames.grant)
            if word == "at":
                patient = False
                frames.start(int(values[0]), values[1])
            elif word == "check":
                patient = True
            elif word in ("same", "done"):
                self._progress(len(data), len(data), on_progress)
                talk.end()
                return
            elif word == "damaged":
                talk.end()
                raise damaged(name, NotKept)
            elif word:
                raise talk.failure(word, values)
            self._progress(frames.done, len(data), on_progress)
            if part := frames.take():
                self._repl.port.write(part)
            elif not word:
                silent = talk.wait(CHECK_S if patient else SILENT_S)
                if silent and not patient:
                    talk.fill()

    def _get(self, name: str, size: int, got: bytearray, on_progress: OnProgress) -> None:
        talk = _Talk(self._repl, board.program(board.SEND, name, len(got)), name)
        asked = -1
        while True:
            kind, at, content = talk.frame()
            if kind and at > len(got) != asked:  # one before was damaged
                asked = len(got)
                self._repl.port.write(_to_board(asked))
            elif kind == board.DATA and at == len(got):
                got += content
                self._progress(len(got), size, on_progress)
            elif kind == board.LAST and at == len(got):
                self._repl.port.write(_to_board(board.DONE))
                talk.end()
                if sha256(got).hexdigest().encode() != content:
                    got.clear()
                    raise damaged(name)
                return
            elif not kind:
                word, values = talk.said_first()
                if word:
                    raise talk.failure(word, values)
                if talk.wait(SILENT_S):
                    talk.skip()
                    self._repl.port.write(_to_board(len(got)))


class _Frames:
    """The frames of a file for the board, and how many bytes of them may be sent now."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.done = 0
        """Bytes of the file that the board has read."""
        self._next: int | None = None
        """The offset of the next frame; None before the start and after the last frame."""
        self._most = PLAIN_BYTES
        self._queue = bytearray()
        self._sent = self._granted = 0
        self._ends: deque[tuple[int, int]] = deque()
        """For each frame on its way: its end in the bytes sent, and in the file."""

    def start(self, has: int, digest: str) -> None:
        """Go on at the offset `has`; with a digest, only if the board's bytes are ours."""
        if self._sent:
            self._most = NOISY_BYTES
        ours = digest == "-" or sha256(self._data[:has]).hexdigest() == digest
        self._next = self.done = has if ours and has <= len(self._data) else 0
        self._queue.clear()
        self._ends.clear()
        self._sent = self._granted = 0

    def grant(self, pieces: int) -> None:
        """The board has read so many pieces, modulo 128."""
        had = self._granted // board.PIECE
        granted = (had + (pieces - had) % 128) * board.PIECE
        if granted <= self._sent:  # else it is a damaged byte
            self._granted = granted
        while self._ends and self._ends[0][0] <= self._granted:
            self.done = self._ends.popleft()[1]

    def take(self) -> bytes:
        """The bytes that may be sent now."""
        room = board.WINDOW - (self._sent - self._granted)
        while len(self._queue) < room and self._next is not None:
            end = self._next
            frame, self._next = self._frame(end)
            self._queue += frame
            end = len(self._data) if self._next is None else self._next
            self._ends.append((self._sent + len(self._queue), end))
        part = bytes(self._queue[:room])
        del self._queue[:room]
        self._sent += len(part)
        return part

    def _frame(self, at: int) -> tuple[bytes, int | None]:
        """The frame at an offset, and the next offset."""
        if at == len(self._data):
            return _to_board(at), None
        plain = self._data[at : at + self._most]
        deflate = zlib.compressobj(9, zlib.DEFLATED, -board.WINDOW_BITS, 9)
        packed = deflate.compress(plain) + deflate.flush()
        if len(packed) > min(board.PACKED, len(plain) * 9 // 10):
            plain = packed = plain[:RAW_BYTES]
        return _to_board(at, packed, len(plain)), at + len(plain)


class _Talk:
    """What the board's half sends while it runs."""

    def __init__(self, repl: Repl, source: str, name: str) -> None:
        """Start it."""
        self._repl = repl
        self._held = repl.incoming.held
        self._name = name
        self._silences = 0
        self._filled = False
        repl.start(source.encode(), Deadline(START_S), lambda _data: None)

    def said(self, grant: Callable[[int], None]) -> tuple[str, list[str]]:
        """The next thing that it said, or ("", []); what it grants before goes to `grant`.

        Raises:
            Unsupported: it ended in an exception that tells so.
            ProtocolError: it ended without a word: its source, or the word, was damaged.
        """
        found = SAID.search(self._held)
        before = self._held[: found.start() if found else len(self._held)]
        for byte in before:
            if byte >= 0x80:
                grant(byte & 0x7F)
        if found is None:
            self._held[:] = bytes(byte for byte in before if byte < 0x80)[-1000:]
            return self._nothing()
        text, crc = bytes(found[1] + found[2]), int(found[3], 16)
        del self._held[: found.end()]
        if zlib.crc32(text) != crc:
            return self.said(grant)
        word, *values = text.decode().split()
        return word, values

    def said_first(self) -> tuple[str, list[str]]:
        """As `said`, while what it says may be part of a file that it sends: what is first is
        not."""
        if SAID.match(self._held):
            return self.said(lambda _pieces: None)
        return self._nothing()

    def _nothing(self) -> tuple[str, list[str]]:
        if found := ENDED.search(self._held):
            if UNSUPPORTED.search(found[1]):
                raise Unsupported
            raise damaged(self._name)
        return "", []

    def frame(self) -> tuple[int, int, bytes]:
        """The next undamaged frame from the board: first byte, offset, content; or zeros."""
        for found in FROM_BOARD.finditer(bytes(self._held)):
            at, size, crc = (int.from_bytes(found[n], "little") for n in (2, 3, 4))
            begin = found.start() + FROM_BOARD_HEAD
            content = bytes(self._held[begin : begin + size])
            start = found[1] + found[2] + found[3]
            if size > board.SENT:
                continue
            if len(content) < size:  # what looks like a frame in it may be part of the file
                del self._held[: found.start()]
                break
            if zlib.crc32(content, zlib.crc32(start)) == crc:
                del self._held[: begin + size]
                return start[0], at, content
        return 0, 0, b""

    def skip(self) -> None:
        """The board is silent: the frame that is incomplete stays so."""
        del self._held[:1]

    def wait(self, timeout_s: float) -> bool:
        """Wait for bytes from the board; returns whether none came.

        Raises: BoardTimeout when it has been silent for long.
        """
        if self._repl.incoming.grow(Deadline(timeout_s)):
            self._silences = 0
            return False
        self._silences += 1
        if self._silences == SILENCES:
            raise BoardTimeout(
                _("The board did not answer in time ({what}).").format(what=self._name),
                _("Try again; if it stays silent, reset the board."),
            )
        return True

    def fill(self) -> None:
        """Send what ends a read that waits for lost bytes."""
        self._filled = True
        self._repl.port.write(board.FILLER)

    def failure(self, word: str, values: list[str]) -> Exception:
        """What it means when it ends with this word."""
        if word == "memory":
            self.end()
            return Unsupported()
        if word != "error":
            return damaged(self._name)
        self.end()
        number = int(values[0])
        return OSError(number, os.strerror(number), self._name)

    def end(self) -> None:
        """Wait for the prompt."""
        try:
            self._repl.follow(Deadline(END_S), lambda _data: None)
        except HardwareError:
            self._filled = True
        if self._filled:  # the rest of it is at the prompt now
            self._repl.forget()


def _to_board(at: int, content: bytes = b"", plain: int = 0) -> bytes:
    """A frame to the board."""
    start = HEAD.pack(at, len(content), plain, 0)[:-CRC_BYTES]
    return start + zlib.crc32(content, zlib.crc32(start)).to_bytes(CRC_BYTES, "little") + content


def damaged(name: str, kind: type[ProtocolError] = ProtocolError) -> ProtocolError:
    """The error for a file whose bytes changed on the way."""
    return kind(
        _("{name} was damaged in transfer.").format(name=name),
        _("Try again; if it happens again, check the cable and the flash."),
    )
