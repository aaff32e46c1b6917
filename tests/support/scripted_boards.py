"""A board without an interpreter: it sends its hello, then the records of a test.

conftest.py registers the fixture.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from string import Template

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.limits import Limits
from hardware.bench.protocol import frames

BOARD = Template("""#!$python -IS
import os, socket, struct, time

link = socket.socket(fileno=3)


def say(kind, a=0, b=0, c=0, t=0):
    link.sendall(struct.pack("<BBHIQ", kind, a, b, c, t))


def ask(kind, a=0, b=0, c=255, t=0):
    say(kind, a, b, c, t)
    head = link.recv(88, socket.MSG_WAITALL)
    if len(head) < 88:
        os._exit(0)
    kind, length, *words = struct.unpack("<B3xI10Q", head)
    return words, link.recv(length, socket.MSG_WAITALL) if length else b""


def call(op, b=0, c=0, data=b"", t=10):
    for at in range(0, len(data), 6):
        piece = data[at : at + 6]
        say(DATA, len(piece), *struct.unpack("<HI", piece.ljust(6, bytes(1))), t)
    return ask(CALL, op, b, c, t)


HELLO, MODE, OUT, PWM, TX, EXC, STATE, SYNC = 16, 2, 3, 4, 5, 6, 7, 17
DATA, CALL = 9, 19
$begin
ask(HELLO, $version, 1, 32)
$acts
os._exit(0)
""")
SECOND = 1_000_000_000
ROOM = Limits(memory_bytes=None, wall_s=20.0)
DIAGRAM = {
    "version": 1,
    "parts": [{"type": "wokwi-esp32-devkit-v1", "id": "esp"}],
    "connections": [],
}

MakeBench = Callable[..., Bench]


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeBench:
    """Makes a bench whose board does the given acts after its hello, and `begin` before it."""

    def make(
        acts: str,
        limits: Limits = ROOM,
        version: int = frames.VERSION,
        kind: type[Bench] = Bench,
        begin: str = "",
    ) -> Bench:
        program = tmp_path / "port" / "esp32" / "warsha-esp32"
        program.parent.mkdir(parents=True)
        words = {"python": sys.executable, "acts": acts, "version": version, "begin": begin}
        program.write_text(BOARD.substitute(words))
        program.chmod(0o755)
        monkeypatch.setenv("WARSHA_BUILD", str(tmp_path))
        return kind(Circuit(load(DIAGRAM)), limits=limits)

    return make
