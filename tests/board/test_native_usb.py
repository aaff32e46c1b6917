"""Chips whose serial line is their own USB: at a reset it disappears, and comes back under another
path. A link with the chip's MAC leads to it, as udev makes one."""

import hashlib
import os
from pathlib import Path

import pytest
import serial

from hardware.bench.chip import chip_type
from tests.support.bare_chip import MAC, BareChip, tool

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
