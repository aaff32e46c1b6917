"""An endpoint for mpremote, Thonny and terminals: a pseudo-terminal."""

import errno
import os
import select
import termios
import tty

from hardware.bench.serving.endpoint import CHUNK, OnInput, OutputBuffer


class PtyEndpoint:
    """A pseudo-terminal; its URL is the path that programs open.

    While no program has it open, `poll` reports a hang-up of the master all the time. So the loop
    does not wait for it but checks it from time to time, and output is dropped.
    """

    CHECK_S = 0.02

    def __init__(self, on_input: OnInput) -> None:
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        # Raw, or the terminal echoes input back at the board and turns \n into \r\n. TCSANOW: the
        # default, TCSAFLUSH, drops what a client typed ahead.
        tty.setraw(slave, termios.TCSANOW)
        self.url = os.ttyname(slave)
        os.close(slave)
        self._on_input = on_input
        self._pending = OutputBuffer()
        self._open = False
        self.closed = False

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
        return None if self._open else self.CHECK_S

    def serve(self) -> None:
        """See `Endpoint`."""
        self._read()
        self._check_client()
        if self._open:
            self._pending.write(self._master)

    def _read(self) -> None:
        """Read the input, also that of a client that has left."""
        try:
            while data := os.read(self._master, CHUNK):
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
            slave = os.open(self.url, os.O_RDWR | os.O_NOCTTY)
            termios.tcflush(slave, termios.TCIFLUSH)
            os.close(slave)

    def offer(self, data: bytes) -> None:
        """See `Endpoint`."""
        if self._open:
            self._pending.add(data)
            self._pending.write(self._master)

    def close(self) -> None:
        """See `Endpoint`."""
        self.closed = True
        os.close(self._master)
