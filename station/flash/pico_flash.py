"""Flashes a Pico over the drive of its boot ROM.

A board that runs MicroPython says who it is, and is sent into its boot ROM by
`machine.bootloader()`. One that waits there already, because somebody held BOOTSEL or its flash is
empty, does not say who it is: it is known, and recorded, when it comes back with MicroPython. The
drive gives nothing back, so the image is read back through that MicroPython.
"""

import sys
import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from hardware import boards as board_types
from hardware.connect import open_board
from hardware.errors import BoardNotFound, BoardRestarted, HardwareError
from hardware.wire.board import Board
from hardware.wire.port import Deadline
from station.certify.self_test import Identity
from station.certify.self_test import identify as ask_board
from station.flash.board_flash import AGAIN_S, BoardFlash
from station.flash.fault_words import FlashFault
from station.flash.flash_outcome import FlashOutcome, OnFlashStage
from station.flash.identify import ChipIdentity
from station.flash.images import FirmwareImage
from station.flash.pico_drive import PicoDrive, copy_to_drive, drive_at, pico_drives, slot_of
from station.flash.read_back import flash_holds
from station.flash.slot import pico_mac, pico_ports, port_in
from station.inventory.database import Inventory
from station.return_tray.wipe import wipe

DRIVE_S = 20.0
"""A desktop mounts a drive within a few seconds."""
_one_at_a_time = threading.Lock()
"""Where nothing tells which drive is of which board, only one of them waits in its boot ROM."""


class PicoFlash(BoardFlash):
    """The work at one port."""

    tells_quickly = True

    def __init__(
        self,
        outcome: FlashOutcome,
        inventory: Inventory,
        on_progress: OnFlashStage,
        stopped: threading.Event,
        folder: Path | None,
    ) -> None:
        """`folder`: where the drive is, or will be; None: where systems mount it."""
        super().__init__(outcome, inventory, on_progress, stopped)
        self._folder = folder
        self._drive: PicoDrive | None = None
        """While the board is in its boot ROM."""
        self._ports = pico_ports()
        """Of all Picos, before this one comes back."""

    @property
    def _path_tells(self) -> bool:
        """Whether the system tells which drive is in which slot."""
        return bool(self.outcome.slot.hub) and sys.platform == "linux"

    # -- which board

    def _identify(self) -> ChipIdentity:
        self._drive = self._waiting()
        if self._drive:
            return _chip(self._drive.chip)
        with open_board(self.outcome.port) as board:
            try:
                board.stop()
                found = ask_board(board)
            except HardwareError as error:
                raise FlashFault("no_repl") from error
            board.soft_reset()
        return _identity(found)

    def _waiting(self) -> PicoDrive | None:
        """The drive of the board, if it waits in its boot ROM. Raises: FlashFault."""
        folder, port = self._folder, self.outcome.port
        if str(folder) != port and (Path(port).exists() or "://" in port):
            return None  # it runs: a drive that is there is of another board
        if folder:
            found = drive_at(folder)
            if str(folder) == port:
                if found is None:
                    raise FlashFault("no_drive")
                if not self.outcome.slot.hub:  # several would come back at ports that nobody knows
                    _only([found, *(one for one in self._drives() if one.folder != found.folder)])
            return _of_pico(found)
        found = _of_pico(_only(self._drives()))
        if found and found.usb_path:
            self.outcome.slot = slot_of(found.folder)
        return found

    def _drives(self) -> list[PicoDrive]:
        """All drives that may be that of this board."""
        return pico_drives(self.outcome.port)

    def _into_boot_rom(self) -> PicoDrive:
        """Have the program start the boot ROM; its drive. Raises: HardwareError."""
        known = {drive.folder for drive in self._drives()}
        if self._folder and drive_at(self._folder):
            raise FlashFault("other_drive", drive=str(self._folder))
        with open_board(self._port()) as board:
            try:
                board.run("import machine; machine.bootloader()")
            except (BoardNotFound, BoardRestarted):
                pass  # its line ends here
            except HardwareError as error:
                raise FlashFault("no_repl") from error
        deadline = Deadline(DRIVE_S)
        while not (found := _of_pico(self._appeared(known))):
            if self._stopped.wait(AGAIN_S):
                raise FlashFault("stopped")
            if deadline.over():
                raise FlashFault("no_drive")
        return found

    def _appeared(self, known: set[Path]) -> PicoDrive | None:
        """The drive of this board, as soon as it is mounted."""
        if self._folder:
            return drive_at(self._folder)
        path, drives = self.outcome.slot.usb_path, self._drives()
        if self._path_tells:
            return _only([drive for drive in drives if drive.usb_path == path])
        return _only([drive for drive in drives if drive.folder not in known])

    # -- the image

    def _holds(self, image: FirmwareImage) -> bool:
        try:
            with open_board(self._port()) as board:
                board.stop()
                return self._read_back(board, image)
        except FlashFault:
            raise
        except HardwareError:  # its MicroPython cannot do it: another image may heal it
            return False

    def _put(self, *, erase: bool) -> None:
        assert self.outcome.image
        image = self.outcome.image
        with nullcontext() if self._folder or self._path_tells else _one_at_a_time:
            drive = self._drive or self._into_boot_rom()
            self._copy(drive, image)
            try:
                with self._answering("not_back") as board:
                    self._recognize(ask_board(board))
                    self._begin("verify")
                    if not self._read_back(board, image):
                        raise FlashFault("not_written")
                    if erase:
                        wipe(board)
            except FlashFault as fault:
                if fault.kind == "not_back" and drive_at(drive.folder):
                    raise FlashFault("not_taken") from fault
                raise

    def _copy(self, drive: PicoDrive, image: FirmwareImage) -> None:
        self._begin("write")
        self._touched = True
        try:
            copy_to_drive(
                drive, image.file, lambda part: self._report("write", part), self._stopped
            )
        except FlashFault as fault:
            self._touched = fault.facts.get("done") != 0
            raise

    def _recognize(self, found: Identity) -> None:
        """The board that came back: note it, if it did not say before who it is. Raises:
        FlashFault when it is another one."""
        wanted = self.outcome.mac
        if not wanted:
            self.outcome.identity = _identity(found)
            self._know()
            self._begin_record()
            wanted = pico_mac(self.outcome.port) or found.mac
            if found.mac != wanted:  # the port was not there, and this drive was
                raise FlashFault("swapped", found=found.mac, wanted=wanted)
        elif found.mac != wanted:
            self._note_other(found.mac)
            raise FlashFault("swapped", found=found.mac, wanted=wanted)

    def _read_back(self, board: Board, image: FirmwareImage) -> bool:
        return flash_holds(board, image.layout.fixed, lambda part: self._report("verify", part))

    def _port(self) -> str:
        if self.outcome.slot.hub or str(self._folder) != self.outcome.port:
            return port_in(self.outcome.slot, self.outcome.port)
        new = pico_ports() - self._ports
        return new.pop() if len(new) == 1 else self.outcome.port


def _only(drives: list[PicoDrive]) -> PicoDrive | None:
    """The one drive that is there. Raises: FlashFault when there are several."""
    if len(drives) > 1:
        raise FlashFault("two_drives", drives=", ".join(str(one.folder) for one in drives))
    return drives[0] if drives else None


def drive_of_pico(folder: str) -> PicoDrive:
    """The drive at a folder. Raises: FlashFault when there is none, or when it is of no Pico."""
    if found := _of_pico(drive_at(Path(folder))):
        return found
    raise FlashFault("no_drive")


def _of_pico(drive: PicoDrive | None) -> PicoDrive | None:
    """The same drive. Raises: FlashFault when it is of no Pico."""
    if drive and not drive.chip:
        raise FlashFault("wrong_drive", drive=str(drive.folder), found=drive.board_id)
    return drive


def _identity(found: Identity) -> ChipIdentity:
    """The chip of a board that runs MicroPython."""
    board, _with, chip = found.machine.rpartition(" with ")
    return replace(_chip(chip.lower()), mac=found.mac, board=board)


def _chip(chip: str) -> ChipIdentity:
    """The chip of a board that has not said who it is."""
    kinds = (board_types.load(name) for name in board_types.names())
    flash_bytes = next((kind.flash_bytes for kind in kinds if kind.chip == chip), 0)
    return ChipIdentity(chip, chip.upper(), "", flash_bytes)
