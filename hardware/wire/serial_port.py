"""The port to a serial device or a pty, over pyserial.

Reads return what is there in one piece: pyserial's `read(n)` with a time-out waits for all of n,
and reading byte by byte costs a system call (on Windows a USB round trip) per byte.
"""

import errno
import os
import select
import threading

import serial

from hardware.errors import BoardNotFound, HardwareError
from hardware.i18n import _
from hardware.wire.port import CHUNK, RESET_PULSE_S, Deadline, busy, lost, no_address, not_there

SLICE_S = 0.05


class SerialPort:
    """A `Port` over pyserial."""

    def __init__(self, url: str, baud: int) -> None:
        """Raises: BoardNotFound, BoardBusy."""
        self.name = url
        self._serial = _open(url, baud)
        self._wakeable = os.name == "posix"

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
        """Where nothing can be selected on (Windows): wait for one byte, take the rest.

        In slices, as a change of pyserial's time-out sets the whole port up anew.
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
        """Ask the driver: a pty answers ENOTTY."""
        try:
            return self._serial.cts in (True, False)
        except OSError:
            return False


def _open(url: str, baud: int) -> serial.Serial:
    """The pyserial port, or the named error."""
    timeout_s = 0 if os.name == "posix" else SLICE_S
    try:
        # `exclusive` keeps a second program from stealing half of the bytes.
        return serial.serial_for_url(url, baud, timeout=timeout_s, exclusive=True)
    except (serial.SerialException, OSError) as error:
        raise _why_not(url, error) from error
    except ValueError as error:
        raise no_address(url) from error


def _why_not(url: str, error: Exception) -> HardwareError:
    """The named error behind pyserial's one class for everything."""
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
