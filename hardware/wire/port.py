"""A port: bytes to and from a board, opened from a URL.

| URL | what |
|---|---|
| `/dev/ttyUSB0`, `COM3`, `/dev/pts/7` | a serial device or a pty, by pyserial |
| `socket://host:port`, `rfc2217://host:port` | the same line over the network, by pyserial |
| `bench:esp32`, `bench:path/diagram.json?seed=3` | a virtual board in this process |

Reads return what is there in one piece: pyserial's `read(n)` with a time-out waits for all of n,
and reading byte by byte costs a system call (on Windows a USB round trip) per byte.
"""

import errno
import os
import select
import threading
import warnings
from typing import Protocol

import serial

from hardware.errors import BoardBusy, BoardNotFound, HardwareError
from hardware.say import _
from hardware.wire.deadline import Deadline

BAUD = 115_200
CHUNK = 65_536
SLICE_S = 0.05
RESET_PULSE_S = 0.1
"""How long EN is held low: esptool's classic reset uses the same 100 ms (the RC at EN needs about
10)."""


class Port(Protocol):
    """Bytes to and from one board."""

    @property
    def name(self) -> str:
        """The URL that it was opened from."""

    def read(self, timeout_s: float | None) -> bytes:
        """What has arrived, at least one byte; b"" after `timeout_s` of silence (None: wait for
        ever).

        Raises:
            BoardNotFound: the line is gone (unplugged, closed at the other end).
        """

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises: BoardNotFound as `read` does."""

    def pulse_reset(self) -> bool:
        """Pulse the board's reset line; False where the line has none (a pty, a plain socket)."""

    def close(self) -> None:
        """Give the line back; closing twice is allowed."""


class SerialPort:
    """A `Port` over pyserial: device, pty, `socket://` or `rfc2217://`."""

    def __init__(self, url: str, baud: int = BAUD) -> None:
        self.name = url
        self._serial = _open(url, baud)
        self._wakeable = _has_fileno(self._serial)

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        try:
            return self._read_fd(timeout_s) if self._wakeable else self._read_any(timeout_s)
        except (OSError, TypeError, ValueError) as error:
            # A port that is closed under pyserial's feet gives TypeError or ValueError (its
            # descriptor is None or -1).
            raise lost(self.name) from error

    def _read_fd(self, timeout_s: float | None) -> bytes:
        """One `select`, then all that the kernel holds: opened with a time-out of 0, pyserial's
        read returns what is there."""
        ready, _w, _x = select.select([self._serial.fileno()], [], [], timeout_s)
        if not ready:
            return b""
        data = bytes(self._serial.read(CHUNK))
        if not data:
            raise OSError(errno.EIO, "readable, but at its end")
        return data

    def _read_any(self, timeout_s: float | None) -> bytes:
        """Where nothing can be selected on (RFC 2217, Windows): wait for one byte, take the rest.

        In slices, as a change of pyserial's time-out negotiates all port settings anew (50 ms).
        """
        deadline = Deadline(timeout_s)
        while True:
            first = bytes(self._serial.read(1))
            waiting = self._serial.in_waiting if first else 0
            if first or deadline.over():
                return first + bytes(self._serial.read(waiting)) if waiting else first

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        try:
            self._serial.write(data)
        except (OSError, TypeError, ValueError) as error:
            raise lost(self.name) from error

    def pulse_reset(self) -> bool:
        """EN is low while RTS is set and DTR is not: the two transistors on ESP32 boards."""
        if self.name.startswith("socket:") or not _has_modem_lines(self._serial):
            return False
        try:
            self._serial.dtr = False
            self._serial.rts = True
            threading.Event().wait(RESET_PULSE_S)
            self._serial.rts = False
            return True
        except OSError as error:
            raise lost(self.name) from error

    def close(self) -> None:
        """See `Port.close`."""
        self._serial.close()


def _open(url: str, baud: int) -> serial.Serial:
    """The pyserial port, or the named error."""
    try:
        with warnings.catch_warnings():
            # pyserial 3.5 names its RFC 2217 thread by calls that Python 3.10 deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            # `exclusive` keeps a second program from stealing half of the bytes.
            exclusive = None if "://" in url else True
            timeout_s = SLICE_S if url.startswith("rfc2217:") or os.name != "posix" else 0
            return serial.serial_for_url(url, baud, timeout=timeout_s, exclusive=exclusive)
    except (serial.SerialException, OSError) as error:
        raise _why_not(url, error) from error
    except ValueError as error:
        raise BoardNotFound(
            _("{url} is not an address of a board.").format(url=url),
            _("Give a device such as /dev/ttyUSB0, socket://, rfc2217:// or bench:esp32."),
        ) from error


def _why_not(url: str, error: Exception) -> HardwareError:
    """The named error behind pyserial's one class for everything."""
    code = getattr(error, "errno", None)
    text = str(error)
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return BoardBusy(
            _("Another program holds {url}.").format(url=url),
            _("Close the other notebook, terminal or Thonny that uses it."),
        )
    if code == errno.EACCES or "Permission" in text or "PermissionError" in text:
        return BoardNotFound(
            _("This account may not open {url}.").format(url=url),
            _("Add it to the group of the device (often `dialout`), then log in again."),
        )
    return BoardNotFound(
        _("There is no board at {url}.").format(url=url),
        _("Check the cable and the address; `%board list` shows what is there."),
    )


def lost(url: str) -> BoardNotFound:
    """The error for a line that was there and is no more."""
    return BoardNotFound(
        _("The line to {url} broke.").format(url=url),
        _("Was the board unplugged, or the bench closed? Connect again."),
    )


def _has_fileno(port: serial.Serial) -> bool:
    return os.name == "posix" and not hasattr(port, "rfc2217_set_control")


def _has_modem_lines(port: serial.Serial) -> bool:
    """Ask the driver: a pty answers ENOTTY (pyserial's `socket://` would only pretend)."""
    try:
        return port.cts in (True, False)
    except OSError:
        return False


def open_port(url: str, baud: int = BAUD) -> Port:
    """Open the line to a board.

    Args:
        url: see the table at the top of this module.
        baud: bits per second of a real serial line.

    Raises:
        BoardNotFound: there is no such port, or it may not be opened.
        BoardBusy: another program holds it.
    """
    if url.startswith("bench:"):
        from hardware.bench.live import open_bench  # late: most users of a port need no bench

        return open_bench(url)
    return SerialPort(url, baud)
