"""`warsha flash` as a technician uses it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from serial.tools import list_ports
from typer.testing import CliRunner

from hardware import boards
from hardware.bench.chip import chip_type
from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.pico_firmware import build_program
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from station.errors import StationError
from station.flash import command, images, pico_drive
from station.flash.identify import ChipIdentity
from tests.support.bare_chip import BareChip
from tests.support.firmware_images import build_uf2, write_image
from tests.support.project import ROOT
from warsha import app


def environment(place: Path, language: str) -> dict[str, str]:
    """The settings of a technician with an inventory and images of their own."""
    return os.environ | {
        "WARSHA_INVENTORY": str(place / "inventory.db"),
        "WARSHA_IMAGES": str(place / "images"),
        "XDG_DATA_HOME": str(place / "data"),
        "WARSHA_LANG": language,
        "ESPTOOL_CFGFILE": str(ROOT / "tests/support/esptool.cfg"),
    }


def warsha(place: Path, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """The command."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("warsha")), *words],
        cwd=place,
        env=environment(place, language),
        capture_output=True,
        text=True,
        timeout=500,
    )


def test_two_boards_are_flashed_with_a_file_and_get_their_data(tmp_path: Path) -> None:
    write_image(tmp_path)
    wifi = tmp_path / "class.toml"
    wifi.write_text('ssid = "class"\npassword = "not for others"\n')
    wifi.chmod(0o600)
    # A settings file of a stranger in the working folder is not obeyed.
    (tmp_path / "esptool.cfg").write_text("[esptool]\ncustom_reset_sequence = X\n")
    (tmp_path / "serial.py").write_text("raise SystemExit('shadowed')\n")
    with LiveBench("esp32") as one, LiveBench("esp32", seed=1) as other:
        ports = [one.serve_pty(), other.serve_pty()]
        words = [word for port in ports for word in ("--port", port)]
        words += ["--image", "micropython.bin", "--course", "iot", "--wifi", "class.toml"]
        done = warsha(tmp_path, "flash", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = done.stdout.splitlines()
        assert [line[:6] for line in lines[:2]] == ["✓ GOOD", "✓ GOOD"]
        assert "a file by hand" in lines[0] and lines[-1] == "good: 2 of 2"
        assert "not for others" not in done.stdout + done.stderr
        with Board(one.connect()) as board:
            found = json.loads(board.files.cat("board.json"))
        assert found["wifi"]["password"] == "not for others"
        again = warsha(tmp_path, "flash", "--port", ports[0], "--image", "micropython.bin")
        assert again.returncode == 0 and "HAS IT" in again.stdout
    listed = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert [board["state"] for board in listed] == ["ready", "ready"]
    assert b"not for others" not in (tmp_path / "inventory.db").read_bytes()


@pytest.mark.parametrize("chip", ["esp32c3", "esp32c6", "esp32s2", "esp32s3"])
def test_boards_with_newer_chips_are_flashed_and_certified(tmp_path: Path, chip: str) -> None:
    write_image(tmp_path, chip=chip)
    kind = next(board for board in map(boards.load, boards.names()) if board.chip == chip)
    with LiveBench(chip) as bench:
        port = bench.serve_pty()
        done = warsha(tmp_path, "flash", "--port", port, "--image", "micropython.bin")
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{chip_type.load(chip).title}, micropython.bin v1.24.1" in done.stdout
        tested = warsha(tmp_path, "certify", "--port", port, "--type", kind.name)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        assert f"✓ PASS {port}" in tested.stdout and kind.title in tested.stdout
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert (board["state"], board["type"]) == ("ready", kind.name)


def test_a_pico_is_flashed_over_its_drive(tmp_path: Path) -> None:
    program = build_program(version="v1.24.1")
    (tmp_path / "pico.uf2").write_bytes(build_uf2({FLASH_ADDRESS: program}))
    (tmp_path / "wrong.uf2").write_bytes(build_uf2({FLASH_ADDRESS: program}, 0xBFDD4EEE))
    with LiveBench("pi_pico") as bench:
        port = Path(bench.serve_pty())
        words = ["flash", "--port", str(port), "--drive", str(port.parents[1] / "1" / "RPI-RP2")]
        wrong = warsha(tmp_path, *words, "--image", "wrong.uf2", language="ar")
        assert wrong.returncode == 1 and "ESP32-S2 (bfdd4eee)" in wrong.stderr, wrong.stderr
        planned = warsha(tmp_path, *words, "--image", "pico.uf2", "--dry-run")
        assert planned.returncode == 0 and "WOULD WRITE" in planned.stdout, planned.stdout
        done = warsha(tmp_path, *words, "--image", "pico.uf2")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "✓ GOOD" in done.stdout and "RP2040, pico.uf2 v1.24.1" in done.stdout
        again = warsha(tmp_path, *words, "--image", "pico.uf2")
        assert again.returncode == 0 and "HAS IT" in again.stdout
        bench.control("board", "BOOTSEL", 1)
        bench.reset()
        unknown = warsha(tmp_path, *words, language="ar")
        assert unknown.returncode == 4 and "--type pi_pico_w" in unknown.stdout
        assert "لا تحدد ذاكرة الإقلاع نوع اللوحة" in unknown.stdout
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert board["state"] == "ready"


@pytest.mark.parametrize("says", ["Raspberry Pi Pico", ""])
def test_the_given_type_wins_over_what_a_pico_says(
    says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Pico W with the image of a Pico says that it is a Pico."""
    asked: list[ChipIdentity] = []
    monkeypatch.setattr(images, "image_for", asked.append)
    choose = command._choice(None, "pi_pico_w")
    choose(ChipIdentity("rp2040", "RP2040", "", 2 << 20, says))
    choose(ChipIdentity("esp32", "ESP32", "24:0a:c4:00:01:10", 4 << 20))
    assert [chip.board for chip in asked] == ["Raspberry Pi Pico W", ""]


def test_a_port_without_a_board_in_arabic(tmp_path: Path) -> None:
    write_image(tmp_path)
    twice = ("--port", "/dev/nothing") * 2
    done = warsha(tmp_path, "flash", *twice, "--image", "micropython.bin", language="ar")
    assert done.returncode == 4, done.stdout + done.stderr
    assert done.stdout.count("لم تُحمّل") == 1 and "/dev/nothing" in done.stdout


def test_ctrl_c_ends_all_boards_and_the_records_are_true(tmp_path: Path) -> None:
    write_image(tmp_path, size=1_000_000)
    with BareChip("esp32") as chip:
        words = ["flash", "--port", chip.pty, "--image", "micropython.bin"]
        with subprocess.Popen(
            # A shell that starts the tests in the background makes them ignore Ctrl-C.
            ["env", "--default-signal=INT", str(Path(sys.executable).with_name("warsha")), *words],
            cwd=tmp_path,
            env=environment(tmp_path, "en"),
            stdout=subprocess.PIPE,
            text=True,
        ) as station:
            while not chip.port.takes_input or chip.store.read(0x20000, 1) == b"\xff":
                assert station.poll() is None
                time.sleep(0.05)
            station.send_signal(signal.SIGINT)
            printed, _nothing = station.communicate(timeout=120)
    assert station.returncode == 3, printed
    assert "HALF-WRITTEN" in printed and "it was stopped" in printed
    (board,) = json.loads(warsha(tmp_path, "boards", "list", "--json").stdout)
    assert board["state"] == "half-written"


@pytest.mark.parametrize("verb", ["flash", "certify"])
def test_without_a_board_the_cure_is_not_what_was_done(
    monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(list_ports, "comports", list)
    monkeypatch.setattr(pico_drive, "pico_drives", list)
    for words, cure in (([], "--port, or --all"), (["--all"], "warsha doctor --plug")):
        error = CliRunner().invoke(app, [verb, *words]).exception
        assert isinstance(error, StationError) and "there is no board" in str(error)
        assert error.cure.endswith(cure)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "there is no board to flash"),
        (["--drive", "nothing"], "nothing is no folder"),
        (["--port", "x", "--image", "nothing.bin"], "nothing.bin: there is no such file"),
        (["--port", "x", "--port", "y", "--drive", "."], "--drive is for one board"),
        (["--port", "x", "--type", "pi_picco"], "pi_pico"),
        (["--port", "x", "--type", "esp32_devkit_v1"], "--type is for Picos"),
        (["--port", "x", "--library", "nothing"], "nothing is no folder"),
        (["--port", "x", "--wifi", "-"], "nobody is there who could type the password"),
        (["--port", "x", "--wifi", "open.toml"], "open.toml: other accounts can read"),
    ],
)
def test_wrong_use_is_one_line_and_a_cure(tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "open.toml").write_text('ssid = "a"\npassword = "12345678"\n')
    (tmp_path / "open.toml").chmod(0o644)
    done = warsha(tmp_path, "flash", *words)
    assert done.returncode == 1 and message in done.stderr, done.stdout + done.stderr
    assert "12345678" not in done.stderr
