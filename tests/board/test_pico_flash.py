"""A Pico is flashed over the drive of its boot ROM: virtual Picos, whose boot ROM takes the file,
and whose MicroPython gives back the flash. The inventory is compared with what is in the flash."""

import errno
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serial.tools import list_ports

from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.pico_firmware import build_program
from hardware.bench.chip.uf2 import FAMILIES, RP2350_ARM_S
from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_board
from hardware.errors import DeviceError
from hardware.wire.board import Board
from station.errors import StationError
from station.flash import board_flash, pico_drive, pico_flash, slot
from station.flash.board_files import BoardData
from station.flash.fault_words import FlashFault
from station.flash.flash_outcome import FlashOutcome
from station.flash.flasher import flash_board
from station.flash.images import FirmwareImage, image_for, image_from_file
from station.flash.read_back import flash_holds
from station.flash.tray import flash_all
from station.inventory import boards, flash_log, history
from station.inventory.database import Inventory
from tests.support.firmware_images import PICO_PROGRAM as PROGRAM
from tests.support.firmware_images import build_uf2, write_uf2
from tests.support.injected_faults import FaultSeen

PIECE = 4096
ESP32_S2 = next(family for family, chip in FAMILIES.items() if chip == "ESP32-S2")
HANGING = "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass"
"""A program that does not obey Ctrl-C."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is small, so that many pieces need small ones."""
    monkeypatch.setattr(pico_drive, "PIECE", PIECE)
    monkeypatch.setattr(pico_drive, "PLACES", ())
    monkeypatch.setattr(pico_flash, "DRIVE_S", 5.0)


@pytest.fixture
def image(tmp_path: Path) -> FirmwareImage:
    """An image of another version than the one that new virtual Picos have."""
    return image_from_file(write_uf2(tmp_path))


class Desk:
    """A Pico, the name of its port, and the place of its drive."""

    def __init__(self, bench: LiveBench, drive: str = "RPI-RP2") -> None:
        self.bench = bench
        self.port = bench.serve_pty()
        self.drive = Path(self.port).parents[1] / "1" / drive

    @property
    def mac(self) -> str:
        with Board(self.bench.connect()) as board:
            return str(board.eval("__import__('machine').unique_id().hex(':')"))

    def hold_bootsel(self) -> None:
        """The board waits in its boot ROM."""
        self.bench.control("board", "BOOTSEL", 1)
        self.bench.reset()
        self.bench.control("board", "BOOTSEL", 0)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with LiveBench("pi_pico") as bench:
        yield Desk(bench)


def flash(
    desk: Desk, image: FirmwareImage, stock: Inventory, **more: object
) -> tuple[FlashOutcome, list[str]]:
    """Flash the board. Returns: the outcome, and the stages in their order."""
    stages: list[str] = []

    def note(stage: str, _part: float) -> None:
        if stage not in stages[-1:]:
            stages.append(stage)

    more = {"on_progress": note, "drive": desk.drive} | more
    return flash_board(desk.port, lambda _chip: image, stock, **more), stages  # type: ignore[arg-type]


def state(stock: Inventory, mac: str) -> str:
    """The state of a board in the inventory."""
    with stock.read() as session:
        return boards.find(session, mac).state


def known(stock: Inventory) -> list[str]:
    """The boards of the inventory."""
    with stock.read() as session:
        return [board.mac for board in boards.listed(session)]


def held(stock: Inventory, mac: str) -> str:
    """The hash of the image that a board holds, by the inventory; "" for none."""
    with stock.read() as session:
        found = flash_log.held_image(session, mac)
        return found.sha256 if found else ""


def kind(outcome: FlashOutcome) -> str:
    """The kind of the fault."""
    return str(getattr(outcome.fault, "kind", outcome.fault))


def holds(desk: Desk) -> bool:
    """Whether the flash of the board holds the program."""
    return desk.bench._lines._flashes[0].read(0, len(PROGRAM)) == PROGRAM


def give_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board that does not come back is not waited for."""
    monkeypatch.setattr(board_flash, "ANSWER_S", 0.0)
    monkeypatch.setattr(slot, "FOUND_S", 0.0)


def heal(desk: Desk, image: FirmwareImage, stock: Inventory) -> None:
    """The next run flashes the board whatever it held."""
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "good" and not outcome.was_held, outcome
    assert holds(desk) and state(stock, outcome.mac) == "ready"


def test_a_board_is_flashed_read_back_and_answers(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    with Board(desk.bench.connect()) as board:
        board.files.put("keep.txt", b"kept")
    outcome, stages = flash(desk, image, stock, data=BoardData("iot"))
    assert outcome.verdict == "good", outcome
    assert stages == ["identify", "check", "write", "verify", "data", "ask"]
    assert "Raspberry Pi Pico with RP2040" in outcome.firmware
    assert holds(desk) and outcome.mac == desk.mac
    assert state(stock, outcome.mac) == "ready" and held(stock, outcome.mac) == image.sha256
    with Board(desk.bench.connect()) as board:
        assert board.files.cat("keep.txt") == "kept"
        assert "iot" in board.files.cat("board.json")
    # The second time it is only read back.
    outcome, stages = flash(desk, image, stock)
    assert outcome.verdict == "good" and outcome.was_held
    assert stages == ["identify", "check", "verify", "ask"]


def test_a_pico_2_is_flashed_with_an_image_for_its_chip(
    image: FirmwareImage, stock: Inventory, tmp_path: Path
) -> None:
    program = build_program(version="v1.24.1", chip="rp2350")
    program += b"\xff" * (-len(program) % 256)
    file = tmp_path / "pico2.uf2"
    file.write_bytes(build_uf2({FLASH_ADDRESS: program}, RP2350_ARM_S))
    with LiveBench("pi_pico_2") as bench:
        desk = Desk(bench, "RP2350")
        wrong, _stages = flash(desk, image, stock)
        assert wrong.verdict == "failed" and kind(wrong) == "image_wrong_chip", wrong
        outcome, stages = flash(desk, image_from_file(file), stock)
        assert outcome.verdict == "good", outcome
        assert stages == ["identify", "check", "write", "verify", "ask"]
        assert "Raspberry Pi Pico2 with RP2350" in outcome.firmware
        desk.hold_bootsel()
        again, _stages = flash(desk, image_from_file(file), stock)
        assert again.verdict == "good" and again.mac == outcome.mac, again


def test_an_image_that_was_written_elsewhere_is_read_back_and_not_written(
    desk: Desk, stock: Inventory, tmp_path: Path
) -> None:
    program = build_program()  # as new virtual Picos have it; the file has whole blocks
    image = image_from_file(write_uf2(tmp_path, program + b"\xff" * (-len(program) % 256)))
    outcome, stages = flash(desk, image, stock)
    assert outcome.verdict == "good" and outcome.was_held, outcome
    assert stages == ["identify", "check", "verify", "ask"]
    assert state(stock, outcome.mac) == "ready" and held(stock, outcome.mac) == image.sha256
    with stock.read() as session:
        board = boards.find(session, outcome.mac)
        assert [event.kind for event in history.events(session, board)] == ["added", "image found"]


def test_a_flash_that_is_not_as_recorded_is_written_again(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    outcome, _stages = flash(desk, image, stock)
    changed = bytearray(PROGRAM)
    changed[-1] ^= 1
    desk.bench._lines._flashes[0].write(0, bytes(changed))
    heal(desk, image, stock)
    assert outcome.verdict == "good"


def test_a_board_in_its_boot_rom_is_known_when_it_comes_back(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    mac = desk.mac
    desk.hold_bootsel()
    planned, _stages = flash(desk, image, stock, dry_run=True)
    assert planned.verdict == "planned" and planned.mac == "" and desk.bench.drive()
    assert known(stock) == []
    outcome, stages = flash(desk, image, stock)
    assert outcome.verdict == "good" and outcome.mac == mac, outcome
    assert stages == ["identify", "check", "write", "verify", "ask"]
    assert held(stock, mac) == image.sha256 and holds(desk)


def test_the_drive_is_found_where_systems_mount_it(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pico_drive, "PLACES", (str(desk.drive),))
    outcome, _stages = flash(desk, image, stock, drive=None)
    assert outcome.verdict == "good" and holds(desk), outcome


def test_the_drive_of_a_virtual_pico_is_found_beside_its_port(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    with LiveBench("pi_pico", seed=1) as bench:
        other = Desk(bench)
        other.hold_bootsel()
        outcome, _stages = flash(desk, image, stock, drive=None)
        assert outcome.verdict == "good" and holds(desk) and not holds(other), outcome


def test_a_dry_run_changes_nothing(desk: Desk, image: FirmwareImage, stock: Inventory) -> None:
    outcome, _stages = flash(desk, image, stock, dry_run=True)
    assert outcome.verdict == "planned" and outcome.mac == desk.mac
    assert known(stock) == [] and not holds(desk) and desk.bench.drive() is None


@pytest.mark.long
def test_the_files_are_erased_when_that_is_asked_for(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    with Board(desk.bench.connect()) as board:
        board.files.put("secret.txt", b"a password")
    outcome, _stages = flash(desk, image, stock, erase=True)
    assert outcome.verdict == "good", outcome
    with open_board(desk.port) as board:
        assert board.files.ls() == []


@pytest.mark.parametrize("at", [0.1, *(random.Random("unplugged").random() for _n in range(3))])
def test_a_board_that_is_unplugged_is_half_written_and_healed(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch, at: float
) -> None:
    def unplug(stage: str, part: float) -> None:
        if stage == "write" and part >= at and desk.drive.exists():
            desk.bench.unplug()

    mac = desk.mac
    outcome, _stages = flash(desk, image, stock, on_progress=unplug)
    assert outcome.verdict == "half-written" and kind(outcome) == "drive_lost", outcome
    assert "BOOTSEL" in outcome.cure
    assert state(stock, mac) == "half-written" and not held(stock, mac)
    seen = FaultSeen("pico unplugged", outcome, stock)
    desk.bench.plug()
    heal(desk, image, stock)
    seen.healed(stock)


def test_a_board_that_does_not_come_back_is_not_good(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole file is on the board, but it cannot be read back."""
    give_up_soon(monkeypatch)
    mac = desk.mac

    def unplug(stage: str, part: float) -> None:
        if stage == "write" and part == 1.0:
            desk.bench.unplug()

    outcome, _stages = flash(desk, image, stock, on_progress=unplug)
    assert outcome.verdict == "half-written" and kind(outcome) == "not_back", outcome
    assert state(stock, mac) == "half-written"
    seen = FaultSeen("not back", outcome, stock)
    monkeypatch.undo()
    monkeypatch.setattr(pico_drive, "PLACES", ())
    desk.bench.plug()
    heal(desk, image, stock)
    seen.healed(stock)


def test_a_file_that_the_boot_rom_does_not_take(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a damaged copy on the way to the drive can do that: the file itself was checked."""
    give_up_soon(monkeypatch)
    desk.hold_bootsel()
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(len(data))))
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "half-written" and kind(outcome) == "not_taken", outcome
    assert known(stock) == []
    seen = FaultSeen("not taken", outcome, stock)
    monkeypatch.undo()
    heal(desk, image, stock)
    seen.healed(stock, desk.mac)


def test_a_flash_that_does_not_keep_what_it_gets(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    flash_chip = desk.bench._lines._flashes[0]
    write = flash_chip.write
    flash_chip.write = lambda at, data: write(at, data if at != 0x2000 else bytes(len(data)))  # type: ignore[method-assign]
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "half-written" and kind(outcome) == "not_written", outcome
    assert state(stock, outcome.mac) == "half-written"
    seen = FaultSeen("bad flash", outcome, stock)
    flash_chip.write = write  # type: ignore[method-assign]
    heal(desk, image, stock)
    seen.healed(stock)


def full(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """Whatever is written to the file finds no room."""
    write, target = os.write, desk.drive / "micropython.uf2"

    def refuse(descriptor: int, data: bytes) -> int:
        if os.path.samestat(os.fstat(descriptor), target.stat()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    patch.setattr(os, "write", refuse)


def read_only(_desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """As a drive that is mounted so: root may write to every folder of a test."""

    def refuse(*_arguments: object) -> int:
        raise OSError(30, os.strerror(30))

    patch.setattr(os, "open", refuse)


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [(full, "drive_full", "BOOTSEL held"), (read_only, "drive_read_only", "Mount it again")],
)
def test_a_drive_that_takes_no_file(
    desk: Desk,
    image: FirmwareImage,
    stock: Inventory,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Desk, pytest.MonkeyPatch], None],
    name: str,
    words: str,
) -> None:
    desk.hold_bootsel()

    def show(stage: str, part: float) -> None:
        if stage == "write" and not part:
            fault(desk, monkeypatch)

    outcome, _stages = flash(desk, image, stock, on_progress=show)
    assert kind(outcome) == name and words in outcome.cure, outcome
    assert str(desk.drive) in outcome.cause and outcome.verdict == "failed"
    seen = FaultSeen(name.replace("_", " "), outcome, stock)
    monkeypatch.undo()
    (desk.drive / "micropython.uf2").unlink(missing_ok=True)
    heal(desk, image, stock)
    seen.healed(stock, desk.mac)


def test_a_drive_that_nobody_mounts(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pico_flash, "DRIVE_S", 0.0)
    monkeypatch.setattr(pico_flash, "pico_drives", lambda _port: [])
    mac = desk.mac
    outcome, _stages = flash(desk, image, stock, drive=None)
    assert outcome.verdict == "failed" and kind(outcome) == "no_drive", outcome
    assert "udisksctl" in outcome.cure and state(stock, mac) == "new"
    seen = FaultSeen("no drive", outcome, stock)
    heal(desk, image, stock)
    seen.healed(stock)


def test_a_link_on_the_drive_is_not_followed(
    desk: Desk, image: FirmwareImage, stock: Inventory, tmp_path: Path
) -> None:
    """Whatever is plugged in may call itself a Pico's drive."""
    mine = tmp_path / "mine.txt"
    mine.write_text("a file of the technician")
    desk.hold_bootsel()
    target = desk.drive / "micropython.uf2"
    target.symlink_to(mine)
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "drive_read_only", outcome
    assert mine.read_text() == "a file of the technician"
    target.unlink()
    heal(desk, image, stock)


def test_a_fifo_is_no_drive(stock: Inventory, image: FirmwareImage, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "INFO_UF2.TXT")
    outcome = flash_board(str(tmp_path), lambda _chip: image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "no_drive"


def test_a_drive_of_another_board_in_the_named_folder(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    """The board at the port runs, so the drive that is there already is not its own."""
    mac = desk.mac
    with LiveBench("pi_pico", seed=1) as bench:
        other = Desk(bench)
        other.hold_bootsel()
        outcome, _stages = flash(desk, image, stock, drive=other.drive)
        assert outcome.verdict == "failed" and kind(outcome) == "other_drive", outcome
        assert not holds(other) and other.drive.exists() and not holds(desk)
    assert known(stock) == [mac] and state(stock, mac) == "new"


def test_a_drive_at_a_port_that_is_gone_may_be_of_another_board(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the port has the serial number of a board that is unplugged."""
    desk.bench.unplug()
    with LiveBench("pi_pico", seed=1) as bench:
        other = Desk(bench)
        mac, port = other.mac, other.port
        other.hold_bootsel()
        monkeypatch.setattr(pico_drive, "PLACES", (str(other.drive),))
        monkeypatch.setattr(pico_drive, "_usb_path", lambda _folder: "1-1.3")
        usb = SimpleNamespace(device=port, location="1-1.3:1.0", vid=0x2E8A, pid=5)
        monkeypatch.setattr(list_ports, "comports", lambda: [usb])
        outcome, _stages = flash(desk, image, stock, drive=None)
    assert outcome.verdict == "half-written" and kind(outcome) == "swapped", outcome
    assert known(stock) == [mac] and state(stock, mac) == "half-written"


def test_nothing_is_written_when_the_inventory_takes_no_record(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise StationError("the disk is full")

    monkeypatch.setattr(flash_log, "begin_flash", refuse)
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "failed" and outcome.cause == "the disk is full"
    assert not holds(desk) and desk.bench.drive() is None


def test_a_board_that_cannot_read_its_flash_is_written_again(
    desk: Desk, image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "good", outcome
    answers = iter([DeviceError("OSError: [Errno 5] EIO"), None])

    def holds_or_not(*arguments: Any) -> bool:
        if error := next(answers):
            raise error
        return flash_holds(*arguments)

    monkeypatch.setattr(pico_flash, "flash_holds", holds_or_not)
    heal(desk, image, stock)


def test_two_boards_in_their_boot_roms(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LiveBench("pi_pico") as one, LiveBench("pi_pico", seed=1) as other:
        desks = [Desk(one), Desk(other)]
        for desk in desks:
            desk.hold_bootsel()
        monkeypatch.setattr(pico_drive, "PLACES", tuple(str(desk.drive) for desk in desks))
        ports = [desks[0].port, str(desks[1].drive)]
        for outcome in flash_all(ports, lambda _chip: image, stock):
            assert outcome.verdict == "failed" and kind(outcome) == "two_drives", outcome
            assert all(str(desk.drive) in outcome.cause for desk in desks)
        assert not any(map(holds, desks)) and known(stock) == []
        seen = FaultSeen("two drives", outcome, stock)
        desks[1].bench.unplug()
        (outcome,) = flash_all(ports[:1], lambda _chip: image, stock)
        assert outcome.verdict == "good" and holds(desks[0]), outcome
    seen.healed(stock, outcome.mac)


def test_boards_whose_drives_look_the_same_are_flashed_one_after_the_other(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LiveBench("pi_pico") as one, LiveBench("pi_pico", seed=1) as other:
        desks = [Desk(one), Desk(other)]
        monkeypatch.setattr(pico_drive, "PLACES", tuple(str(desk.drive) for desk in desks))
        ports = [desk.port for desk in desks]
        for desk, outcome in zip(desks, flash_all(ports, lambda _chip: image, stock), strict=True):
            assert outcome.verdict == "good" and outcome.mac == desk.mac, outcome
            assert holds(desk) and held(stock, desk.mac) == image.sha256


def test_a_drive_of_another_board(
    desk: Desk, stock: Inventory, image: FirmwareImage, tmp_path: Path
) -> None:
    (tmp_path / "INFO_UF2.TXT").write_text("UF2 Bootloader v1.0\r\nBoard-ID: RP9\r\n")
    outcome = flash_board(str(tmp_path), lambda _chip: image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "wrong_drive"
    assert "RP9" in outcome.cause
    assert sorted(file.name for file in tmp_path.glob("*.uf2")) == ["micropython.uf2"]
    seen = FaultSeen("wrong drive", outcome, stock)
    heal(desk, image, stock)
    seen.healed(stock, desk.mac)


def test_a_folder_without_a_drive(stock: Inventory, image: FirmwareImage, tmp_path: Path) -> None:
    outcome = flash_board(str(tmp_path), lambda _chip: image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "no_drive"


def test_a_board_whose_micropython_is_silent(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    with Board(desk.bench.connect()) as board:
        board.exec_detached(HANGING)
    outcome, _stages = flash(desk, image, stock)
    assert outcome.verdict == "failed" and kind(outcome) == "no_repl", outcome
    assert "BOOTSEL" in outcome.cure and not holds(desk)
    seen = FaultSeen("pico silent", outcome, stock)
    desk.hold_bootsel()
    heal(desk, image, stock)
    seen.healed(stock, desk.mac)


def test_a_board_that_does_not_answer_any_more_is_not_waited_for_as_a_drive(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    def hang(stage: str, _part: float) -> None:
        if stage == "check":
            with Board(desk.bench.connect()) as board:
                board.exec_detached(HANGING)

    outcome, _stages = flash(desk, image, stock, on_progress=hang)
    assert outcome.verdict == "failed" and kind(outcome) == "no_repl", outcome


def test_a_board_that_is_stopped(desk: Desk, image: FirmwareImage, stock: Inventory) -> None:
    stopped = threading.Event()

    def stop(stage: str, part: float) -> None:
        if stage == "write" and part > 0.3:
            stopped.set()

    mac = desk.mac
    outcome, _stages = flash(desk, image, stock, on_progress=stop, stopped=stopped)
    assert outcome.verdict == "half-written" and kind(outcome) == "stopped", outcome
    assert state(stock, mac) == "half-written"
    seen = FaultSeen("pico stopped", outcome, stock)
    heal(desk, image, stock)
    seen.healed(stock)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (build_uf2({FLASH_ADDRESS: PROGRAM}, ESP32_S2), "image_wrong_chip", "ESP32-S2"),
        (build_uf2({FLASH_ADDRESS: PROGRAM}, RP2350_ARM_S), "damaged_image", "damaged"),
        (build_uf2({FLASH_ADDRESS: PROGRAM})[:-512], "bad_uf2", "it has 133 of 134 blocks"),
        (build_uf2({FLASH_ADDRESS + 4096: PROGRAM}), "damaged_image", "damaged"),
        (build_uf2({FLASH_ADDRESS: build_program("blink", "2")}), "not_micropython", "blink 2"),
        (b"print('hello')\n" * 999, "not_an_image", "no image for an ESP32 chip or a Pico"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    file = tmp_path / "wrong.uf2"
    file.write_bytes(content)
    with pytest.raises(FlashFault, match=words) as found:
        image_from_file(file)
    assert found.value.kind == name and str(file) in str(found.value)


def test_the_boot_rom_does_not_say_which_pico_it_is(
    desk: Desk, image: FirmwareImage, stock: Inventory
) -> None:
    desk.hold_bootsel()
    outcome = flash_board(desk.port, image_for, stock, drive=desk.drive)
    assert outcome.verdict == "failed" and kind(outcome) == "which_board"
    assert "Raspberry Pi Pico, Raspberry Pi Pico W" in outcome.cause
    assert "--type pi_pico_w" in outcome.cure
    seen = FaultSeen("which board", outcome, stock)
    heal(desk, image, stock)
    seen.healed(stock, desk.mac)
