"""Which chip is at a port: esptool asks the ROM of the chip. The program of the board stops for
that, and starts again afterwards."""

import re
import threading
from dataclasses import dataclass

from station.flash.esptool_process import Esptool
from station.flash.fault_words import FlashFault, fault_of

MEGABYTE = 1 << 20
_TITLE = re.compile(r"Connected to (ESP32[\w-]*) on |Detecting chip type\.\.\. ?(ESP32[\w-]*)")
_MAC = re.compile(r"^(?:BASE )?MAC: +((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s*$", re.MULTILINE)
_SIZE = re.compile(r"Detected flash size: (\d+)(KB|MB)")


@dataclass(frozen=True)
class ChipIdentity:
    """What a chip says about itself."""

    chip: str
    """As esptool and `hardware/boards/chips/` name it: `esp32s3`."""
    title: str
    """`ESP32-S3`."""
    mac: str
    """`24:0a:c4:00:01:10`; of a Pico 8 bytes, or "": its boot ROM does not say it."""
    flash_bytes: int
    """0: the flash chip did not say it."""
    board: str = ""
    """What its MicroPython calls the board: `Raspberry Pi Pico W`; "": it was not asked."""

    @property
    def machine(self) -> str:
        """As MicroPython names it: `Raspberry Pi Pico with RP2040`; else the chip alone."""
        return f"{self.board} with {self.title}" if self.board else self.title


def identify(port: str, stopped: threading.Event | None = None) -> ChipIdentity:
    """Ask the chip at a port. Raises: FlashFault."""
    esptool = Esptool(port, stopped or threading.Event())
    return identity_in(esptool.call("flash-id"))


def identity_in(output: str) -> ChipIdentity:
    """The chip that an output of `esptool flash-id` describes. Raises: FlashFault."""
    title, mac = _TITLE.search(output), mac_in(output)
    if not title or not mac:
        raise fault_of(output)
    name = title[1] or title[2]
    size = _SIZE.search(output)
    unit = {"KB": 1024, "MB": MEGABYTE}
    flash_bytes = int(size[1]) * unit[size[2]] if size else 0
    if not flash_bytes:
        raise FlashFault("no_flash")
    return ChipIdentity(name.lower().replace("-", ""), name, mac, flash_bytes)


def mac_in(output: str) -> str:
    """The MAC that esptool printed; "" when it has not."""
    found = _MAC.search(output)
    return found[1] if found else ""


def megabytes(size: int) -> str:
    """A size of a flash, for people."""
    return f"{size / MEGABYTE:g} MB"
