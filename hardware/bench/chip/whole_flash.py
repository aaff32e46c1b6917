"""All bytes of a board's flash chip, in the order of its addresses, with the image files of a
virtual board below.

The file system and the settings (NVS) are in the board's own image, which its program uses, too.
The rest, which the program never sees, is in a second file beside it: `board.img` and
`board-firmware.img`. That one is made when somebody first writes there. Until then the flash holds
the firmware of a new board.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

from hardware.bench.chip import chip_type
from hardware.bench.chip.micropython_firmware import SETTINGS, STORAGE, factory_firmware
from hardware.bench.chip.pico_firmware import build_program
from hardware.bench.flash import ByteStore, FileStore, Flash, MemoryStore, open_image
from hardware.boards import BoardType


class OwnRegion(NamedTuple):
    """A region of the flash that is in the board's own image."""

    offset: int
    size: int
    place: int
    """Where it begins in the image."""


class WholeFlash:
    """A `ByteStore` of a whole flash chip."""

    def __init__(
        self, flash: Flash, factory: bytes, own: Sequence[OwnRegion], path: Path | None
    ) -> None:
        """
        Args:
            factory: the firmware of a new board, from the first address on.
            own: the regions in the board's own image.
            path: of the board's own image; None: everything is only in memory.

        Raises:
            FlashError: the second file cannot be used.
        """
        self._flash = flash.store
        self._factory = factory
        self._own = own
        self._path = path and path.with_stem(f"{path.stem}-firmware")
        self._firmware: ByteStore | None = None
        if self._path and self._path.exists():
            self._firmware = FileStore(open_image(self._path, {len(factory)}))

    @classmethod
    def of_esp(cls, flash: Flash, chip: str, path: Path | None) -> Self:
        """The flash of a board with a chip of the ESP32 series."""
        storage = OwnRegion(STORAGE.offset, STORAGE.size, 0)
        settings = OwnRegion(SETTINGS.offset, SETTINGS.size, flash.size)
        return cls(flash, _esp_factory(chip), (storage, settings), path)

    @classmethod
    def of_pico(cls, flash: Flash, board: BoardType, path: Path | None) -> Self:
        """The flash of a Pico: the file system is at its end."""
        size = board.flash_bytes - flash.size
        factory = build_program(chip=board.chip).ljust(size, b"\xff")
        return cls(flash, factory, (OwnRegion(size, flash.size, 0),), path)

    def read(self, at: int, size: int) -> bytes:
        """See `ByteStore`."""
        return b"".join(self._read(*piece) for piece in self._pieces(at, size))

    def read_program(self, at: int, size: int) -> bytes:
        """Bytes in front of the file system of a Pico; fewer where there are no more."""
        return self._read(False, at, max(0, min(size, len(self._factory) - at)))

    def _read(self, own: bool, at: int, size: int) -> bytes:
        if own:
            return self._flash.read(at, size)
        return self._firmware.read(at, size) if self._firmware else self._factory[at : at + size]

    def write(self, at: int, data: bytes) -> None:
        """See `ByteStore`."""
        done = 0
        for own, place, size in self._pieces(at, len(data)):
            store = self._flash if own else self._need_firmware()
            store.write(place, data[done : done + size])
            done += size

    def close(self) -> None:
        """Closes the second file; the board's own image stays open."""
        if self._firmware:
            self._firmware.close()

    def _need_firmware(self) -> ByteStore:
        if self._firmware is None:
            if self._path:
                self._firmware = FileStore(open_image(self._path, {len(self._factory)}))
            else:
                self._firmware = MemoryStore(len(self._factory))
            self._firmware.write(0, self._factory)
        return self._firmware

    def _pieces(self, at: int, size: int) -> Iterator[tuple[bool, int, int]]:
        """A region in pieces that are in one file each: whether that is the board's own image, the
        place there, the size."""
        end = at + size
        while at < end:
            until, found = end, (False, at)
            for start, length, place in self._own:
                if start <= at < start + length:
                    until, found = min(end, start + length), (True, place + at - start)
                elif at < start < until:
                    until = start
            yield *found, until - at
            at = until


@cache
def _esp_factory(chip: str) -> bytes:
    store = MemoryStore(STORAGE.offset)
    for offset, data in factory_firmware(chip_type.load(chip)).items():
        store.write(offset, data)
    return bytes(store.bytes)
