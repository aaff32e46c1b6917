"""A port: bytes to and from one board. `hardware.connect` opens one from a URL."""

from typing import Protocol

from hardware.errors import BoardBusy, BoardNotFound
from hardware.i18n import _

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


def no_address(url: str) -> BoardNotFound:
    """The error for a text that cannot be an address."""
    return BoardNotFound(
        _("{url} is not an address of a board.").format(url=url),
        _("Give a device such as /dev/ttyUSB0, socket://, rfc2217:// or bench:esp32."),
    )


def not_there(url: str) -> BoardNotFound:
    """The error for an address where nothing answers."""
    return BoardNotFound(
        _("There is no board at {url}.").format(url=url),
        _("Check the cable and the address; `%board list` shows what is there."),
    )


def busy(url: str) -> BoardBusy:
    """The error for a line that another program uses."""
    return BoardBusy(
        _("Another program holds {url}.").format(url=url),
        _("Close the other notebook, terminal or Thonny that uses it."),
    )


def lost(url: str) -> BoardNotFound:
    """The error for a line that was there and is no more."""
    return BoardNotFound(
        _("The line to {url} broke.").format(url=url),
        _("Was the board unplugged, or the bench closed? Connect again."),
    )
