"""The flash of a virtual board: a littlefs2 image in a file, as it lies on the real chip.

    with Flash(boards.load("pi_pico")) as flash:
        flash.put({"main.py": b"print(1)"})

The image is written here only while the board is off, or between its boots: two writers would not
see each other.
"""

import fcntl
import os
from collections.abc import Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from hardware.boards import BoardType
from hardware.errors import FlashError
from hardware.i18n import _, reason

if TYPE_CHECKING:
    from littlefs import UserContext

BLOCK = 4096
"""Erase size of the flash chips of both families; MicroPython's file system uses it too."""
ERASED = b"\xff" * BLOCK


class Flash:
    """A flash image. Without a path it lives in memory and is gone with the object.

    Raises: FlashError when the file cannot be opened, is another's, or no image of this board's.
    """

    def __init__(self, board: BoardType, path: str | os.PathLike[str] | None = None) -> None:
        self.size = board.storage_bytes
        whole = self.size + board.nvs_bytes
        if path is None:
            self._fd = os.memfd_create("warsha-flash", os.MFD_CLOEXEC)
        else:
            self._fd = _opened(path, {self.size, whole})
        fresh = os.fstat(self._fd).st_size == 0
        os.ftruncate(self._fd, whole)
        if fresh:
            for index, data in _formatted(self.size).items():
                os.pwrite(self._fd, data, index * BLOCK)

    def fileno(self) -> int:
        """The descriptor of the image file."""
        return self._fd

    def close(self) -> None:
        """Lets go of the file; the second time nothing happens."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "Flash":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def put(self, files: Mapping[str, bytes]) -> None:
        """Writes files, with their folders. Raises: FlashError when they do not fit."""
        tree = _mounted(_FileBlocks(self._fd), self.size)
        for name, data in files.items():
            try:
                folder = str(PurePosixPath(name).parent)
                if folder not in (".", "/"):
                    tree.makedirs(folder, exist_ok=True)
                with tree.open(name, "wb") as file:
                    file.write(data)
            except (OSError, _littlefs_error()) as error:
                cause = _("{name} ({size} bytes) cannot be written to the board's flash: {error}.")
                text = cause.format(name=name, size=len(data), error=error)
                raise FlashError(text, _("Remove files, or make them smaller.")) from error
        tree.unmount()

    def read(self, name: str) -> bytes:
        """The content of a file. Raises: FileNotFoundError; FlashError for a broken image."""
        return read_image(self._fd, self.size, name)

    def list(self) -> dict[str, int]:
        """Every file with its size in bytes, by its whole name without the first slash."""
        tree = _mounted(_FileBlocks(self._fd), self.size)
        found = {}
        for folder, _folders, names in tree.walk("/"):
            for name in names:
                whole = str(PurePosixPath(folder) / name)
                found[whole.lstrip("/")] = tree.stat(whole).size
        return found


def _opened(path: str | os.PathLike[str], sizes: set[int]) -> int:
    """The file for one bench alone: empty, or of one of these sizes. Raises: FlashError."""
    cure = _("Name a new file, or an image that a bench has made for such a board.")
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FlashError(f"{path}: {reason(error)}", cure) from error
    what = ""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        what = _("{file}: another bench works with it").format(file=path)
    if not what and os.fstat(fd).st_size not in {0, *sizes}:
        what = _("{file}: not a flash image of this board").format(file=path)
    if what:
        os.close(fd)
        raise FlashError(what, cure)
    return fd


def read_image(fd: int, size: int, name: str) -> bytes:
    """The content of a file in an image whose file system has that size.

    Raises: FileNotFoundError; FlashError for a broken image.
    """
    tree = _mounted(_FileBlocks(fd), size)  # a file alone does not keep it alive
    with tree.open(name, "rb") as file:
        data: bytes = file.read()
    return data


class _FileBlocks:
    """The block device that littlefs-python calls (it duck-types its UserContext)."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def read(self, _config: Any, block: int, offset: int, size: int) -> bytearray:
        return bytearray(os.pread(self._fd, size, block * BLOCK + offset))

    def prog(self, _config: Any, block: int, offset: int, data: bytes) -> int:
        os.pwrite(self._fd, data, block * BLOCK + offset)
        return 0

    def erase(self, _config: Any, block: int) -> int:
        os.pwrite(self._fd, ERASED, block * BLOCK)
        return 0

    def sync(self, _config: Any) -> int:
        return 0


class _MemoryBlocks(_FileBlocks):
    """Blocks that were written, by number; for making a file system once."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytearray] = {}

    def read(self, _config: Any, block: int, offset: int, size: int) -> bytearray:
        return bytearray(self.blocks.get(block, ERASED)[offset : offset + size])

    def prog(self, _config: Any, block: int, offset: int, data: bytes) -> int:
        self.blocks[block][offset : offset + len(data)] = data
        return 0

    def erase(self, _config: Any, block: int) -> int:
        self.blocks[block] = bytearray(ERASED)
        return 0


def _littlefs(blocks: _FileBlocks, size: int) -> Any:
    """littlefs with the sizes that MicroPython uses (extmod/vfs_lfs.c), not mounted."""
    from littlefs import LittleFS  # 40 ms, which those do not pay who only look at traces

    return LittleFS(
        context=cast("UserContext", blocks),
        mount=False,
        block_size=BLOCK,
        block_count=size // BLOCK,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        block_cycles=100,
    )


def _mounted(blocks: _FileBlocks, size: int) -> Any:
    tree = _littlefs(blocks, size)
    try:
        tree.mount()
    except (OSError, _littlefs_error()) as error:
        cause = _("The flash image holds no file system: {error}.").format(error=error)
        raise FlashError(
            cause, _("Delete the image file; the next boot formats a new one.")
        ) from error
    return tree


@cache
def _littlefs_error() -> type[Exception]:
    from littlefs import LittleFSError

    return LittleFSError


@cache
def _formatted(size: int) -> dict[int, bytes]:
    """The blocks that an empty file system of this size has written."""
    blocks = _MemoryBlocks()
    _littlefs(blocks, size).format()
    return {index: bytes(data) for index, data in blocks.blocks.items()}
