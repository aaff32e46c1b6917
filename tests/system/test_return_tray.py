"""`warsha boards return --wipe`: boards that come back from trainees, on virtual boards."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board
from station.certify.self_test import identify
from station.inventory import boards, flash_log, lending
from station.inventory.database import VARIABLE, Inventory
from tests.support.inventories import AMINA, BADR
from tests.support.trainee_work import holds_secret, leave_work

TOO_BUSY = "the station was too busy to compare the clock of the board"
TYPES = ("esp32_devkit_v1", "pi_pico_w")
DAMAGED = b"""
import sys
class Partition:
    TYPE_DATA = 1
    def find(kind):
        return [Partition()]
    def info(self):
        return 1, 0x81, 0, 0, "vfs", False
    def ioctl(self, call, arg):
        return {4: 8, 5: 4096}.get(call, 0)
    def readblocks(self, number, block):
        block[0] = 7
class Esp32:
    pass
Esp32.Partition = Partition
sys.modules["esp32"] = Esp32
"""
"""A boot.py that makes the flash look damaged: blocks are not empty after they were erased."""


class Tray:
    """Two boards of trainees, plugged in, with work and passwords on them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.url = folder, f"sqlite:///{folder}/inventory.db"
        self.ports = [
            stack.enter_context(LiveBench(name, seed=seed)).serve_socket()
            for seed, name in enumerate(TYPES)
        ]
        self.macs = []
        with Inventory(self.url, by="test") as inventory:
            for kind, port, trainee in zip(TYPES, self.ports, (AMINA, BADR), strict=True):
                with open_board(port) as board:
                    self.macs.append(identify(board).mac)
                leave_work(port)
                with inventory.change() as change:
                    boards.register(change, self.macs[-1], type=kind)
                    image = flash_log.keep_image(change, "0" * 64, "MicroPython")
                    flash = flash_log.begin_flash(change, self.macs[-1], image, slot="1", baud=1)
                    flash_log.end_flash(change, flash.id, "good", verified=True)
                    lending.lend(change, self.macs[-1], "iot", trainee)

    def return_(
        self, scans: str, *words: str, language: str = "en"
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command with these scans."""
        command = [
            str(Path(sys.executable).with_name("warsha")),
            "boards",
            "return",
            "--wipe",
            *words,
        ]
        env = {
            **os.environ,
            VARIABLE: self.url,
            "XDG_DATA_HOME": str(self.folder),
            "WARSHA_LANG": language,
        }
        return subprocess.run(
            command,
            input=scans,
            capture_output=True,
            text=True,
            env=env,
            cwd=self.folder,
            timeout=240,
        )

    def return_until_passed(self, first: int) -> list[str]:
        """The lines about the boards from this one on, which must all pass. A board that the
        station was too busy to test is scanned again, as its line says."""
        ports = [word for port in self.ports[first:] for word in ("--port", port)]
        left, lines = self.macs[first:], list[str]()
        for _attempt in range(5):
            done = self.return_("".join(f"{mac}\n" for mac in left), *ports)
            told = [line for mac in left for line in done.stdout.splitlines() if mac in line]
            lines += told
            busy = [line for line in told if TOO_BUSY in line]
            passed = [mac for mac in left for line in told if f"{mac}: PASS, " in line]
            assert len(passed) + len(busy) == len(left), done.stdout + done.stderr
            left = [mac for mac in left if mac not in passed]
            assert f"did not pass: {len(busy)}, refused: 0" in done.stdout
            assert done.returncode == bool(busy)
            if not left:
                return lines
        pytest.fail(f"the station was too busy 5 times: {lines}")

    def state(self, number: int) -> str:
        """The state of a board in the inventory."""
        with Inventory(self.url) as inventory, inventory.read() as session:
            return boards.find(session, self.macs[number]).state


@pytest.fixture
def tray(tmp_path: Path) -> Iterator[Tray]:
    with ExitStack() as stack:
        yield Tray(tmp_path, stack)


def test_one_scan_wipes_tests_and_takes_back_each_board(tray: Tray) -> None:
    assert [holds_secret(port) for port in tray.ports] == [[True, True], [True]]
    lines = tray.return_until_passed(first=0)
    for mac, trainee in zip(tray.macs, ("amina", "badr"), strict=True):
        assert any(mac in one and f"back from {trainee}, now: ready" in one for one in lines)
    assert [holds_secret(port) for port in tray.ports] == [[False, False], [False]]
    assert [tray.state(number) for number in (0, 1)] == ["ready", "ready"]
    assert len(list((tray.folder / "certificates").glob("*.json"))) >= 2


@pytest.mark.long
def test_what_is_wrong_is_told_and_the_other_board_comes_back(tray: Tray) -> None:
    scans = f"nonsense\n{tray.macs[1]}\n{tray.macs[0]}\n{tray.macs[0]}\n"
    done = tray.return_(scans, "--port", tray.ports[0], "--port", "socket://127.0.0.1:1")
    assert done.returncode == 1
    assert "'nonsense' is not known" in done.stdout
    assert f"{tray.macs[1]} is not among the boards that answer" in done.stdout
    assert "There is no board at socket://127.0.0.1:1" in done.stdout
    assert f"{tray.macs[0]} was scanned already" in done.stdout
    assert f"{tray.macs[0]}: PASS, back from amina, now: ready" in done.stdout
    assert "returned: 1, did not pass: 0, refused: 3" in done.stdout
    assert [tray.state(number) for number in (0, 1)] == ["ready", "lent"]


def test_the_line_of_a_board_that_was_not_tested_says_why(tray: Tray) -> None:
    done = tray.return_(f"{tray.macs[1]}\n", "--port", tray.ports[1], "--jig")  # it is in none
    assert done.returncode == 1, done.stdout + done.stderr
    told = f"{tray.macs[1]}: NOT TESTED, back from badr, now: ready: Is the board in its jig?"
    (line,) = [line for line in done.stdout.splitlines() if told in line]
    assert "its pins are not judged." in line
    assert "returned: 1, did not pass: 1, refused: 0" in done.stdout
    again = tray.return_until_passed(first=1)
    assert again[-1] == f"✓ {tray.macs[1]}: PASS, it was not lent, now: ready"


@pytest.mark.long
def test_a_board_that_cannot_be_wiped_is_back_but_not_lent_again(tray: Tray) -> None:
    with open_board(tray.ports[0]) as board:
        board.files.put("boot.py", DAMAGED)
    done = tray.return_(f"{tray.macs[0]}\n", "--port", tray.ports[0], language="ar")
    assert done.returncode == 1, done.stdout + done.stderr
    assert tray.state(0) == "faulty", done.stdout
    with Inventory(tray.url) as inventory, inventory.read() as session:
        (fault,) = boards.find(session, tray.macs[0]).faults
        assert "8" in fault.what and boards.find(session, tray.macs[0]).loan is None
    assert "amina" in done.stdout and "لم تُمسح" in done.stdout
