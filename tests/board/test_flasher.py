"""Boards are flashed by the real esptool: virtual ESP32 boards, whose chips boot what was
written. The inventory is compared with what is in the flash."""

import platform
import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board
from station.flash import board_flash, tray
from station.flash.board_files import BoardData, WifiAccess
from station.flash.flash_outcome import FlashOutcome
from station.flash.flasher import flash_board
from station.flash.images import FirmwareImage, image_from_file
from station.flash.tray import flash_all
from station.inventory import boards, flash_log
from station.inventory.database import Inventory
from tests.support.bare_chip import BareChip
from tests.support.firmware_images import whole_image, write_image
from tests.support.injected_faults import FaultSeen
from tests.support.project import ROOT

ROOM = 0x200000


@pytest.fixture(autouse=True)
def patient_esptool(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may be busy with other tests."""
    monkeypatch.setenv("ESPTOOL_CFGFILE", str(ROOT / "tests/support/esptool.cfg"))


@pytest.fixture
def image(tmp_path: Path) -> FirmwareImage:
    """A small image for an ESP32."""
    return image_from_file(write_image(tmp_path))


def state(stock: Inventory, mac: str) -> str:
    """The state of a board in the inventory."""
    with stock.read() as session:
        return boards.find(session, mac).state


def held(stock: Inventory, mac: str) -> str:
    """The hash of the image that a board holds, by the inventory; "" for none."""
    with stock.read() as session:
        found = flash_log.held_image(session, mac)
        return found.sha256 if found else ""


def flash(
    port: str, image: FirmwareImage, stock: Inventory, **more: object
) -> tuple[FlashOutcome, list[str]]:
    """Flash a board. Returns: the outcome, and the stages in their order."""
    stages: list[str] = []

    def note(stage: str, _part: float) -> None:
        if stage not in stages[-1:]:
            stages.append(stage)

    outcome = flash_board(port, lambda _chip: image, stock, note, **more)  # type: ignore[arg-type]
    return outcome, stages


def test_a_board_is_flashed_read_back_and_answers(image: FirmwareImage, stock: Inventory) -> None:
    with LiveBench("esp32") as bench:
        pty = bench.serve_pty()
        outcome, stages = flash(pty, image, stock)
        assert outcome.verdict == "good", outcome
        assert stages == ["identify", "check", "write", "verify", "ask"]
        assert "with ESP32" in outcome.firmware
        assert state(stock, outcome.mac) == "ready"
        assert held(stock, outcome.mac) == image.sha256
        with Board(bench.connect()) as board:
            assert board.eval("__import__('machine').unique_id().hex(':')") == outcome.mac
        # The second time it is only read back.
        outcome, stages = flash(pty, image, stock)
        assert outcome.verdict == "good" and outcome.was_held
        assert "write" not in stages
    with stock.read() as session:
        assert len(flash_log.slots(session)) == 1


def test_a_board_gets_its_data_and_the_library(
    image: FirmwareImage, stock: Inventory, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "motor.py").write_text("SPEED = 7\n")
    data = BoardData("iot", WifiAccess("lab", "very secret"), library)
    with LiveBench("esp32") as bench:
        outcome, stages = flash(bench.serve_pty(), image, stock, data=data)
        assert outcome.verdict == "good", outcome
        assert stages[-3:] == ["data", "library", "ask"]
        with Board(bench.connect()) as board:
            found = board.eval("__import__('json').load(open('board.json'))")
            assert found == {
                "name": outcome.mac,
                "course": "iot",
                "wifi": {"ssid": "lab", "password": "very secret"},
            }
            assert board.eval("__import__('motor').SPEED") == 7
    assert "very secret" not in repr(data) + repr(outcome)
    assert b"very secret" not in (tmp_path / "stock.db").read_bytes()


def test_boards_are_flashed_side_by_side(image: FirmwareImage, stock: Inventory) -> None:
    with LiveBench("esp32") as one, LiveBench("esp32", seed=1) as other:
        ports = [one.serve_pty(), "/dev/nothing", other.serve_pty()]
        done: list[str] = []
        outcomes = flash_all(
            ports, lambda _chip: image, stock, on_done=lambda outcome: done.append(outcome.port)
        )
    assert [outcome.port for outcome in outcomes] == ports
    assert sorted(done) == sorted(ports)
    assert [outcome.verdict for outcome in outcomes] == ["good", "failed", "good"]
    assert "there is no port /dev/nothing" in outcomes[1].cause
    for outcome in outcomes[::2]:
        assert state(stock, outcome.mac) == "ready"


def test_a_dry_run_changes_nothing(image: FirmwareImage, stock: Inventory) -> None:
    with BareChip("esp32") as chip:
        before = bytes(chip.store.bytes)
        outcome, _stages = flash(chip.pty, image, stock, dry_run=True)
        assert outcome.verdict == "planned" and outcome.image == image
        assert bytes(chip.store.bytes) == before
    with stock.read() as session:
        assert boards.listed(session) == []


def test_a_write_that_is_stopped_is_half_written_and_the_next_one_heals_it(
    stock: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = image_from_file(write_image(tmp_path, size=600_000))
    stopped = threading.Event()

    def stop(stage: str, part: float) -> None:
        if stage == "write" and part > 0.3:
            stopped.set()

    monkeypatch.setattr(board_flash, "ANSWER_S", 0.0)  # a bare chip has no MicroPython
    with BareChip("esp32", firmware=False) as chip:
        outcome = flash_board(chip.pty, lambda _chip: big, stock, stop, stopped=stopped)
        assert outcome.verdict == "half-written"
        assert state(stock, outcome.mac) == "half-written" and not held(stock, outcome.mac)
        chip.store.write(ROOM, b"an old file")
        flash(chip.pty, big, stock, erase=True)
        assert held(stock, outcome.mac) == big.sha256
        data = whole_image(size=600_000)
        assert chip.store.read(0x1000, len(data)) == data
        assert chip.store.read(ROOM, 11) == b"\xff" * 11


def plug(monkeypatch: pytest.MonkeyPatch, ports: Mapping[str, str]) -> None:
    """What pyserial lists from now on: ports with their USB paths."""
    found = [
        SimpleNamespace(device=port, location=path, vid=0x303A, pid=0x1001)
        for port, path in ports.items()
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: found)


def test_a_port_that_gets_another_name_is_found_by_its_place(
    image: FirmwareImage, stock: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / "ttyACM0", tmp_path / "ttyACM1"
    with LiveBench("esp32") as bench:
        old.symlink_to(bench.serve_pty())
        plug(monkeypatch, {str(old): "1-1.3:1.0"})

        def renumber(stage: str, _part: float) -> None:
            if stage == "verify" and old.exists():
                old.rename(new)
                plug(monkeypatch, {str(new): "1-1.3:1.0"})

        outcome = flash_board(str(old), lambda _chip: image, stock, renumber)
    assert outcome.verdict == "good", outcome
    FaultSeen("renumbered", outcome, stock).healed(stock)
    with stock.read() as session:
        (slot,) = flash_log.slots(session)
    here = platform.node()  # another station has the same paths
    assert (slot.usb_path, slot.hub, slot.mac) == (f"{here}:1-1.3", f"{here}:1-1", outcome.mac)


def test_a_hub_has_a_cap(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ports do not exist: only the turns count."""
    ports = {f"/dev/nothing{number}": f"1-{1 + number % 2}.{number}" for number in range(6)}
    plug(monkeypatch, ports)
    lock, busy = threading.Lock(), {"1-1": 0, "1-2": 0}
    most = dict(busy)

    def begins(port: str, _stage: str, _part: float) -> None:
        with lock:
            busy[ports[port][:3]] += 1
            most.update({hub: max(most[hub], now) for hub, now in busy.items()})

    def ended(outcome: FlashOutcome) -> None:
        with lock:
            busy[outcome.slot.hub] -= 1

    outcomes = flash_all(list(ports), lambda _chip: image, stock, begins, ended, per_hub=1)
    assert [outcome.verdict for outcome in outcomes] == ["failed"] * 6
    assert most == {"1-1": 1, "1-2": 1}


def test_boards_that_wait_for_their_hub_keep_no_other_out(
    image: FirmwareImage, stock: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ports do not exist: only the turns count."""
    monkeypatch.setattr(tray, "AT_ONCE", 2)
    ports = {"/dev/nothing0": "1-1.1", "/dev/nothing1": "1-1.2", "/dev/nothing2": "1-2.1"}
    plug(monkeypatch, ports)
    other_hub, seen = threading.Event(), []

    def begins(port: str, _stage: str, _part: float) -> None:
        if ports[port].startswith("1-2"):
            other_hub.set()
        seen.append(other_hub.wait(30))

    flash_all(list(ports), lambda _chip: image, stock, begins, per_hub=1)
    assert len(seen) == 3 and all(seen)


def test_a_chip_with_usb_of_its_own_is_found_again_after_each_reset(
    stock: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_flash, "ANSWER_S", 0.0)  # a bare chip has no MicroPython
    usb = tmp_path / "by-id"
    usb.mkdir()
    image = image_from_file(write_image(tmp_path, chip="esp32c3"))
    with BareChip("esp32c3", usb_folder=usb) as chip:
        first, _stages = flash(chip.pty, image, stock)
        assert first.verdict == "unfinished", first
        assert held(stock, first.mac) == image.sha256
        again, _stages = flash(chip.pty, image, stock)
        assert again.was_held, again
