"""What is wrong, in the words of a technician: a cause and a cure. The messages of the lower rooms
name commands and magics, which nobody has who works with the page."""

from collections.abc import Callable
from dataclasses import dataclass

from hardware.errors import (
    BoardBusy,
    BoardNotFound,
    BoardRestarted,
    BoardTimeout,
    HardwareError,
    ProtocolError,
)
from hardware.i18n import _, reason
from station.errors import UnknownCode, UnknownType
from station.flash.fault_words import FlashFault, FlashFaultKind


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong, and what to do about it; both texts may be bilingual."""

    cause: str
    cure: str = ""


def trouble_of(error: HardwareError) -> Trouble:
    """What a known error means at a station. Errors that are not named here have a cure that fits
    everywhere."""
    match error:
        case UnknownType():
            return Trouble(error.cause, _choose_type())
        case UnknownCode():
            return Trouble(error.cause, _("“Flash and certify” adds it to the inventory."))
        case FlashFault() if error.kind in _FLASH_CURES:
            return Trouble(error.cause, _FLASH_CURES[error.kind]())
        case BoardBusy():
            cure = _("Close the other program that uses it (Thonny, a notebook, a terminal).")
            return Trouble(error.cause, cure)
        case BoardRestarted():
            cure = _("Use a short cable and a powered hub: the board may get too little power.")
            return Trouble(error.cause, cure)
        case BoardTimeout() | ProtocolError():
            cure = _("Press its reset button and start again. If that does not help, flash it.")
            return Trouble(error.cause, cure)
        case BoardNotFound() if error.__cause__ and _is_permission(error.__cause__):
            return Trouble(error.cause, error.cure)
        case BoardNotFound():
            return Trouble(error.cause, _plug_again())
    return Trouble(error.cause, error.cure)


def trouble_of_bootsel() -> Trouble:
    """A Pico waits in its boot ROM, before its work."""
    cause = _("A Pico in BOOTSEL does not say of which type it is.")
    return Trouble(cause, _("Choose the board type at the top, then start."))


def trouble_of_restart() -> Trouble:
    """A Pico went into its boot ROM, or came back, after its start was pressed."""
    cause = _("The board has restarted meanwhile, so nothing was started.")
    return Trouble(cause, _("Look at the start button, and press it again."))


def trouble_of_file(error: OSError) -> Trouble:
    """A file could not be written."""
    cause = f"{error.filename}: {reason(error)}" if error.filename else reason(error)
    return Trouble(cause, _("Make room on the disk of this computer, and start again."))


def trouble_of_warsha(error: Exception) -> Trouble:
    """A mistake in Warsha itself."""
    cause = _("Warsha made a mistake: {error}").format(error=repr(error))
    cure = _("It says nothing about the board. Start again; report it with this text.")
    return Trouble(cause, cure)


def _choose_type() -> str:
    return _("Choose the board type at the top, and start again.")


def _plug_again() -> str:
    return _("Plug the board in again, with another cable: some cables carry no data.")


def _hold_bootsel() -> str:
    return _(
        "Hold BOOTSEL while you plug the board in, choose its type at the top, and start again."
    )


_FLASH_CURES: dict[FlashFaultKind, Callable[[], str]] = {
    "no_port": _plug_again,
    "which_board": _choose_type,
    "no_repl": _hold_bootsel,
    "drive_lost": _hold_bootsel,
    "not_taken": _hold_bootsel,
    "not_back": _hold_bootsel,
    "no_drive": lambda: _(
        "Open the drive RPI-RP2 or RP2350 in the file manager, choose the board type at the top,"
        " and start again."
    ),
    "not_written": lambda: _(
        "Start again. If it comes again, the flash chip is broken: use another board."
    ),
    "silent": lambda: _("Press its reset button, and start again."),
}
"""Of faults whose own cure is an option of `warsha flash`."""


def _is_permission(error: BaseException) -> bool:
    return "ermission" in str(error)
