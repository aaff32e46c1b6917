"""The half of a Pico's boot ROM that takes UF2 files: blocks come in any order, good ones go
into the flash, and when all have come the chip starts again.

Source: data sheets of the RP2040 and the RP2350, section "Bootrom", "UF2 Format Details". A block
is ignored without a word when it is for another chip, or wrong in any way; `ignored` tells what
the chip does not.
"""

from hardware.bench.chip.binary_info import FLASH_ADDRESS
from hardware.bench.chip.nor_flash import SECTOR, NorFlash
from hardware.bench.chip.uf2 import PAGE_BYTES, chip_name, parse_block
from hardware.i18n import _


class Uf2Receiver:
    """One stay in the boot ROM.

    The first sector is written last, so that a flash that was not written to its end holds
    nothing that the chip starts. (A chip writes in the order of the blocks; what it then starts is
    broken.)
    """

    def __init__(self, flash: NorFlash, family: int) -> None:
        """`family`: of the blocks that the chip takes."""
        self._flash = flash
        self._family = family
        self._begin(0)

    def _begin(self, count: int) -> None:
        self.count = count
        """How many blocks the file has; 0: none has come."""
        self._came: set[int] = set()
        self._erased: set[int] = set()
        self._first_sector: dict[int, bytes] = {}
        """Pages of it by their offset."""

    @property
    def missing(self) -> list[int]:
        """The numbers of the blocks that have not come, in order."""
        return [number for number in range(self.count) if number not in self._came]

    def take(self, data: bytes) -> str:
        """512 bytes of a file: why the chip ignores them, or "" when it takes them."""
        block = parse_block(data)
        if block is None:
            return _("this is no block of a UF2 file")
        if block.family != self._family:
            found = chip_name(block.family) if block.family else _("no chip")
            return _("it is for {found}, and this chip takes {ours}").format(
                found=found, ours=chip_name(self._family)
            )
        at = block.address - FLASH_ADDRESS
        if not block.for_flash or at % PAGE_BYTES or not self._flash.has(at, PAGE_BYTES):
            return _("the address {address:#x} is not in the flash").format(address=block.address)
        if len(block.data) != PAGE_BYTES or block.number >= block.blocks:
            return _("block {n} has a wrong number or size").format(n=block.number)
        if block.blocks != self.count or block.number in self._came:  # of another copy
            self._begin(block.blocks)
        self._write(at, block.data)
        self._came.add(block.number)
        return ""

    def finish(self) -> bool:
        """Whether all blocks have come; then the flash is complete, and the chip starts."""
        if not self.count or len(self._came) < self.count:
            return False
        for at, page in self._first_sector.items():
            self._flash.program(at, page)
        return True

    def _write(self, at: int, page: bytes) -> None:
        sector = at // SECTOR
        if sector not in self._erased:
            self._flash.erase(sector * SECTOR, SECTOR)
            self._erased.add(sector)
        if sector:
            self._flash.program(at, page)
        else:
            self._first_sector[at] = page
