"""The real esptool and espefuse, unmodified and as programs, with chips of four types: every
command over a pseudo-terminal and over RFC 2217, with the flasher stub and without it; and with a
whole virtual board."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from hardware.bench.chip import chip_type
from hardware.bench.chip.image import AppDescription, build_image, describe
from hardware.bench.chip.micropython_firmware import VERSION, factory_firmware
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from hardware.wire.port import Port
from tests.support.bare_chip import MAC, MIB, BareChip, tool

PLACE = 0x100000
CONTENT = hashlib.shake_256(b"some content").digest(9000) + bytes(3001)
WAIT_S = 60.0


class Desk:
    """A chip with the tools at its port, and a file of content."""

    def __init__(self, chip: BareChip, url: str, folder: Path, before: tuple[str, ...]) -> None:
        self.chip = chip
        self.file, self.read = folder / "content.bin", folder / "read.bin"
        self.file.write_bytes(CONTENT)
        self._words = ("--chip", chip.name, "--port", url)
        self._before = before

    def esptool(self, *words: str | Path, fails: bool = False) -> str:
        return tool(*self._words, *self._before, *words, fails=fails)

    def espefuse(self, *words: str) -> str:
        return tool(*self._words, *words, program="espefuse")

    def flash(self, at: int, size: int) -> bytes:
        return self.chip.store.read(at, size)

    @property
    def has_stub(self) -> bool:
        return not self._before


def chip_id(desk: Desk) -> None:
    text = desk.esptool("chip-id")
    assert f"Chip type:          {chip_type.load(desk.chip.name).title}" in text
    assert "Crystal frequency:  40MHz" in text


def flash_id(desk: Desk) -> None:
    text = desk.esptool("flash-id")
    assert "Manufacturer: 68\n" in text and "Device: 4016\n" in text
    assert "Detected flash size: 4MB" in text


def read_mac(desk: Desk) -> None:
    assert re.search(rf"MAC: +{MAC.hex(':')}", desk.esptool("read-mac"))


def write_flash(desk: Desk) -> None:
    desk.chip.store.write(PLACE, bytes(len(CONTENT)))
    assert "Hash of data verified." in desk.esptool("write-flash", hex(PLACE), desk.file)
    assert desk.flash(PLACE, len(CONTENT)) == CONTENT


def verify_flash(desk: Desk) -> None:
    desk.chip.store.write(PLACE, CONTENT)
    assert "Verification successful" in desk.esptool("verify-flash", hex(PLACE), desk.file)
    desk.chip.store.write(PLACE + 5, b"\0")
    assert "Verification failed" in desk.esptool("verify-flash", hex(PLACE), desk.file, fails=True)


def read_flash(desk: Desk) -> None:
    desk.chip.store.write(PLACE, CONTENT)
    desk.esptool("read-flash", hex(PLACE), "0x1400", desk.read)
    assert desk.read.read_bytes() == CONTENT[:0x1400]


def erase_region(desk: Desk) -> None:
    desk.chip.store.write(PLACE, bytes(0x4000))
    desk.esptool("erase-region", hex(PLACE), "0x2000")
    assert desk.flash(PLACE, 0x4000) == b"\xff" * 0x2000 + bytes(0x2000)


def erase_flash(desk: Desk) -> None:
    if not desk.has_stub:  # no ROM can do it, and esptool knows
        assert "ROM does not support" in desk.esptool("erase-flash", fails=True)
        return
    desk.esptool("erase-flash")
    assert desk.flash(0, 4 * MIB).count(0xFF) == 4 * MIB


def fuses(desk: Desk) -> None:
    text = desk.espefuse("summary")
    assert f"= {MAC.hex(':')} " in text
    assert "CRYPT_CNT (BLOCK0)" in text


COMMANDS = (
    *(chip_id, flash_id, read_mac, write_flash, verify_flash, read_flash, erase_region),
    *(erase_flash, fuses),
)
QUICK = {(name, way) for name in ("esp32", "esp32s3") for way in (write_flash, read_flash)} | {
    ("esp32c3", chip_id),
    ("esp32c6", chip_id),
}
"""What runs in the quick tests, over a pseudo-terminal with the stub; all others are `long`."""


def every_way() -> Iterator[object]:
    """Each chip, line, loader and command. Over RFC 2217 esptool takes 10 to 40 s for one."""
    for line in ("pty", "rfc2217"):
        for name in chip_type.names():
            for loader in ("stub", "rom"):
                for command in COMMANDS:
                    quick = line == "pty" and loader == "stub" and (name, command) in QUICK
                    marks = () if quick else (pytest.mark.long,)
                    ident = f"{command.__name__}-{name}-{loader}-{line}"
                    yield pytest.param(name, line, loader, command, marks=marks, id=ident)


@pytest.fixture(scope="module")
def chips() -> Iterator[dict[str, BareChip]]:
    made: dict[str, BareChip] = {}
    yield made
    for chip in made.values():
        chip.close()


@pytest.mark.parametrize(("name", "line", "loader", "command"), [*every_way()])
def test_esptool(
    chips: dict[str, BareChip],
    tmp_path: Path,
    name: str,
    line: str,
    loader: str,
    command: Callable[[Desk], None],
) -> None:
    if name not in chips:
        chips[name] = BareChip(name)
    url = chips[name].pty if line == "pty" else chips[name].rfc2217
    before = ("--no-stub",) if loader == "rom" else ()
    command(Desk(chips[name], url, tmp_path, before))


def read_until(port: serial.Serial, text: str) -> str:
    """What comes up to and with a text."""
    found = port.read_until(text.encode()).decode(errors="replace")
    assert found.endswith(text), found
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
@pytest.mark.parametrize("name", chip_type.names())
def test_dtr_and_rts_choose_where_the_chip_boots(name: str) -> None:
    kind = chip_type.load(name)
    with BareChip(name) as chip:
        port = serial.serial_for_url(chip.rfc2217, timeout=WAIT_S)
        port.dtr, port.rts = False, True  # EN low
        port.dtr = True  # both on: EN is about to rise
        port.rts = False  # IO0 low
        text = read_until(port, "waiting for download\r\n")
        assert f"boot:{kind.boots['download']}" in text
        port.dtr = False
        port.rts = True
        port.rts = False
        assert f"boot:{kind.boots['flash']}" in read_until(port, ">>> ")
        port.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
def test_a_client_that_leaves_lets_the_chip_go() -> None:
    with BareChip("esp32") as chip:
        port = serial.serial_for_url(chip.rfc2217, timeout=WAIT_S)
        port.dtr, port.rts = False, True  # EN low
        port.close()
        port = serial.serial_for_url(chip.rfc2217, timeout=WAIT_S)
        port.dtr, port.rts = False, True
        port.rts = False
        assert "DOWNLOAD" not in read_until(port, ">>> ")
        port.close()
        assert chip.starts(2) == 2, "once when the first client left"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
def test_a_chip_without_a_program_resets_itself_again_and_again() -> None:
    with BareChip("esp32", firmware=False) as chip:
        port = serial.serial_for_url(chip.rfc2217, timeout=WAIT_S)
        port.dtr, port.rts = False, True
        port.rts = False
        text = read_until(port, "rst:0x10 (RTCWDT_RTC_RESET)")
        assert "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)" in text
        assert "invalid header: 0xffffffff\r\n" in text
        port.close()


def said(port: Port, *texts: str) -> None:
    """Waits until a line has said these texts, in this order."""
    found, at = "", 0
    for text in texts:
        while (place := found.find(text, at)) < 0:
            piece = port.read(WAIT_S).decode(errors="replace")
            assert piece, found
            found += piece
        at = place + len(text)


def hear(bench: LiveBench, text: str) -> None:
    """Waits until the first board's line says something."""
    port = bench.connect()
    said(port, text)
    port.close()


@pytest.mark.long
def test_a_virtual_board_is_erased_and_gets_its_program_back(tmp_path: Path) -> None:
    image, backup = tmp_path / "board.img", tmp_path / "backup.bin"
    with LiveBench("esp32", flash=image) as bench:
        pty = bench.serve_pty()
        with Board(bench.connect()) as board:
            board.run("with open('keep.txt', 'w') as f: f.write('kept')")
            mac = board.run("import machine; print(machine.unique_id().hex(':'))").strip()
        assert f"MAC:                {mac}" in tool("--port", pty, "read-mac")
        tool("--port", pty, "read-flash", "0", "ALL", backup)
        assert not tmp_path.joinpath("board-firmware.img").exists(), "reading changes nothing"
        tool("--port", pty, "erase-flash")
        hear(bench, "invalid header: 0xffffffff")
    with LiveBench("esp32", flash=image) as bench:  # it stays so
        hear(bench, "invalid header: 0xffffffff")
        pty = bench.serve_pty()
        assert "Hash of data verified." in tool("--port", pty, "write-flash", "0", backup)
        with Board(bench.connect()) as board:
            assert board.run("print(open('keep.txt').read())").strip() == "kept"


def write_program(name: str, folder: Path, app: AppDescription, text: bytes) -> Path:
    """An image of a program that holds a text."""
    kind = chip_type.load(name)
    code = describe(app) + text.ljust(4096, b"\0")
    file = folder / "program.bin"
    file.write_bytes(build_image(kind.image_id, kind.iram, {kind.drom + 0x20: code}))
    return file


OTHER = b"MicroPython v1.19.1 on 2022-06-18; ESP32 module"
PROGRAMS = {
    "micropython": (
        "v1.19.1",
        OTHER,
        ("The flash holds MicroPython v1.19.1 (image ", f"{VERSION} runs", ">>> "),
    ),
    "blink": (
        "2.0",
        b"blinks",
        ("The flash holds another program than MicroPython: blink 2.0 (",),
    ),
}


@pytest.mark.parametrize("project", PROGRAMS)
@pytest.mark.parametrize("name", chip_type.names())
def test_the_board_tells_which_program_is_in_its_flash(
    tmp_path: Path, name: str, project: str
) -> None:
    version, text, texts = PROGRAMS[project]
    app = AppDescription(version, project, "Jun 18 2022 10:00:00", "v4.4", "00" * 32)
    program = write_program(name, tmp_path, app, text)
    with LiveBench(name) as bench:
        port = bench.connect()
        written = tool("--port", bench.serve_pty(), "write-flash", "0x10000", program)
        assert f"Chip type:          {chip_type.load(name).title}" in written
        assert "Hash of data verified." in written
        said(port, *texts)
        port.close()


@pytest.mark.parametrize("name", chip_type.names())
def test_a_new_board_holds_the_version_that_it_runs(name: str) -> None:
    with LiveBench(name) as bench, Board(bench.connect()) as board:
        found = board.eval("'v%d.%d.%d' % __import__('sys').implementation.version[:3]")
        machine = board.run("print(__import__('os').uname().machine)").strip()
    assert found == VERSION and machine.endswith(f" with {name.upper()}")
    app = factory_firmware(chip_type.load(name))[0x10000]
    assert f"MicroPython {VERSION} on ".encode() in app


# MicroPython 1.25 has no machine.bootloader() on an ESP32-C6.
@pytest.mark.parametrize(
    "name", [n for n in chip_type.names() if chip_type.load(n).usb and n != "esp32c6"]
)
def test_a_program_asks_for_the_loader(name: str) -> None:
    with LiveBench(name) as bench:
        port, other = bench.connect(), bench.connect()
        Board(port).exec_detached("import machine; machine.bootloader()")
        said(other, "waiting for download")
        pty = bench.serve_pty()
        assert "Chip type" in tool("--port", pty, "--before", "no-reset", "chip-id")
        said(other, ">>> ")
        port.close()
        other.close()
