"""What a board gets after its image: its own data, and the course's board library.

The data are the file `board.json` on the board: its name, its course, and the WiFi network of the
class. A program reads it with `json.load(open("board.json"))`. Whoever has the board in hand can
read the password, so give the class a network of its own.

Trust boundary: a password comes from a file that only its owner can read, or from the keyboard. It
goes to the board and nowhere else: no message, no record, no list of processes has it.
"""

import json
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from hardware.i18n import _, reason
from hardware.wire.board import Board
from hardware.wire.transfer import OnProgress
from station.errors import StationError

NAME = "board.json"
LIBRARY = "/lib"
"""Where MicroPython looks for modules."""
MOST_SSID, LEAST_PASSWORD, MOST_PASSWORD = 32, 8, 63
"""IEEE 802.11: an SSID in bytes, and a passphrase of WPA in characters."""


@dataclass(frozen=True)
class WifiAccess:
    """A network and its password, which no `repr` shows."""

    ssid: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.ssid.encode()) <= MOST_SSID:
            cause = _("the name of a WiFi network has 1 to {most} bytes")
            raise StationError(cause.format(most=MOST_SSID))
        if self.password and not LEAST_PASSWORD <= len(self.password) <= MOST_PASSWORD:
            cause = _("a WiFi password has {least} to {most} characters, or none")
            raise StationError(cause.format(least=LEAST_PASSWORD, most=MOST_PASSWORD))


@dataclass(frozen=True)
class BoardData:
    """What boards get. The name of each is its asset tag."""

    course: str = ""
    wifi: WifiAccess | None = None
    library: Path | None = None
    """A folder, whose files go to `/lib`."""


def read_wifi(file: Path) -> WifiAccess:
    """The network of a TOML file with `ssid` and `password`.

    Raises: StationError, also when other accounts can read the file.
    """
    try:
        if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            cause = _("{file}: other accounts can read the password").format(file=file)
            raise StationError(cause, f"chmod 600 {file}")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StationError(f"{file}: {reason(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        found = {}  # the error may quote a line with the password
    match found:
        case {"ssid": str(ssid), "password": str(password)}:
            return WifiAccess(ssid, password)
    cause = _("{file}: this is no file with ssid and password").format(file=file)
    raise StationError(cause, _('write two lines: ssid = "…" and password = "…"'))


def board_json(name: str, data: BoardData) -> bytes:
    """The content of `board.json`."""
    content: dict[str, object] = {"name": name, "course": data.course}
    if data.wifi:
        content["wifi"] = {"ssid": data.wifi.ssid, "password": data.wifi.password}
    return (json.dumps(content, ensure_ascii=False) + "\n").encode()


def put_data(board: Board, name: str, data: BoardData) -> None:
    """Write the data of a board. Raises: HardwareError, OSError."""
    board.files.put(NAME, board_json(name, data))


def put_library(board: Board, folder: Path, on_progress: OnProgress) -> None:
    """Copy what the board does not have of a folder. Raises: HardwareError, OSError."""
    board.files.sync(folder, LIBRARY, on_progress)
