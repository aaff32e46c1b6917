"""A virtual Pico in its boot ROM: its serial line is gone, and its drive takes UF2 files."""

import os
import shutil
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
import serial

from hardware.bench.board.end_reason import why
from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.micropython_firmware import VERSION
from hardware.bench.chip.pico_firmware import build_program
from hardware.bench.chip.uf2 import BLOCK_BYTES, RP2350_ARM_S
from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import BoardNotFound, HardwareError
from hardware.wire.board import Board
from tests.support.firmware_images import build_uf2
from tests.support.rig import play, printed_lines

WAIT_S = 60.0
OTHER = build_program(version="v1.24.1")


class Desk:
    """A bench with one Pico, and what was said about it."""

    def __init__(self, bench: LiveBench, said: list[str]) -> None:
        self.bench = bench
        self.said = said

    def until(self, happened: Callable[[], object]) -> None:
        """Waits for something that the bench does by itself."""
        limit_s = monotonic() + WAIT_S
        while not happened():
            assert monotonic() < limit_s, self.said
            threading.Event().wait(0.01)

    def heard(self, text: str) -> bool:
        return any(text in line for line in self.said)

    def into_boot_rom(self) -> Path:
        """Holds BOOTSEL at a reset; returns the drive."""
        self.bench.control("board", "BOOTSEL", 1)
        self.bench.reset()
        self.bench.control("board", "BOOTSEL", 0)
        drive = self.bench.drive()
        assert drive
        return drive

    def run(self, code: str) -> str:
        with Board(self.bench.connect()) as board:
            return board.run(code).strip()


@pytest.fixture
def desk() -> Iterator[Desk]:
    said: list[str] = []
    with LiveBench("pi_pico", tell=said.append) as bench:
        yield Desk(bench, said)


def uf2(folder: Path, program: bytes, **words: int) -> Path:
    file = folder / "firmware.uf2"
    file.write_bytes(build_uf2({FLASH_ADDRESS: program}, **words))
    return file


def test_a_file_in_the_drive_flashes_the_board(desk: Desk, tmp_path: Path) -> None:
    desk.run("with open('keep.txt', 'w') as f: f.write('kept')")
    link = Path(desk.bench.serve_pty())
    with serial.Serial(str(link), timeout=WAIT_S) as port:
        drive = desk.into_boot_rom()
        with pytest.raises(serial.SerialException):
            while port.read(100):
                pass
    assert not link.is_symlink()
    with pytest.raises(BoardNotFound, match="serial line of the board is gone"):
        desk.bench.connect()
    assert "Board-ID: RPI-RP2" in (drive / "INFO_UF2.TXT").read_text()
    assert "raspberrypi.com" in (drive / "INDEX.HTM").read_text()
    shutil.copy(uf2(tmp_path, OTHER), drive)
    desk.until(lambda: desk.bench.drive() is None)
    assert not drive.exists()
    assert desk.heard("MicroPython v1.24.1. The board starts.")
    assert desk.heard("The flash holds MicroPython v1.24.1 (image ") and desk.heard(VERSION)
    assert link.is_symlink()
    assert desk.run("print(open('keep.txt').read())") == "kept"


def test_a_program_reads_the_flash_as_memory(desk: Desk, tmp_path: Path) -> None:
    """As words; what is there after a new file is the new program, and it cannot be written."""
    program = "from machine import mem32\nprint([mem32[0x10000000 + 4 * i] for i in range({})])"
    count = 600
    words = struct.unpack(f"<{count}I", build_program()[: 4 * count])
    assert desk.run(program.format(count)) == str(list(words))
    shutil.copy(uf2(tmp_path, OTHER), desk.into_boot_rom())
    desk.until(lambda: desk.bench.drive() is None)
    words = struct.unpack(f"<{count}I", OTHER[: 4 * count])
    assert desk.run(program.format(count)) == str(list(words))
    for code in ("mem32[0x10000000] = 1", "mem32[0x10200000]", "mem32[0x100a0000]"):
        with pytest.raises(HardwareError, match="not simulated: the memory at 0x10"):
            desk.run(f"from machine import mem32\n{code}")


def test_a_program_asks_for_the_boot_rom(desk: Desk) -> None:
    with Board(desk.bench.connect()) as board, pytest.raises(HardwareError, match="was lost"):
        board.run("import machine; machine.bootloader()")
    desk.until(desk.bench.drive)
    desk.bench.reset()
    assert desk.bench.drive() is None
    assert desk.run("print(1 + 1)") == "2"


def test_bootsel_is_held_while_the_cable_is_put_in(desk: Desk) -> None:
    desk.bench.unplug()
    with pytest.raises(BoardNotFound, match="is gone"):
        desk.bench.connect()
    desk.bench.reset()  # without power
    assert desk.bench.drive() is None
    desk.bench.control("board", "BOOTSEL", 1)
    desk.bench.plug()
    drive = desk.bench.drive()
    assert drive and drive.is_dir()
    desk.bench.unplug()
    assert not drive.exists()
    desk.bench.control("board", "BOOTSEL", 0)
    desk.bench.plug()
    assert desk.run("print(2 + 2)") == "4"


def test_a_file_may_come_in_pieces_and_be_renamed(desk: Desk, tmp_path: Path) -> None:
    drive, content = desk.into_boot_rom(), uf2(tmp_path, OTHER).read_bytes()
    half = len(content) // 2 + 100
    with (drive / ".firmware.uf2.part").open("wb", buffering=0) as file:
        file.write(content[:half])
        desk.until(lambda: desk.heard("is missing"))
        assert desk.heard(f"{half // BLOCK_BYTES} of {len(content) // BLOCK_BYTES} blocks")
        (drive / ".firmware.uf2.part").rename(drive / "firmware.uf2")
        file.write(content[half:])
        desk.until(lambda: desk.bench.drive() is None)
    assert desk.run("print(3 + 3)") == "6"


def test_room_that_is_not_filled_yet_is_no_file(desk: Desk, tmp_path: Path) -> None:
    drive, content = desk.into_boot_rom(), uf2(tmp_path, OTHER).read_bytes()
    with (drive / "firmware.uf2").open("wb", buffering=0) as file:
        os.truncate(file.fileno(), len(content))
        file.write(content[:BLOCK_BYTES])
        desk.until(lambda: desk.heard("block 1 is missing"))
        file.write(content[BLOCK_BYTES:])
        desk.until(lambda: desk.bench.drive() is None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (build_uf2({FLASH_ADDRESS: OTHER}, RP2350_ARM_S), "it is for RP2350 (e48bff59)"),
        (b"print('hello')\n" * 1000, "this is no block of a UF2 file"),
    ],
    ids=["rp2350", "text"],
)
def test_what_the_chip_ignores_is_said(desk: Desk, content: bytes, words: str) -> None:
    drive = desk.into_boot_rom()
    (drive / "wrong.uf2").write_bytes(content)
    desk.until(lambda: desk.heard("wrong.uf2: the chip ignores it"))
    assert desk.heard(words)
    assert desk.bench.drive() == drive
    desk.bench.reset()
    assert desk.run("print(4 + 4)") == "8"


def test_nothing_is_read_through_a_link(desk: Desk, tmp_path: Path) -> None:
    drive = desk.into_boot_rom()
    (drive / "link.uf2").symlink_to(uf2(tmp_path, OTHER))
    os.mkfifo(drive / "fifo.uf2")
    (drive / "last.txt").write_bytes(b"x" * BLOCK_BYTES)
    desk.until(lambda: desk.heard("last.txt"))
    assert not desk.heard("link.uf2") and not desk.heard("fifo.uf2")
    assert desk.bench.drive() == drive


def test_an_interrupted_copy_leaves_a_board_that_waits_in_its_boot_rom(tmp_path: Path) -> None:
    image, said = tmp_path / "board.img", list[str]()
    with LiveBench("pi_pico", flash=image, tell=said.append) as bench:
        desk = Desk(bench, said)
        content = uf2(tmp_path, OTHER).read_bytes()
        (desk.into_boot_rom() / "half.uf2").write_bytes(content[: len(content) // 1024 * 512])
        desk.until(lambda: desk.heard("is missing"))
        bench.unplug()
    with LiveBench("pi_pico", flash=image, tell=said.append) as bench:
        drive = bench.drive()
        assert drive, "the flash was kept: it holds no program"
        shutil.copy(tmp_path / "firmware.uf2", drive)
        Desk(bench, said).until(lambda: bench.drive() is None)
    with LiveBench("pi_pico", flash=image, tell=said.append) as bench:
        assert Desk(bench, said).run("print(5 + 5)") == "10"


def test_another_program_than_micropython_does_not_run(desk: Desk, tmp_path: Path) -> None:
    shutil.copy(uf2(tmp_path, build_program("blink", "2.0")), desk.into_boot_rom())
    desk.until(lambda: desk.heard("another program than MicroPython: blink 2.0"))
    assert desk.bench.drive() is None


def test_two_boards_have_two_drives(tmp_path: Path) -> None:
    said: list[str] = []
    parts = [{"type": "board-pi-pico-w", "id": name} for name in ("left", "right")]
    circuit = {"version": 1, "parts": parts, "connections": []}
    with LiveBench(circuit, tell=said.append) as bench:
        links = {bench.serve_pty(name) for name in ("left", "right")}
        assert len(links) == 2
        for name in ("left", "right"):
            bench.control(name, "BOOTSEL", 1)
            bench.reset(name)
        left, right = bench.drive("left"), bench.drive("right")
        assert left and right and left != right
        bench.control("left", "BOOTSEL", 0)
        shutil.copy(uf2(tmp_path, OTHER), left)
        desk = Desk(bench, said)
        desk.until(lambda: bench.drive("left") is None)
        assert bench.drive("right") == right
        assert desk.heard("left: All 134 blocks")
    assert not right.exists()


def test_a_board_has_only_its_own_button(desk: Desk) -> None:
    with pytest.raises(HardwareError, match="no control 'boot'") as error:
        desk.bench.control("board", "boot", 1)
    assert error.value.cure == "Its control is BOOTSEL: 1 or 0."
    with LiveBench("esp32") as bench, pytest.raises(HardwareError, match="no control 'BOOTSEL'"):
        bench.control("board", "BOOTSEL", 1)


def test_without_a_person_the_program_ends_there() -> None:
    program = "import machine\nprint('before')\nmachine.bootloader()\nprint('after')"
    trace = play("rp2", program, 500, ())
    assert printed_lines(trace) == ["before"]
    end = trace.ended()
    assert end and "its boot ROM waits for a program" in why(end)


def test_the_drive_of_a_pico_2_takes_programs_for_its_own_chip(tmp_path: Path) -> None:
    program = build_program("blink", "1.0", chip="rp2350")
    said: list[str] = []
    with LiveBench("pi_pico_2", tell=said.append) as bench:
        desk = Desk(bench, said)
        drive = desk.into_boot_rom()
        assert drive.name == "RP2350"
        assert "Board-ID: RP2350" in (drive / "INFO_UF2.TXT").read_text()
        shutil.copy(uf2(tmp_path, program), drive)
        desk.until(lambda: desk.heard("it is for RP2040 (e48bff56), and this chip takes RP2350"))
        shutil.copy(uf2(tmp_path, program, family=RP2350_ARM_S), drive / "right.uf2")
        desk.until(lambda: desk.heard("blink 1.0. The board starts."))
