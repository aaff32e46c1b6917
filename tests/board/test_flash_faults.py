"""Faults while boards are flashed, at every stage: each ends in words that name it, in a true
record, and in a board that the next run heals. The real esptool, virtual chips, faulty cables."""

import os
import queue
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial
from serial.tools import list_ports

from hardware.bench.chip.micropython_firmware import PARTITIONS
from hardware.bench.serving.live_bench import LiveBench
from station.flash import board_flash, flasher, images
from station.flash.flash_outcome import FlashOutcome
from station.flash.flasher import flash_board
from station.flash.image_cache import hash_of
from station.flash.images import CatalogueEntry, FirmwareImage, image_for, image_from_file
from station.flash.tray import flash_all
from station.inventory import boards, flash_log
from station.inventory.database import Inventory
from tests.support.bare_chip import MAC, BareChip
from tests.support.firmware_images import whole_image, write_image
from tests.support.injected_faults import FaultSeen
from tests.support.line_faults import BROWN_OUT, TO_BOARD, LineFaults, of_chip

SIZE = 300_000
SMALL = (*PARTITIONS[:-1], PARTITIONS[-1]._replace(offset=0x180000, size=0x80000))
"""A partition table for 2 MB of flash."""
WRITE = (45_000, 300_000)
"""The first and the last byte of the line at which a cut is surely in the write: after the stub,
and before the hash."""
NOISE = 0.02
"""The chance of a fault of each byte. esptool sends a damaged block again, three times."""


@pytest.fixture
def image(tmp_path: Path) -> FirmwareImage:
    """An image whose program no compression makes smaller."""
    return image_from_file(write_image(tmp_path, size=SIZE))


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare chip has no MicroPython that could answer."""
    monkeypatch.setattr(board_flash, "ANSWER_S", 0.0)


def flash(port: str, image: FirmwareImage, stock: Inventory) -> FlashOutcome:
    """Flash a board with an image."""
    return flash_board(port, lambda _chip: image, stock)


def condition(stock: Inventory) -> str:
    """The state of the chip's board in the inventory."""
    with stock.read() as session:
        return boards.find(session, MAC.hex(":")).state


def holds(chip: BareChip) -> bool:
    """Whether the flash holds the image."""
    data = whole_image(size=SIZE)
    return chip.store.read(0x1000, len(data)) == data


def kind(outcome: FlashOutcome) -> str:
    """The kind of the fault."""
    return str(getattr(outcome.fault, "kind", outcome.fault))


def heal(port: str, chip: BareChip, image: FirmwareImage, stock: Inventory) -> None:
    """The next run, over a good line, flashes the board whatever it held."""
    outcome = flash(port, image, stock)
    assert kind(outcome) == "silent" and not outcome.was_held, outcome
    assert holds(chip) and condition(stock) == "ready"
    with stock.read() as session:
        held = flash_log.held_image(session, outcome.mac)
        assert held and held.sha256 == image.sha256


def but_for_its_silence(outcome: FlashOutcome) -> FlashOutcome:
    """The outcome of a chip whose image is good, as if it had a MicroPython that answers."""
    assert kind(outcome) == "silent"
    return replace(outcome, verdict="good", fault=None)


def noisy(faults: LineFaults, tries: int) -> Callable[[str, float], None]:
    """Damages bytes in the middle of a write, in so many tries."""
    begun: list[str] = []

    def show(stage: str, part: float) -> None:
        if stage == "write" and not part:
            begun.append(stage)
        middle = stage == "write" and part > 0.2 and len(begun) <= tries
        faults.noises[TO_BOARD].chance = NOISE if middle else 0.0

    return show


def test_damaged_bytes_at_high_speed_are_written_at_a_lower_one(
    image: FirmwareImage, stock: Inventory
) -> None:
    with BareChip("esp32") as chip:
        faults = of_chip(chip)
        show = noisy(faults, 1)
        outcome = flash_board(chip.pty, lambda _chip: image, stock, show)
        assert faults.faults, "the fault was there"
        assert outcome.verdict == "unfinished" and outcome.baud == 460800, outcome
        assert holds(chip) and condition(stock) == "ready"
    seen = FaultSeen("damaged once", but_for_its_silence(outcome), stock)
    seen.healed(stock)


def test_a_line_that_damages_bytes_at_every_speed(image: FirmwareImage, stock: Inventory) -> None:
    with BareChip("esp32") as chip:
        faults = of_chip(chip)
        outcome = flash_board(chip.pty, lambda _chip: image, stock, noisy(faults, 9))
        assert outcome.verdict == "half-written" and outcome.baud == 115200, outcome
        assert kind(outcome) in ("corruption", "lost"), outcome
        assert "cable" in outcome.cure
        assert condition(stock) == "half-written"
        seen = FaultSeen("damaged always", outcome, stock)
        faults.noises[TO_BOARD].chance = 0.0
        heal(chip.pty, chip, image, stock)
    seen.healed(stock)


def cut_points() -> list[object]:
    """Twenty places in the write."""
    chance = random.Random("unplugged")
    places = sorted(chance.randrange(*WRITE) for _number in range(20))
    quick = places[::10]
    marks = {True: (), False: (pytest.mark.long,)}
    return [pytest.param(one, marks=marks[one in quick]) for one in places]


@pytest.mark.parametrize("at", cut_points())
def test_a_board_that_is_unplugged_is_half_written_and_healed(
    image: FirmwareImage, stock: Inventory, tmp_path: Path, at: int
) -> None:
    port = tmp_path / "port"
    with BareChip("esp32") as chip:
        port.symlink_to(chip.pty)
        faults = of_chip(chip)

        def cut() -> None:
            port.unlink()  # first: the pseudo-terminal may belong to another program at once
            faults.cut()

        def unplug(stage: str, part: float) -> None:
            if stage == "write" and not part and port.exists():
                faults.after(at, cut)

        outcome = flash_board(str(port), lambda _chip: image, stock, unplug)
        assert outcome.verdict == "half-written", outcome
        assert kind(outcome) in ("lost", "no_port"), outcome
        assert not holds(chip) and condition(stock) == "half-written"
        seen = FaultSeen("unplugged", outcome, stock)
        ports: queue.SimpleQueue[str] = queue.SimpleQueue()
        chip.later(lambda: ports.put(chip.line.add_pty()))
        heal(ports.get(), chip, image, stock)
    seen.healed(stock)


def test_a_board_that_is_exchanged_while_it_is_written(
    image: FirmwareImage, stock: Inventory, tmp_path: Path
) -> None:
    port = tmp_path / "port"
    with BareChip("esp32") as chip, LiveBench("esp32") as bench:
        port.symlink_to(chip.pty)
        other = bench.serve_pty()
        faults = of_chip(chip)

        def exchange() -> None:
            port.unlink()
            port.symlink_to(other)
            faults.cut()

        def unplug(stage: str, part: float) -> None:
            if stage == "write" and not part and port.readlink() == Path(chip.pty):
                faults.after(WRITE[0], exchange)

        outcome = flash_board(str(port), lambda _chip: image, stock, unplug)
        assert kind(outcome) == "swapped" and outcome.verdict == "half-written", outcome
        assert condition(stock) == "half-written" and not holds(chip)
        with stock.read() as session:
            states = {one.state for one in boards.listed(session)}
        assert "ready" not in states
        seen = FaultSeen("exchanged", outcome, stock)
        ports: queue.SimpleQueue[str] = queue.SimpleQueue()
        chip.later(lambda: ports.put(chip.line.add_pty()))
        heal(ports.get(), chip, image, stock)
    seen.healed(stock)


def test_a_station_that_is_killed(image: FirmwareImage, stock: Inventory, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from station.flash.flasher import flash_board\n"
        "from station.flash.images import image_from_file\n"
        "from station.inventory.database import Inventory\n"
        "image = image_from_file(Path(sys.argv[2]))\n"
        "def show(stage, part):\n"
        "    print(stage, part, flush=True)\n"
        "flash_board(sys.argv[1], lambda _chip: image, Inventory(sys.argv[3]), show)\n"
    )
    url = f"sqlite:///{tmp_path}/stock.db"
    with BareChip("esp32") as chip:
        command = [sys.executable, "-c", program, chip.pty, str(image.file), url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as station:
            assert station.stdout
            for line in station.stdout:
                if line.startswith("write") and float(line.split()[1]) > 0.3:
                    os.kill(station.pid, signal.SIGKILL)
                    break
        assert condition(stock) == "half-written"
        seen = FaultSeen("killed", None, stock, mac=MAC.hex(":"))
        heal(chip.pty, chip, image, stock)
    seen.healed(stock)


def stuck(chip: BareChip) -> Callable[[], None]:
    """The adapter resets the chip, but never puts it into its loader. Returns: what mends it."""
    reset = chip.port.reset

    def mend() -> None:
        chip.port.reset = reset  # type: ignore[method-assign]

    chip.port.reset = lambda download: reset(False)  # type: ignore[method-assign]
    return mend


def deaf(chip: BareChip) -> Callable[[], None]:
    """What the computer sends does not arrive."""
    faults = of_chip(chip)
    faults.dead.add(TO_BOARD)
    return faults.dead.clear


def weak(chip: BareChip) -> Callable[[], None]:
    """The supply is too weak: instead of starting, the chip resets itself."""
    mend_wire, mend_reset = deaf(chip), stuck(chip)
    chip.port.reset = lambda download: chip.port.send(BROWN_OUT)  # type: ignore[method-assign]

    def mend() -> None:
        mend_wire()
        mend_reset()

    return mend


@pytest.mark.long  # over RFC 2217
@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        (stuck, "auto_reset", "Hold BOOT"),
        (deaf, "tx_dead", "TX"),
        (weak, "brown_out", "powered hub"),
    ],
)
def test_a_chip_that_does_not_come_into_its_loader(
    image: FirmwareImage,
    stock: Inventory,
    fault: Callable[[BareChip], Callable[[], None]],
    name: str,
    words: str,
) -> None:
    with BareChip("esp32") as chip:
        mend = fault(chip)
        outcome = flash(chip.rfc2217, image, stock)
        assert outcome.verdict == "failed" and kind(outcome) == name, outcome
        assert words in outcome.cure
        with stock.read() as session:
            assert boards.listed(session) == []
        seen = FaultSeen(fault.__name__, outcome, stock)
        mend()
        heal(chip.pty, chip, image, stock)
    seen.healed(stock, MAC.hex(":"))


@pytest.mark.long  # esptool tries for ten seconds
def test_a_board_that_is_silent(image: FirmwareImage, stock: Inventory) -> None:
    with BareChip("esp32") as chip:
        mend = deaf(chip)
        outcome = flash(chip.pty, image, stock)
        assert outcome.verdict == "failed" and kind(outcome) == "no_answer", outcome
        assert "cable" in outcome.cure
        seen = FaultSeen("silent", outcome, stock)
        mend()
        heal(chip.pty, chip, image, stock)
    seen.healed(stock, MAC.hex(":"))


def test_a_port_without_a_board(image: FirmwareImage, stock: Inventory, tmp_path: Path) -> None:
    port = tmp_path / "port"
    outcome = flash(str(port), image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "no_port", outcome
    seen = FaultSeen("no port", outcome, stock)
    with BareChip("esp32") as chip:
        port.symlink_to(chip.pty)
        heal(str(port), chip, image, stock)
    seen.healed(stock, MAC.hex(":"))


def test_a_port_that_this_account_may_not_open(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen
    as_anybody = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    prefix = as_anybody if os.geteuid() == 0 else []  # root may open every port
    with BareChip("esp32") as chip:
        os.chmod(chip.pty, 0)
        with monkeypatch.context() as patch:
            patch.setattr(
                subprocess, "Popen", lambda command, **more: start([*prefix, *command], **more)
            )
            outcome = flash(chip.pty, image, stock)
        assert outcome.verdict == "failed" and kind(outcome) == "no_access", outcome
        assert "dialout" in outcome.cure
        seen = FaultSeen("no permission", outcome, stock)
        os.chmod(chip.pty, 0o600)
        heal(chip.pty, chip, image, stock)
    seen.healed(stock, MAC.hex(":"))


def test_a_port_that_another_program_uses(image: FirmwareImage, stock: Inventory) -> None:
    with BareChip("esp32") as chip:
        with serial.Serial(chip.pty, exclusive=True):
            outcome = flash(chip.pty, image, stock)
        assert outcome.verdict == "failed" and kind(outcome) == "busy", outcome
        seen = FaultSeen("busy", outcome, stock)
        heal(chip.pty, chip, image, stock)
    seen.healed(stock, MAC.hex(":"))


def test_too_little_voltage_for_the_write(image: FirmwareImage, stock: Inventory) -> None:
    with BareChip("esp32") as chip:
        of_chip(chip).brown_out_at_write()
        outcome = flash(chip.pty, image, stock)
        assert outcome.verdict == "unfinished" and outcome.baud < flasher.BAUD, outcome
        assert holds(chip)
    FaultSeen("brown-out", but_for_its_silence(outcome), stock).healed(stock)


@pytest.mark.parametrize(
    ("chip", "flash_bytes", "image_chip", "name", "said"),
    [
        ("esp32s3", 4 << 20, "esp32", "image_wrong_chip", ("ESP32-S3", "ESP32,")),
        ("esp32", 2 << 20, "esp32", "too_big", ("4194304", "2097152")),
    ],
)
def test_what_does_not_fit_is_refused_before_the_first_byte(
    stock: Inventory,
    tmp_path: Path,
    chip: str,
    flash_bytes: int,
    image_chip: str,
    name: str,
    said: tuple[str, ...],
) -> None:
    image = image_from_file(write_image(tmp_path, chip=image_chip))
    with BareChip(chip, flash_bytes=flash_bytes) as board:
        before = bytes(board.store.bytes)
        outcome = flash(board.pty, image, stock)
        assert outcome.verdict == "failed" and kind(outcome) == name, outcome
        assert all(text in outcome.cause for text in said), outcome.cause
        assert bytes(board.store.bytes) == before
        assert condition(stock) == "new"
        seen = FaultSeen("too big" if name == "too_big" else "wrong chip", outcome, stock)
        right = image_from_file(write_image(tmp_path, chip=chip, partitions=SMALL))
        assert kind(flash(board.pty, right, stock)) == "silent"
    seen.healed(stock)


def test_a_chip_without_a_known_image(stock: Inventory, tmp_path: Path) -> None:
    with BareChip("esp32c3", flash_bytes=2 << 20) as chip:
        outcome = flash_board(chip.pty, image_for, stock)
        assert kind(outcome) == "no_known_image"
        assert "ESP32-C3 with 2 MB" in outcome.cause and "--image" in outcome.cure
        seen = FaultSeen("no image", outcome, stock)
        right = image_from_file(write_image(tmp_path, chip="esp32c3", partitions=SMALL))
        assert kind(flash(chip.pty, right, stock)) == "silent"
    seen.healed(stock)


def entry(file: Path, **other: object) -> CatalogueEntry:
    """A known image that is loaded from this file."""
    made = CatalogueEntry(
        "ESP32", "v1", "esp32", 4 << 20, 0x1000, file.as_uri(), None, hash_of(file)
    )
    return made._replace(**other)  # type: ignore[arg-type]


def full_disk(folder: Path, file: Path) -> CatalogueEntry:
    """What is loaded finds no room."""
    (folder / "micropython.bin.part").symlink_to("/dev/full")
    return entry(file)


def damaged_image(folder: Path, file: Path) -> CatalogueEntry:
    """A list with the hash of a damaged file."""
    damaged = folder.parent / "damaged.bin"
    damaged.write_bytes(file.read_bytes()[:-1] + b"\0")
    return entry(damaged)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (lambda _folder, file: entry(file, offset=0), "wrong offset"),
        (lambda _folder, file: entry(file, sha256="0" * 64), "damaged download"),
        (damaged_image, "damaged image"),
        (full_disk, "full disk"),
    ],
)
def test_a_known_image_that_cannot_be_had(
    image: FirmwareImage,
    stock: Inventory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Path, Path], CatalogueEntry],
    name: str,
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("WARSHA_IMAGES", str(cache))
    found = fault(cache, image.file)
    monkeypatch.setattr(images, "catalogue", lambda: (found,))
    with BareChip("esp32") as chip:
        outcome = flash_board(chip.pty, image_for, stock)
        assert outcome.verdict == "failed" and outcome.cure, outcome
        assert condition(stock) == "new" and not holds(chip)
        seen = FaultSeen(name, outcome, stock)
        (cache / "micropython.bin.part").unlink(missing_ok=True)
        monkeypatch.setattr(images, "catalogue", lambda: (entry(image.file),))
        again = flash_board(chip.pty, image_for, stock)
        assert kind(again) == "silent" and holds(chip), again
    seen.healed(stock)


def test_another_board_is_plugged_in_between(
    image: FirmwareImage, stock: Inventory, tmp_path: Path
) -> None:
    port = tmp_path / "port"
    with BareChip("esp32") as chip, LiveBench("esp32") as bench:
        other = bench.serve_pty()
        port.symlink_to(chip.pty)

        def swap(_chip: object) -> FirmwareImage:
            port.unlink()
            port.symlink_to(other)
            return image

        outcome = flash_board(str(port), swap, stock)
        assert kind(outcome) == "swapped", outcome
        assert outcome.mac == MAC.hex(":") and outcome.mac in outcome.cause
        assert outcome.verdict == "failed" and condition(stock) == "new"
        with stock.read() as session:
            others = [one.state for one in boards.listed(session) if one.mac != outcome.mac]
        assert others in ([], ["half-written"]), "it depends on what was written until then"
        seen = FaultSeen("exchanged before", outcome, stock)
        heal(chip.pty, chip, image, stock)
    seen.healed(stock)


def test_boards_that_change_their_slots_are_named(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BareChip("esp32") as chip, LiveBench("esp32") as bench:
        ports = [chip.pty, bench.serve_pty()]

        def plug(*paths: str) -> None:
            found = [
                SimpleNamespace(device=port, location=path, vid=0x10C4, pid=0xEA60)
                for port, path in zip(ports, paths, strict=True)
            ]
            monkeypatch.setattr(list_ports, "comports", lambda: found)

        plug("1-1.1", "1-1.2:1.0")
        first = flash_all(ports, lambda _chip: image, stock, per_hub=1)
        assert [one.remarks for one in first] == [[], []]
        assert [(one.slot.usb_path, one.slot.hub) for one in first] == [
            ("1-1.1", "1-1"),
            ("1-1.2", "1-1"),
        ]
        plug("1-1.2", "1-1.1")
        again = flash_all(ports, lambda _chip: image, stock, per_hub=1)
        for one, before in zip(again, first, strict=True):
            assert one.mac == before.mac
            assert f"{one.mac} was at {before.slot.name} before" in one.remarks[0]
    seen = FaultSeen("other slots", again[1], stock)
    seen.healed(stock)
    with stock.read() as session:
        now = {slot.usb_path: slot.mac for slot in flash_log.slots(session)}
    assert now == {one.slot.name: one.mac for one in again}


def test_a_partition_table_for_a_larger_flash_is_refused(stock: Inventory, tmp_path: Path) -> None:
    storage = PARTITIONS[-1]._replace(size=0x600000)
    image = image_from_file(write_image(tmp_path, partitions=(*PARTITIONS[:-1], storage)))
    with BareChip("esp32") as chip:
        outcome = flash(chip.pty, image, stock)
    assert kind(outcome) == "too_big" and "8388608" in outcome.cause
