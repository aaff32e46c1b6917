"""Faults of a board in words: what is wrong, and what to do about it."""

from collections.abc import Callable, Iterable

from hardware.boards import BoardType
from hardware.i18n import _
from station.certify.measurement import BoardFault
from station.certify.self_test import TestResult

Words = tuple[str, str]
"""The cause, and the cure."""


def fault_words(fault: BoardFault, board: BoardType) -> Words:
    """The cause and the cure of a fault."""
    names = [pin_name(gpio, board) for gpio in fault.gpios]
    if words := _PIN_FAULTS.get(fault.kind):
        return words(names)
    kind, _dot, gpio = fault.kind.partition(".gpio")
    if words := _OTHER_FAULTS.get(kind):
        return words([pin_name(int(gpio), board)] if gpio else [])
    return fault.kind, ""


def jig_question(result: TestResult) -> Words | None:
    """What a technician looks at first, when one mistake explains most faults."""
    match result.jig_mistake:
        case "absent":
            cure = _("Put it in, or leave --jig out, and test it again: its pins are not judged.")
            return _("Is the board in its jig?"), cure
        case "not named":
            cure = _("Test it again: its pins are not judged.")
            return _("Is it in a jig? Then use --jig."), cure
    return None


def pin_name(gpio: int, board: BoardType) -> str:
    """`GPIO 25`; with the name on the board where that is another one: `GPIO 16 (RX2)`."""
    printed = board.pin_of(gpio)
    plain = printed.lstrip("GPD").isdecimal()
    return f"GPIO {gpio}" if plain else f"GPIO {gpio} ({printed})"


def _either(names: Iterable[str]) -> str:
    return _(" or ").join(names)


def _solder() -> str:
    return _("Look at the solder joints of these pins with a magnifying glass, and clean them.")


def _held(cause: str, names: list[str]) -> Words:
    cure = _solder()
    if len(names) > 1:
        cure = _("Test the board again without the jig: that names the pin.")
    return cause.format(pin=_either(names)), cure


def _held_low(names: list[str]) -> Words:
    return _held(_("{pin} is held low: it is shorted to GND"), names)


def _held_high(names: list[str]) -> Words:
    return _held(_("{pin} is held high: it is shorted to 3V3"), names)


def _short(names: list[str]) -> Words:
    return _("{pin} is shorted to {other}").format(pin=names[0], other=names[1]), _solder()


def _short_of_groups(names: list[str]) -> Words:
    """Of four pins, or three, that the jig joins in two groups."""
    cause = _("two of these pins are shorted: {pins}").format(pins=", ".join(names))
    return cause, _("Test the board again without the jig: that names the pin.")


def _open(names: list[str]) -> Words:
    cause = _("no signal passes between {pin} and {other}").format(pin=names[0], other=names[1])
    return cause, _(
        "Press the board down in the jig, and test it again. If another board passes, solder "
        "these pins again; if none does, mend the jig."
    )


def _one_way(names: list[str]) -> Words:
    cause = _("{pin} does not drive {other}, the other way works")
    cure = _("The output of the chip is broken: do not lend this board.")
    return cause.format(pin=names[0], other=names[1]), cure


_PIN_FAULTS: dict[str, Callable[[list[str]], Words]] = {
    "held_low": _held_low,
    "held_high": _held_high,
    "short": _short,
    "short_of_groups": _short_of_groups,
    "open": _open,
    "one_way": _one_way,
}
_OTHER_FAULTS: dict[str, Callable[[list[str]], Words]] = {
    "ram_tested": lambda _n: (
        _("there is less memory than this board type has"),
        _("Flash the MicroPython of this board type, and test it again."),
    ),
    "ram_wrong": lambda _n: (
        _("the memory does not keep what was written"),
        _("Use another cable and a powered hub. If it comes again, do not lend this board."),
    ),
    "flash_tested": lambda _n: (
        _("there is no room for a test file in the flash"),
        _("Delete files of the board, or flash it, and test it again."),
    ),
    "flash_wrong": lambda _n: (
        _("the flash gives back other bytes than were written"),
        _("Erase the whole flash, and flash it. If it comes again, do not lend this board."),
    ),
    "flash_size": lambda _n: (
        _("the flash is smaller than this board type has"),
        _("Check the board type. If it is right, note the true size in the inventory."),
    ),
    "adc_reference": lambda _n: (
        _("the temperature sensor in the chip gives an impossible voltage"),
        _("Let the board cool, check its 3V3 with a multimeter, and test it again."),
    ),
    "adc_error": lambda names: (
        _("{pin} measures a wrong voltage at the ladder of the jig").format(pin=names[0]),
        _("Test another board. If it has the same fault, measure the resistors of the ladder."),
    ),
    "clock": lambda _n: (
        _("the clock of the board is too fast or too slow"),
        _(
            "Test another board. If it has the same fault, the clock of this computer is wrong; "
            "if it passes, the crystal of this one is broken."
        ),
    ),
    "wifi_networks": lambda _n: (
        _("no WiFi network was heard"),
        _("Switch on an access point near it. If other boards hear it, the antenna is broken."),
    ),
    "wifi_signal": lambda _n: (
        _("WiFi networks are heard, but all are very weak"),
        _("Keep metal away from the antenna, move the access point nearer, test it again."),
    ),
    "uart_wrong": lambda _n: (
        _("bytes that the UART sends do not come back"),
        _("Press the board down in the jig, and look at the wire of the UART."),
    ),
    "i2c_content": lambda _n: (
        _("the I2C part of the jig does not answer"),
        _("Press the board down in the jig. If another board passes, solder SDA and SCL again."),
    ),
}
