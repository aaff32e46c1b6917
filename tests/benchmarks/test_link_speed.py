"""Files over a serial line of 115,200 baud, as shares of the line.

The line is emulated: both directions are paced, and the board's FIFO of 256 bytes drops what does
not fit. The peers are mpremote and belay on the same line. A transfer of ours that a busy machine
disturbs is repeated, and the fastest run counts.
"""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from belay import Device

from hardware.connect import open_board
from tests.support.emulated_line import BYTES_PER_S, EmulatedLine
from tests.support.project import ROOT

SIZE = 100_000
REPEATS = 3
Measured = Callable[..., None]
Transfer = Callable[[str, Path], None]


def random_bytes() -> bytes:
    return random.Random(1).randbytes(SIZE)


def source_code() -> bytes:
    files = sorted((ROOT / "hardware" / "wire").glob("*.py"))
    return b"".join(path.read_bytes() for path in files)[:SIZE]


def put(url: str, path: Path) -> None:
    with open_board(url) as board:
        board.files.put("file.bin", path.read_bytes())


def get(url: str, path: Path) -> None:
    with open_board(url) as board:
        assert board.files.get("file.bin") == path.read_bytes()


def put_by_mpremote(url: str, path: Path) -> None:
    mpremote(url, "cp", str(path), ":file.bin")


def get_by_mpremote(url: str, path: Path) -> None:
    back = path.with_name("back.bin")
    mpremote(url, "cp", ":file.bin", str(back))
    assert back.read_bytes() == path.read_bytes()


def put_by_belay(url: str, path: Path) -> None:
    with Device(url) as device:
        device.sync(path.parent)


def mpremote(url: str, *words: str) -> None:
    command = [sys.executable, "-m", "mpremote", "connect", url, "fs", *words]
    subprocess.run(command, check=True, capture_output=True)


def share(
    transfer: Transfer, path: Path, first: Transfer | None = None, repeats: int = REPEATS
) -> float:
    """Bytes of the file per second, divided by the bytes per second of the line."""
    shares = []
    for _repeat in range(repeats):
        with EmulatedLine("esp32") as line:
            url = line.serve_pty()
            if first:
                first(url, path)
            begin = perf_counter()
            transfer(url, path)
            shares.append(path.stat().st_size / (perf_counter() - begin) / BYTES_PER_S)
    return max(shares)


@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")  # belay's own call
@pytest.mark.parametrize(
    ("content", "name", "aim"),
    [(random_bytes, "random bytes", 0.93), (source_code, "source code", 2.5)],
)
def test_to_the_board(
    measured: Measured, tmp_path: Path, content: Callable[[], bytes], name: str, aim: float
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content())
    measured(f"to the board, {name}", share(put, path), "line", aim=aim, most=False)
    measured(
        f"the same by mpremote, {name}",
        share(put_by_mpremote, path, repeats=1),
        "line",
        most=False,
    )
    belay = share(put_by_belay, path, repeats=1)
    measured(f"the same by belay, {name}", belay, "line", most=False)


@pytest.mark.parametrize(
    ("content", "name"), [(random_bytes, "random bytes"), (source_code, "source code")]
)
def test_from_the_board(
    measured: Measured, tmp_path: Path, content: Callable[[], bytes], name: str
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content())
    measured(f"from the board, {name}", share(get, path, put), "line", aim=0.93, most=False)
    peer = share(get_by_mpremote, path, put, 1)
    measured(f"the same by mpremote, from the board, {name}", peer, "line", most=False)
