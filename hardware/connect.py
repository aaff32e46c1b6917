"""Open a board, or only the line to it, from a URL.

| URL | what | where |
|---|---|---|
| `/dev/ttyUSB0`, `COM3`, `/dev/pts/7` | a serial device or a pty | `wire/serial_port.py` |
| `socket://host:port`, `rfc2217://host:port` | a line over TCP | `wire/socket_port.py` |
| `bench:esp32`, `bench:path/diagram.json?seed=3` | a virtual board here | `wire/socket_port.py` |
"""

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from hardware import boards
from hardware.wire.board import Board
from hardware.wire.port import BAUD, Port

DEFAULT = "esp32"
"""The family, and the virtual board, where nothing says which."""


def open_board(url: str) -> Board:
    """The board at a URL (see the table above). Nothing is sent until the first call.

    Raises:
        BoardNotFound, BoardBusy: as `open_port`.
    """
    return Board(open_port(url))


def open_port(url: str, baud: int = BAUD) -> Port:
    """Open the line to a board.

    Args:
        url: see the table above.
        baud: bits per second of a real serial line.

    Raises:
        BoardNotFound: there is no such port, or it may not be opened.
        BoardBusy: another program uses it.
    """
    # Imported late: a program for a real board needs no bench, and the other way round.
    if url.startswith("bench:"):
        from hardware.bench.serving.live_bench import open_bench

        return open_bench(url)
    if url.startswith("socket:"):
        from hardware.wire.socket_port import SocketPort

        return SocketPort(url)
    if url.startswith("rfc2217:"):
        from hardware.wire.socket_port import Rfc2217Port

        return Rfc2217Port(url, baud)
    from hardware.wire.serial_port import SerialPort

    return SerialPort(url, baud)


def family_at(url: str) -> str:
    """The family of a real board, from the USB id of its port."""
    ids = {f"{port.vid:04x}:{port.pid:04x}" for port in usb_ports() if port.device == url}
    known = map(boards.load, boards.names())
    return next((board.family for board in known if ids & {*board.usb_ids}), DEFAULT)


def usb_ports() -> list[ListPortInfo]:
    """The serial ports that have a USB id."""
    return [port for port in list_ports.comports() if port.vid]
