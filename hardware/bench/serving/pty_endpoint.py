"""An endpoint for mpremote, Thonny and terminals: a pseudo-terminal."""

import errno
import os
import select
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from hardware.bench.serving.endpoint import CHUNK, OnInput, OutputBuffer

OUTPUT_SPEED = 5
"""Where `tcgetattr` has the code of the rate."""
RATES = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name[0] == "B" and name[1:].isdecimal()
}
"""The rates of those codes; any other rate has none."""


class PtyEndpoint:
    """A pseudo-terminal; its URL is the path that programs open. When its line was gone and is
    there again, it is a new one, with another path. A link, if there is one, leads to it.

    While no program has it open, `poll` reports a hang-up of the master all the time. So the loop
    does not wait for it but checks it from time to time, and output is dropped.
    """

    CHECK_S = 0.02

    def __init__(
        self,
        on_input: OnInput,
        on_left: Callable[[], None],
        on_baud: Callable[[int], None],
        link: Path | None = None,
    ) -> None:
        """`on_left` is called when the client has closed the terminal, `on_baud` with the rate
        that it has set, before its input. `link` is the place of a link to the terminal, which
        then is the URL."""
        self._on_input = on_input
        self._on_left = on_left
        self._on_baud = on_baud
        self._link = link
        self._pending = OutputBuffer()
        self._open = False
        """Whether a program has it open."""
        self.closed = False
        self._plug()

    def _plug(self) -> None:
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        # Raw, or the terminal echoes input back at the board and turns \n into \r\n. TCSANOW: the
        # default, TCSAFLUSH, drops what a client typed ahead.
        tty.setraw(slave, termios.TCSANOW)
        self._path = os.ttyname(slave)
        os.close(slave)
        self.url = str(self._link or self._path)
        if self._link:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._path)

    def set_plugged(self, plugged: bool) -> None:
        """See `Endpoint`."""
        if plugged:
            self._plug()
            return
        os.close(self._master)
        self._master = -1
        self._open = False
        self._pending.clear()
        if self._link:
            self._link.unlink(missing_ok=True)

    def renumber(self) -> None:
        """The line was gone for a moment: its client sees the end, and the path is another one."""
        old = self._master
        self._plug()  # first, or it would get the number of the old one
        os.close(old)
        self._open = False
        self._pending.clear()

    def watch(self) -> list[tuple[int, int]]:
        """See `Endpoint`."""
        if not self._open:
            return []
        return [(self._master, select.POLLIN | (select.POLLOUT if self._pending else 0))]

    def lags(self) -> bool:
        """See `Endpoint`."""
        return self._pending.lags()

    def idle_s(self) -> float | None:
        """See `Endpoint`."""
        return None if self._open or self._master < 0 else self.CHECK_S

    def serve(self) -> None:
        """See `Endpoint`."""
        self._read()
        if self._master >= 0:
            self._check_client()
        if self._open:
            self._pending.write(self._master)

    def _read(self) -> None:
        """Read the input, also that of a client that has left."""
        try:
            while self._master >= 0 and (data := os.read(self._master, CHUNK)):
                self._on_baud(RATES.get(termios.tcgetattr(self._master)[OUTPUT_SPEED], 0))
                self._on_input(data)
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN):  # EIO: no program has it open
                raise

    def _check_client(self) -> None:
        """Find out whether a program has it open; drop the output that a client left unread."""
        poll = select.poll()
        poll.register(self._master, 0)
        was, self._open = self._open, not poll.poll(0)
        if was and not self._open:
            self._pending.clear()
            slave = os.open(self._path, os.O_RDWR | os.O_NOCTTY)
            termios.tcflush(slave, termios.TCIFLUSH)
            os.close(slave)
            self._on_left()

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        if self._open:
            self._pending.add(data)
            self._pending.write(self._master)

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        if self._master >= 0:
            self.set_plugged(False)
