"""What the real esptool says when the line or the chip has a fault, and what is in the flash then:
the faults that tests of flashing inject."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.bench.serving.serial_tail import SerialTail
from tests.support.bare_chip import BareChip, tool
from tests.support.line_faults import FROM_BOARD, TO_BOARD, LineFaults, of_chip

PLACE = 0x100000
CONTENT = hashlib.shake_256(b"some content").digest(40_000)
MIDDLE = 30_000
"""Bytes to the board until it is in the middle of the write, after the stub."""


def write(chip: BareChip, file: Path, url: str, *, fails: bool) -> str:
    file.write_bytes(CONTENT)
    words = ("--chip", chip.name, "--port", url, "--connect-attempts", "1")
    return tool(*words, "write-flash", hex(PLACE), file, fails=fails)


def written(chip: BareChip) -> bytes:
    return chip.store.read(PLACE, len(CONTENT))


def dead(direction: str) -> Callable[[LineFaults], None]:
    return lambda faults: faults.dead.add(direction)


def test_a_wrong_bit_is_found_by_its_checksum_and_sent_again(tmp_path: Path) -> None:
    with BareChip("esp32") as chip:
        faults = of_chip(chip)
        faults.flip(TO_BOARD, MIDDLE)
        assert "Hash of data verified" in write(chip, tmp_path / "c", chip.pty, fails=False)
        assert faults.faults == 1
        assert written(chip) == CONTENT


def test_esptool_ends_when_the_line_is_cut(tmp_path: Path) -> None:
    """Its port is a link that goes away, too: another program may get the number of the terminal
    at once, and esptool opens its port again and writes to whatever board is there."""
    port = tmp_path / "port"
    with BareChip("esp32") as chip:
        port.symlink_to(chip.pty)
        faults = of_chip(chip)

        def cut() -> None:
            port.unlink()
            faults.cut()

        faults.after(MIDDLE, cut)
        assert "error occurred" in write(chip, tmp_path / "c", str(port), fails=True)
        assert written(chip) != CONTENT


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(dead(TO_BOARD), "No serial data received", marks=pytest.mark.long),
        pytest.param(dead(FROM_BOARD), "No serial data received", marks=pytest.mark.long),
        pytest.param(
            LineFaults.break_auto_reset, "No serial data received", marks=pytest.mark.long
        ),
        pytest.param(
            lambda faults: faults.drop(TO_BOARD, MIDDLE, 20),
            "No more data to read",
            marks=pytest.mark.long,
        ),
    ],
    ids=["tx", "rx", "auto-reset", "drop"],
)
def test_esptool_ends_and_the_flash_is_not_whole(
    tmp_path: Path, fault: Callable[[LineFaults], None], words: str
) -> None:
    with BareChip("esp32") as chip:
        fault(of_chip(chip))
        assert words in write(chip, tmp_path / "c", chip.pty, fails=True)
        assert written(chip) != CONTENT


@pytest.mark.long  # over RFC 2217
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (dead(TO_BOARD), "The serial TX path seems to be down"),
        (dead(FROM_BOARD), "No serial data received"),
        (LineFaults.break_auto_reset, "No serial data received"),
    ],
    ids=["tx", "rx", "auto-reset"],
)
def test_reset_wires_tell_more(
    tmp_path: Path, fault: Callable[[LineFaults], None], words: str
) -> None:
    with BareChip("esp32") as chip:
        fault(of_chip(chip))
        assert words in write(chip, tmp_path / "c", chip.rfc2217, fails=True)


def test_a_weak_supply_resets_the_chip_when_it_erases(tmp_path: Path) -> None:
    with BareChip("esp32") as chip:
        tail = SerialTail()
        chip.later(lambda: chip.line.add_tail(tail))
        of_chip(chip).brown_out_at_write()
        assert "fatal error" in write(chip, tmp_path / "c", chip.pty, fails=True)
        log = tail.since(0)[0].decode(errors="replace")
        assert "Brownout detector was triggered\r\n\r\nets Jul 29 2019" in log
        assert written(chip).count(0xFF) == len(CONTENT)
        assert "verified" in write(chip, tmp_path / "c", chip.pty, fails=False), "only once"
