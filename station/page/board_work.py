"""The work on one board, from the plug to the label. It belongs to the thread of that board, and
knows neither a tray nor a page."""

import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from hardware.bench.chip import pico_boot_rom
from hardware.boards import BoardType
from hardware.boards import load as load_type
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.wire.board import Board
from station.certify.fault_words import fault_words
from station.certify.keeping import RESULTS, keep, known_type, open_faults, still_faulty
from station.certify.keys import StationKey
from station.certify.label import Label, write_labels
from station.certify.measurement import Verdict
from station.certify.self_test import STEPS, Identity, TestResult, board_type, identify
from station.certify.side_by_side import board_at, certify_board
from station.errors import NotWiped, StationError, UnknownCode, UnknownType
from station.flash.flash_outcome import FlashOutcome, stage_name
from station.flash.flash_outcome import Stage as FlashStage
from station.flash.flasher import flash_board
from station.flash.identify import ChipIdentity
from station.flash.image_layout import chip_title
from station.flash.images import Choice, FirmwareImage, image_for
from station.flash.pico_flash import drive_of_pico
from station.flash.slot import Slot, at_this_computer, hub_of, port_in
from station.flash.tray import AT_ONCE, PER_HUB
from station.inventory import boards, flash_log, jobs
from station.inventory.database import Inventory
from station.inventory.tables import CODE, LoanRow
from station.page.trouble import Trouble, trouble_of, trouble_of_file
from station.return_tray.check_in import check_in, wipe_returned

Stage = Literal["identify", "flash", "wipe", "certify", "label", "check in"]
FLASH_AND_CERTIFY: tuple[Stage, ...] = ("identify", "flash", "certify", "label")
TAKE_BACK: tuple[Stage, ...] = ("identify", "wipe", "certify", "check in")
FLASHABLE = ("ESP32", "RP2")
"""How the names of chips begin that are flashed here."""


@dataclass(frozen=True)
class TraySettings:
    """What a person has chosen for all boards of the tray."""

    board_type: str = ""
    """Of boards that do not say it and are not in the inventory."""
    flash: bool = True
    """Write MicroPython first, to boards that do not hold it."""
    with_jig: bool = False
    batch: str = ""
    take_back: bool = False
    """Boards come back from trainees: they are wiped, certified and checked in."""


@dataclass(frozen=True)
class BoardPlace:
    """Where a board is plugged in."""

    slot: str
    port: str
    cable: str = ""
    is_drive: bool = False
    """The port is the folder of a Pico's drive: the Pico waits in its boot ROM."""

    def at(self, port: str) -> "BoardPlace":
        """The same slot, whose board is at another port now."""
        return replace(self, port=port, is_drive=os.path.isdir(port))

    @property
    def hub(self) -> str:
        """The USB path of the hub; "" when it is not at USB."""
        return hub_of(self.slot)


@dataclass(frozen=True)
class BoardFacts:
    """Who a board is."""

    mac: str
    """"": a Pico in its boot ROM does not say it."""
    label: str
    """Its asset tag, or else its MAC."""
    kind: str
    """Its type, as people call it."""
    chip: str
    """As MicroPython names it: `RP2040`."""
    state: str
    """Its state in the inventory; "" when it is not there yet."""
    still_faulty: Trouble | None = None
    """Faults of it are open in the inventory, also when it passes."""


@dataclass(frozen=True)
class LoanWords:
    """Who had a board that comes back, for people."""

    text: str
    is_overdue: bool = False


@dataclass(frozen=True)
class BoardOutcome:
    """How the work on a board ended."""

    verdict: Verdict
    troubles: tuple[Trouble, ...] = ()
    label: Label | None = None
    loan: LoanWords | None = None


def stages_of(settings: TraySettings, board: BoardFacts | None) -> tuple[Stage, ...]:
    """The stages of the work on a board; None: it has not said who it is."""
    if settings.take_back:
        return TAKE_BACK
    flashable = settings.flash and (board is None or board.chip.startswith(FLASHABLE))
    return tuple(one for one in FLASH_AND_CERTIFY if one != "flash" or flashable)


class WorkReport:
    """What the work tells while it goes on."""

    def __init__(
        self,
        on_stage: Callable[[Stage, str, float], object],
        on_board: Callable[[BoardFacts], object],
    ) -> None:
        """`on_stage` gets the stage, its step in words, and which part of it is done (0 to 1)."""
        self._on_stage = on_stage
        self.board = on_board

    def stage(self, stage: Stage, step: str, part: float) -> None:
        """A step of a stage begins, or goes on."""
        self._on_stage(stage, step, part)


@dataclass(frozen=True)
class BoardJob:
    """What is to be done with one board."""

    place: BoardPlace
    mac: str
    """That of the board on the card; "": it is not known."""
    settings: TraySettings
    stages: tuple[Stage, ...]
    report: WorkReport


class BoardWork:
    """Works on boards; several threads may use it at once."""

    def __init__(
        self,
        inventory: Inventory,
        key: StationKey,
        folder: Path,
        station: str,
        choice: Choice = image_for,
    ) -> None:
        """
        Args:
            folder: gets the records and the labels.
            station: the name of this station; no other one that runs now has it.
            choice: gives the image for a chip.
        """
        self.inventory, self._key, self._folder = inventory, key, folder
        self._station, self._choice = station, choice
        self.stopped = threading.Event()
        """When it is set, boards that are being flashed are left as soon as possible."""
        self._turns: dict[str, threading.Semaphore] = {}
        self._at_once = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()

    def look(self, place: BoardPlace) -> BoardFacts:
        """Ask a board who it is. Raises: HardwareError."""
        if place.is_drive:
            drive = drive_of_pico(place.port)
            return BoardFacts("", "", _("a Pico in BOOTSEL"), chip_title(drive.chip), "")
        with board_at(place.port) as board:
            identity = identify(board)
            board.soft_reset()
        return self._facts(identity.mac, identity.machine)

    def run(self, job: BoardJob) -> BoardOutcome:
        """Do all stages of a job. The inventory has it before it begins."""
        place = job.place
        try:
            with self.inventory.change() as change:
                number = jobs.begin(
                    change,
                    self._station,
                    place.slot,
                    hub=at_this_computer(place.hub),
                    cable=place.cable,
                    batch=job.settings.batch,
                )
            outcome = self._outcome(number, job)
            what = _("; ").join(trouble.cause for trouble in outcome.troubles)
            with self.inventory.change() as change:
                image = jobs.image_of(change, number)
                jobs.end(change, number, RESULTS[outcome.verdict], image=image, what=what)
                if job.settings.take_back and outcome.verdict == "ERROR":
                    outcome = replace(outcome, loan=_still_lent(jobs.loan_of(change, number)))
        except HardwareError as error:  # of the inventory: nothing that is not noted is good
            return BoardOutcome("ERROR", (trouble_of(error),))
        return outcome

    def _outcome(self, number: int, job: BoardJob) -> BoardOutcome:
        do = self._take_back if job.settings.take_back else self._flash_and_certify
        try:
            return do(number, job)
        except HardwareError as error:
            return BoardOutcome("ERROR", (trouble_of(error),))
        except OSError as error:
            return BoardOutcome("ERROR", (trouble_of_file(error),))

    def _flash_and_certify(self, number: int, job: BoardJob) -> BoardOutcome:
        report, place = job.report, job.place
        remarks: tuple[Trouble, ...] = ()
        if "flash" in job.stages:
            flashed = self._flash(job)
            remarks = tuple(map(Trouble, flashed.remarks))
            if flashed.identity and flashed.mac:
                self._identified(number, flashed.mac, flashed.identity.machine, report)
            if flashed.fault:
                return BoardOutcome("ERROR", (trouble_of(flashed.fault), *remarks))
            place = place.at(port_in(flashed.slot, place.port))
        elif place.is_drive:
            cause = _("a Pico in BOOTSEL runs no MicroPython, so it cannot be tested")
            raise StationError(cause, _("Set “Write MicroPython first”, and start again."))
        report.stage("certify" if "flash" in job.stages else "identify", "", 0.0)
        with board_at(place.port) as board:
            identity = identify(board)
            self._identified(number, identity.mac, identity.machine, report)
            kind = self._type(identity, job.settings)
            result = self._certify(board, identity, kind, job)
        report.stage("label", "", 0.0)
        kept = keep(result, self._folder, self._key, self.inventory)
        self._place(place, identity.mac)
        report.board(self._facts(identity.mac, identity.machine))
        write_labels([kept.label], self._folder / f"{kept.label.code}.png")
        troubles = (*_troubles(result, kind), *remarks)
        if kept.refusal:
            return BoardOutcome("ERROR", (*troubles, trouble_of(kept.refusal)), kept.label)
        verdict = result.verdict
        if verdict == "ERROR":
            report.stage("certify", "", 1.0)  # the card shows where the work stopped
        return BoardOutcome(verdict, troubles, kept.label)

    def _take_back(self, number: int, job: BoardJob) -> BoardOutcome:
        """Wipe and certify a board that comes back, then end its loan. One that could not be
        tested stays lent, and can be started again."""
        report, place = job.report, job.place
        if place.is_drive:
            cause = _("a Pico in BOOTSEL runs no MicroPython, so it cannot be wiped")
            raise StationError(cause, _("“Flash and certify” it first, then take it back."))
        report.stage("identify", "", 0.0)
        with board_at(place.port) as board:
            identity = identify(board)
            mac = identity.mac
            if job.mac and job.mac != mac:
                report.board(self._facts(mac, identity.machine))  # whom the next start erases
                raise _swapped(place)
            self._identified(number, mac, identity.machine, report)
            self._require_known(mac)
            kind = self._type(identity, job.settings)
            report.stage("wipe", "", 0.0)
            try:
                wipe_returned(
                    board,
                    mac,
                    self.inventory,
                    lambda done, all_: report.stage("wipe", "", done / all_),
                )
            except NotWiped as error:
                trouble = trouble_of(error)
                loan = check_in(self.inventory, mac, f"{error.cause} {error.cure}")
                report.board(self._facts(mac, identity.machine))
                return BoardOutcome("FAIL", (trouble,), loan=_back_from(loan))
        report.stage("certify", "", 0.0)
        with board_at(port_in(Slot(place.slot), place.port)) as board:
            if identify(board).mac != mac:
                raise _swapped(place)
            result = self._certify(board, identity, kind, job)
        kept = keep(result, self._folder, self._key, self.inventory)
        self._place(place, mac)
        troubles = _troubles(result, kind)
        if kept.refusal:
            return BoardOutcome("ERROR", (*troubles, trouble_of(kept.refusal)))
        if result.verdict == "ERROR":
            return BoardOutcome("ERROR", troubles)
        report.stage("check in", "", 0.0)
        loan = check_in(self.inventory, mac)
        report.board(self._facts(mac, identity.machine))
        return BoardOutcome(result.verdict, troubles, loan=_back_from(loan))

    def _require_known(self, mac: str) -> None:
        """Raises: Refused when the inventory does not have a board, or it is retired."""
        try:
            with self.inventory.change() as change:
                boards.locked_in_use(change, mac)
        except UnknownCode as error:
            cause = _("The board is not in the inventory, so it was not changed.")
            raise UnknownCode(cause) from error

    def _certify(
        self, board: Board, identity: Identity, kind: BoardType, job: BoardJob
    ) -> TestResult:
        """Test a board, and show each step."""
        return certify_board(
            board,
            identity,
            kind,
            lambda step, done, all_: job.report.stage("certify", STEPS[step](), done / all_),
            with_jig=job.settings.with_jig,
        )

    def _place(self, place: BoardPlace, mac: str) -> None:
        """Note in which slot a board is."""
        with self.inventory.change() as change:
            slot, hub = at_this_computer(place.slot), at_this_computer(place.hub)
            flash_log.place(change, slot, mac, hub=hub, port=place.port[:CODE])

    def _flash(self, job: BoardJob) -> FlashOutcome:
        """Flash a board, together with at most so many others of its hub and of the station."""
        order = get_args(FlashStage)

        def show(stage: FlashStage, part: float) -> None:
            if stage == "identify":
                job.report.stage("identify", "", part)
            else:
                done = (order.index(stage) + part) / len(order)
                job.report.stage("flash", stage_name(stage), done)

        hub = job.place.hub
        with self._lock:
            turn = self._turns.setdefault(hub, threading.Semaphore(PER_HUB))
        with turn if hub else nullcontext(), self._at_once:
            return flash_board(
                job.place.port,
                lambda chip: self._image(chip, job.settings),
                self.inventory,
                show,
                stopped=self.stopped,
                expected=job.mac,
            )

    def _image(self, chip: ChipIdentity, settings: TraySettings) -> FirmwareImage:
        """The image for a chip. For a Pico its type decides, which is found as in `_type`: one in
        its boot ROM does not say it, and a Pico W with the image of a Pico says it wrongly."""
        if chip.chip in pico_boot_rom.names():
            name = known_type(self.inventory, chip.mac) if chip.mac else ""
            if not (name or chip.board):
                name = settings.board_type
            kind = load_type(name) if name else None
            if kind and kind.chip == chip.chip:
                chip = replace(chip, board=kind.title)
        return self._choice(chip)

    def _identified(self, number: int, mac: str, machine: str, report: WorkReport) -> None:
        """A board has said who it is: note it, and show it."""
        with self.inventory.change() as change:
            jobs.identified(change, number, mac)
        report.board(self._facts(mac, machine))

    def _facts(self, mac: str, machine: str) -> BoardFacts:
        """What is known of a board that says of itself that it is `machine`."""
        chip = machine.rpartition(" with ")[2]
        return self.in_inventory(BoardFacts(mac, mac, machine, chip, ""))

    def in_inventory(self, facts: BoardFacts) -> BoardFacts:
        """A board as the inventory knows it now. Raises: StationError."""
        with self.inventory.read() as session:
            try:
                board = boards.find(session, facts.mac)
            except UnknownCode:
                return facts
            faults = open_faults(board)
            return replace(
                facts,
                label=board.label,
                kind=load_type(board.type).title if board.type else facts.kind,
                state=boards.state_name(board.state),
                still_faulty=Trouble(*still_faulty(board.label, faults)) if faults else None,
            )

    def _type(self, identity: Identity, settings: TraySettings) -> BoardType:
        """The type that the board says, or that the inventory knows, or that is chosen."""
        try:
            return board_type(identity, known_type(self.inventory, identity.mac))
        except UnknownType:
            if not settings.board_type:
                raise
            return board_type(identity, settings.board_type)


def _swapped(place: BoardPlace) -> StationError:
    """The board is not the one that it was."""
    cause = _("another board is plugged in at {port} now").format(port=place.slot)
    return StationError(
        cause, _("Leave the boards plugged in until all are done, and start again.")
    )


def _back_from(loan: LoanRow | None) -> LoanWords:
    """Who had a board that is back; None: it was not lent."""
    if loan is None:
        return LoanWords(_("It was not lent."))
    days = (date.today() - loan.due).days if loan.due else 0
    if days <= 0:
        return LoanWords(_("Back from {trainee}.").format(trainee=_trainee(loan)))
    text = _("Back from {trainee}. It was due on {due}; days overdue: {days}")
    due = f"{loan.due:%Y\u2011%m\u2011%d}"  # hyphens at which no line is broken
    return LoanWords(text.format(trainee=_trainee(loan), due=due, days=days), is_overdue=True)


def _still_lent(loan: LoanRow | None) -> LoanWords | None:
    """Who has a board that could not be taken back; None: it is not lent, or not known."""
    if loan is None:
        return None
    return LoanWords(_("Still lent to {trainee}.").format(trainee=_trainee(loan)))


def _trainee(loan: LoanRow) -> str:
    return f"{loan.name} ({loan.trainee})" if loan.name else loan.trainee


def _troubles(result: TestResult, kind: BoardType) -> tuple[Trouble, ...]:
    faults = [Trouble(*fault_words(fault, kind)) for fault in result.board_faults]
    errors = [_trouble_in(STEPS[error.step](), error.error) for error in result.errors]
    return (*_jig_trouble(result), *faults, *errors)


def _jig_trouble(result: TestResult) -> list[Trouble]:
    """The question that explains most faults at once, if there is one."""
    match result.jig_mistake:
        case "absent":
            cure = _("Put it in, or clear “The boards are in their jigs”, and start again.")
            return [Trouble(_("Is the board in its jig?"), cure)]
        case "not named":
            cure = _("Set “The boards are in their jigs”, and start again.")
            return [Trouble(_("Is the board in a jig?"), cure)]
        case None:
            return []


def _trouble_in(step: str, error: HardwareError) -> Trouble:
    """What a known error means in a step of the self test."""
    trouble = trouble_of(error)
    return Trouble(_("{step}: {cause}").format(step=step, cause=trouble.cause), trouble.cure)
