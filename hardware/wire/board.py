"""A board with MicroPython on it: run code, move files, start it anew.

    with open_board("bench:esp32") as board:
        board.run("print('hello')")          # 'hello\\n'
        board.eval("2 ** 10")                # 1024
        board.files.put("main.py", b"...")

There is one class for all boards: what differs between chips is data (`hardware/boards/*.toml`).
"""

import ast
import re
from collections.abc import Callable
from typing import Self

from hardware.errors import BoardTimeout, DeviceError, HardwareError, ProtocolError
from hardware.i18n import _
from hardware.wire.deadline import Deadline
from hardware.wire.files import Files
from hardware.wire.port import Port
from hardware.wire.repl import Repl
from hardware.wire.serial_line import SerialLine
from hardware.wire.text import TextStream

OnOutput = Callable[[str], None]
CELL_S = 10.0
EARLY_S = 0.3
"""A wrong line of main.py stops it sooner than this."""
TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:  .*\n)+\S.*\n\s*\Z")
CONTROL = re.compile(rb"[\x03\x04]")


class Board:
    """One board on one port. Not for several threads at once, except `interrupt` and
    `serial.write`."""

    def __init__(self, port: Port) -> None:
        self._repl = Repl(port)
        self.port = port
        self.files = Files(self.run)
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
            timeout_s: for the whole run; None waits for ever. Ctrl-C on the host stops the code on
                the board.
            on_output: gets the output while it comes.

        Raises:
            DeviceError: the code raised; `.traceback` is what the board printed.
            BoardTimeout: it did not end in time (it is sent Ctrl-C), or the board is silent.
            BoardRestarted: the board started anew meanwhile.
            BoardNotFound: the line broke.
        """
        heard = _Listener(on_output)
        error = self._repl.execute(_source(code), Deadline(timeout_s), heard.take)
        output = heard.end()
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
        printed = self.run(f"print(repr({expression}))", timeout_s=timeout_s)
        try:
            return ast.literal_eval(printed.rstrip("\n").rsplit("\n", 1)[-1])
        except SyntaxError as error:
            raise ValueError(f"not a literal: {printed.strip()}") from error

    def exec_detached(self, code: str) -> None:
        """Start code and leave it running; talk to it with `serial`. The next `run` interrupts
        it."""
        self._repl.start(_source(code), Deadline(CELL_S), _Listener(None).take)

    def interrupt(self) -> None:
        """Ctrl-C to the program that runs. May be called from another thread."""
        self._repl.interrupt()

    def soft_reset(self) -> None:
        """A fresh interpreter, ready for `run`: boot.py has run, main.py has not."""
        self._repl.soft_reset()

    def reset(self, *, timeout_s: float = 5.0) -> None:
        """Start the chip anew and take its prompt (a main.py that runs is interrupted).

        The reset line works whatever the program does; a port without one needs a REPL that
        answers.

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
        self._repl.incoming.read(deadline.within(0.5))

    def boot(self, *, timeout_s: float | None = None, on_output: OnOutput | None = None) -> str:
        """Start boot.py and main.py as at power on (by a soft reset) and stay until the prompt is
        back.

        Returns:
            What they printed.

        Raises:
            DeviceError: main.py ended in an uncaught exception; its text has been part of the
                output.
            BoardTimeout: main.py runs longer; it is left running.
        """
        self._repl.boot()
        heard = _Listener(on_output)
        self._repl.follow_boot(Deadline(timeout_s), heard.take)
        return _without_traceback(heard.end())

    def boot_detached(self) -> None:
        """Start boot.py and main.py and leave them running; talk to them with `serial`.

        Raises:
            DeviceError: main.py ended at once in an uncaught exception, as a wrong line does.
        """
        self._repl.boot()
        heard = _Listener(None)
        heard.take(self._repl.early_end(Deadline(EARLY_S)))
        _without_traceback(heard.end())

    def close(self) -> None:
        """Give the port back. The board goes on with what it does."""
        self.port.close()


class _Listener:
    """Collects output as text, and passes it on as it comes."""

    def __init__(self, on_output: OnOutput | None) -> None:
        self._on_output = on_output
        self._text = TextStream()
        self._parts: list[str] = []

    def take(self, data: bytes) -> None:
        """One piece of output."""
        self._add(self._text.feed(data))

    def end(self) -> str:
        """All of it."""
        self._add(self._text.feed(b"", final=True))
        return "".join(self._parts)

    def _add(self, text: str) -> None:
        if text:
            self._parts.append(text)
            if self._on_output:
                self._on_output(text)


def _source(code: str) -> bytes:
    """The code as it goes over the line; Ctrl-C and Ctrl-D in it would end it early."""
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
    """The output of a program, unless it ended in an uncaught exception, which is raised."""
    if found := TRACEBACK.search(output):
        raise _device_error(found[0])
    return output


def _device_error(text: str) -> HardwareError:
    """The board's traceback as an exception; its last line is the message."""
    lines = text.rstrip().splitlines() or [text]
    return DeviceError(lines[-1], _("The lines above it say where."), traceback=text)
