"""A board with MicroPython on it: run code, move files, reset it.

    with open_board("bench:esp32") as board:
        board.run("print('hello')")          # 'hello\\n'
        board.eval("2 ** 10")                # 1024
        board.files.put("main.py", b"...")

One class serves all boards: what differs between chips is data (`hardware/boards/*.toml`).
"""

import ast
import re
from collections.abc import Callable
from typing import Self

from hardware.errors import (
    BoardTimeout,
    DeviceError,
    HardwareError,
    ProgramEnded,
    ProtocolError,
)
from hardware.i18n import _
from hardware.wire.files import Files
from hardware.wire.port import Deadline, Port
from hardware.wire.repl import EOT, FRIENDLY, REBOOT, Repl
from hardware.wire.text import OnOutput, OutputCollector, TextStream
from hardware.wire.transfer import FileTransfer

OnProgram = Callable[[bytes], None]
CELL_S = 10.0
PEEK_S = 1.0
STOP_S = 2.0
EARLY_S = 0.3
"""A main.py with an error at its start ends sooner than this."""
TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:  .*\n)+\S.*\n\s*\Z")
_LAST_TRACEBACK = re.compile(
    rb"^Traceback \(most recent call last\):\r?\n(?:  .*\n)+\S.*\n\s*\Z", re.MULTILINE
)
_ENDS = (b"Traceback (most recent", b"MicroPython v")
"""What the end of main.py begins with."""
_RAW_END = re.compile(rb"\x04([^\x04]*)\x04>")
CONTROL = re.compile(rb"[\x03\x04]")


class Board:
    """One board on one port. Only `interrupt`, `serial.write` and what is said below may be called
    from another thread."""

    def __init__(self, port: Port, on_program: OnProgram = lambda _mark: None) -> None:
        """`on_program` is called before a program starts: with what the board sends just before
        the program's output."""
        self._repl = Repl(port)
        self._on_program = on_program
        self.port = port
        self.files = Files(self._run, FileTransfer(self._repl))
        self.serial = SerialLine(self._repl)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def run(
        self, code: str, *, timeout_s: float | None = CELL_S, on_output: OnOutput | None = None
    ) -> str:
        """Run code and return what it printed, with `\\n` line ends.

        Args:
            code: MicroPython source. A program that runs on the board is interrupted first.
            timeout_s: for the whole run; None: no limit. Ctrl-C on the host stops the code on the
                board.
            on_output: gets the output while it comes.

        Raises:
            DeviceError: the code raised; `.traceback` is what the board printed.
            BoardTimeout: it did not end in time (Ctrl-C is sent), or the board is silent.
            BoardRestarted: the board restarted meanwhile.
            BoardNotFound: the line broke.
        """
        return self._run(
            code, timeout_s=timeout_s, on_output=on_output, on_program=self._on_program
        )

    def _run(
        self,
        code: str,
        *,
        timeout_s: float | None = CELL_S,
        on_output: OnOutput | None = None,
        on_program: OnProgram = lambda _mark: None,
    ) -> str:
        """As `run`; code of ours is no program."""
        collector = OutputCollector(on_output)
        error = self._repl.execute(
            _source(code), Deadline(timeout_s), collector.add, lambda: on_program(EOT)
        )
        output = collector.finish()
        if error:
            raise _device_error(TextStream().feed(error, final=True))
        return output

    def eval(self, expression: str, *, timeout_s: float | None = CELL_S) -> object:
        """The value of an expression on the board: numbers, text, bytes, None, and tuples, lists,
        dicts of them.

        Raises:
            ValueError: the value is none of those (`<Pin>`).
            DeviceError, BoardTimeout: as `run`.
        """
        printed = self._run(f"print(repr({expression}))", timeout_s=timeout_s)
        try:
            return ast.literal_eval(printed.rstrip("\n").rsplit("\n", 1)[-1])
        except SyntaxError as error:
            what = _("{value} is no value that the board can send.")
            raise ValueError(what.format(value=printed.strip())) from error

    def exec_detached(self, code: str) -> None:
        """Start code and leave it running; use `serial` to talk to it. The next `run` interrupts
        it."""
        self.serial.begin(raw=True)
        sink = OutputCollector(None).add
        self._repl.start(_source(code), Deadline(CELL_S), sink, lambda: self._on_program(EOT))

    def interrupt(self) -> None:
        """Send Ctrl-C to the program that runs. May be called from another thread."""
        self._repl.interrupt()

    def stop(self, *, timeout_s: float = STOP_S) -> None:
        """Interrupt the program that runs, and wait for the prompt.

        Raises:
            BoardTimeout: no prompt came, so the program still runs.
        """
        self._repl.sync(timeout_s)

    def leave_to_people(self) -> None:
        """Leave the board at the friendly prompt: people type there. Raises: as `stop`."""
        self._repl.to_friendly(Deadline(STOP_S))

    # -- from another thread, too

    @property
    def at_prompt(self) -> bool:
        """Whether the board is certainly at its prompt: the last program has ended."""
        return self._repl.at_prompt

    def is_at_prompt(self) -> bool:
        """As `at_prompt`, but first a `peek` of another thread ends: it uses the prompt."""
        return self._repl.is_at_prompt()

    def peek(self, code: str) -> str | None:
        """What short code of ours prints, if the board is at its prompt and nobody uses it now;
        else None. No program is ever interrupted. From any thread."""
        output = self._repl.peek(_source(code), PEEK_S)
        return None if output is None else TextStream().feed(output, final=True)

    def unasked(self) -> bytes:
        """What a board at its prompt has sent by itself since the last call: somebody has pressed
        its reset button, or a timer prints. From any thread."""
        return self._repl.unasked()

    def leave_prompt(self) -> None:
        """Somebody resets the board now: what it does is unknown from now on. From any thread."""
        self._repl.leave_prompt()

    # -- resets

    def soft_reset(self) -> None:
        """A fresh interpreter, ready for `run`: boot.py has run, main.py has not."""
        self._repl.soft_reset()

    def reset(self, *, timeout_s: float = 5.0) -> None:
        """Reset the chip and wait for its prompt (a main.py that runs is interrupted).

        The reset line works whatever the program does. Without one, the REPL must answer.

        Raises:
            BoardTimeout: no prompt came.
        """
        deadline = Deadline(timeout_s)
        self._repl.forget()
        if not self.port.pulse_reset():
            self._reset_by_program(deadline)
        self._repl.sync(deadline.left() or 0.0)

    def _reset_by_program(self, deadline: Deadline) -> None:
        try:
            self.exec_detached("import machine; machine.reset()")
        except BoardTimeout as error:
            raise BoardTimeout(
                str(error),
                _("This line has no reset wire: press the button, or use rfc2217://."),
            ) from error
        self._repl.read(deadline.within(0.5))

    def boot(self, *, timeout_s: float | None = None, on_output: OnOutput | None = None) -> str:
        """Start boot.py and main.py as at power on (by a soft reset) and wait until the prompt is
        back.

        Returns:
            What they printed.

        Raises:
            DeviceError: main.py ended in an uncaught exception; its text is part of the output.
            BoardTimeout: main.py runs longer; it is left running.
        """
        self._on_program(REBOOT)
        self.serial.begin(raw=False)
        self._repl.boot()
        collector = OutputCollector(on_output)
        self._repl.follow_boot(Deadline(timeout_s), collector.add)
        return _without_traceback(collector.finish())

    def boot_detached(self) -> None:
        """Start boot.py and main.py and leave them running; use `serial` to talk to them.

        Raises:
            DeviceError: main.py ended at once in an uncaught exception (a syntax error).
        """
        self._on_program(REBOOT)
        self.serial.begin(raw=False)
        self._repl.boot()
        collector = OutputCollector(None)
        collector.add(self._repl.early_end(Deadline(EARLY_S)))
        _without_traceback(collector.finish())

    def check_line(self) -> None:
        """Raises: BoardNotFound when the line broke: somebody unplugged the board."""
        self._repl.incoming.grow(Deadline(0.0))

    def close(self) -> None:
        """Close the port. The program on the board goes on."""
        self.port.close()


class SerialLine:
    """Bytes and lines to and from the program that runs on the board.

    The REPL uses the same line: `Board.run` and `Board.files` interrupt that program.
    """

    def __init__(self, repl: Repl) -> None:
        self._repl = repl
        self._held = bytearray()
        self._raw = False
        """The program was started in the raw REPL, which marks the end of its output."""

    def begin(self, *, raw: bool) -> None:
        """A program starts: nothing of an earlier one is read any more."""
        self._held.clear()
        self._raw = raw

    def write(self, data: bytes | str) -> None:
        """Send bytes, or text as UTF-8, to the program's standard input."""
        self._repl.port.write(data.encode() if isinstance(data, str) else data)

    def read(self, timeout_s: float = 0.0) -> bytes:
        """What has come, waiting up to `timeout_s` for the first byte; b"" when nothing comes.

        Raises:
            DeviceError, ProgramEnded: as `readline`.
        """
        if not self._held:
            self._held += self._repl.read(Deadline(timeout_s))
        at = self._output()
        data = bytes(self._held[:at])
        del self._held[:at]
        return data

    def readline(self, timeout_s: float = 1.0) -> str:
        """The next line without its line end, or the part of it that came within `timeout_s`.

        Raises:
            DeviceError: the program ended in an uncaught exception, and this is its traceback.
            ProgramEnded: the program ended.
        """
        deadline = Deadline(timeout_s)
        while b"\n" not in self._held and not self._may_end():
            data = self._repl.read(deadline)
            self._held += data
            if not data and deadline.over():
                break
        if self._may_end():
            self._wait_for_end()
        at = self._output()
        line, newline, _rest = bytes(self._held[:at]).partition(b"\n")
        del self._held[: len(line + newline)]
        return line.decode("utf-8", "replace").rstrip("\r")

    def _may_end(self) -> bool:
        return self._held.startswith(_ENDS) or (self._raw and EOT in self._held)

    def _wait_for_end(self) -> None:
        """A program can print such bytes, too: only an end is complete."""
        deadline = Deadline(EARLY_S)
        while not self._end() and not deadline.over():
            self._held += self._repl.read(deadline)

    def _end(self) -> tuple[int, bytes] | None:
        """How many bytes of output come before the end of the program, and the traceback that
        ended it; None while it runs."""
        if self._raw and (ended := _RAW_END.search(self._held)):
            return ended.start(), ended[1]
        if not (banner := FRIENDLY.search(self._held)):
            return None
        before = bytes(self._held[: banner.start()])
        traceback = _LAST_TRACEBACK.search(before)
        at = traceback.start() if traceback else len(before)
        return at, before[at:]

    def _output(self) -> int:
        """How many bytes of output are held.

        Raises:
            DeviceError, ProgramEnded: there are none, as the program has ended.
        """
        if not (end := self._end()):
            return len(self._held)
        at, traceback = end
        if at:
            return at
        self._held.clear()
        if traceback:
            raise _device_error(TextStream().feed(traceback, final=True), detached=True)
        raise ProgramEnded(
            _("The program in the background has ended: nothing more comes from it.")
            if self._raw
            else _("main.py has ended: nothing more comes from it."),
            _("Start it again: run its cell, or %board reset."),
        )


def _source(code: str) -> bytes:
    """The code as bytes. Raises: ProtocolError for Ctrl-C and Ctrl-D in it, which would end it
    early."""
    data = code.encode()
    if found := CONTROL.search(data):
        raise ProtocolError(
            _("Line {line} holds an invisible control character.").format(
                line=data.count(b"\n", 0, found.start()) + 1
            ),
            _("Delete that line and type it again."),
            last=found[0],
        )
    return data


def _without_traceback(output: str) -> str:
    """The output of a program. Raises: DeviceError when it ends in an uncaught exception."""
    if found := TRACEBACK.search(output):
        raise _device_error(found[0])
    return output


def _device_error(text: str, *, detached: bool = False) -> HardwareError:
    """The board's traceback as an exception; the last line is the message."""
    lines = text.rstrip().splitlines() or [text]
    cure = _("The lines above show where.")
    return DeviceError(lines[-1], cure, traceback=text, detached=detached)
