"""The port to a serial device or a pty, over pyserial.

A read returns all that is there: pyserial's `read(n)` with a time-out waits for all n bytes, and
reading byte by byte costs a system call (on Windows a USB round trip) per byte.
"""

import errno
import os
import select
import threading

import serial

from hardware.errors import BoardBusy, BoardNotFound, HardwareError
from hardware.i18n import _
from hardware.wire.port import CHUNK, RESET_PULSE_S, Deadline, busy, lost, no_address, not_there

SLICE_S = 0.05
BUSY_S = 0.25 if os.name == "posix" else 0.0
"""A process that this one starts holds the locks of its open ports until it has begun its own
program (`fork`, `exec`), also when they are closed here meanwhile. Windows has no `fork`."""
AGAIN_S = 0.02


class SerialPort:
    """A `Port` over pyserial."""

    def __init__(self, url: str, baud: int) -> None:
        """Raises: BoardNotFound, BoardBusy."""
        self.name = url
        self._serial = _open(url, baud)
        self._selectable = os.name == "posix"

    def read(self, timeout_s: float | None) -> bytes:
        """See `Port.read`."""
        try:
            return self._read_fd(timeout_s) if self._selectable else self._read_any(timeout_s)
        except (OSError, TypeError, ValueError) as error:
            # When the port is closed meanwhile, pyserial raises TypeError or ValueError (its
            # descriptor is None or -1).
            raise lost(self.name) from error

    def _read_fd(self, timeout_s: float | None) -> bytes:
        """One `select`, then all that the kernel has: pyserial's time-out is 0 here."""
        ready, _w, _x = select.select([self._serial.fileno()], [], [], timeout_s)
        if not ready:
            return b""
        data = bytes(self._serial.read(CHUNK))
        if not data:
            raise OSError(errno.EIO, "readable, but at its end")
        return data

    def _read_any(self, timeout_s: float | None) -> bytes:
        """Without `select` (Windows): wait for one byte, then take the rest.

        Waits in slices: changing pyserial's time-out would set up the whole port again.
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
        if not self._has_modem_lines():
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

    def _has_modem_lines(self) -> bool:
        """Whether the driver has modem lines: a pty answers ENOTTY."""
        try:
            return self._serial.cts in (True, False)
        except OSError:
            return False


def _open(url: str, baud: int) -> serial.Serial:
    """The pyserial port. Raises: BoardNotFound, BoardBusy."""
    timeout_s = 0 if os.name == "posix" else SLICE_S
    deadline = Deadline(BUSY_S)
    while True:
        try:
            # `exclusive`: no second program can take half of the bytes.
            return serial.serial_for_url(url, baud, timeout=timeout_s, exclusive=True)
        except (serial.SerialException, OSError) as error:
            known = _known_error(url, error)
            if not isinstance(known, BoardBusy) or deadline.over():
                raise known from error
            threading.Event().wait(AGAIN_S)
        except ValueError as error:
            raise no_address(url) from error


def _known_error(url: str, error: Exception) -> HardwareError:
    """The known error for one of pyserial, which has a single class for all."""
    code = getattr(error, "errno", None)
    text = str(error)
    if code in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return busy(url)
    if code == errno.EACCES or "PermissionError" in text:
        return BoardNotFound(
            _("This account may not open {url}.").format(url=url),
            _("Add it to the group of the device (often `dialout`), then log in again."),
        )
    return not_there(url)
