"""A board's serial line as a program on the host talks over it, while a program runs on the
board."""

from hardware.wire.deadline import Deadline
from hardware.wire.repl import Repl


class SerialLine:
    """Bytes and lines to and from the program that runs on the board.

    It shares the REPL's line: `Board.run` and `Board.files` interrupt that program.
    """

    def __init__(self, repl: Repl) -> None:
        self._repl = repl
        self._held = bytearray()

    def write(self, data: bytes | str) -> None:
        """Send bytes, or text as UTF-8, to the program's standard input."""
        self._repl.port.write(data.encode() if isinstance(data, str) else data)

    def read(self, timeout_s: float = 0.0) -> bytes:
        """What has come, waiting up to `timeout_s` for the first byte; b"" when nothing does."""
        data = bytes(self._held) or self._repl.incoming.read(Deadline(timeout_s))
        self._held.clear()
        return data

    def readline(self, timeout_s: float = 1.0) -> str:
        """The next line without its line end; what has come of it, perhaps "", when the time is
        over."""
        deadline = Deadline(timeout_s)
        while b"\n" not in self._held:
            data = self._repl.incoming.read(deadline)
            self._held += data
            if not data and deadline.over():
                break
        line, _newline, rest = bytes(self._held).partition(b"\n")
        self._held[:] = rest
        return line.decode("utf-8", "replace").rstrip("\r")
