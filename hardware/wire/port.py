"""A port: bytes to and from one board. `hardware.connect` opens one from a URL.

Also here: deadlines for reads, and the errors that all ports have in common.
"""

import os
import time
from typing import Protocol

from hardware.errors import BoardBusy, BoardNotFound
from hardware.i18n import _
from hardware.wire.port_holders import holders

BAUD = 115_200
CHUNK = 65_536
RESET_PULSE_S = 0.1
"""How long EN is held low: esptool's classic reset uses the same 100 ms (the RC at EN needs about
10)."""


class Port(Protocol):
    """Bytes to and from one board."""

    @property
    def name(self) -> str:
        """The URL that it was opened from."""

    def read(self, timeout_s: float | None) -> bytes:
        """What has arrived, at least one byte; b"" after `timeout_s` of silence (None: wait
        without end).

        Raises:
            BoardNotFound: the line is gone (unplugged, closed at the other end).
        """

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises: BoardNotFound as `read` does."""

    def pulse_reset(self) -> bool:
        """Pulse the board's reset line; False where the line has none (a pty, a plain socket)."""

    def close(self) -> None:
        """Close the line; closing twice is allowed."""


class Deadline:
    """The moment `timeout_s` from now, in wall time; None: no end."""

    def __init__(self, timeout_s: float | None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s

    def left(self) -> float | None:
        """Seconds left, never below 0; None without an end."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def over(self) -> bool:
        """Whether the moment has passed."""
        return self.left() == 0.0

    def within(self, timeout_s: float) -> "Deadline":
        """The earlier of this deadline and `timeout_s` from now."""
        left = self.left()
        return Deadline(timeout_s if left is None else min(left, timeout_s))


def no_address(url: str) -> BoardNotFound:
    """The error for text that is not an address."""
    return BoardNotFound(
        _("{url} is not an address of a board.").format(url=url),
        _("Give a device such as /dev/ttyUSB0, socket://, rfc2217:// or bench:esp32."),
    )


def not_there(url: str) -> BoardNotFound:
    """The error for an address where nothing answers."""
    return BoardNotFound(
        _("There is no board at {url}.").format(url=url),
        _(
            "Check the cable and the address; what is there: `%board list` in a notebook, "
            "`warsha doctor` in a terminal."
        ),
    )


def busy(url: str) -> BoardBusy:
    """The error for a line that another program uses; it is named where that is known."""
    cause = _("Another program uses {url}.").format(url=url)
    if url.startswith("/") and (others := [one for one in holders(url) if one.pid != os.getpid()]):
        who = ", ".join(map(str, others))
        cause = _("{url} is in use by {who}.").format(url=url, who=who)
    return BoardBusy(cause, _("Close the other notebook, terminal or Thonny that uses it."))


def turned_away(url: str) -> BoardNotFound:
    """The error for a server that ends the connection before it has said anything."""
    return BoardNotFound(
        _("{url} has closed the connection.").format(url=url),
        _("Does another notebook or program use this board? Only one can: close the other one."),
    )


def lost(url: str) -> BoardNotFound:
    """The error for a line that broke while it was in use."""
    return BoardNotFound(
        _("The connection to {url} was lost.").format(url=url),
        _(
            "Was the board unplugged, or the bench closed? Connect again. In a notebook: "
            "%board connect with its name, or the cell with %lab."
        ),
    )
