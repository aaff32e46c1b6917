"""Files that a program wrote to its flash, as an episode reads them, also from invalid images."""

import os
import random
from pathlib import Path

import pytest

from grader.lab import lab as labs
from grader.lab.episode import Episode, read_file
from grader.lab.run import Run
from grader.lab.units import ms, seconds
from grader.measure.memory import file_content, file_size
from grader.score.run_episodes import run_episode
from hardware import boards
from hardware.bench.flash import Flash
from hardware.bench.flash_reader import read_apart
from hardware.errors import BenchError

BOARDS = pytest.mark.parametrize("name", ["esp32_devkit_c_v4", "pi_pico"])
LOG = b"""
import os, time
print("READY L02")
for n in range(10):
    with open("log.bin", "ab") as file:
        file.write(bytes(100))
    time.sleep_ms(300)
os.rename("log.bin", "old/log.bin" if MOVES else "log.bin")
while True:
    time.sleep(1)
"""
RUIN = b"""
from esp32 import Partition
print("READY L02")
flash = Partition.find(Partition.TYPE_DATA, label='vfs')[0]
for block in range(4):
    flash.writeblocks(block, bytes(4096))
while True:
    pass
"""


def play(board: str, program: bytes) -> Run:
    lab = labs.find("traffic_light")
    steps = [
        *read_file("log.bin", at=ms(1000)),
        *read_file("log.bin", at=seconds(4)),
        *read_file("none.bin", at=seconds(4)),
    ]
    episode = Episode("main", seconds=4, steps=steps)
    return run_episode(lab, lab.board(board), {"main.py": program}, episode, 1)


@BOARDS
def test_a_file_as_it_was_at_a_time(name: str) -> None:
    run = play(name, LOG.replace(b"MOVES", b"False"))
    assert file_content(run, "log.bin", at_ms=1000) == bytes(400)
    assert file_content(run, "log.bin") == bytes(1000)
    assert (file_size(run, "log.bin", 1000), file_size(run, "log.bin")) == (400.0, 1000.0)
    assert str(file_size(run, "log.bin")) == "1000 B"
    assert file_content(run, "none.bin") is None and file_size(run, "none.bin") is None
    assert file_content(run, "log.bin", at_ms=2000) is None  # it was not read at that time
    assert run.program["main.py"].startswith(b"\nimport os")


def test_a_program_that_corrupts_its_flash_has_no_file() -> None:
    run = play("esp32_devkit_c_v4", RUIN)
    assert [seen.data for seen in run.files] == [None, None, None]


def test_any_image_gives_bytes_or_none() -> None:
    board = boards.load("pi_pico")
    rng = random.Random(7)
    for _ in range(8):
        with Flash(board) as flash:
            flash.put({"log.bin": bytes(5000), "a/b": b"x"})
            for _ in range(40):  # the two blocks of the superblock, and those behind them
                os.pwrite(flash.fileno(), rng.randbytes(4), rng.randrange(4 * 4096))
            assert isinstance(read_apart(flash, "log.bin"), bytes | None)
            assert read_apart(flash, "a") is None  # a folder


def test_a_read_error_of_the_machine_is_a_bench_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(broken))
    with Flash(boards.load("pi_pico")) as flash, pytest.raises(BenchError, match="no memory"):
        read_apart(flash, "log.bin")
