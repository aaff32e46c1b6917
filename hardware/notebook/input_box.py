"""Answers a program on the board that reads a line: in the input box of its cell.

A program that calls `input()` waits in silence. While its cell runs, a thread notes when it has
become silent. Then the page shows the box that Python's own `input()` has there, and the board
gets what a person types. Output comes meanwhile, too, and the console of the bench may give the
line.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import zmq
from IPython import get_ipython

from hardware.bench.serving.program_tail import ProgramTail
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.notebook.session import current

LOOK_S = 0.2
QUESTION_S, SILENCE_S = 0.5, 3.0
"""A board does not tell that it waits: it also sleeps in silence. The shorter time is behind an
unfinished line, which is probably a question."""
_READS = re.compile(r"\b(?:(?P<input>input)\s*\(|stdin\b)")


@contextmanager
def answering(program: str, hint: str = "") -> Iterator[None]:
    """While the cell's program, which may read lines, runs on the board: offer the box when it is
    silent.

    With a hint (when the cell ends before its program), or where a page has no box, a note is
    printed once: the hint, or how to answer.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    found = _READS.search(program)
    if kernel is None or not found:
        yield
        return
    watch = _Watch(current.tail(), None if hint else _box(kernel), hint, bool(found["input"]))
    watch.start()
    try:
        yield
    finally:
        watch.end()


class _Watch(threading.Thread):
    def __init__(
        self, tail: ProgramTail, box: "_InputBox | None", hint: str, only_ascii: bool
    ) -> None:
        super().__init__(name="warsha-input", daemon=True)
        self._tail, self._box = tail, box
        self._only_ascii = only_ascii
        """`input()` reads the lines: MicroPython's shared/readline drops all other bytes."""
        self._hint = hint or _(
            "the program reads lines, which cannot be typed here: begin the cell with "
            "%%board --background, and answer with board.serial.write('...\\r')"
        )
        self._over = threading.Event()
        self._place, self._heard_s = 0, monotonic()
        self._answered = -1
        """The place of the last answer: what is there is no new question."""

    def end(self) -> None:
        """The program no longer runs."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """See `Thread`."""
        with suppress(HardwareError):  # the cell itself tells that the board is gone
            while not self._over.wait(LOOK_S):
                if not self._is_silent():
                    continue
                if self._box is None:
                    print(f"· {self._hint}", flush=True)
                    return
                line = self._box.ask(self._over)
                if line is not None and current.board:
                    self._answered, self._heard_s = self._place, monotonic()
                    current.board.serial.write(f"{line}\r")
                    if self._only_ascii and not line.isascii():
                        note = _(
                            "input() on a board takes only Latin letters, digits and signs; "
                            "sys.stdin.readline() takes all"
                        )
                        print(f"· {note}", flush=True)

    def _is_silent(self) -> bool:
        """Whether the program has printed nothing for so long that it may wait."""
        kept, place = self._tail.since(0)
        # Before and after the program runs, the board gets or sends other things.
        if place != self._place or not self._tail.takes_input:
            self._place, self._heard_s = place, monotonic()
        asks = kept and not kept.endswith(b"\n") and place != self._answered
        return monotonic() - self._heard_s > (QUESTION_S if asks else SILENCE_S)


class _InputBox:
    """The box of JupyterLab, Notebook and others (Jupyter's messages, section "stdin"). The
    kernel's own `raw_input` shows it, too, but keeps the cell from showing output meanwhile."""

    def __init__(self, kernel: Any) -> None:
        """In the thread of the cell: the kernel knows there who asked for it."""
        self._session, self._socket = kernel.session, kernel.stdin_socket
        self._cell, self._page = kernel.get_parent("shell"), kernel._parent_ident["shell"]

    def ask(self, over: threading.Event) -> str | None:
        """The line that a person types; None when the program is over before."""
        while self._socket.poll(0):  # answers to boxes of cells that have ended
            self._socket.recv_multipart()
        prompt = _("The program reads lines. Type one here, then Enter:")
        content = {"prompt": prompt, "password": False}
        self._session.send(
            self._socket, "input_request", content, parent=self._cell, ident=self._page
        )
        while not over.is_set():
            if self._socket.poll(1000 * LOOK_S, zmq.POLLIN):
                _page, reply = self._session.recv(self._socket)
                return str(reply["content"]["value"])
        return None


def _box(kernel: Any) -> _InputBox | None:
    """The box of the page that runs this cell; None for one that shows none, as a notebook that is
    run without a person."""
    return _InputBox(kernel) if kernel._allow_stdin else None
