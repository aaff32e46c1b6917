"""The protocol of MicroPython's REPL. Only this file knows its control bytes.

Raw REPL: `Ctrl-A` enters it and the board prints a banner. Code ends with `Ctrl-D`; the answer is
`OK output EOT error EOT >`. Raw paste, inside the raw REPL: the answer to `Ctrl-E A Ctrl-A` is
`R 01` and a window size (16 bits, little endian). Then the board sends 01 for each further window
that it can take, or EOT to stop the transfer (MicroPython's docs/reference/repl.rst and
shared/runtime/pyexec.c).

States of the line, and how this file recovers:

- After each exec it requests the next raw paste at once ("armed"), which saves a round trip per
  cell.
- When an answer is missing or invalid, the state is unknown. The next exec interrupts the
  program, enters the raw REPL and makes the board print a new random word. So an old banner of an
  earlier try is never taken for an answer.
- A soft reset (SystemExit) ends an exec normally. After a hard reset the board prints the banner
  of the friendly REPL; every exec watches for it.
"""

import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress

from hardware.errors import (
    BoardRestarted,
    BoardTimeout,
    HardwareError,
    NoPrompt,
    ProtocolError,
)
from hardware.i18n import _
from hardware.wire.incoming import Incoming, Sink
from hardware.wire.port import Deadline, Port
from hardware.wire.transfer_board import FILLER

Starting = Callable[[], None]
CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"
EOT = CTRL_D
PROMPT = b">>> "
RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
FRIENDLY = re.compile(rb'MicroPython v[^\r\n]+\r\n(?:Type "help\(\)"[^\r\n]*\r\n)?>>> \Z')
"""The banner and prompt at the end of every start of the friendly REPL. A program is taken for it
only if it prints all of this."""
END = re.compile(EOT + rb"|" + FRIENDLY.pattern)
_FIRST = b"MicroPython v"
MAYBE_BANNER = re.compile(
    b"|".join([_FIRST] + [_FIRST[:size] + rb"\Z" for size in range(len(_FIRST) - 1, 0, -1)])
)
"""The beginning of the banner, also when a read ends in the middle of it."""
BANNER_ROOM = 400
REBOOT = b"MPY: soft reboot\r\n"
ARMED = re.compile(rb"R([\x00\x01])|" + re.escape(RAW_BANNER))
ANSWER = re.compile(rb"(R(\x00|\x01(..\x01|.{0,2}))?)?|" + re.escape(RAW_BANNER), re.DOTALL)
"""All that comes at the prompt: the answer to the request for raw paste, or the first part of
it."""
ANSWER_BYTES, ANSWER_S = 5, 0.3
SYNC_S = 5.0
PASTE_S = 5.0
"""How long a board may take to answer while it gets code."""
STOP_S, STOP_TRIES = 0.7, 3
"""How long a program may take to end after each Ctrl-C: its `finally` blocks run in that time."""
MOST_REFUSALS = 2
PLAIN_CHUNK, PLAIN_PAUSE_S = 128, 0.012
"""Without raw paste there is no flow control: 128 bytes per 12 ms is below 115200 baud."""


class Repl:
    """A board's REPL on one port."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.incoming = Incoming(port)
        self._known = False
        """The board is at the raw prompt (or armed), and no answer is missing."""
        self._armed = False
        self._refusals = 0
        """How many requests for raw paste in a row were refused. One answer may be damaged."""
        self._turn = threading.RLock()
        """Held by the thread that uses the prompt. While a program runs, `peek` does nothing."""

    # -- reaching a known state

    def forget(self) -> None:
        """Take the state as unknown: the next exec synchronises first."""
        with self._turn:
            self._known = self._armed = False

    def interrupt(self) -> None:
        """Send Ctrl-C to the program that runs. May be called from another thread."""
        self.port.write(CTRL_C)

    def sync(self, timeout_s: float = SYNC_S) -> None:
        """Stop what runs and reach a raw prompt that is certainly new.

        Raises:
            NoPrompt: no prompt came; the cure names the reset.
        """
        with self._turn:
            self._sync(Deadline(timeout_s))

    def _sync(self, deadline: Deadline) -> None:
        self.forget()
        try_s, filler = 0.25, b""
        while True:
            # One Ctrl-C per try: a second one at once would interrupt the `finally` that turns a
            # motor off.
            self.port.write(filler + CTRL_C + CTRL_A)
            # A transfer that was cut waits for bytes, with the interrupt character off.
            filler = FILLER
            try:
                self._prove(deadline.within(try_s))
                self._known = True
                return
            except BoardTimeout:
                if deadline.over():
                    raise _no_prompt(self.port.name) from None
            try_s = min(2 * try_s, 2.0)

    def _prove(self, deadline: Deadline) -> None:
        """Wait for the banner, then for a random word that the board cannot have sent before."""
        self.incoming.until(RAW_BANNER, deadline, "raw REPL")
        word = os.urandom(4).hex().encode()
        self.port.write(b"print('" + word + b"')" + CTRL_D)
        self.incoming.until(b"OK" + word + b"\r\n" + EOT + EOT + b">", deadline, "raw REPL")

    # -- running code

    def execute(
        self, code: bytes, deadline: Deadline, sink: Sink, starting: Starting = lambda: None
    ) -> bytes:
        """Run `code`, hand its output to `sink` as it comes, return the text of its error or b"".

        Raises:
            BoardTimeout: the code did not end in time; it is sent a Ctrl-C.
            BoardRestarted: the board restarted while the code ran.
            BoardNotFound: the line broke.
        """
        try:
            self.start(code, deadline, sink, starting)
            return self.follow(deadline, sink)
        except KeyboardInterrupt:
            self._stop(sink)
            raise
        except BoardTimeout:
            self.forget()
            self.interrupt()
            raise
        except BaseException:
            self.forget()
            raise

    def start(
        self, code: bytes, deadline: Deadline, sink: Sink, starting: Starting = lambda: None
    ) -> None:
        """Send `code` to the board and let it run; its output is not read. `starting` is called
        before the code is sent; the next EOT of the board is in front of the output."""
        with self._turn:
            self._notice_others()
            if not self._known:
                self.sync(deadline.within(SYNC_S).left() or 0.0)
            starting()
            if not self._armed:
                self._arm()
            self.forget()
        window = self._window(deadline, sink)
        if window:
            self._paste(code, window, deadline, sink)
        else:
            self._plain(code, deadline)

    def _notice_others(self) -> None:
        """Another program on the same line has run code meanwhile: its answers must not be taken
        for ours."""
        if self._known:
            self.incoming.grow(Deadline(0.0))
            if EOT in self.incoming.held:
                self.forget()

    @property
    def _raw_paste(self) -> bool:
        return self._refusals < MOST_REFUSALS

    def _arm(self) -> None:
        """Request raw paste; the answer is read when there is code to send."""
        if self._raw_paste:
            self.port.write(CTRL_E + b"A" + CTRL_A)
            self._armed = True

    def _window(self, deadline: Deadline, sink: Sink) -> int:
        """The window size in bytes, 0 without raw paste. `sink` gets what timers print."""
        if not self._raw_paste:
            return 0
        noise, found = self.incoming.find(ARMED, deadline.within(PASTE_S), "raw paste")
        if noise:
            sink(noise)
        if found[1] != b"\x01":
            self._refusals += 1
            return 0
        self._refusals = 0
        window = int.from_bytes(self.incoming.take(2, deadline, "raw paste"), "little")
        if not window:
            raise _invalid_answer(found[0])
        return window

    def _paste(self, code: bytes, window: int, deadline: Deadline, sink: Sink) -> None:
        """Send within the window, until the board sends EOT: it has all, or met a syntax error."""
        credit, rest = window, code + CTRL_D
        answer = deadline.within(PASTE_S)
        while True:
            windows, ended, other = _split_credits(self.incoming.held)
            if windows:
                answer = deadline.within(PASTE_S)
            if other:
                sink(other)
            if ended:
                if rest:  # it drops what comes until this Ctrl-D
                    self.port.write(CTRL_D)
                return
            credit += windows * window
            if rest and credit:
                part, rest = rest[:credit], rest[credit:]
                credit -= len(part)
                self.port.write(part)
            else:
                # No answer: the board was reset since it was armed, and main.py runs.
                self.incoming.need(answer, "raw paste")

    def _plain(self, code: bytes, deadline: Deadline) -> None:
        """Send without raw paste (before MicroPython 1.14): slowly, so no buffer overflows."""
        for at in range(0, len(code), PLAIN_CHUNK):
            self.port.write(code[at : at + PLAIN_CHUNK])
            self.incoming.grow(Deadline(PLAIN_PAUSE_S))
        self.port.write(CTRL_D)
        self.incoming.until(b"OK", deadline, "raw REPL")

    def follow(self, deadline: Deadline, sink: Sink) -> bytes:
        """After `start`: stream the output, return the error text, and be at the prompt again."""
        if self._stream(END, deadline, sink) != EOT:
            raise BoardRestarted(
                _("The board restarted while the program ran."),
                _("machine.reset(), a crash or lost power; the next cell works."),
            )
        error = self.incoming.until(EOT, deadline, _("end of the program"))
        self._prompt(deadline)
        return error

    def _stream(self, end: re.Pattern[bytes], deadline: Deadline, sink: Sink) -> bytes:
        return self.incoming.stream(end, MAYBE_BANNER, BANNER_ROOM, deadline, sink)

    def _prompt(self, deadline: Deadline) -> None:
        """`>` follows at once, or a soft reset whose boot ends with the banner and its `>`."""
        first = self.incoming.take(1, deadline.within(SYNC_S), "prompt")
        if first != b">":
            if first != REBOOT[:1]:
                raise _invalid_answer(first + bytes(self.incoming.held))
            self.incoming.until(RAW_BANNER, deadline.within(SYNC_S), "soft reset")
        with self._turn:
            self._known = True
            self._arm()

    def _stop(self, sink: Sink) -> None:
        """The user pressed stop: end the program, pass on its last output."""
        for _try in range(STOP_TRIES):
            # While the board compiles, a Ctrl-C is ordinary input: send it again.
            try:
                self.interrupt()
                self.follow(Deadline(STOP_S), sink)
                break
            except BoardTimeout:
                continue
            except HardwareError:
                break  # the next exec synchronises, and raises if that fails
        self.forget()

    # -- looking on, from a second thread

    @property
    def at_prompt(self) -> bool:
        """Whether the board is certainly at the prompt."""
        return self._known

    def is_at_prompt(self) -> bool:
        """As `at_prompt`, but first a `peek` of another thread ends."""
        with self._turn:
            return self._known

    def read(self, deadline: Deadline) -> bytes:
        """What has come, as `Incoming.read`; never the answer to a `peek`."""
        if not self._known:
            return self.incoming.read(deadline)
        with self._turn:
            return self.incoming.read(deadline)

    def peek(self, code: bytes, timeout_s: float) -> bytes | None:
        """What short `code` prints, if the board is at the prompt and nobody else uses it now;
        None when it is not, or the code does not end well. Nothing is ever interrupted."""
        if not self._turn.acquire(blocking=False):
            return None
        try:
            if self._unasked() or not self._known:
                return None
            output, deadline = bytearray(), Deadline(timeout_s)
            self.start(code, deadline, output.extend)
            return None if self.follow(deadline, output.extend) else bytes(output)
        except HardwareError:
            self.forget()
            return None
        finally:
            self._turn.release()

    def unasked(self) -> bytes:
        """What a board at the prompt has sent by itself: somebody has pressed its reset button, or
        a timer prints. Then its state is unknown from now on, and the bytes stay in `incoming`."""
        if not self._turn.acquire(blocking=False):
            return b""
        try:
            return self._unasked()
        finally:
            self._turn.release()

    def leave_prompt(self) -> None:
        """Somebody resets the board now. An answer that is still on its way comes first."""
        deadline = Deadline(ANSWER_S)
        with self._turn:
            while self._armed and len(self.incoming.held) < ANSWER_BYTES and not deadline.over():
                self.incoming.grow(deadline)
            self.forget()

    def _unasked(self) -> bytes:
        if self._known:
            self.incoming.grow(Deadline(0.0))
            answer = ANSWER.match(self.incoming.held)
            if answer and (sent := bytes(self.incoming.held[answer.end() :])):
                self.forget()
                return sent
        return b""

    # -- resets

    def soft_reset(self, timeout_s: float = SYNC_S) -> None:
        """Start a fresh interpreter at the raw prompt: boot.py runs, main.py does not."""
        deadline = Deadline(timeout_s)
        with self._turn:
            self.sync(timeout_s)
            self.forget()
        self.port.write(CTRL_D)
        self.incoming.until(REBOOT, deadline, "soft reset")
        self.incoming.until(RAW_BANNER, deadline, "soft reset")
        self._known = True

    def to_friendly(self, deadline: Deadline) -> None:
        """Stop what runs and reach the friendly prompt, which is for people. Raises:
        BoardTimeout."""
        with self._turn:
            self._sync(deadline)
            self.forget()
        self.port.write(CTRL_B)
        self.incoming.until(PROMPT, deadline, "friendly REPL")

    def boot(self, timeout_s: float = SYNC_S) -> None:
        """Soft reset at the friendly prompt: boot.py and main.py run; see `follow_boot`."""
        deadline = Deadline(timeout_s)
        self.to_friendly(deadline)
        self.port.write(CTRL_D)
        self.incoming.until(REBOOT, deadline, "soft reset")

    def follow_boot(self, deadline: Deadline, sink: Sink) -> None:
        """Stream what boot.py and main.py print until the friendly prompt comes.

        Raises:
            BoardTimeout: main.py still runs; it is left running.
        """
        self.forget()
        try:
            self._stream(FRIENDLY, deadline, sink)
        except KeyboardInterrupt:
            self.interrupt()
            with suppress(BoardTimeout):
                self._stream(FRIENDLY, Deadline(STOP_S), sink)
            raise

    def early_end(self, deadline: Deadline) -> bytes:
        """What boot.py and main.py printed, if the friendly prompt comes before the deadline; else
        nothing. The bytes stay in `incoming`."""
        while not (end := FRIENDLY.search(self.incoming.held)):
            if deadline.over():
                return b""
            self.incoming.grow(deadline)
        return bytes(self.incoming.held[: end.start()])


def _split_credits(data: bytearray) -> tuple[int, bool, bytes]:
    """Separate flow control: windows granted, whether EOT came (what follows stays), the rest."""
    at = data.find(EOT)
    head = bytes(data if at < 0 else data[:at])
    del data[: len(head) + (at >= 0)]
    return head.count(CTRL_A), at >= 0, head.replace(CTRL_A, b"")


def _invalid_answer(last: bytes) -> ProtocolError:
    return ProtocolError(
        _("The board sent an invalid answer."),
        _("The program prints control characters, or the line is noisy; the next cell works."),
        last=last,
    )


def _no_prompt(name: str) -> NoPrompt:
    return NoPrompt(
        _("The board at {url} does not come to its prompt.").format(url=name),
        _(
            "It may be in deep sleep, its program may ignore Ctrl-C, or it runs no MicroPython. "
            "Reset it: %board reset, or the button EN, RST or RUN on the board."
        ),
    )
