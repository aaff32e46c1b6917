"""The smallest bench that a board can run on: it answers every request and keeps every record.

It uses only the table of frames of `hardware.bench`, so that the board's side is tested by itself.
"""

import socket
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from types import TracebackType

from hardware import paths
from hardware.bench.board.record_validation import REQUESTS, WAITS
from hardware.bench.protocol import frames

RECORD = struct.Struct("<BBHIQ")
REPLY = struct.Struct("<B3xI10Q")
TEXT = struct.Struct("<HI")
S = 1_000_000_000
ESP_FLASH_BYTES = (2 << 20) + 0x6000
FLASH_BYTES = {"rp2": 1408 << 10, "rp2350": 3 << 20}
ANSWER_S = 120.0
"""A board without output for this long (wall clock) fails the test."""

Row = tuple[int, int, int, int, int]


class BareBench:
    """A board process, headless by default; every grant reaches `step_ns` ahead."""

    def __init__(
        self, family: str, args: Sequence[str] = (), flags: int = frames.FLAG_HEADLESS
    ) -> None:
        self.rows: list[Row] = []
        self.t_ns = 0
        self.levels = 0
        self.microvolts = 0
        self.edges = (0, 0)
        """Pins with a rising or falling edge; the next grant reports them."""
        self.coupled = 1 << 63
        self.flags = flags
        self.step_ns = S
        self._serial = b""
        self._unread = b""
        self._waiting = b""
        self._buffer = b""
        self._flash = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the bench
        self._flash.write(b"\xff" * FLASH_BYTES.get(family, ESP_FLASH_BYTES))
        self._flash.flush()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        fds = (theirs.fileno(), self._flash.fileno())
        command = [str(paths.port_program(family)), "--bench-fd", str(fds[0])]
        command += ["--flash-fd", str(fds[1]), *args]
        self.process = subprocess.Popen(command, pass_fds=fds)
        theirs.close()

    def __enter__(self) -> "BareBench":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._socket.close()
        self.process.wait(ANSWER_S)
        self._flash.close()

    def until(self, want: bytes, most_ns: int = 10_000 * S) -> bytes:
        """Serve until the board printed this. Returns the output up to there."""
        while want not in self._unread:
            assert self.t_ns < most_ns, f"not printed in time; {self._unread[-500:]!r}"
            self.serve()
        head, _, self._unread = self._unread.partition(want)
        return head + want

    def type(self, data: bytes) -> None:
        """Send serial input with the next grants, as there is room."""
        self._waiting += data

    def wake(self) -> None:
        """Notify the board of a new event."""
        self._socket.sendall(REPLY.pack(frames.REPLY_WAKE, *(11 * [0])))

    def raw(self, code: str) -> tuple[str, str]:
        """Run code in the raw REPL. Returns its output and its traceback."""
        self.start(code)
        output = self.until(b"\x04")[:-1]
        error = self.until(b"\x04>")[:-2]
        return output.decode().replace("\r\n", "\n"), error.decode().replace("\r\n", "\n")

    def start(self, code: str) -> None:
        """Start code in the raw REPL, from any prompt."""
        self.type(b"\x01")
        self.until(b"CTRL-B to exit\r\n>")
        self.type(code.encode() + b"\x04")
        self.until(b"OK")

    def of(self, kind: int) -> list[Row]:
        """The records of a kind."""
        return [row for row in self.rows if row[0] == kind]

    def serve(self) -> None:
        """Take one record and answer it, if it asks. Raises: EOFError when the board ended."""
        while len(self._buffer) < RECORD.size:
            try:
                data = self._socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                raise EOFError
            self._buffer += data
        row: Row = RECORD.unpack(self._buffer[: RECORD.size])
        self._buffer = self._buffer[RECORD.size :]
        assert row[4] >= self.t_ns, "time went back"
        self.t_ns = row[4]
        self.rows.append(row)
        if row[0] == frames.REC_TX:
            self._unread += text(row)
        elif row[0] in REQUESTS and row[0] != frames.REC_CALL:
            self._grant(row)

    def _grant(self, row: Row) -> None:
        room = 0 if row[0] == frames.REC_HELLO else row[2]
        data, self._waiting = self._waiting[:room], self._waiting[room:]
        horizon = self.t_ns + self.step_ns
        value = self.microvolts
        if row[0] in WAITS:
            value = (
                self.t_ns
                if data
                else min(
                    horizon, self.t_ns + row[3] * (1 if row[0] == frames.REC_WAIT_NS else 1000)
                )
            )
        numbers = (horizon, self.levels, *self.edges, self.coupled, 0, 0, value, self.flags, 0)
        self.edges = (0, 0)
        self._socket.sendall(REPLY.pack(frames.REPLY_GRANT, len(data), *numbers) + data)


def text(row: Row) -> bytes:
    """The bytes in a record of text."""
    return TEXT.pack(row[2], row[3])[: row[1]]
