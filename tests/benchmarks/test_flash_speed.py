"""Flashing over lines of 921,600 baud.

Virtual chips, the real esptool, an image that no compression makes smaller. On real hubs the USB
line is shared, too: 16 boards at 92 KB/s are more than a hub of 12 Mbit/s carries.
"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import pytest

from station.flash import board_flash
from station.flash.identify import identify
from station.flash.images import image_from_file
from station.flash.tray import flash_all
from station.inventory.database import Inventory
from tests.support.bare_chip import BareChip
from tests.support.firmware_images import write_image

Measured = Callable[..., None]
BAUD, TRAY, SIZE = 921_600, 16, 900_000


def seconds_of(boards: int, folder: Path) -> float:
    """The time until so many boards are written and read back."""
    image = image_from_file(write_image(folder, size=SIZE))
    with ExitStack() as stack, Inventory(f"sqlite:///{folder}/{boards}.db") as stock:
        chips = [stack.enter_context(BareChip("esp32", baud=BAUD)) for _board in range(boards)]
        begin = perf_counter()
        outcomes = flash_all([chip.pty for chip in chips], lambda _chip: image, stock)
        took = perf_counter() - begin
    assert {outcome.verdict for outcome in outcomes} == {"unfinished"}, outcomes
    return took


def test_a_tray(measured: Measured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_flash, "ANSWER_S", 0.0)  # a bare chip has no MicroPython
    one = seconds_of(1, tmp_path)
    measured("one board, written and read back", one, "s")
    measured("a tray of 16, by one board", seconds_of(TRAY, tmp_path) / one, "×", aim=1.2)


def test_a_board_is_identified(measured: Measured) -> None:
    with BareChip("esp32", baud=BAUD) as chip:
        begin = perf_counter()
        identify(chip.pty)
        measured("a board is identified", perf_counter() - begin, "s", aim=2.0)
