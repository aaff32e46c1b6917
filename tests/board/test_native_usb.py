"""Chips whose serial line is their own USB: at a reset it disappears, and comes back under another
path. A link with the chip's MAC leads to it, as udev makes one."""

import hashlib
import os
from pathlib import Path

import pytest
import serial

from hardware import boards
from hardware.bench.chip import chip_type
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board
from tests.support.bare_chip import MAC, BareChip, tool
from tests.support.firmware_images import write_image

NATIVE = [name for name in chip_type.names() if chip_type.load(name).usb]
QUICK = "esp32c3"
PLACE = 0x100000
CONTENT = hashlib.shake_256(b"some content").digest(9000)
WAIT_S = 60.0


def marked(name: str) -> object:
    return pytest.param(name, marks=() if name == QUICK else (pytest.mark.long,))


@pytest.mark.parametrize("before", ["default-reset", "usb-reset"])
@pytest.mark.parametrize("name", [marked(name) for name in NATIVE])
def test_esptool_finds_the_chip_by_its_link(tmp_path: Path, name: str, before: str) -> None:
    file = tmp_path / "content.bin"
    file.write_bytes(CONTENT)
    usb = tmp_path / "by-id"
    usb.mkdir()
    with BareChip(name, usb_folder=usb) as chip:
        (link,) = usb.iterdir()
        assert str(link) == chip.pty
        assert link.name.endswith(f"_{MAC.hex(':').upper()}-if00")
        words = ("--chip", name, "--port", link, "--before", before)
        paths = [os.readlink(link)]
        assert "verified" in tool(*words, "write-flash", hex(PLACE), file)
        paths.append(os.readlink(link))
        assert "Verification successful" in tool(*words, "verify-flash", hex(PLACE), file)
        paths.append(os.readlink(link))
        assert len({*paths}) > 1, "the line was renumbered"
    assert not link.is_symlink()


@pytest.mark.parametrize("name", NATIVE)
def test_a_board_at_its_own_usb_is_flashed_and_starts(tmp_path: Path, name: str) -> None:
    """By the attribute of a Wokwi diagram; without it the line is a bridge."""
    kind = next(board for board in map(boards.load, boards.names()) if board.chip == name)
    attrs = {"serialInterface": "USB_SERIAL_JTAG"}
    part = {"type": kind.diagram_types[0], "id": "esp", "attrs": attrs}
    image = write_image(tmp_path, chip=name)
    with LiveBench({"version": 1, "parts": [part], "connections": []}) as bench:
        link = Path(bench.serve_pty())
        assert link.name.startswith(f"usb-{chip_type.load(name).usb}_")
        before = os.readlink(link)
        start = hex(chip_type.load(name).bootloader_offset)
        assert "verified" in tool("--chip", name, "--port", link, "write-flash", start, image)
        with open_board(str(link)) as board:
            assert board.run("print(__import__('os').uname().machine)").strip().endswith(kind.mcu)
        assert os.readlink(link) != before


def test_the_old_line_ends_at_a_reset(tmp_path: Path) -> None:
    with BareChip("esp32s3", usb_folder=tmp_path) as chip:
        old = os.readlink(chip.pty)
        with serial.Serial(chip.pty, timeout=WAIT_S) as port:
            chip.later(lambda: chip.port.reset(download=False))
            with pytest.raises(serial.SerialException):
                while True:
                    port.read(100)
        assert os.readlink(chip.pty) != old
        assert chip.starts(1) == 1


def test_the_line_of_a_bridge_stays(tmp_path: Path) -> None:
    with BareChip("esp32c3") as chip:
        old = chip.pty
        assert "Chip type" in tool("--chip", "esp32c3", "--port", old, "chip-id")
        assert os.path.exists(old) and chip.starts(1) == 1
