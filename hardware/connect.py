"""Open a board, or only the line to it, from a URL.

| URL | what | where |
|---|---|---|
| `/dev/ttyUSB0`, `COM3`, `/dev/pts/7` | a serial device or a pty | `wire/serial_port.py` |
| `socket://host:port`, `rfc2217://host:port` | a line over TCP | `wire/socket_port.py` |
| `bench:esp32`, `bench:path/diagram.json?seed=3` | a virtual board here | `wire/socket_port.py` |
"""

from hardware.wire.board import Board
from hardware.wire.port import BAUD, Port


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
