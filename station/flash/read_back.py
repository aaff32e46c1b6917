"""Reads the flash of a Pico through its own MicroPython, which sees it as memory.

Trust boundary: the answer comes from a program of the board. A board that lies about its flash is
not found out in this way; one that was written wrongly is.
"""

import hashlib
from collections.abc import Callable, Sequence

from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.wire.board import Board
from station.flash.image_layout import FlashRegion

PROGRAM = """
import hashlib
from array import array
from machine import mem32

def piece(address, size):
    words = array("I", bytes(size))
    for number in range(size // 4):
        words[number] = mem32[address + 4 * number]
    return hashlib.sha256(words).digest()
"""
"""Gives the SHA-256 of a piece of memory, whose size is a multiple of 4 bytes."""
PIECE = 1 << 14
"""Bytes for which a board has room in its RAM, and needs less than a second."""


def flash_holds(
    board: Board, regions: Sequence[FlashRegion], on_part: Callable[[float], None]
) -> bool:
    """Whether the flash of a board holds these bytes; the first difference ends it.

    Args:
        on_part: gets how much is done, 0 to 1.

    Raises: HardwareError.
    """
    board.run(PROGRAM)
    done, total = 0, sum(len(region.data) for region in regions)
    for region in regions:
        for at in range(0, len(region.data), PIECE):
            piece = region.data[at : at + PIECE]
            address = FLASH_ADDRESS + region.offset + at
            if board.eval(f"piece({address}, {len(piece)})") != hashlib.sha256(piece).digest():
                return False
            done += len(piece)
            on_part(done / total)
    return True
