"""A live bench with two boards, and `warsha run` with two programs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from hardware.bench.drawing.bench_picture import draw
from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import HardwareError
from hardware.wire.board import Board
from tests.support.project import ROOT
from tests.support.several_boards import PING, PONG, circuit

WAIT_S = 120.0
SET = "from machine import Pin\nout = Pin(26, Pin.OUT, value=1)"
GET = "from machine import Pin\nprint(Pin(14, Pin.IN)())"


def warsha(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """`warsha run esp.py` in that folder, in English."""
    return subprocess.run(
        [
            sys.executable,
            "-P",
            ROOT / "warsha.py",
            "run",
            "esp.py",
            "--diagram",
            "two.json",
            *args,
        ],
        cwd=folder,
        env=os.environ | {"WARSHA_LANG": "en", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )


@pytest.mark.parametrize("mode", ["realtime", "virtual"])
def test_each_board_has_a_line_of_its_own(mode: str) -> None:
    made = circuit(PING, PONG).diagram
    with (
        LiveBench(made, mode="realtime" if mode == "realtime" else "virtual") as bench,
        Board(bench.connect()) as esp,
        Board(bench.connect("pico")) as pico,
    ):
        esp.run(SET.replace("=1", "=0"), timeout_s=WAIT_S)
        assert pico.run(GET, timeout_s=WAIT_S).strip() == "0"
        esp.run("out(1)", timeout_s=WAIT_S)
        assert pico.run(GET, timeout_s=WAIT_S).strip() == "1"
        assert esp.run("import sys; print(sys.platform)", timeout_s=WAIT_S).strip() == "esp32"
        pico.reset()
        assert pico.run("print('again')", timeout_s=WAIT_S).strip() == "again"
        assert esp.run("print(out())", timeout_s=WAIT_S).strip() == "1"
        picture = bench.ask(lambda _bench: draw(bench.circuit))
        assert ">esp</text>" in picture and ">pico</text>" in picture
        with pytest.raises(HardwareError, match="no board 'pica'"):
            bench.serve_pty("pica")


def test_the_other_board_causes_an_interrupt_on_a_live_bench() -> None:
    waits = "from machine import Pin\nimport time\nhits = []\n"
    waits += "Pin(14, Pin.IN).irq(lambda pin: hits.append(1), Pin.IRQ_RISING)"
    with (
        LiveBench(circuit(PING, PONG).diagram) as bench,
        Board(bench.connect()) as esp,
        Board(bench.connect("pico")) as pico,
    ):
        esp.run(SET.replace("=1", "=0"), timeout_s=WAIT_S)
        pico.run(waits, timeout_s=WAIT_S)
        esp.run("out(1)", timeout_s=WAIT_S)
        output = pico.run("while not hits: time.sleep_ms(1)\nprint(len(hits))", timeout_s=WAIT_S)
        assert output.strip() == "1"


def test_no_board_waits_for_the_output_of_another() -> None:
    scan = "from machine import I2C, Pin\nfor _ in range(2): I2C(0, sda=Pin(0), scl=Pin(1)).scan()"
    with (
        LiveBench(circuit(PING, PONG).diagram) as bench,
        Board(bench.connect()) as esp,
        Board(bench.connect("pico")) as pico,
    ):
        rounds_s = []
        for _ in range(8):
            begun_s = monotonic()
            esp.run("pass", timeout_s=WAIT_S)
            pico.run("pass", timeout_s=WAIT_S)
            rounds_s.append(monotonic() - begun_s)
        # An idle board sends twice a second: a wait for it would take that time in every round. A
        # busy machine does not slow all boards down so much.
        assert min(rounds_s) < 0.5
        esp.serial.write(b"while True: pass\r\n")  # the other board's calls come late
        pico.run(scan, timeout_s=WAIT_S)
        assert bench.snapshot().ended == ""


def test_many_boards_say_how_many_are_on(tmp_path: Path) -> None:
    listed = [{"type": "board-pi-pico", "id": f"p{n}"} for n in range(41)]
    file = tmp_path / "many.json"
    file.write_text(json.dumps({"version": 1, "parts": listed, "connections": []}))
    told: list[str] = []
    with LiveBench(file, tell=told.append) as bench:
        assert told == ["20 of 41 boards are on", "40 of 41 boards are on"]
        with Board(bench.connect("p40")) as last:
            assert last.run("print(6 * 7)", timeout_s=WAIT_S).strip() == "42"


def test_warsha_runs_a_program_on_each(tmp_path: Path) -> None:
    circuit(PING, PONG).diagram.save(tmp_path / "two.json")
    (tmp_path / "esp.py").write_text(f"{SET}\nprint('set')\n")
    (tmp_path / "pico.py").write_text(f"import time\ntime.sleep_ms(500)\n{GET}\n")
    done = warsha(
        tmp_path,
        "--on",
        "pico=pico.py",
        "--seconds",
        "1",
        "--vcd",
        "out.vcd",
        "--json",
        "out.json",
    )
    assert done.returncode == 0, done.stderr
    assert "set\n" in done.stdout and "pico: 1\n" in done.stdout
    assert {file.name for file in tmp_path.glob("*.vcd")} == {"out-esp.vcd", "out-pico.vcd"}
    boards = json.loads((tmp_path / "out.json").read_text())["boards"]
    assert [seen["board"] for seen in boards.values()] == ["esp32_devkit_c_v4", "pi_pico"]


@pytest.mark.parametrize("words", ["pico", "pica=esp.py"])
def test_a_program_for_an_unknown_board_is_a_one_line_error(words: str, tmp_path: Path) -> None:
    circuit(PING).diagram.save(tmp_path / "two.json")
    (tmp_path / "esp.py").write_text("pass\n")
    done = warsha(tmp_path, "--on", words)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and words.partition("=")[0] in done.stderr
