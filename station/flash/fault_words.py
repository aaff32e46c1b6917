"""What goes wrong when a board is flashed: how esptool says it, and in words: cause and cure.

Sources of the texts: esptool 5 (`loader.py`, `cmds.py`), and what users of it report.
"""

import re
from collections.abc import Callable
from typing import Literal

from hardware.i18n import _
from station.certify.fault_words import Words
from station.errors import StationError

FlashFaultKind = Literal[
    # the port
    "no_port",
    "not_a_port",
    "no_access",
    "busy",
    "slow_port",
    # the chip does not come into its loader
    "auto_reset",
    "tx_dead",
    "brown_out",
    "no_answer",
    # another chip, another board
    "wrong_chip",
    "unknown_chip",
    "revision",
    "locked",
    "no_flash",
    "swapped",
    # a Pico and its drive
    "no_repl",
    "no_drive",
    "two_drives",
    "wrong_drive",
    "other_drive",
    "which_board",
    "drive_full",
    "drive_read_only",
    # the image
    "no_image",
    "no_known_image",
    "not_an_image",
    "image_wrong_chip",
    "wrong_offset",
    "only_program",
    "damaged_image",
    "bad_uf2",
    "not_micropython",
    "too_big",
    "damaged_download",
    "short_download",
    "no_folder",
    "no_network",
    # while it is written
    "corruption",
    "lost",
    "drive_lost",
    "not_taken",
    "not_back",
    "not_written",
    "stopped",
    # after it
    "silent",
    "wrong_board",
    # this computer
    "no_esptool",
    "broken",
    "unknown",
]

LINE_FAULTS: frozenset[FlashFaultKind] = frozenset({"corruption", "lost", "slow_port", "unknown"})
"""Faults that a lower speed may avoid."""

_BY_OUTPUT: tuple[tuple[FlashFaultKind, str], ...] = (
    ("no_esptool", r"No module named esptool"),
    ("no_access", r"Permission denied|\[Errno 13\]"),
    ("busy", r"Could not exclusively lock|Resource busy|\[Errno (?:11|16)\]|Access is denied"),
    (
        "not_a_port",
        r"Could not open (?P<port>\S+?),? the port is busy or doesn't exist[^\n]*\n"
        r"[^\n]*Inappropriate ioctl",
    ),
    ("no_port", r"Could not open (?P<port>\S+?),? the port is busy or doesn't exist"),
    ("slow_port", r"Failed to set baud rate"),
    ("tx_dead", r"serial TX path seems to be down"),
    ("auto_reset", r"Wrong boot mode detected"),
    ("wrong_chip", r"This chip is (?P<found>[\w-]+), not (?P<wanted>[\w-]+)"),
    ("wrong_chip", r"is not an (?P<wanted>[\w-]+) image"),
    (
        "revision",
        r"requires chip revision (?P<wanted>[^(\n]+?) \(this chip is revision (?P<found>"
        r"[^)\n]+)",
    ),
    ("locked", r"Secure Boot V1 detected|[Ff]lash encryption|secure download mode"),
    (
        "too_big",
        r"\(length (?P<length>\d+)\) at offset (?P<offset>\w+) will not fit in "
        r"(?P<room>\d+) bytes",
    ),
    ("not_written", r"written flash region is empty|MD5 of file does not match"),
    (
        "corruption",
        r"\(result was 0107|[Cc]hecksum error|Invalid head of packet|Packet content "
        r"transfer stopped|Invalid SLIP|[Cc]orrupt data|Digest mismatch|Response "
        r"doesn't match request|status response|\(result was 01(?:05|06|C1)",
    ),
    ("no_answer", r"No serial data received|Timed out waiting for packet"),
    ("unknown_chip", r"Failed to autodetect chip type"),
    (
        "lost",
        r"No more data to read|device disconnected|returned no data|\[Errno (?:5|6|19|32|"
        r"104|111)\]|Connection (?:reset|refused|lost)|Lost connection|Broken pipe|"
        r"socket disconnected|Input/output error|Failed to (?:write|connect|start)|"
        r"SerialException|TimeoutException|Write timeout",
    ),
)
"""In this order: the first text that is found names the fault."""


class FlashFault(StationError):
    """Why a board was not flashed. The attributes of its words are in `facts`."""

    def __init__(self, kind: FlashFaultKind, **facts: str | int) -> None:
        super().__init__(*flash_words(kind, **facts))
        self.kind, self.facts = kind, facts


def fault_of(output: str) -> FlashFault:
    """The fault that an output of esptool, which failed, tells."""
    for kind, pattern in _BY_OUTPUT:
        if found := re.search(pattern, output):
            return FlashFault(kind, **{k: v for k, v in found.groupdict().items() if v})
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line]
    return FlashFault("unknown", said=(errors or lines or ["-"])[-1])


def flash_words(kind: FlashFaultKind, **facts: str | int) -> Words:
    """The cause and the cure of a fault. A fact that is not known is shown as `?`."""
    cause, cure = _WORDS[kind]()
    known = _Facts(facts)
    return cause.format_map(known), cure.format_map(known)


class _Facts(dict[str, str | int]):
    def __missing__(self, _name: str) -> str:
        return "?"


def _bootsel() -> str:
    return _(
        "Hold BOOTSEL while you plug the board in: its drive appears. Then: warsha flash --all"
        " --type pi_pico, pi_pico_w, pi_pico_2 or pi_pico_2_w"
    )


def _cable() -> str:
    return _("Use another cable, short and for data, and another port. Then flash it again.")


_WORDS: dict[FlashFaultKind, Callable[[], Words]] = {
    "no_port": lambda: (
        _("there is no port {port} now"),
        _(
            "Plug the board in again. After a reset its port may have another name. A Pico that"
            " waits in BOOTSEL has no port: warsha flash --all --type pi_pico,"
            " pi_pico_w, pi_pico_2 or pi_pico_2_w"
        ),
    ),
    "not_a_port": lambda: (
        _("{port} is no serial port"),
        _("Name the port of the board, for example /dev/ttyUSB0; warsha flash --all finds it."),
    ),
    "no_access": lambda: (
        _("this account may not open the port"),
        _("sudo usermod -aG dialout $USER, then log in again"),
    ),
    "busy": lambda: (
        _("another program uses the port"),
        _("Close the other notebook, terminal or Thonny that uses it."),
    ),
    "slow_port": lambda: (
        _("the adapter of the board does not know this speed"),
        _("Choose a lower one: --baud 115200"),
    ),
    "auto_reset": lambda: (
        _("the board starts its program: the adapter cannot put it into its loader"),
        _("Hold BOOT, press EN for a moment, let BOOT go, and flash it again. Or another cable."),
    ),
    "tx_dead": lambda: (
        _("the loader of the board does not hear this computer"),
        _("Use another cable. If another board works with it, the adapter (TX) is broken."),
    ),
    "brown_out": lambda: (
        _("the board has too little voltage: its log says brown-out"),
        _("Use a powered hub and a short cable, and fewer boards at once."),
    ),
    "no_answer": lambda: (
        _("the board does not answer"),
        _("Use another cable: many have no wires for data. Then hold BOOT and press EN."),
    ),
    "wrong_chip": lambda: (
        _("this chip is {found}, not {wanted}"),
        _("Flash the image for this chip: warsha flash without --image chooses it."),
    ),
    "unknown_chip": lambda: (
        _("esptool does not know this chip"),
        _("Look at what is printed on the module. A newer esptool may know it."),
    ),
    "revision": lambda: (
        _("the image needs revision {wanted} of the chip, this one is {found}"),
        _("Use an older version of MicroPython for this board: --image FILE"),
    ),
    "locked": lambda: (
        _("the chip is locked: secure boot or flash encryption is on"),
        _("This cannot be undone. Use another board."),
    ),
    "no_flash": lambda: (
        _("the flash chip does not say its size"),
        _("Take everything off the pins of the flash (GPIO 6 to 11 of an ESP32), and try again."),
    ),
    "swapped": lambda: (
        _("another board is at this port now: {found}, not {wanted}"),
        _("Leave the boards plugged in until all are done. Flash both again."),
    ),
    "no_repl": lambda: (
        _("the MicroPython of the board does not answer"),
        _bootsel(),
    ),
    "no_drive": lambda: (
        _("the board waits for its file, but its drive is not mounted"),
        _(
            "Open RPI-RP2 (a Pico 2: RP2350) in the file manager, or: udisksctl mount -b"
            " /dev/disk/by-label/RPI-RP2. Then: warsha flash --all --type pi_pico,"
            " pi_pico_w, pi_pico_2 or pi_pico_2_w."
            " At another place: --drive FOLDER --type pi_pico"
        ),
    ),
    "two_drives": lambda: (
        _("several boards wait for a file, and nothing tells which is which: {drives}"),
        _("Leave one of them plugged in, and flash them one after the other."),
    ),
    "wrong_drive": lambda: (
        _("{drive}: the drive is of {found}, not of a Pico"),
        _("Only Picos are flashed in this way. Copy the .uf2 file for this board by hand."),
    ),
    "other_drive": lambda: (
        _("{drive}: the drive of another board is there already"),
        _("Flash that board first: --drive FOLDER without --port. Or unplug it."),
    ),
    "which_board": lambda: (
        _("the boot ROM does not say which of these boards it is: {boards}"),
        _("Say it with --type, for example --type pi_pico_w. Or name a file: --image FILE."),
    ),
    "drive_full": lambda: (
        _("{drive}: the drive is full"),
        _("Plug the board in again with BOOTSEL held: then its drive is empty."),
    ),
    "drive_read_only": lambda: (
        _("{drive}: the drive cannot be written"),
        _("Mount it again so that this account may write: udisksctl does that."),
    ),
    "no_image": lambda: (
        "{file}: {reason}",
        _("Give the path of a file of MicroPython for this chip."),
    ),
    "no_known_image": lambda: (
        _("there is no image for {chip} with {size} of flash"),
        _("Name a file: --image FILE. Known images are in firmware/images.toml."),
    ),
    "not_an_image": lambda: (
        _("{file}: this is no image for an ESP32 chip or a Pico"),
        _("Take the file of micropython.org/download for this chip: .bin, for a Pico .uf2."),
    ),
    "image_wrong_chip": lambda: (
        _("{file}: the image is for {wanted}, and this chip is {found}"),
        _("Take the file for {found}."),
    ),
    "wrong_offset": lambda: (
        _("{file}: the image belongs to the offset {wanted}, not {found}"),
        _("At another offset the chip does not start. Correct it in firmware/images.toml."),
    ),
    "only_program": lambda: (
        _("{file}: the file has no loader and no partition table"),
        _("Take the whole image, whose name has no .app- in it."),
    ),
    "damaged_image": lambda: (
        _("{file}: the image is damaged"),
        _("Download or copy the file again."),
    ),
    "bad_uf2": lambda: (
        "{file}: {what}",
        _("Download or copy the file again."),
    ),
    "not_micropython": lambda: (
        _("{file}: this is not MicroPython ({what}), so it could not be read back"),
        _("Take the .uf2 file of micropython.org/download for this board."),
    ),
    "too_big": lambda: (
        _("the image needs {length} bytes of flash, the board has {room}"),
        _("Take the image for a smaller flash, for example one with FLASH_4M in its name."),
    ),
    "damaged_download": lambda: (
        _("{file}: the download is damaged, and is removed: {what}"),
        _("Run it again. If it comes again, the network changes downloads: use another one."),
    ),
    "short_download": lambda: (
        _("{file}: the download was cut: {found} of {wanted} bytes are here"),
        _("Run it again: it goes on where it ended."),
    ),
    "no_folder": lambda: (
        _("{variable} names a folder that does not exist: {folder}"),
        _("Plug the stick in, or correct the path."),
    ),
    "no_network": lambda: (
        _("{url} cannot be loaded: {reason}"),
        _("Copy {file} from another computer, and name its folder: WARSHA_IMAGES=FOLDER"),
    ),
    "corruption": lambda: (
        _("bytes were damaged on the line"),
        _cable(),
    ),
    "lost": lambda: (
        _("the connection to the board was lost"),
        _cable(),
    ),
    "drive_lost": lambda: (
        _("the drive went away before the whole file was on it"),
        _bootsel(),
    ),
    "not_taken": lambda: (
        _("the file is on the drive, but the board does not start it"),
        _bootsel(),
    ),
    "not_back": lambda: (
        _("the file was copied, but no MicroPython answers: it could not be read back"),
        _bootsel(),
    ),
    "not_written": lambda: (
        _("the flash of the board does not hold what was written"),
        _("Flash it again with --erase. If it comes again, the flash chip is broken."),
    ),
    "stopped": lambda: (
        _("it was stopped"),
        _("Flash the board again."),
    ),
    "silent": lambda: (
        _("the image is on the board, but its MicroPython does not answer"),
        _("Press EN, and flash it again with --erase."),
    ),
    "wrong_board": lambda: (
        _("the board says that it is {found}, not {wanted}"),
        _("Flash this image only to a board of this chip, and look at which board is plugged in."),
    ),
    "no_esptool": lambda: (
        _("esptool is not installed"),
        _("run in the Warsha folder: {command}").format(
            command=".venv/bin/pip install -e '.[flash]'"
        ),
    ),
    "broken": lambda: (
        _("Warsha made an error: {said}"),
        _("Flash the board again, and report this line."),
    ),
    "unknown": lambda: (
        _("esptool says: {said}"),
        _("Use another cable and another port, and flash it again."),
    ),
}
