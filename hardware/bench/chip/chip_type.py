"""What is different from chip to chip: the table `[rom]` in the files of
`hardware/boards/chips/`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from hardware.boards import FOLDER

CHIPS = FOLDER / "chips"


@dataclass(frozen=True)
class EfuseLayout:
    """Where the fuses are read, and the address of the chip among them."""

    base: int
    mac: int
    """Offset of the two words that hold the MAC: its last four bytes, then its first two."""
    mac_has_crc: bool
    """Whether the second word also holds a CRC of the MAC."""


@dataclass(frozen=True)
class SpiLayout:
    """The registers of the SPI controller that the flash is at."""

    base: int
    user: int
    """Offset of SPI_USER_REG. USER1, USER2 and the lengths of output and input are behind it."""
    data: int
    """Offset of SPI_W0_REG, the first of 16 words of data."""
    address_is_left: bool
    """Whether an address of 24 bits is in the upper bits of its register."""


@dataclass(frozen=True, eq=False)
class ChipType:
    """All data of one type of chip that its serial line shows. There is one object for each."""

    title: str
    image_id: int
    """The chip id in the header of an image."""
    security_info_bytes: int
    """What GET_SECURITY_INFO returns; 0: the chip does not know this command."""
    bootloader_offset: int
    """Where in the flash the ROM looks for the second stage loader, in bytes."""
    iram: int
    """Where code is loaded."""
    drom: int
    """Where constants in the flash appear."""
    stub_addresses: tuple[int, ...]
    """Where in RAM the flasher stubs of esptool are loaded."""
    xtal_hz: int
    usb: str
    """Maker and product of its own USB, as udev writes them; empty: it has none."""
    uart_divider: int
    """Address of the register with crystal / baud."""
    reset_log: str
    """The first lines after a reset, with `{reset}` and `{boot}`."""
    resets: Mapping[str, str]
    """Causes of a reset as the ROM names them: `power_on`, `software`, `watchdog`."""
    boots: Mapping[str, str]
    """Boot modes as the ROM names them: `flash`, `download`."""
    load_log: str
    """What the ROM prints before it loads an image."""
    efuse: EfuseLayout
    spi: SpiLayout
    words: Mapping[int, int]
    """Registers that are not 0 after a reset, by address."""


@cache
def names() -> tuple[str, ...]:
    """The names of the chips that have a ROM loader, as esptool writes them: `esp32s3`."""
    return tuple(sorted(f.stem for f in CHIPS.glob("*.toml") if "rom" in _facts(f.stem)))


@cache
def load(name: str) -> ChipType:
    """The chip with this name, one of `names()`."""
    rom = _facts(name)["rom"]
    made: dict[str, Any] = {
        "stub_addresses": tuple(rom["stub_addresses"]),
        "efuse": EfuseLayout(**rom["efuse"]),
        "spi": SpiLayout(**rom["spi"]),
        "words": {int(address, 16): value for address, value in rom["words"].items()},
    }
    return ChipType(**{f.name: made.get(f.name, rom[f.name]) for f in fields(ChipType)})


def _facts(name: str) -> dict[str, Any]:
    return tomllib.loads((CHIPS / f"{name}.toml").read_text(encoding="utf-8"))
