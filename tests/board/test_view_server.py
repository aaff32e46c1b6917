"""How a bench is served to its viewers: what is drawn, and what is left behind."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.bench_source import BenchSource
from hardware.bench.serving.serial_tail import SerialTail
from hardware.notebook.widget_server import WidgetServer
from hardware.paths import bench_sockets, short_path

WAIT_S = 60.0
PRINTS = b"\x05import time\nwhile True:\n    print(time.ticks_us())\n    time.sleep_ms(1)\n\x04"


class Counted(BenchSource):
    """Counts what the server asks for."""

    looks = checks = 0

    def look(self) -> tuple[int, float]:
        self.looks += 1
        return super().look()

    def check(self) -> None:
        self.checks += 1
        super().check()


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveBench]:
    """A bench; the sockets are in a folder of this test, whose name alone is too long for the
    address of a socket."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / ("long" * 30)))
    with LiveBench("esp32") as bench:
        yield bench


def counted(live: LiveBench) -> Counted:
    tail = SerialTail()
    live.keep_output(tail)
    return Counted(live, {live.circuit.board_id: tail})


def connect(viewer: socket.socket, server: WidgetServer) -> None:
    """Come as an output of a cell does."""
    with short_path(bench_sockets() / server.name) as name:
        viewer.connect(name)


def bind(listener: socket.socket, path: Path) -> None:
    """Make a socket with this file."""
    with short_path(path) as name:
        listener.bind(name)


def test_nothing_is_drawn_while_nobody_can_take_it(live: LiveBench) -> None:
    source = counted(live)
    server = WidgetServer(source)
    with server, socket.socket(socket.AF_UNIX) as viewer:
        connect(viewer, server)
        viewer.settimeout(WAIT_S)
        lines = viewer.makefile("r")
        assert "bench" in json.loads(lines.readline())
        live.serial(PRINTS)
        for _picture in range(3):
            assert "news" in json.loads(lines.readline())
            viewer.sendall(b'{"do": "seen"}\n')
        assert "news" in json.loads(lines.readline())  # and it is not seen
        drawn, asked, end = source.looks, source.checks, monotonic() + WAIT_S
        while source.checks < asked + 3:
            assert monotonic() < end
            threading.Event().wait(0.02)
        assert source.looks == drawn
        viewer.sendall(b'{"do": "seen"}\n')
        assert "news" in json.loads(lines.readline())


def test_chosen_lines_are_remembered_while_the_bench_lives(live: LiveBench) -> None:
    with WidgetServer(counted(live)) as server:
        for pins, now in ((["esp:4", "nobody"], None), (None, [])):
            with socket.socket(socket.AF_UNIX) as viewer:
                connect(viewer, server)
                viewer.settimeout(WAIT_S)
                lines = viewer.makefile("r")
                bench = json.loads(lines.readline())["bench"]
                board = bench["boards"][0]["id"]
                assert bench["lines"] == (now if now is None else [f"{board}:4"])
                chosen = [pin.replace("esp", board) for pin in pins] if pins else None
                viewer.sendall(json.dumps({"do": "lines", "pins": chosen}).encode() + b"\n")
                # An answer to what comes next: the choice was taken.
                viewer.sendall(b'{"do": "reset", "board": "nobody"}\n')
                assert any("refused" in line for line in iter(lines.readline, ""))


def test_sockets_of_killed_kernels_are_removed(live: LiveBench) -> None:
    folder = bench_sockets()
    dead, young, used = (folder / (digit * 16) for digit in "012")
    listening = socket.socket(socket.AF_UNIX)
    for path in (dead, young):
        with socket.socket(socket.AF_UNIX) as killed:
            bind(killed, path)
    bind(listening, used)
    listening.listen()
    for path in (dead, used):
        os.utime(path, (0, 0))
    with listening, WidgetServer(counted(live)) as server:
        assert {path.name for path in folder.iterdir()} == {server.name, young.name, used.name}


def test_a_page_shows_what_the_board_sent_before_it_was_opened(live: LiveBench) -> None:
    end = monotonic() + WAIT_S
    while not live.output["board"].last_line().startswith(b">>> "):
        assert monotonic() < end
        threading.Event().wait(0.02)
    shown = BenchSource.of_page(live).tails["board"].since(0)[0]
    assert b"MicroPython v" in shown and shown.endswith(b">>> ")
