"""Data on its way into the flash, between FLASH_BEGIN and FLASH_END, plain or compressed."""

import zlib

from hardware.bench.chip.commands import LoaderError, Status
from hardware.bench.chip.nor_flash import SECTOR, NorFlash


class FlashDownload:
    """Writes blocks one behind the other. What is longer than the announced size is padding and is
    dropped.

    Args:
        size: bytes that may be written.
        erases: the stub erases each sector just before it writes there. (The ROM erases at the
        beginning.)
    """

    def __init__(self, flash: NorFlash, offset: int, size: int, *, erases: bool) -> None:
        self._flash = flash
        self._at, self._end = offset, offset + size
        self._erased_to = offset if erases else self._end
        """All sectors that begin before this address are erased."""

    def write(self, data: bytes) -> None:
        """The next block."""
        data = data[: self._end - self._at]
        until = self._at + len(data)
        if until > self._erased_to:
            self._flash.erase(self._erased_to, until - self._erased_to)
            self._erased_to = -(-until // SECTOR) * SECTOR
        self._flash.program(self._at, data)
        self._at = until

    @property
    def left(self) -> int:
        """Bytes that are still to come."""
        return self._end - self._at


class CompressedDownload:
    """The same for data that is compressed with zlib."""

    def __init__(self, target: FlashDownload) -> None:
        self._target = target
        self._inflater = zlib.decompressobj()

    def write(self, data: bytes) -> None:
        """The next block of the compressed stream. Raises: LoaderError."""
        try:
            # One byte more than fits, to notice that there is too much.
            plain = self._inflater.decompress(data, self._target.left + 1)
        except zlib.error as error:
            raise LoaderError(Status.NOT_INFLATED) from error
        if len(plain) > self._target.left:
            raise LoaderError(Status.TOO_MUCH_DATA)
        self._target.write(plain)
