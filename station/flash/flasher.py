"""Flashes the board at a port: `EspFlash` with esptool, `PicoFlash` over the drive of a boot ROM.
Both keep to the stages and the records of `board_flash.py`."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from grader.errors import GraderError
from hardware.errors import HardwareError
from station.errors import StationError
from station.flash.board_files import BoardData
from station.flash.board_flash import BoardFlash
from station.flash.esp_flash import EspFlash
from station.flash.fault_words import FlashFault
from station.flash.flash_outcome import FlashOutcome, OnFlashStage
from station.flash.images import Choice
from station.flash.pico_drive import slot_of
from station.flash.pico_flash import PicoFlash
from station.flash.slot import is_pico, slot_at
from station.inventory import flash_log
from station.inventory.database import Inventory

BAUD = 921600


def flash_board(
    port: str,
    choice: Choice,
    inventory: Inventory,
    on_progress: OnFlashStage = lambda _stage, _part: None,
    *,
    baud: int = BAUD,
    erase: bool = False,
    data: BoardData | None = None,
    drive: Path | None = None,
    dry_run: bool = False,
    stopped: threading.Event | None = None,
    before: Mapping[str, str] | None = None,
    expected: str = "",
) -> FlashOutcome:
    """Flash the board at a port. Nothing is raised for a fault of the board: the outcome has it.

    Args:
        port: a device, `rfc2217://…`, or the folder of a Pico's drive.
        choice: gives the image for the chip: `image_for`, or `lambda _chip: image`.
        inventory: gets the board, its slot, and the flash.
        on_progress: is called from this thread.
        baud: the highest speed of the line.
        erase: the whole flash first, with the files of the board.
        data: what the board gets after the image.
        drive: where the drive of this Pico appears; None: where systems mount it.
        dry_run: identify the board and choose the image, and change nothing.
        stopped: when somebody sets it, the board is left as soon as possible.
        before: where boards were, as `places` gives it; None: where they are now.
        expected: the MAC of the board that was seen at this port; another one is not written.
    """
    began = time.monotonic()
    stopped = stopped or threading.Event()
    folder = Path(port) if os.path.isdir(port) else None
    work: BoardFlash
    if folder or drive or is_pico(port):
        slot = slot_of(folder) if folder else slot_at(port)
        work = PicoFlash(
            FlashOutcome(port, slot), inventory, on_progress, stopped, folder or drive
        )
    else:
        outcome = FlashOutcome(port, slot_at(port), baud=baud)
        work = EspFlash(outcome, inventory, on_progress, stopped)
    try:
        was = places(inventory) if before is None else before
        work.prepare(choice, was, expected=expected, dry_run=dry_run)
        if not dry_run:
            work.write(erase=erase)
            work.finish(data)
    except Exception as error:  # also one of ours: the other boards go on
        work.outcome.fault = _known(error)
    work.outcome.seconds = time.monotonic() - began
    return work.outcome


def places(inventory: Inventory) -> dict[str, str]:
    """The USB path of each board that is in a slot, by its MAC."""
    with inventory.read() as session:
        return {slot.mac: slot.usb_path for slot in flash_log.slots(session) if slot.mac}


def _known(error: Exception) -> HardwareError:
    """An error with its cause and its cure."""
    if isinstance(error, HardwareError):
        return error
    if isinstance(error, GraderError):  # a full disk
        return StationError(str(error), error.cure)
    return FlashFault("broken", said=f"{type(error).__name__}: {error}")
