"""Makes docs/measured/clients.md: programs of other authors on the lines of virtual boards, and
mpremote's own tests: `python tools/client_table.py`. A test runs a part of it again."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hardware.bench.serving.live_bench import LiveBench
from hardware.paths import micropython_dir
from tests.support.peers import PEERS, Peer, version
from tests.support.project import DOCS

PAGE = DOCS / "measured" / "clients.md"
BOARDS = {"esp32": "ESP32", "pi_pico": "Pico"}
WAYS = ("pty", "socket", "rfc2217")
SCRIPTS_S = 600.0
PROGRAM = "# مرحبا\nfor n in range(3):\n    print('line', n * 7)\n"
PRINTED = "line 0\nline 7\nline 14\n"
CONTENT = bytes(range(256)) * 12
DEVICES = "opens only devices"
NO_DEVICE = ("failed to access", "Failed to open", "Unable to connect", "ConnectionFailedError")
"""What programs say of an address that is no device."""
MPREMOTE = """\
#!{python} -P
import sys
from mpremote.main import main
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo
port = ListPortInfo("{url}")
port.vid, port.pid = 0x303A, 0x4001
list_ports.comports = lambda: [port]
sys.exit(main())
"""
"""mpremote, where this address is the board on USB that it finds by itself."""
UNWANTED = ("PYTHONSAFEPATH", "PYTHONUNBUFFERED")
"""The expected outputs are those of a program whose output to a file is buffered."""
HEAD = """\
# Programs of other authors on virtual boards

Made by `python tools/client_table.py`. Each program runs unmodified on each way to a virtual board
(`warsha bench` prints the three addresses) and does three things: it runs a file, copies 3 KB of
binary data to the board, and copies it back. micropython-magic, which calls mpremote, is in
`tests/board/test_peers.py`.

| program | board | way | runs a file | puts a file | gets it |
|---|---|---|---|---|---|
"""
SCRIPTS_HEAD = """
## mpremote's own tests

The scripts with which MicroPython 1.25 tests mpremote, all that it has, unmodified, run by its
`run-mpremote-tests.sh` with mpremote {version}. mpremote finds the board by itself: a list of USB
devices that has the address of the virtual board makes that possible.

| script | board | """


class Row(NamedTuple):
    """What came of one program on one way: for each thing that it does, "" or what it said."""

    runs: str
    puts: str
    gets: str


@contextmanager
def served(board: str, way: str) -> Iterator[str]:
    """The address of a fresh board."""
    with LiveBench(board) as bench:
        serve: dict[str, Callable[[], str]] = {
            "pty": bench.serve_pty,
            "socket": bench.serve_socket,
            "rfc2217": bench.serve_rfc2217,
        }
        yield serve[way]()


def row(peer: Peer, url: str) -> Row:
    """Let a program do the three things on a board."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program, data, back = folder / "program.py", folder / "data.bin", folder / "back.bin"
        program.write_text(PROGRAM, encoding="utf-8")
        data.write_bytes(CONTENT)

        def run() -> bool:
            return PRINTED in peer.run(url, program).replace("\r\n", "\n")

        def put() -> bool:
            peer.put(url, data, data.name)
            return True

        def get() -> bool:
            peer.get(url, data.name, back)
            return back.read_bytes() == CONTENT

        return Row(_tried(run), _tried(put), _tried(get))


def _tried(action: Callable[[], bool]) -> str:
    try:
        return "" if action() else "another result"
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return DEVICES if any(word in text for word in NO_DEVICE) else text[-300:]


def scripts() -> list[str]:
    """The names of mpremote's tests."""
    return sorted(file.name for file in _tests().glob("test_*.sh"))


def _tests() -> Path:
    return micropython_dir() / "tools" / "mpremote" / "tests"


def run_script(name: str, url: str) -> str:
    """What run-mpremote-tests.sh says of a script on a board: `OK`, or more."""
    with tempfile.TemporaryDirectory() as folder:
        tests = Path(folder) / "tests"
        shutil.copytree(_tests(), tests)
        (tests.parent / "mpremote.py").write_text(MPREMOTE.format(python=sys.executable, url=url))
        (tests.parent / "mpremote.py").chmod(0o700)
        env = {key: value for key, value in os.environ.items() if key not in UNWANTED}
        done = subprocess.run(
            ["bash", tests / "run-mpremote-tests.sh", tests / name],
            env=env,
            capture_output=True,
            text=True,
            timeout=SCRIPTS_S,
            check=False,
        )
        return done.stdout.partition(": ")[2].strip() + done.stderr


def _cell(said: str) -> str:
    return said if said == DEVICES else f"✘ {said}" if said else "✔"


def page() -> str:
    """The whole page."""
    lines = []
    for name, peer in PEERS.items():
        for board, title in BOARDS.items():
            for way in WAYS:
                with served(board, way) as url:
                    cells = " | ".join(map(_cell, row(peer, url)))
                lines.append(f"| {name} {version(peer)} | {title} | {way} | {cells} |\n")
    text = HEAD + "".join(lines)
    text += (
        SCRIPTS_HEAD.format(version=version(PEERS["mpremote"]))
        + " | ".join(WAYS)
        + " |\n|---|---|"
        + "---|" * len(WAYS)
        + "\n"
    )
    for script in scripts():
        for board, title in BOARDS.items():
            said = []
            for way in WAYS:
                with served(board, way) as url:
                    answer = run_script(script, url)
                said.append("✔" if answer == "OK" else f"✘ {answer}")
            text += f"| `{script}` | {title} | {' | '.join(said)} |\n"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
