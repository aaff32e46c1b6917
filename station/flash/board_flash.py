"""Flashes one board, whatever its chip is: the order of the stages, and the records.

| stage | what is done | what the inventory has afterwards |
|---|---|---|
| `identify` | the board says which chip it has | the board, its chip, its slot |
| `check` | the image is chosen; if the board has it, it is read back | |
| `write` | the image is written | before the first byte: half-written |
| `verify` | the image is read back, or its hash | good, or half-written |
| `data`, `library` | files of the board, over its REPL | |
| `ask` | the board is reset and says who it is | |

A station that is killed leaves the board recorded as half-written, and the next run writes it
again.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hardware.connect import open_board
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.wire.board import Board
from hardware.wire.port import Deadline
from station.certify.self_test import identify as ask_board
from station.flash.board_files import BoardData, put_data, put_library
from station.flash.fault_words import FlashFault, FlashFaultKind
from station.flash.flash_outcome import FlashOutcome, OnFlashStage, Stage
from station.flash.identify import ChipIdentity
from station.flash.image_layout import chip_title
from station.flash.images import Choice, FirmwareImage
from station.flash.slot import at_this_computer, port_in
from station.inventory import boards, flash_log
from station.inventory.database import Change, Inventory
from station.inventory.tables import CODE, FlashRow, ImageRow

ANSWER_S = 40.0
"""A new board makes its file system at the first start: up to 30 s for 16 MB."""
AGAIN_S = 0.3


class BoardFlash(ABC):
    """The work at one port; `outcome` is true at each moment. A subclass knows how an image gets
    into a chip and back."""

    def __init__(
        self,
        outcome: FlashOutcome,
        inventory: Inventory,
        on_progress: OnFlashStage,
        stopped: threading.Event,
    ) -> None:
        self.outcome = outcome
        self._inventory, self._report, self._stopped = inventory, on_progress, stopped
        self._before: Mapping[str, str] = {}
        self._touched = False
        """Whether the flash of the board may have changed."""
        self._image: ImageRow | None = None
        self._record: FlashRow | None = None

    # -- what differs between chips

    tells_quickly = False
    """Whether a board says in a second that it holds another image: then it is also asked for an
    image that was not written here."""

    @abstractmethod
    def _identify(self) -> ChipIdentity:
        """Ask the board. Raises: HardwareError."""

    @abstractmethod
    def _holds(self, image: FirmwareImage) -> bool:
        """Whether the flash of the board has this image. Raises: FlashFault when stopped."""

    @abstractmethod
    def _put(self, *, erase: bool) -> None:
        """Write the image and read it back; `_touched` says when the flash is not as before.
        Raises: HardwareError, also when it was not read back."""

    # -- which board, which image

    def prepare(
        self, choice: Choice, before: Mapping[str, str], *, expected: str, dry_run: bool
    ) -> None:
        """Identify the board, note where it is, and check the image. Raises: HardwareError."""
        outcome, self._before = self.outcome, before
        self._begin("identify")
        outcome.identity = self._identify()
        if outcome.mac:
            self._know(place=not dry_run)
        if expected and outcome.mac and outcome.mac != expected:
            raise FlashFault("swapped", found=outcome.mac, wanted=expected)
        self._begin("check")
        outcome.image = image = choice(outcome.identity)
        if image.chip != outcome.identity.chip:
            raise FlashFault(
                "image_wrong_chip",
                file=str(image.file),
                wanted=chip_title(image.chip),
                found=outcome.identity.title,
            )
        room = outcome.identity.flash_bytes
        if image.flash_bytes > room:
            raise FlashFault("too_big", length=image.flash_bytes, room=room)
        if dry_run:
            outcome.verdict = "planned"

    def _know(self, *, place: bool = True) -> None:
        """The board has said who it is."""
        self.outcome.board = self.outcome.mac
        self._compare(self._before)
        if place:
            self._place()

    def _compare(self, before: Mapping[str, str]) -> None:
        """Tell which boards have changed their slots."""
        outcome, name = self.outcome, self.outcome.slot.name
        was = before.get(outcome.mac, name)
        if was != name:
            text = _("{mac} was at {slot} before: look at which board this is")
            outcome.remarks.append(text.format(mac=outcome.mac, slot=was))
        for mac, slot in before.items():
            if slot == name and mac != outcome.mac:
                text = _("the last board at {slot} was {mac}")
                outcome.remarks.append(text.format(slot=slot, mac=mac))

    def _place(self) -> None:
        """Note the board, and that it is in this slot."""
        outcome, slot = self.outcome, self.outcome.slot
        assert outcome.identity
        chip, size = outcome.identity.chip, outcome.identity.flash_bytes
        with self._inventory.change() as change:
            board = boards.register(change, outcome.mac, chip=chip, flash_bytes=size)
            outcome.board = board.label
            port = outcome.port[:CODE]
            hub = at_this_computer(slot.hub)
            flash_log.place(change, slot.name, outcome.mac, hub=hub, port=port)

    # -- the image

    def write(self, *, erase: bool) -> None:
        """Write the image, unless the board has it. Raises: HardwareError."""
        if not erase and self._has_it():
            self.outcome.was_held, self.outcome.verdict = True, "unfinished"
            return
        if self.outcome.mac:
            self._begin_record()
        self.outcome.verdict = "half-written"
        try:
            self._put(erase=erase)
        except BaseException:
            self.outcome.verdict = "half-written" if self._touched else "failed"
            self._end_record(verified=False)
            raise
        self._end_record(verified=True)
        self.outcome.verdict = "unfinished"

    def _has_it(self) -> bool:
        """Whether the board holds the image, and the inventory does not call it half-written."""
        outcome = self.outcome
        assert outcome.image
        with self._inventory.read() as session:
            last = flash_log.last_flash(session, outcome.mac)
        is_recorded = last is not None and last.image == outcome.image.sha256
        may_hold = last.result == "good" if last else bool(outcome.mac)
        if not may_hold or outcome.image.layout.has_data:
            return False
        if not (is_recorded or self.tells_quickly) or not self._holds(outcome.image):
            return False
        if not is_recorded:
            with self._inventory.change() as change:
                image = self._keep_image(change)
                flash_log.found_image(change, outcome.mac, image, slot=outcome.slot.name)
        return True

    def _keep_image(self, change: Change) -> ImageRow:
        """The image in the inventory."""
        assert self.outcome.image
        image = self.outcome.image
        return flash_log.keep_image(
            change,
            image.sha256,
            image.name,
            version=image.version,
            source=image.source,
            by_hand=image.by_hand,
        )

    def _begin_record(self) -> None:
        """Note that the board is half-written from now on."""
        outcome = self.outcome
        with self._inventory.change() as change:
            self._image = self._keep_image(change)
            self._record = flash_log.begin_flash(
                change, outcome.mac, self._image, slot=outcome.slot.name, baud=outcome.baud
            )

    def _end_record(self, *, verified: bool) -> None:
        """Note how it ended. A board that never said who it is has no record."""
        if self._record:
            verdict = "good" if verified else self.outcome.verdict
            assert verdict in ("good", "half-written", "failed")
            with self._inventory.change() as change:
                flash_log.end_flash(
                    change, self._record.id, verdict, verified=verified, baud=self.outcome.baud
                )

    def _note_other(self, mac: str) -> None:
        """Another board was written: it stays half-written."""
        assert self._image
        with self._inventory.change() as change:
            boards.register(change, mac)
            slot, baud = self.outcome.slot.name, self.outcome.baud
            flash_log.begin_flash(change, mac, self._image, slot=slot, baud=baud)

    # -- its MicroPython

    def finish(self, data: BoardData | None) -> None:
        """Give the board its files, and ask it who it is. Raises: HardwareError, OSError."""
        outcome = self.outcome
        assert outcome.identity
        with self._answering("silent") as board:
            if data:
                self._begin("data")
                put_data(board, outcome.board, data)
                if data.library:
                    self._begin("library")
                    put_library(
                        board,
                        data.library,
                        lambda done, all_: self._report("library", done / max(all_, 1)),
                    )
            self._begin("ask")
            found = ask_board(board)
            board.soft_reset()
        if found.mac != outcome.identity.mac:
            raise FlashFault("wrong_board", found=found.mac, wanted=outcome.identity.mac)
        outcome.firmware = f"{found.machine}, {found.firmware}"
        self._report("ask", 1.0)
        outcome.verdict = "good"

    @contextmanager
    def _answering(self, otherwise: FlashFaultKind) -> Iterator[Board]:
        """The board, as soon as its MicroPython answers. Raises: FlashFault `otherwise`."""
        deadline = Deadline(ANSWER_S)
        while True:
            if self._stopped.is_set():
                raise FlashFault("stopped")
            try:
                board = open_board(self._port())
                try:
                    board.stop()
                except BaseException:
                    board.close()
                    raise
                break
            except HardwareError as error:
                if deadline.over():
                    raise FlashFault(otherwise) from error
                self._stopped.wait(AGAIN_S)
        with board:
            yield board

    def _port(self) -> str:
        return port_in(self.outcome.slot, self.outcome.port)

    def _begin(self, stage: Stage) -> None:
        if self._stopped.is_set():
            raise FlashFault("stopped")
        self._report(stage, 0.0)
